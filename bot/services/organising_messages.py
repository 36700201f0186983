"""What organisers are told of their own guild."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.domain.deliveries import Delivery
from bot.domain.events import Event
from bot.domain.messages import Button, Card, Choice, Field, Message, MessageKind, Option
from bot.domain.questions import Question
from bot.domain.rooms import Room
from bot.domain.sources import query_named
from bot.locales import Texts
from bot.services.ports import SourceState
from bot.services.rehearsing import Rehearsed
from bot.services.settling_in_messages import add_entries, missing_permissions, parts_choice, room_card, source_label

MOST_OPTIONS = 25  # in one list
REHEARSED_A_PAGE = 5


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """A source that rooms follow; without a state it was not polled yet."""

    name: str
    state: SourceState | None


@dataclass(frozen=True, slots=True)
class Health:
    """How the bot is, as one guild sees it."""

    sources: Sequence[SourceHealth]
    coming: Sequence[Delivery]
    failed: Sequence[Delivery]
    questions: Sequence[Question]
    version: str
    model: str
    problems: Mapping[str, str]


def organisers_only(texts: Texts) -> Message:
    """Refuse, kindly."""
    return _said(texts.gettext("Only organisers (who may manage this server) can do this. Please ask one of them."))


def _said(lead: str, *cards: Card) -> Message:
    return Message(MessageKind.ANSWER, lead, cards)


def status(texts: Texts, health: Health, events: Mapping[int, Event], *, has_rooms: bool) -> Message:
    """Say how the bot is."""
    lead = texts.gettext("Tsudoi {version}, model {model}").format(version=health.version, model=health.model or "-")
    lead += "".join(f"\n⚠️ {platform}: {problem}" for platform, problem in health.problems.items())
    if not has_rooms:
        lead += "\n" + texts.gettext("No channel is set up yet: /tsudoi setup in the channel where I shall speak.")
    sources = tuple(_source_field(texts, one) for one in health.sources)
    cards = [Card(texts.gettext("Sources"), fields=sources)] if sources else []
    coming = [_coming_line(texts, one, events) for one in health.coming]
    cards.append(Card(texts.gettext("Next messages"), body="\n".join(coming) or texts.gettext("nothing planned")))
    if health.failed:
        failed = [f"・{_subject(texts, one, events)}: {one.reason or ''}" for one in health.failed]
        cards.append(Card(texts.gettext("What failed lately"), body="\n".join(failed)))
    if health.questions:
        asked = [f"・{_when(texts, one.asked_at)} {_question(texts, one)}" for one in health.questions]
        cards.append(Card(texts.gettext("Questions still open"), body="\n".join(asked)))
    return _said(lead, *cards)


def _source_field(texts: Texts, source: SourceHealth) -> Field:
    label, state = source_label(texts, query_named(source.name), source.name), source.state
    if state is None or state.seen_at is None:
        said = texts.gettext("not seen yet")
    else:
        said = texts.gettext("last seen {when}").format(when=_when(texts, state.seen_at))
    if state is not None and state.error:
        said += f"\n⚠️ {state.error}"
    return Field(label, said)


def _when(texts: Texts, at: object) -> str:
    return f"{texts.date(at)} {texts.time(at)}"  # type: ignore[arg-type]


def _coming_line(texts: Texts, delivery: Delivery, events: Mapping[int, Event]) -> str:
    return f"・{_when(texts, delivery.due_at)} {_subject(texts, delivery, events)}"


def _subject(texts: Texts, delivery: Delivery, events: Mapping[int, Event]) -> str:
    event = events.get(delivery.event_id or 0)
    kind = _kinds(texts).get(delivery.kind, delivery.kind)
    return f"{kind} {event.title[:60]}" if event is not None else kind


def _kinds(texts: Texts) -> dict[str, str]:
    return {
        "announcement": texts.gettext("announcement:"),
        "change": texts.gettext("change:"),
        "seats": texts.gettext("seats:"),
        "reminder": texts.gettext("reminder:"),
        "report": texts.gettext("report:"),
        "nag": texts.gettext("report missing:"),
        "question": texts.gettext("question to organisers"),
        "notice": texts.gettext("note to organisers:"),
        "correction": texts.gettext("note to organisers:"),
        "permissions": texts.gettext("note to organisers:"),
        "edit": texts.gettext("update of a message:"),
        "thread": texts.gettext("thread:"),
        "digest": texts.gettext("weekly digest"),
    }


def _question(texts: Texts, question: Question) -> str:
    if question.kind.endswith("flood"):
        return texts.gettext("Shall I post so much at once?")
    return texts.gettext("Which event is a report about?")


def sources_page(texts: Texts, sources: Sequence[SourceHealth], notice: Message | None, *, can_add: bool) -> Message:
    """List the sources; they can be removed, and added to the channel if it is a room."""
    if sources:
        lead = texts.gettext("This is what the channels of this server follow:")
    else:
        lead = texts.gettext("No channel of this server follows anything yet. /tsudoi setup begins.")
    cards = [Card(fields=tuple(_source_field(texts, one) for one in sources[:MOST_OPTIONS]))] if sources else []
    if notice is not None:
        cards += [Card(body=notice.lead), *notice.cards]
    options = tuple(
        Option(one.name, source_label(texts, query_named(one.name), one.name)) for one in sources[:MOST_OPTIONS]
    )
    label = texts.gettext("Remove from every channel of this server")
    choices = (Choice("sources:remove", label, options, many=True, least=1),) if options else ()
    entries = tuple(replace(one, id=f"sources:{one.id}") for one in add_entries(texts)) if can_add else ()
    return replace(_said(lead, *cards), choices=choices, entries=entries)


def rooms_page(
    texts: Texts, rooms: Sequence[Room], names: Mapping[str, str], usual: Sequence[timedelta], channel: str
) -> Message:
    """Show the rooms; of the one chosen, what can be switched."""
    if not rooms:
        return _said(texts.gettext("No channel is set up yet: /tsudoi setup in the channel where I shall speak."))
    cards = [room_card(texts, room, usual, _called(names, room.channel)) for room in rooms[:10]]
    options = tuple(
        Option(room.channel, _called(names, room.channel), room.channel == channel) for room in rooms[:MOST_OPTIONS]
    )
    choices = [Choice("rooms:show", texts.gettext("Change a channel"), options, least=1)]
    chosen = next((room for room in rooms if room.channel == channel), None)
    buttons: tuple[Button, ...] = ()
    if chosen is not None:
        choices.append(parts_choice(texts, chosen, f"rooms:parts:{chosen.channel}"))
        switch = texts.gettext("Switch off") if chosen.is_on else texts.gettext("Switch on")
        buttons = (Button(switch, id=f"rooms:{'off' if chosen.is_on else 'on'}:{chosen.channel}", quiet=True),)
    lead = texts.gettext("The channels in which I speak:")
    return replace(_said(lead, *cards), choices=tuple(choices), buttons=buttons)


def _called(names: Mapping[str, str], channel: str) -> str:
    return f"#{names.get(channel, channel)}"


def set_up_elsewhere(texts: Texts) -> Message:
    """Say how rooms are set up: in their own chat, or in the configuration."""
    return _said(
        texts.gettext(
            "In Discord and Slack, /tsudoi setup sets up the channel it is typed in. The local room goes by "
            "config.toml: [[sources]] names what I watch, [[rooms]] where I speak; config.example.toml shows "
            "them all. !tsudoi status says how I am, !tsudoi rehearse what I would have posted."
        )
    )


def rehearsal_failed(texts: Texts, reason: str) -> Message:
    """Say why nothing can be rehearsed."""
    return _said(texts.gettext("I cannot rehearse now: {reason}").format(reason=reason))


def rehearsal_page(
    texts: Texts, played: Sequence[Rehearsed], names: Mapping[str, str], span: str, number: int
) -> Message:
    """Show one page of what would have been said, or will be."""
    pages = max(1, -(-len(played) // REHEARSED_A_PAGE))
    number = min(number, pages - 1)
    shown = played[number * REHEARSED_A_PAGE :][:REHEARSED_A_PAGE]
    if span == "next":
        lead = texts.ngettext(
            "In the next month I will say {count} message here, as far as is known today.",
            "In the next month I will say {count} messages here, as far as is known today.",
            len(played),
        )
    else:
        lead = texts.ngettext(
            "Last month I would have said {count} message here.",
            "Last month I would have said {count} messages here.",
            len(played),
        )
    cards: list[Card] = []
    for one in shown:
        place = _called(names, one.room.partition(":")[2])
        first = one.message.cards[0] if one.message.cards else Card()
        head = f"{_when(texts, one.at)} {place}"
        cards.append(Card(first.title, first.url, f"{head}\n{one.message.lead}\n{first.body}".strip(), first.fields))
    lead = lead.format(count=len(played)) + (f" ({number + 1}/{pages})" if pages > 1 else "")
    return replace(_said(lead, *cards), buttons=_turns(texts, span, number, pages))


def _turns(texts: Texts, span: str, number: int, pages: int) -> tuple[Button, ...]:
    back = [Button("◀", id=f"rehearse:{span}:{number - 1}")] if number else []
    ahead = [Button("▶", id=f"rehearse:{span}:{number + 1}")] if number + 1 < pages else []
    other = "last" if span == "next" else "next"
    label = texts.gettext("Last month") if span == "next" else texts.gettext("Next month")
    return (*back, *ahead, Button(label, id=f"rehearse:{other}:0"))


def permissions_note(texts: Texts, missing: Sequence[str]) -> Message:
    """Say in a channel, once, what the bot lacks there."""
    return Message(MessageKind.QUESTION, missing_permissions(texts, missing))
