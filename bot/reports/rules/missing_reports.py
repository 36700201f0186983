"""When organisers are asked for a report that is missing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from bot.events.rules.events import Event

AFTER_DAYS = (3, 7, 14)
CIVIL_HOUR = time(10)
STAYS_USEFUL = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Nag:
    """One friendly question for the report of an event."""

    days: int
    due_at: datetime
    ended_on: date  # what tells it from those for a date that was given up

    @property
    def useful_until(self) -> datetime:
        """Until when it may be asked late."""
        return self.due_at + STAYS_USEFUL


def nags_of(event: Event, now: datetime, zone: tzinfo) -> Iterator[Nag]:
    """Return when to ask for the report of an event that took place, leaving out what is no use any more."""
    if event.ends_at is None or not event.takes_place or not event.is_over(now):
        return
    ended = event.ends_at.astimezone(zone).date()
    for days in AFTER_DAYS:
        nag = Nag(days, datetime.combine(ended + timedelta(days=days), CIVIL_HOUR, zone), ended)
        if nag.useful_until > now:
            yield nag
