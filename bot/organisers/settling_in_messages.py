"""What is said while an organiser sets up a room, with everything there is to choose."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.actions import Action
from bot.core.durations import write_duration
from bot.core.messages import Button, Card, Choice, Entry, Message, MessageKind, Option, People
from bot.core.problems.base import Problem
from bot.core.room import MANAGERS, Room
from bot.events.event_cards import event_place, event_times, event_title
from bot.events.rules.events import Event
from bot.events.rules.prefectures import PREFECTURES
from bot.events.rules.sources import SourceKind, SourceQuery, Words, query_named
from bot.locales import Texts
from bot.organisers import pages
from bot.organisers.pages import (
    AddSource,
    ChooseForRoom,
    Ending,
    EndSetup,
    GoToStep,
    RefineSource,
    Setting,
    SourcePage,
    Step,
)
from bot.organisers.ports.rooms import RoomDraft
from bot.organisers.rehearsing import Rehearsed
from bot.reminders.rules.digests import parse_digest

STEPS = tuple(Step)
LANGUAGES = {"ja": "日本語", "en": "English"}
PARTS = (
    "announces",
    "changes",
    "materials",
    "seats",
    "filling",
    "reminders",
    "reports",
    "recognition",
    "scheduled_events",
    "threads",
    "images",
)
_OF_DISCORD = ("scheduled_events", "threads")  # elsewhere there is no calendar, or every message has a thread anyway
LEAD_TIMES = ("14d", "7d", "3d", "2d", "1d", "12h", "3h", "1h", "30m", "15m")
NO_DIGEST = "never"
DIGESTS = ("mon 09:00", "mon 18:00", "fri 18:00", "sun 18:00", "monthly 1 09:00", "monthly 15 09:00")
_NEXT_SHOWN, _PREVIEWED = 3, 4


def source_label(texts: Texts, query: SourceQuery | None, name: str = "") -> str:
    """Return a source as people call it, with its words; one of the configuration by its name there."""
    label = _asked_label(texts, query, name)
    if query is None or query.words == Words():
        return label
    said = {
        texts.gettext("with {words}"): query.words.include,
        texts.gettext("without {words}"): query.words.exclude,
    }
    comma = texts.gettext(", ")
    parts = comma.join(sentence.format(words=comma.join(words)) for sentence, words in said.items() if words)
    return texts.gettext("{source} ({words})").format(source=label, words=parts)


def _asked_label(texts: Texts, query: SourceQuery | None, name: str) -> str:
    match query:
        case SourceQuery(SourceKind.GROUP, group):
            return (
                f"{group}.connpass.com" if not group.isdigit() else texts.gettext("group {group}").format(group=group)
            )
        case SourceQuery(SourceKind.KEYWORD, words):
            return texts.gettext('keyword "{words}"').format(words=words)
        case SourceQuery(SourceKind.PREFECTURE, prefecture):
            return PREFECTURES[prefecture] if texts.locale == "ja" else prefecture.capitalize()
    return name


def labels_of(texts: Texts, names: Sequence[str]) -> str:
    """Return sources as people call them, in one line."""
    labels = [source_label(texts, query_named(name), name) for name in names]
    return "、".join(labels) if texts.locale == "ja" else ", ".join(labels)


def part_labels(texts: Texts, room: Room) -> dict[str, str]:
    """Return what can be said in a room, as people call it."""
    labels = {
        "announces": texts.gettext("New events"),
        "changes": texts.gettext("Changes and cancellations"),
        "materials": texts.gettext("Slides and the like after an event"),
        "seats": texts.gettext("An event is full, or a seat is free again"),
        "filling": texts.gettext("How events fill, and waiting lists"),
        "reminders": texts.gettext("Reminders before an event"),
        "reports": texts.gettext("Reports after an event"),
        "recognition": texts.gettext("Reading handwritten hiragana in pictures"),
        "scheduled_events": texts.gettext("Entries among the server's scheduled events"),
        "threads": texts.gettext("A thread below each announcement"),
        "images": texts.gettext("The event's picture"),
    }
    return {part: label for part, label in labels.items() if part not in _OF_DISCORD or room.platform == "discord"}


def lead_time_label(texts: Texts, lead_time: timedelta) -> str:
    """Return a lead time as people say it."""
    minutes = int(lead_time.total_seconds()) // 60
    if minutes % 1440 == 0:
        days = minutes // 1440
        return texts.ngettext("{count} day before", "{count} days before", days).format(count=days)
    if minutes % 60 == 0:
        hours = minutes // 60
        return texts.ngettext("{count} hour before", "{count} hours before", hours).format(count=hours)
    return texts.ngettext("{count} minute before", "{count} minutes before", minutes).format(count=minutes)


def step_page(texts: Texts, draft: RoomDraft, lead_times: Sequence[timedelta], notice: Message | None) -> Message:
    """Show one step; what was just found out about a source stands below."""
    room = draft.room
    step = Step(draft.step)
    parts = {
        Step.SOURCE: _source_step,
        Step.LANGUAGE: _language_step,
        Step.PARTS: _parts_step,
        Step.DECIDERS: _deciders_step,
    }
    page = _lead_times_step(texts, room, lead_times) if step is Step.LEAD_TIMES else parts[step](texts, room)
    number = STEPS.index(step) + 1
    lead = f"{number}/{len(STEPS)} {page.lead}"
    shown = () if notice is None else (Card(body=notice.lead), *notice.cards)
    refuses = notice.refuses if notice is not None else ""
    return replace(page, lead=lead, cards=(*page.cards, *shown), buttons=_ways(texts, step), refuses=refuses)


def answer(lead: str, *cards: Card) -> Message:
    """Answer with a sentence, and cards below it."""
    return Message(MessageKind.ANSWER, lead, cards)


def refusal(lead: str) -> Message:
    """Answer that what was written is not taken."""
    return replace(answer(lead), refuses=lead)


def _ways(texts: Texts, step: Step) -> tuple[Button, ...]:
    place = STEPS.index(step)
    back = [Button(texts.gettext("Back"), GoToStep(STEPS[place - 1]), quiet=True)] if place else []
    ahead = [Button(texts.gettext("Next"), GoToStep(STEPS[place + 1]))] if step is not Step.REVIEW else []
    save = [Button(texts.gettext("Save"), EndSetup(Ending.SAVE))] if step is Step.REVIEW else []
    return (*back, *ahead, *save, Button(texts.gettext("Discard"), EndSetup(Ending.DISCARD), quiet=True))


def with_off_switch(texts: Texts, page: Message) -> Message:
    """Offer to leave the channel alone."""
    off = Button(texts.gettext("Stop in this channel"), EndSetup(Ending.OFF), quiet=True)
    return replace(page, buttons=(*page.buttons, off))


def _source_step(texts: Texts, room: Room) -> Message:
    lead = texts.gettext(
        "Which events should I tell this channel about? I check what you name with connpass right away."
    )
    followed = labels_of(texts, room.follows) or texts.gettext("nothing yet")
    options = tuple(Option(name, source_label(texts, query_named(name), name), chosen=True) for name in room.follows)
    label = texts.gettext("Followed here (deselect to remove)")
    card = Card(body=texts.gettext("Followed now: {sources}").format(sources=followed))
    choices = (Choice(ChooseForRoom(Setting.FOLLOWS), label, options, many=True),) if options else ()
    return replace(answer(lead, card), choices=choices, entries=source_entries(texts, SourcePage.SETUP))


def source_entries(texts: Texts, page: SourcePage) -> tuple[Entry, ...]:
    """Return the buttons with which a source is added."""
    return (
        Entry(
            AddSource(page, SourceKind.GROUP),
            texts.gettext("Add a group"),
            texts.gettext("Address or name of the group on connpass"),
            "https://tfug-utsunomiya.connpass.com/",
        ),
        Entry(
            AddSource(page, SourceKind.KEYWORD),
            texts.gettext("Add a keyword"),
            texts.gettext("Words that an event must contain"),
            texts.gettext("machine learning"),
        ),
        Entry(
            AddSource(page, SourceKind.PREFECTURE),
            texts.gettext("Add a prefecture"),
            texts.gettext("Prefecture, or online"),
            texts.gettext("Tochigi"),
        ),
        Entry(
            RefineSource(page, pages.Words.INCLUDE),
            texts.gettext("Only with these words"),
            texts.gettext("For the one added last: any of these words"),
            texts.gettext("beginners, hands-on (- for none)"),
        ),
        Entry(
            RefineSource(page, pages.Words.EXCLUDE),
            texts.gettext("Not with these words"),
            texts.gettext("For the one added last: none of these words"),
            texts.gettext("online, recruiting (- for none)"),
        ),
    )


def _language_step(texts: Texts, room: Room) -> Message:
    options = tuple(Option(code, name, room.locale == code) for code, name in LANGUAGES.items())
    said = answer(texts.gettext("Which language should I use here?"))
    return replace(
        said, choices=(Choice(ChooseForRoom(Setting.LANGUAGE), texts.gettext("Language"), options, least=1),)
    )


def parts_choice(texts: Texts, room: Room, action: Action) -> Choice:
    """Return the choice of what is said in a room."""
    options = tuple(Option(part, label, getattr(room, part)) for part, label in part_labels(texts, room).items())
    return Choice(action, texts.gettext("What I post here"), options, many=True)


def _parts_step(texts: Texts, room: Room) -> Message:
    choices = (parts_choice(texts, room, ChooseForRoom(Setting.PARTS)), _digest_choice(texts, room))
    return replace(answer(texts.gettext("What should I post here?")), choices=choices)


def _digest_choice(texts: Texts, room: Room) -> Choice:
    offered = dict.fromkeys((*DIGESTS, *([room.digest] if room.digest else [])))
    options = tuple(Option(digest, digest_label(texts, digest), digest == room.digest) for digest in offered)
    never = Option(NO_DIGEST, texts.gettext("no digest"), not room.digest)
    return Choice(
        ChooseForRoom(Setting.DIGEST), texts.gettext("A digest of what is coming"), (never, *options), least=1
    )


def digest_label(texts: Texts, written: str) -> str:
    """Return when a digest such as `mon 09:00` comes, as people say it."""
    rhythm = parse_digest(written)
    time = f"{rhythm.clock:%H:%M}"
    if rhythm.weekday is None:
        return texts.gettext("digest on day {day} of each month at {time}").format(day=rhythm.day, time=time)
    return texts.gettext("digest every {weekday} at {time}").format(weekday=texts.weekday(rhythm.weekday), time=time)


def _lead_times_step(texts: Texts, room: Room, usual: Sequence[timedelta]) -> Message:
    chosen = {write_duration(lead_time) for lead_time in (usual if room.lead_times is None else room.lead_times)}
    options = tuple(
        Option(write_duration(lead_time), lead_time_label(texts, lead_time), write_duration(lead_time) in chosen)
        for lead_time in (_duration(written) for written in LEAD_TIMES)
    )
    said = answer(texts.gettext("How long before an event should I remind you?"))
    return replace(
        said, choices=(Choice(ChooseForRoom(Setting.LEAD_TIMES), texts.gettext("Reminders"), options, many=True),)
    )


def _duration(written: str) -> timedelta:
    units = {"d": "days", "h": "hours", "m": "minutes"}
    return timedelta(**{units[written[-1]]: int(written[:-1])})


def _deciders_step(texts: Texts, room: Room) -> Message:
    lead = texts.gettext("Who may answer my questions and change these settings, besides {managers}?")
    label = texts.gettext("Members") if room.platform == "slack" else texts.gettext("Roles and members")
    others = tuple(organiser for organiser in room.organisers if organiser != MANAGERS)
    said = answer(lead.format(managers=managers(texts, room.platform)))
    return replace(said, people=People(ChooseForRoom(Setting.DECIDERS), label, others))


def managers(texts: Texts, platform: str) -> str:
    """Return who decides without being named, as the platform calls them."""
    if platform == "slack":
        return texts.gettext("the administrators of the workspace")
    return texts.gettext("those who may manage the server")


def room_card(texts: Texts, room: Room, usual: Sequence[timedelta], title: str = "") -> Card:
    """Describe a room: what it follows, and what is said there."""
    labels = part_labels(texts, room)
    said_here = [label for part, label in labels.items() if getattr(room, part)]
    lead_times = usual if room.lead_times is None else room.lead_times
    lines = [
        texts.gettext("Events: {sources}").format(sources=labels_of(texts, room.follows) or "-"),
        texts.gettext("I post: {parts}").format(parts=_listed(texts, said_here) or "-"),
    ]
    if room.reminders:
        times = _listed(texts, [lead_time_label(texts, lead_time) for lead_time in sorted(lead_times, reverse=True)])
        lines.append(texts.gettext("Reminders: {times}").format(times=times or "-"))
    if room.digest:
        lines.append(digest_label(texts, room.digest))
    lines.append(texts.gettext("Language: {language}").format(language=LANGUAGES.get(room.locale, room.locale)))
    if not room.is_on:
        lines.insert(0, texts.gettext("(switched off)"))
    return Card(title=title, body="\n".join(lines))


def _listed(texts: Texts, words: Sequence[str]) -> str:
    return ("、" if texts.locale == "ja" else ", ").join(words)


def review_page(
    texts: Texts, room: Room, usual: Sequence[timedelta], preview: Sequence[Rehearsed] | Problem, missing: Sequence[str]
) -> Message:
    """Show what was chosen and real messages, before anything is saved."""
    lead = f"{len(STEPS)}/{len(STEPS)} " + texts.gettext("This is how it will look. Should I save it?")
    cards = [room_card(texts, room, usual)]
    if missing:
        cards.append(Card(body=missing_permissions(texts, missing)))
    if isinstance(preview, Problem):
        reason = preview.told(texts, asked_now=True)
        cards.append(Card(body=texts.gettext("No preview: {reason}").format(reason=reason)))
    elif not preview:
        cards.append(
            Card(body=texts.gettext("Nothing would have been posted here last month, and nothing will be next month."))
        )
    for rehearsed in list(preview[:_PREVIEWED]) if not isinstance(preview, Problem) else ():
        when = texts.gettext("Preview, {when}:").format(when=texts.moment(rehearsed.at))
        shown = [replace(card, buttons=()) for card in rehearsed.message.cards[:1]]
        cards += [Card(body=f"{when}\n{rehearsed.message.lead}"), *shown]
    return replace(answer(lead, *cards), buttons=_ways(texts, Step.REVIEW))


def source_found(texts: Texts, query: SourceQuery, last_month: int, coming: Sequence[Event], now: datetime) -> Message:
    """Say how much a source brings, with its next events."""
    count = texts.ngettext("{count} event last month.", "{count} events last month.", last_month)
    next_ones = texts.gettext("The next ones:") if coming else texts.gettext("Nothing is planned at the moment.")
    label = source_label(texts, query)
    if not last_month and not coming:
        return answer(texts.gettext("⚠️ {source} shows no event, neither last month nor now.").format(source=label))
    lead = texts.gettext("✅ Found {source}: ").format(source=label)
    lead += texts.in_a_row(count.format(count=last_month), next_ones)
    cards = tuple(
        Card(event_title(texts, event), event.url, fields=(*event_times(texts, event, now), *event_place(texts, event)))
        for event in coming[:_NEXT_SHOWN]
    )
    return answer(lead, *cards)


def nothing_to_refine(texts: Texts) -> Message:
    """Say that there is no source from which words could select."""
    return answer(texts.gettext("Please add a group, keyword or prefecture first; the words then select from it."))


def too_many_words(texts: Texts) -> Message:
    """Say that a source takes no more words."""
    return refusal(texts.gettext("These are too many words for one source. Please name fewer, or shorter ones."))


def source_unknown(texts: Texts, query: SourceQuery) -> Message:
    """Say that connpass shows nothing of a group."""
    lead = texts.gettext("connpass shows no event of {source}. Please check its name.")
    return refusal(lead.format(source=source_label(texts, query)))


def source_failed(texts: Texts, query: SourceQuery, problem: Problem) -> Message:
    """Say why connpass could not be asked."""
    lead = texts.gettext("connpass could not tell me about {source}: {reason}")
    return refusal(lead.format(source=source_label(texts, query), reason=problem.told(texts, asked_now=True)))


def not_understood(texts: Texts, kind: SourceKind, written: str) -> Message:
    """Say what was expected instead."""
    expected = {
        SourceKind.GROUP: texts.gettext("the address or the name of a group, such as tfug-utsunomiya"),
        SourceKind.KEYWORD: texts.gettext("one or more words"),
        SourceKind.PREFECTURE: texts.gettext("a prefecture, such as Tochigi, or online"),
    }
    lead = texts.gettext('I do not understand "{written}". Please write {expected}.')
    return refusal(lead.format(written=written[:50], expected=expected[kind]))


def too_many_sources(texts: Texts, most: int) -> Message:
    """Say that a channel follows enough already."""
    return refusal(texts.gettext("One channel follows at most {count} sources.").format(count=most))


def no_source_yet(texts: Texts) -> Message:
    """Say what is missing before anything can be saved."""
    return answer(texts.gettext("Please name at least one group, keyword or prefecture first."))


def missing_permissions(texts: Texts, missing: Sequence[str]) -> str:
    """Name the permissions that the bot lacks in a channel, and what to do."""
    lead = texts.gettext("I lack permissions in this channel: {permissions}. Please give them to me in its settings.")
    return lead.format(permissions=_listed(texts, missing))


def saved_page(texts: Texts, missing: Sequence[str]) -> Message:
    """Confirm; what is known already is not posted."""
    lead = texts.gettext(
        "Saved. From now on I post what is new; events that are already on connpass are not announced, but I will "
        "remind you of them. /tsudoi setup changes this, /tsudoi status shows how I am doing."
    )
    cards = [Card(body=missing_permissions(texts, missing))] if missing else []
    return answer(lead, *cards)


def discarded_page(texts: Texts) -> Message:
    """Confirm that nothing changed."""
    return answer(texts.gettext("Discarded; nothing has changed."))


def switched_off_page(texts: Texts) -> Message:
    """Confirm that the channel is left alone."""
    return answer(texts.gettext("I no longer post here. /tsudoi setup switches me on again."))
