"""An event as a card: everything a member wants to know of it, in the language of the room."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.actions import Action
from bot.core.messages import Button, Card, Field
from bot.events.rules.events import Event, EventStatus
from bot.locales import Texts
from bot.reports.rules.reports import Report


@dataclass(frozen=True, slots=True)
class AddToCalendar(Action):
    """Offer every way to have an event in one's own calendar."""

    event: int

    template = "calendar:{event}"


@dataclass(frozen=True, slots=True)
class RemindMe(Action):
    """Be reminded of an event at one's usual times; of one that is kept, show what is set."""

    event: int

    template = "remind:{event}"


def event_card(
    texts: Texts,
    event: Event,
    now: datetime,
    report: Report | None = None,
    *,
    stays: bool = False,
) -> Card:
    """Everything a member wants to know of one event.

    A card that `stays` is read for weeks: it does not say how far away the event is.
    """
    return Card(
        title=event_title(texts, event),
        url=event.url,
        fields=(*event_times(texts, event, now, stays=stays), *event_place(texts, event), *_seats(texts, event, now)),
        buttons=event_buttons(texts, event, now, report),
    )


def event_title(texts: Texts, event: Event) -> str:
    """Return the title, marked where the event does not take place as planned and the title does not say so."""
    marks = {
        EventStatus.CANCELLED: texts.gettext("[Cancelled]"),
        EventStatus.POSTPONED: texts.gettext("[Postponed]"),
        EventStatus.VANISHED: texts.gettext("[Deleted]"),
    }
    mark = marks.get(event.status, "")
    already_said = any(word in event.title for word in ("中止", "延期"))
    return event.title if not mark or already_said else f"{mark} {event.title}"


def event_day(texts: Texts, event: Event) -> str:
    """Return the day of the event."""
    return texts.gettext("date to be decided") if event.started_at is None else texts.date(event.started_at)


def event_times(texts: Texts, event: Event, now: datetime, *, stays: bool = False) -> tuple[Field, ...]:
    """Return when the event is, and how far away unless the message stays."""
    name = texts.gettext("Date")
    if event.started_at is None:
        return (Field(name, texts.gettext("to be decided")),)
    said = texts.span(event.started_at, event.ended_at)
    if event.status is EventStatus.POSTPONED:
        return (Field(name, texts.gettext("to be decided (was {when})").format(when=said)),)
    zone = texts.local(event.started_at).tzname() or ""
    when = Field(name, f"{said} {zone}".rstrip(), event.started_at)
    if not event.takes_place or stays:
        return (when,)
    label = texts.gettext("Now") if event.has_started(now) else texts.gettext("Starts")
    return (when, Field(label, _distance(texts, event, now), counts_down=not event.has_started(now)))


def _distance(texts: Texts, event: Event, now: datetime) -> str:
    """Say how far away the event is, in calendar days as people count them."""
    assert event.started_at is not None and event.ends_at is not None  # noqa: S101, PT018  # the caller looked
    if event.is_over(now):
        return texts.gettext("over")
    if event.has_started(now):
        until = texts.time(event.ends_at)
        if event.end_is_assumed:
            return texts.gettext("in progress (end not given, about until {time})").format(time=until)
        return texts.gettext("in progress (until {time})").format(time=until)
    days = texts.days_until(event.started_at, now)
    if days == 0:
        return texts.gettext("today")
    if days == 1:
        return texts.gettext("tomorrow")
    return texts.ngettext("in {count} day", "in {count} days", days).format(count=days)


def event_place(texts: Texts, event: Event) -> tuple[Field, ...]:
    """Return where the event is."""
    return (Field(texts.gettext("Place"), event.location or texts.gettext("to be decided")),)


def _seats(texts: Texts, event: Event, now: datetime) -> tuple[Field, ...]:
    if event.accepted is None or not event.takes_place:
        return ()
    name = texts.gettext("Participants")
    if event.limit is None or event.is_over(now):
        said = texts.ngettext("{count} person", "{count} people", event.accepted).format(count=event.accepted)
    elif event.is_full:
        said = texts.gettext("full ({accepted}/{limit})").format(accepted=event.accepted, limit=event.limit)
    else:
        said = texts.ngettext(
            "{accepted}/{limit} ({free} seat left)",
            "{accepted}/{limit} ({free} seats left)",
            event.limit - event.accepted,
        ).format(accepted=event.accepted, limit=event.limit, free=event.limit - event.accepted)
    if event.waiting and not event.is_over(now):
        said += " " + texts.gettext("waiting list: {count}").format(count=event.waiting)
    return (Field(name, said),)


def event_buttons(texts: Texts, event: Event, now: datetime, report: Report | None = None) -> tuple[Button, ...]:
    """Return the buttons that lead to event page and report, and those that ask for calendars or a reminder."""
    buttons = [Button(texts.gettext("Event page"), url=event.url)]
    if fits_calendar(event, now):
        buttons.append(Button(texts.gettext("Add to calendar"), AddToCalendar(event.id), quiet=True))
    if event.takes_place and not event.has_started(now):
        buttons.append(remind_button(texts, event))
    if report is not None:
        buttons.append(Button(texts.gettext("Report"), url=report.url))
    return tuple(buttons)


def fits_calendar(event: Event, now: datetime) -> bool:
    """Whether a member may still want it in their calendar."""
    return event.started_at is not None and event.takes_place and not event.is_over(now)


def remind_button(texts: Texts, event: Event) -> Button:
    """Return the button with which a member asks to be reminded."""
    return Button(texts.gettext("🔔 Remind me"), RemindMe(event.id))
