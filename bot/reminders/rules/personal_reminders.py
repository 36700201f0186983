"""A member's own reminders of an event: what they want, and what they know."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.events.rules.events import Event
from bot.reminders.rules.quiet_hours import QuietHours

USUAL_LEAD_TIMES = (timedelta(days=1), timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Member:
    """What a member wants in general. `address` is a destination such as `discord:@77`.

    `lead_times` are their own usual ones; None: everybody's. `locale` is the language for what is said to them alone;
    empty: that of the room. In the hours that are `quiet` they are not reminded. While `is_closed`, the platform takes
    no direct messages to them, as the last one showed: none is tried until they come back and have been told.
    `community` is the id of the server for which they ask in direct messages, "" while they chose none. `used_at` is
    about when they were here last, None where nothing is kept of them.
    """

    address: str
    lead_times: tuple[timedelta, ...] | None = None
    is_closed: bool = False
    locale: str = ""
    quiet: QuietHours | None = None
    community: str = ""
    used_at: datetime | None = field(default=None, compare=False)

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

    def knowing(self, event: Event) -> "PersonalReminder":
        """Return it as it is once the member heard of the event's present state."""
        return replace(self, starts_at=event.started_at, takes_place=event.takes_place)


def toggled(lead_times: Sequence[timedelta], lead_time: timedelta) -> tuple[timedelta, ...]:
    """Return the lead times without this one, or with it if it was not among them."""
    kept = [each for each in lead_times if each != lead_time]
    return tuple(sorted(kept if lead_time in lead_times else [*kept, lead_time], reverse=True))
