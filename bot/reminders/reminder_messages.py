"""What is said to a member about their own reminders."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce

from bot.core.actions import Action
from bot.core.messages import Button, Card, Field, Message, MessageKind
from bot.core.quoting import quoted
from bot.events import event_messages
from bot.events.event_cards import RemindMe, event_card, event_day, event_place, event_times, event_title, remind_button
from bot.events.rules.events import Event, EventStatus
from bot.locales import Texts
from bot.reminders.rules.personal_reminders import Member, PersonalReminder

_WEEK, _DAY, _HOUR, _MINUTE = timedelta(weeks=1), timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
OFFERED = (_WEEK, _DAY, 3 * _HOUR, _HOUR, 30 * _MINUTE)
MORNING_HOUR = 8
MOST_LISTED = 10


class Later(StrEnum):
    """When a reminder that is put off comes again."""

    SOON = "10m"
    HOUR = "1h"
    MORNING = "morning"


@dataclass(frozen=True, slots=True)
class ToggleLeadTime(Action):
    """Be reminded so long before an event, too, or no more."""

    event: int
    lead_time: timedelta

    template = "remind:{event}:{lead_time}"


@dataclass(frozen=True, slots=True)
class CancelReminder(Action):
    """Not be reminded of an event."""

    event: int

    template = "remind:{event}:cancel"


@dataclass(frozen=True, slots=True)
class KeepAsUsual(Action):
    """Be reminded of every event at the times of this one."""

    event: int

    template = "remind:{event}:usual"


@dataclass(frozen=True, slots=True)
class Snooze(Action):
    """Be reminded again later."""

    event: int
    later: Later

    template = "snooze:{event}:{later}"


@dataclass(frozen=True, slots=True)
class OpenSettings(Action):
    """Show what a member can set for themselves; also for what an earlier version offered there."""

    what: str = "open"

    template = "settings:{what:*}"


@dataclass(frozen=True, slots=True)
class State:
    """What a member `kept` for an event, None for nothing; of which lead times a reminder is `coming`, or can come."""

    kept: PersonalReminder | None
    coming: Sequence[timedelta]
    possible: Sequence[timedelta]
    member: Member


def reminder_state(texts: Texts, state: State, event: Event, now: datetime, *, by_dm: bool) -> Message:
    """Say when the member will be reminded, with buttons to choose otherwise."""
    quiet, ahead = state.member.quiet, state.coming
    lead = _promise(texts, ahead, by_dm, is_too_late=not state.possible)
    if quiet and event.started_at and any(quiet.around(event.started_at - length) for length in ahead):
        lead = texts.in_a_row(
            lead, texts.gettext("Those that fall into your quiet hours come a little earlier or later.")
        )
    if event.started_at is None:
        lead = texts.gettext("It has no date yet. I will tell you when it is set.") + "\n" + lead
    if event.status is EventStatus.POSTPONED:
        lead = texts.gettext("It is postponed. I will tell you when the new date is known.") + "\n" + lead
    card = Card(event_title(texts, event), event.url, fields=event_times(texts, event, now))
    return Message(MessageKind.ANSWER, lead, (card,), _choices(texts, state, event), event_id=event.id)


def _promise(texts: Texts, ahead: Sequence[timedelta], by_dm: bool, *, is_too_late: bool) -> str:
    if is_too_late:
        return texts.gettext("It is too late to remind you of this event.")
    if not ahead:
        return texts.gettext("It is too late for that reminder. Choose a shorter time:")
    when = all_before(texts, ahead)
    if by_dm:
        return texts.gettext("I will send you a direct message {when}.").format(when=when)
    return texts.gettext("I will remind you {when}.").format(when=when)


def _choices(texts: Texts, state: State, event: Event) -> tuple[Button, ...]:
    buttons = [
        Button(
            f"✓ {before(texts, ahead)}" if ahead in state.coming else before(texts, ahead),
            ToggleLeadTime(event.id, ahead),
        )
        for ahead in state.possible
    ]
    if state.kept is not None:
        buttons.append(Button(texts.gettext("Cancel the reminder"), CancelReminder(event.id)))
        if state.kept.lead_times != state.member.usual:
            buttons.append(Button(texts.gettext("Always at these times"), KeepAsUsual(event.id)))
    return tuple(buttons)


def all_before(texts: Texts, lead_times: Sequence[timedelta]) -> str:
    """Say lead times in a row: `前日と1時間前`."""
    *firsts, last = [before(texts, lead_time) for lead_time in lead_times]
    if not firsts:
        return last
    return texts.gettext("{firsts} and {last}").format(firsts=texts.gettext(", ").join(firsts), last=last)


def before(texts: Texts, lead_time: timedelta) -> str:
    """Say one lead time: `前日`, `3日前`, `1時間30分前`."""
    if lead_time == _DAY:
        return texts.gettext("the day before")
    weeks, rest = divmod(lead_time, _WEEK)
    if weeks and not rest:
        return texts.ngettext("{count} week before", "{count} weeks before", weeks).format(count=weeks)
    days, rest = divmod(lead_time, _DAY)
    hours, rest = divmod(rest, _HOUR)
    minutes = int(rest / _MINUTE)
    parts = (
        texts.ngettext("{count} day", "{count} days", days).format(count=days) if days else "",
        texts.ngettext("{count} hour", "{count} hours", hours).format(count=hours) if hours else "",
        texts.ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes) if minutes else "",
    )
    written = reduce(
        lambda first, second: texts.gettext("{first} {second}").format(first=first, second=second), filter(None, parts)
    )
    return texts.gettext("{length} before").format(length=written)


def personal_reminder(texts: Texts, event: Event, now: datetime) -> Message:
    """Remind one member, who may put it off."""
    assert event.started_at is not None  # noqa: S101  # only dated events have reminders
    said = event_messages.reminder(texts, event, event.started_at - now, now)
    ways_out = said.buttons or event_messages.way_out(texts, event)
    return replace(said, buttons=(*snooze_buttons(texts, event, now), *ways_out))


def snooze_buttons(texts: Texts, event: Event, now: datetime) -> tuple[Button, ...]:
    """Offer to say it again later, as far as later is early enough."""
    labels = {
        Later.SOON: texts.gettext("Again in 10 minutes"),
        Later.HOUR: texts.gettext("Again in an hour"),
        Later.MORNING: texts.gettext("Tomorrow morning"),
    }
    return tuple(
        Button(label, Snooze(event.id, later))
        for later, label in labels.items()
        if event.started_at is not None and snoozed_until(texts, later, now) < event.started_at
    )


def snoozed_until(texts: Texts, later: Later, now: datetime) -> datetime:
    """Return when a reminder that is put off comes again."""
    if later is not Later.MORNING:
        return now + (10 * _MINUTE if later is Later.SOON else _HOUR)
    return (texts.local(now) + _DAY).replace(hour=MORNING_HOUR, minute=0, second=0, microsecond=0)


def snoozed_message(texts: Texts, until: datetime, now: datetime) -> Message:
    """Confirm that it comes again."""
    day = "" if texts.days_until(until, now) == 0 else f"{texts.date(until)} "
    lead = texts.gettext("I will remind you again at {time}.").format(time=f"{day}{texts.time(until)}")
    return Message(MessageKind.ANSWER, lead)


def too_late_to_snooze(texts: Texts) -> Message:
    """Say that there is no later."""
    return Message(
        MessageKind.ANSWER, texts.gettext("By then the event will have started, so I will not remind you again.")
    )


def personal_change(texts: Texts, event: Event, before_at: datetime | None, now: datetime) -> Message:
    """Tell a member what became of an event of which they wanted to be reminded."""
    if event.status in (EventStatus.CANCELLED, EventStatus.VANISHED):
        lead = texts.gettext("An event you wanted to be reminded of has been cancelled. I will not remind you of it.")
    elif event.status is EventStatus.POSTPONED:
        lead = texts.gettext("An event you wanted to be reminded of has been postponed. I will tell you the new date.")
    elif before_at is None or before_at == event.started_at:
        lead = texts.gettext(
            "An event you wanted to be reminded of will take place after all. I will remind you in time."
        )
    else:
        lead = texts.gettext("An event you wanted to be reminded of has a new date. I have moved your reminders.")
    card = event_card(texts, event, now)
    if before_at is not None and before_at != event.started_at:
        card = replace(card, fields=(Field(texts.gettext("Previous date"), texts.moment(before_at)), *card.fields))
    return Message(MessageKind.CHANGE, lead, (card,), event_id=event.id)


def reminder_list(texts: Texts, reminders: Sequence[tuple[Event, Sequence[timedelta]]], member: Member) -> Message:
    """Answer `!reminders` with the events of which a member is still reminded, and at which lead times."""
    usual = texts.gettext("Unless you choose your own times, I remind you {when}.").format(
        when=all_before(texts, member.usual)
    )
    settings = Button(texts.gettext("⚙️ My settings"), OpenSettings(), quiet=True)
    if not reminders:
        lead = texts.gettext("You have no reminders. Press 🔔 below an event to be reminded of it.")
        return Message(MessageKind.ANSWER, f"{lead}\n{usual}", buttons=(settings,))
    lead = texts.ngettext("You have {count} reminder.", "You have {count} reminders.", len(reminders)).format(
        count=len(reminders)
    )
    shown = reminders[:MOST_LISTED]
    fields = tuple(
        Field(event_title(texts, event), _listed(texts, coming, event), event.started_at) for event, coming in shown
    )
    buttons = tuple(
        Button(texts.gettext("Cancel: {title}").format(title=event.title), CancelReminder(event.id))
        for event, _ in shown
    )
    return Message(MessageKind.ANSWER, lead, (Card(body=usual, fields=fields),), (*buttons, settings))


def _listed(texts: Texts, coming: Sequence[timedelta], event: Event) -> str:
    when = event_day(texts, event) if event.started_at is None else texts.moment(event.started_at)
    return f"{when}\n🔔 {all_before(texts, coming)}"


def cancelled(texts: Texts, event: Event) -> Message:
    """Confirm that a reminder is no more."""
    lead = texts.gettext("I will not remind you of this event.")
    card = Card(event_title(texts, event), event.url)
    return Message(MessageKind.ANSWER, lead, (card,), (remind_button(texts, event),), event_id=event.id)


def nothing_to_cancel(texts: Texts, event: Event) -> Message:
    """Say that there was no reminder."""
    lead = texts.gettext("There was no reminder of this event.")
    return Message(MessageKind.ANSWER, lead, event_id=event.id)


def usual_kept(texts: Texts, lead_times: Sequence[timedelta]) -> Message:
    """Confirm a member's usual lead times."""
    lead = texts.gettext("From now on I will remind you {when}, unless you say otherwise.").format(
        when=all_before(texts, lead_times)
    )
    return Message(MessageKind.ANSWER, lead)


def no_such_event(texts: Texts, meant: str, coming: Sequence[Event]) -> Message:
    """Say that no coming event matches, and name those that there are."""
    if meant:
        lead = texts.gettext('No upcoming event matches "{meant}".').format(meant=quoted(meant))
    else:
        lead = texts.gettext("No event is planned at the moment.")
    if not coming:
        return Message(MessageKind.ANSWER, lead)
    named = "\n".join(f"・{event.title}（{event_day(texts, event)}）" for event in coming)
    buttons = tuple(Button(f"🔔 {event.title}", RemindMe(event.id)) for event in coming)
    return Message(MessageKind.ANSWER, lead, (Card(body=named),), buttons)


def no_lead_times(texts: Texts, written: str) -> Message:
    """Say how lead times are written."""
    lead = texts.gettext('I cannot read "{written}" as times. Write them like this: 1d 2h, 3日前, 30分').format(
        written=quoted(written)
    )
    return Message(MessageKind.ANSWER, lead)


def not_to_come(texts: Texts, event: Event, now: datetime) -> Message:
    """Say why nobody is reminded of this event."""
    if event.has_started(now):
        lead = texts.gettext("This event has already started.")
    else:
        lead = texts.gettext("This event has been cancelled.")
    card = Card(event_title(texts, event), event.url, fields=event_place(texts, event))
    return Message(MessageKind.ANSWER, lead, (card,))


def was_unreachable(texts: Texts) -> str:
    """Tell a member that their last direct message did not arrive."""
    return texts.gettext(
        "My last reminder did not reach you: you do not accept direct messages from me. "
        "Please allow them, and I will send the next ones."
    )
