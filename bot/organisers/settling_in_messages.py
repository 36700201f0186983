"""What is said while an organiser sets up a room, with everything there is to choose."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.core.actions import Action
from bot.core.durations import parse_duration
from bot.core.messages import Button, Card, Choice, Message, Option, People, answer
from bot.core.problems.base import Problem
from bot.core.room import MANAGERS, Room
from bot.events.rules.sources import query_named
from bot.locales import LANGUAGES, Texts
from bot.organisers.pages import ChooseForRoom, Ending, EndSetup, GoToStep, Setting, SourcePage, Step
from bot.organisers.ports.rooms import RoomDraft
from bot.organisers.rehearsing import Rehearsed
from bot.organisers.room_labels import digest_label, lead_time_label, managers, part_labels, room_card
from bot.organisers.source_messages import labels_of, source_entries, source_label

STEPS = tuple(Step)
LEAD_TIMES = ("14d", "7d", "3d", "2d", "1d", "12h", "3h", "1h", "30m", "15m")
NO_DIGEST = "never"
DIGESTS = ("mon 09:00", "mon 18:00", "fri 18:00", "sun 18:00", "monthly 1 09:00", "monthly 15 09:00")
_PREVIEWED = 4


def step_page(texts: Texts, draft: RoomDraft, lead_times: Sequence[timedelta], notice: Message | None) -> Message:
    """Show one step; what was just found out about a source stands below."""
    room = draft.room
    step = Step(draft.step)
    pages = {
        Step.SOURCE: _source_step,
        Step.LANGUAGE: _language_step,
        Step.PARTS: _parts_step,
        Step.DECIDERS: _deciders_step,
    }
    page = _lead_times_step(texts, room, lead_times) if step is Step.LEAD_TIMES else pages[step](texts, room)
    number = STEPS.index(step) + 1
    lead = f"{number}/{len(STEPS)} {page.lead}"
    shown = () if notice is None else (Card(body=notice.lead), *notice.cards)
    refuses = notice.refuses if notice is not None else ""
    return replace(page, lead=lead, cards=(*page.cards, *shown), buttons=_ways(texts, step), refuses=refuses)


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


def _language_step(texts: Texts, room: Room) -> Message:
    options = tuple(Option(code, name, room.locale == code) for code, name in LANGUAGES.items())
    choice = Choice(ChooseForRoom(Setting.LANGUAGE), texts.gettext("Language"), options, least=1)
    return replace(answer(texts.gettext("Which language should I use here?")), choices=(choice,))


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
    label = texts.gettext("A digest of what is coming")
    return Choice(ChooseForRoom(Setting.DIGEST), label, (never, *options), least=1)


def _lead_times_step(texts: Texts, room: Room, usual: Sequence[timedelta]) -> Message:
    chosen = usual if room.lead_times is None else room.lead_times
    offered = {written: parse_duration(written) for written in LEAD_TIMES}
    options = tuple(Option(written, lead_time_label(texts, time), time in chosen) for written, time in offered.items())
    choice = Choice(ChooseForRoom(Setting.LEAD_TIMES), texts.gettext("Reminders"), options, many=True)
    return replace(answer(texts.gettext("How long before an event should I remind you?")), choices=(choice,))


def _deciders_step(texts: Texts, room: Room) -> Message:
    lead = texts.gettext("Who may answer my questions and change these settings, besides {managers}?")
    label = texts.gettext("Members") if room.platform == "slack" else texts.gettext("Roles and members")
    others = tuple(organiser for organiser in room.organisers if organiser != MANAGERS)
    said = answer(lead.format(managers=managers(texts, room.platform)))
    return replace(said, people=People(ChooseForRoom(Setting.DECIDERS), label, others))


def review_page(
    texts: Texts, room: Room, usual: Sequence[timedelta], preview: Sequence[Rehearsed] | Problem, missing: Sequence[str]
) -> Message:
    """Show what was chosen and real messages, before anything is saved."""
    lead = f"{len(STEPS)}/{len(STEPS)} " + texts.gettext("This is how it will look. Should I save it?")
    lacks = [Card(body=missing_permissions(texts, missing))] if missing else []
    cards = (room_card(texts, room, usual), *lacks, *_previewed(texts, preview))
    return replace(answer(lead, *cards), buttons=_ways(texts, Step.REVIEW))


def _previewed(texts: Texts, preview: Sequence[Rehearsed] | Problem) -> list[Card]:
    if isinstance(preview, Problem):
        reason = preview.told(texts, asked_now=True)
        return [Card(body=texts.gettext("No preview: {reason}").format(reason=reason))]
    cards = []
    for rehearsed in preview[:_PREVIEWED]:
        when = texts.gettext("Preview, {when}:").format(when=texts.moment(rehearsed.at))
        shown = [replace(card, buttons=()) for card in rehearsed.message.cards[:1]]
        cards += [Card(body=f"{when}\n{rehearsed.message.lead}"), *shown]
    nothing = texts.gettext("Nothing would have been posted here last month, and nothing will be next month.")
    return cards or [Card(body=nothing)]


def no_source_yet(texts: Texts) -> Message:
    """Say what is missing before anything can be saved."""
    return answer(texts.gettext("Please name at least one group, keyword or prefecture first."))


def missing_permissions(texts: Texts, missing: Sequence[str]) -> str:
    """Name the permissions that the bot lacks in a channel, and what to do."""
    lead = texts.gettext("I lack permissions in this channel: {permissions}. Please give them to me in its settings.")
    return lead.format(permissions=texts.listed(missing))


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
