"""A member's own reminders of an event: when they are due, and what the member must hear when the event changes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.durations import parse_duration
from bot.domain.deliveries import Delivery
from bot.domain.events import Event, EventStatus
from bot.domain.quiet_hours import QuietHours
from bot.domain.reminders import Reminder, reminders_of

PERSONAL, SNOOZED, PERSONAL_CHANGE = "personal_reminder", "snoozed", "personal_change"  # kinds of deliveries
USUAL_LEAD_TIMES = (timedelta(days=1), timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Member:
    """What a member wants in general. `address` is a destination such as `discord:@77`.

    `lead_times` are their own usual ones; None: everybody's. `locale` is the language for what is said to them alone;
    empty: that of the room. In the hours that are `quiet` they are not reminded. While `is_closed`, the platform takes
    no direct messages to them, as the last one showed: none is tried until they come back and have been told.
    """

    address: str
    lead_times: tuple[timedelta, ...] | None = None
    is_closed: bool = False
    locale: str = ""
    quiet: QuietHours | None = None

    @property
    def usual(self) -> tuple[timedelta, ...]:
        """The lead times for an event for which they named none."""
        return self.lead_times or USUAL_LEAD_TIMES


@dataclass(frozen=True, slots=True)
class PersonalReminder:
    """A member wants to be reminded of an event. `starts_at` and `takes_place` are what they know of it."""

    address: str
    event_id: int
    lead_times: tuple[timedelta, ...]
    locale: str
    starts_at: datetime | None = None
    takes_place: bool = True

    def deliveries(self, event: Event, quiet: QuietHours | None = None, now: datetime | None = None) -> list[Delivery]:
        """Return every reminder that shall be open, those whose moment is past included, out of the quiet hours."""
        planned = [
            Delivery(
                kind=PERSONAL,
                subject=f"event:{event.id}",
                occasion=reminder.occasion,
                destination=self.address,
                due_at=reminder.due_at,
                useful_until=reminder.useful_until,
                event_id=event.id,
                facts=_facts(reminder.starts_at, self.locale),
            )
            for reminder in reminders_of(event, self.lead_times)
        ]
        if quiet is None or now is None or event.started_at is None:
            return planned
        return [one if one.due_at <= now else quiet.spare(one, event.started_at, now) for one in planned]

    def ahead(self, event: Event, now: datetime) -> list[timedelta]:
        """Return the lead times whose moment is still to come, the longest first; all while there is no date."""
        if event.started_at is None:
            return list(self.lead_times)
        start = event.started_at
        return [lead_time for lead_time in self.lead_times if start - lead_time > now]

    def news(self, event: Event, now: datetime, quiet: QuietHours | None = None) -> Delivery | None:
        """Tell the member that the event moved, was called off or takes place after all; None if they know.

        A page that was deleted is no news yet: organisers are asked whether that was meant.
        """
        known = (self.starts_at, self.takes_place) == (event.started_at, event.takes_place)
        if known or event.has_started(now) or event.status is EventStatus.VANISHED:
            return None
        facts = {"locale": self.locale, "before": _iso(self.starts_at), **state_of(event)}
        return Delivery(
            PERSONAL_CHANGE,
            f"event:{event.id}",
            f"r{event.revision}",
            self.address,
            quiet.after(now, event.started_at) if quiet else now,
            event.started_at,
            event.id,
            facts,
        )

    def knowing(self, event: Event) -> "PersonalReminder":
        """Return it as it is once the member heard of the event's present state."""
        return replace(self, starts_at=event.started_at, takes_place=event.takes_place)


def at_its_time(reminder: Delivery, quiet: QuietHours | None, now: datetime) -> Delivery:
    """Return a planned reminder at the time that was asked for, or out of these quiet hours."""
    starts_at = datetime.fromisoformat((reminder.facts or {})["starts_at"])
    asked = Reminder(parse_duration(reminder.occasion.partition("@")[0]), starts_at)
    on_time = replace(reminder, due_at=asked.due_at, useful_until=asked.useful_until)
    return on_time if quiet is None or asked.due_at <= now else quiet.spare(on_time, starts_at, now)


def snoozed(address: str, locale: str, event: Event, until: datetime) -> Delivery | None:
    """Return the reminder that is said again at `until`; None if that is too late to be of use."""
    if event.started_at is None or not event.takes_place or until >= event.started_at:
        return None
    return Delivery(
        SNOOZED,
        f"event:{event.id}",
        f"{until:%Y%m%dT%H%MZ}",
        address,
        until,
        event.started_at,
        event.id,
        _facts(event.started_at, locale),
    )


def state_of(event: Event) -> dict[str, str | bool | None]:
    """Return what news of an event is about, as JSON: news of a state that passed are none any more."""
    return {"starts_at": _iso(event.started_at), "takes_place": event.takes_place}


def toggled(lead_times: Sequence[timedelta], one: timedelta) -> tuple[timedelta, ...]:
    """Return the lead times without this one, or with it if it was not among them."""
    kept = [each for each in lead_times if each != one]
    return tuple(sorted(kept if one in lead_times else [*kept, one], reverse=True))


def _facts(starts_at: datetime, locale: str) -> dict[str, str]:
    return {"starts_at": starts_at.isoformat(), "locale": locale}


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
