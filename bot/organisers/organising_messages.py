"""What organisers are told of their own guild."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.actions import OnPage
from bot.core.messages import Button, Card, Choice, Field, Message, MessageKind, Option, answer
from bot.core.problems.base import Problem
from bot.core.room import EVERYTHING, Pause, Room
from bot.delivery.rules.deliveries import Delivery
from bot.events.ports.events import SourceState
from bot.events.rules.events import Event
from bot.events.rules.sources import query_named
from bot.locales import Texts
from bot.organisers.delivery_labels import subject_label
from bot.organisers.intervening_messages import by_hand_card, messages_choice, posted_card
from bot.organisers.pages import (
    ChooseParts,
    EndSessions,
    OpenPage,
    PauseRoom,
    PauseSource,
    Pausing,
    RemoveSources,
    ShowRoom,
    ShowSource,
    SourcePage,
    Span,
    Switch,
    SwitchRoom,
    TurnPage,
)
from bot.organisers.rehearsing import Rehearsed
from bot.organisers.room_labels import managers, room_card
from bot.organisers.rules.interventions import Intervention
from bot.organisers.settling_in_messages import missing_permissions, parts_choice
from bot.organisers.source_messages import source_entries, source_label

MOST_OPTIONS = 25  # in one list
REHEARSED_A_PAGE = 5


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """A source that rooms follow, or the site of their reports; without a state it was not polled yet."""

    name: str
    state: SourceState | None
    pause: Pause | None = None
    is_site: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """How the bot is, as one guild sees it."""

    sources: Sequence[SourceHealth]
    coming: Sequence[Delivery]
    failed: Sequence[Delivery]
    posted: Sequence[Delivery]
    by_hand: Sequence[Intervention]
    paused: Mapping[str, Pause]  # by the names of channels
    questions: int
    version: str
    model: str
    problems: Mapping[str, Problem]
    troubles: Collection[str] = ()  # names of channels


def console_page(texts: Texts, link: str) -> Message:
    """Show the way into the console; without a link, why there is none."""
    if not link:
        return answer(
            texts.gettext(
                "The console is on my web page, which cannot be reached from here. Who runs the bot can give it an "
                "address: web.public_url in config.toml."
            )
        )
    lead = texts.gettext(
        "This link opens the organisers' console for you, once, within 15 minutes. After 12 hours you are logged out."
    )
    buttons = (
        Button(texts.gettext("Open the console"), url=link),
        Button(texts.gettext("Log out everywhere"), EndSessions(), quiet=True),
    )
    return replace(answer(lead), buttons=buttons)


def console_is_here(texts: Texts) -> Message:
    """Tell somebody who asks on the page itself that they are in the console."""
    said = texts.gettext(
        "You are in the console already: this page is it. /tsudoi console in the chat gives you a new link."
    )
    return replace(answer(said), buttons=(Button(texts.gettext("Log out everywhere"), EndSessions(), quiet=True),))


def sessions_ended(texts: Texts, ended: int) -> Message:
    """Say that a member is logged out."""
    if not ended:
        return answer(texts.gettext("You were logged in nowhere."))
    return answer(texts.gettext("You are logged out everywhere; links that I gave you do not work any more."))


def organisers_only(texts: Texts, platform: str) -> Message:
    """Refuse, kindly."""
    refusal = texts.gettext("Only organisers ({managers}, among others) can do this. Please ask one of them.")
    return answer(refusal.format(managers=managers(texts, platform)))


def status(texts: Texts, health: Health, events: Mapping[int, Event], *, has_rooms: bool) -> Message:
    """Say how the bot is."""
    if health.model:
        lead = texts.gettext("Tsudoi {version}, model {model}").format(version=health.version, model=health.model)
    else:
        lead = texts.gettext("Tsudoi {version}; reading is switched off").format(version=health.version)
    lead += "".join(f"\n⚠️ {name.capitalize()}: {problem.told(texts)}" for name, problem in health.problems.items())
    if health.troubles:
        where = ", ".join(f"#{name}" for name in sorted(health.troubles))
        lead += "\n⚠️ " + texts.gettext("I cannot post in {channels}: /tsudoi trouble shows why.").format(channels=where)
    lead += "".join(f"\n⏸ #{name}: {pause_label(texts, pause)}" for name, pause in health.paused.items())
    if not has_rooms:
        lead += "\n" + texts.gettext("No channel is set up yet: type /tsudoi setup in the channel where I should post.")
    sources = tuple(_source_field(texts, source) for source in health.sources)
    cards = [Card(texts.gettext("Sources"), fields=sources)] if sources else []
    coming = [f"・{texts.moment(message.due_at)} {subject_label(texts, message, events)}" for message in health.coming]
    cards.append(Card(texts.gettext("Next messages"), body="\n".join(coming) or texts.gettext("nothing planned")))
    if health.failed:
        reasons = [message.reason.told(texts) if message.reason else "" for message in health.failed]
        labels = [subject_label(texts, message, events) for message in health.failed]
        failed = [f"・{label} → {reason}" for label, reason in zip(labels, reasons, strict=True)]
        cards.append(Card(texts.gettext("Recent failures"), body="\n".join(failed)))
    if health.questions:
        said = texts.ngettext("{count} question is open.", "{count} questions are open.", health.questions)
        show = Button(texts.gettext("Show the questions"), OpenPage("questions"))
        cards.append(Card(texts.gettext("Open questions"), body=said.format(count=health.questions), buttons=(show,)))
    if health.posted:
        cards.append(posted_card(texts, health.posted, events))
    if health.by_hand:
        cards.append(by_hand_card(texts, health.by_hand, events))
    choice = messages_choice(texts, (*health.posted, *health.failed), events)
    return replace(answer(lead, *cards), choices=(choice,) if choice else ())


def _source_field(texts: Texts, source: SourceHealth) -> Field:
    label, state = _label(texts, source), source.state
    if state is None or state.seen_at is None:
        said = texts.gettext("not seen yet")
    else:
        said = texts.gettext("last seen {when}").format(when=texts.moment(state.seen_at))
    if state is not None and state.error:
        said += f"\n⚠️ {state.error.told(texts)}"
    if source.pause is not None:
        said += f"\n⏸ {pause_label(texts, source.pause)}"
    return Field(label, said)


def _label(texts: Texts, source: SourceHealth) -> str:
    if source.is_site:
        return texts.gettext("Report site")
    return source_label(texts, query_named(source.name), source.name)


def pause_label(texts: Texts, pause: Pause) -> str:
    """Say until when something is paused."""
    if pause.until is None:
        return texts.gettext("paused until someone resumes it")
    return texts.gettext("paused until {when}").format(when=texts.moment(pause.until))


def pause_buttons(texts: Texts, pause: Pause | None, act: Callable[[Pausing], OnPage]) -> tuple[Button, ...]:
    """Offer to pause something for some days or until further notice, or to resume it."""
    if pause is not None:
        return (Button(texts.gettext("Resume"), act(Pausing.RESUME)),)
    labels = {
        Pausing.WEEK: texts.gettext("Pause for a week"),
        Pausing.MONTH: texts.gettext("Pause for 30 days"),
        Pausing.OPEN: texts.gettext("Pause until I resume it"),
    }
    return tuple(Button(label, act(pausing), quiet=True) for pausing, label in labels.items())


def source_key(name: str) -> str:
    """Return a short name for a source, for the ids of buttons, which have little room."""
    return hashlib.blake2b(name.encode(), digest_size=6).hexdigest()


def sources_page(
    texts: Texts, sources: Sequence[SourceHealth], notice: Message | None, *, can_add: bool, chosen: str = ""
) -> Message:
    """List the sources; they can be removed and paused, and added to the channel if it is a room."""
    if sources:
        lead = texts.gettext("This is what the channels follow:")
    else:
        lead = texts.gettext("No channel follows anything yet. Start with /tsudoi setup.")
    cards = [Card(fields=tuple(_source_field(texts, source) for source in sources[:MOST_OPTIONS]))] if sources else []
    if notice is not None:
        cards += [Card(body=notice.lead), *notice.cards]
    names = [source.name for source in sources[:MOST_OPTIONS]]
    options = tuple(Option(name, source_label(texts, query_named(name), name)) for name in names)
    label = texts.gettext("Remove from every channel")
    pausing = tuple(replace(option, chosen=option.value == chosen) for option in options)
    choices = (
        (
            Choice(RemoveSources(), label, options, many=True, least=1),
            Choice(ShowSource(), texts.gettext("Pause or resume one"), pausing, least=1),
        )
        if options
        else ()
    )
    shown = next((source for source in sources if source.name == chosen), None)
    key = source_key(chosen)
    buttons = pause_buttons(texts, shown.pause, lambda pausing: PauseSource(pausing, key)) if shown else ()
    if shown is not None and shown.pause is None:
        cards.append(Card(body=pause_explained(texts)))
    entries = source_entries(texts, SourcePage.SOURCES) if can_add else ()
    refuses = notice.refuses if notice is not None else ""
    return replace(answer(lead, *cards), choices=choices, entries=entries, buttons=buttons, refuses=refuses)


def pause_explained(texts: Texts) -> str:
    """Say what a pause does."""
    return texts.gettext(
        "While it is paused I post nothing about it, and I do not catch up afterwards; "
        "announcements already posted are kept up to date, and reminders continue after the pause."
    )


def rooms_page(
    texts: Texts,
    rooms: Sequence[Room],
    names: Mapping[str, str],
    usual: Sequence[timedelta],
    channel: str,
    now: datetime,
) -> Message:
    """Show the rooms; of the one chosen, what can be switched."""
    if not rooms:
        return answer(texts.gettext("No channel is set up yet: type /tsudoi setup in the channel where I should post."))
    cards = [_room_card(texts, room, usual, _called(names, room.channel), now) for room in rooms[:10]]
    options = tuple(
        Option(room.channel, _called(names, room.channel), room.channel == channel) for room in rooms[:MOST_OPTIONS]
    )
    choices = [Choice(ShowRoom(), texts.gettext("Change a channel"), options, least=1)]
    chosen = next((room for room in rooms if room.channel == channel), None)
    buttons: tuple[Button, ...] = ()
    if chosen is not None:
        choices.append(parts_choice(texts, chosen, ChooseParts(chosen.channel)))
        switch = texts.gettext("Switch off") if chosen.is_on else texts.gettext("Switch on")
        buttons = (Button(switch, SwitchRoom(Switch.OFF if chosen.is_on else Switch.ON, channel), quiet=True),)
        if chosen.is_on:
            pause = chosen.pause_of(EVERYTHING, now)
            buttons += pause_buttons(texts, pause, lambda pausing: PauseRoom(pausing, channel))
    lead = texts.gettext("The channels I post in:")
    return replace(answer(lead, *cards), choices=tuple(choices), buttons=buttons)


def _room_card(texts: Texts, room: Room, usual: Sequence[timedelta], name: str, now: datetime) -> Card:
    card, pause = room_card(texts, room, usual, name), room.pause_of(EVERYTHING, now)
    return card if pause is None else replace(card, body=f"⏸ {pause_label(texts, pause)}\n{card.body}".strip())


def _called(names: Mapping[str, str], channel: str) -> str:
    return f"#{names.get(channel, channel)}"


def set_up_elsewhere(texts: Texts) -> Message:
    """Say how rooms are set up: in their own chat, or in the configuration."""
    return answer(
        texts.gettext(
            "In Discord and Slack, /tsudoi setup sets up the channel it is typed in. The local room is set "
            "up in config.toml: [[sources]] names what I watch, [[rooms]] where I post; config.example.toml shows "
            "every setting. !tsudoi status shows how I am doing, !tsudoi rehearse what I would have posted."
        )
    )


def rehearsal_failed(texts: Texts, problem: Problem) -> Message:
    """Say why nothing can be rehearsed."""
    reason = problem.told(texts, asked_now=True)
    return answer(texts.gettext("I cannot rehearse now: {reason}").format(reason=reason))


def rehearsal_page(
    texts: Texts, played: Sequence[Rehearsed], names: Mapping[str, str], span: Span, number: int
) -> Message:
    """Show one page of what would have been said, or will be."""
    pages = max(1, -(-len(played) // REHEARSED_A_PAGE))
    number = min(number, pages - 1)
    shown = played[number * REHEARSED_A_PAGE :][:REHEARSED_A_PAGE]
    if span is Span.NEXT:
        lead = texts.ngettext(
            "In the next month I will post {count} message here, as far as I know today.",
            "In the next month I will post {count} messages here, as far as I know today.",
            len(played),
        )
    else:
        lead = texts.ngettext(
            "Last month I would have posted {count} message here.",
            "Last month I would have posted {count} messages here.",
            len(played),
        )
    cards: list[Card] = []
    for rehearsed in shown:
        place, message = _called(names, rehearsed.room.partition(":")[2]), rehearsed.message
        first = message.cards[0] if message.cards else Card()
        head = f"{texts.moment(rehearsed.at)} {place}"
        cards.append(Card(first.title, first.url, f"{head}\n{message.lead}\n{first.body}".strip(), first.fields))
    lead = lead.format(count=len(played)) + (f" ({number + 1}/{pages})" if pages > 1 else "")
    return replace(answer(lead, *cards), buttons=_turns(texts, span, number, pages))


def _turns(texts: Texts, span: Span, number: int, pages: int) -> tuple[Button, ...]:
    back = [Button(texts.gettext("◀ Previous"), TurnPage(span, number - 1))] if number else []
    ahead = [Button(texts.gettext("Next ▶"), TurnPage(span, number + 1))] if number + 1 < pages else []
    other = Span.LAST if span is Span.NEXT else Span.NEXT
    label = texts.gettext("Last month") if span is Span.NEXT else texts.gettext("Next month")
    return (*back, *ahead, Button(label, TurnPage(other, 0)))


def permissions_note(texts: Texts, missing: Sequence[str]) -> Message:
    """Say in a channel, once, what the bot lacks there."""
    return Message(MessageKind.QUESTION, missing_permissions(texts, missing))
