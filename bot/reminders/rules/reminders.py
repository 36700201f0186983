"""When people are reminded of an event: lead times -> due times, and for how long a late reminder still helps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.events.rules.events import Event


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder of an event that starts at `starts_at`."""

    lead_time: timedelta  # before the start, positive
    starts_at: datetime

    @property
    def due_at(self) -> datetime:
        """When it is to be said."""
        return self.starts_at - self.lead_time

    @property
    def useful_until(self) -> datetime:
        """Until when it may be said late: half of its lead time, then the next is nearer, or it is too late to come."""
        return self.due_at + self.lead_time / 2


def reminders_of(event: Event, lead_times: Iterable[timedelta]) -> list[Reminder]:
    """Return every reminder of the event, the earliest first; none while it has no date that holds."""
    if event.started_at is None or not event.takes_place:
        return []
    return [Reminder(lead_time, event.started_at) for lead_time in sorted(set(lead_times), reverse=True)]
