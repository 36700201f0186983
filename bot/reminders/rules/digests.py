"""The digest of a room, weekly or monthly: when it is due, and how far ahead it looks."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bot.events.rules.events import Event

WEEK, MONTH = timedelta(days=7), timedelta(days=31)
STAYS_USEFUL = timedelta(hours=12)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WRITTEN = re.compile(r"(?:(?P<weekday>[a-z]{3})|monthly +(?P<day>[0-9]{1,2})) +(?P<clock>[0-9]{1,2}:[0-9]{2})")
_LAST_DAY = 28  # that every month has


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a digest comes: on a `weekday` (Monday is 0), or on a `day` of each month; `clock` is the community's."""

    clock: time
    weekday: int | None = None
    day: int | None = None

    @property
    def is_monthly(self) -> bool:
        """Whether it comes once a month."""
        return self.day is not None

    @property
    def covers(self) -> timedelta:
        """How far it looks back where none was said before."""
        return MONTH if self.is_monthly else WEEK

    @property
    def days_ahead(self) -> int:
        """How many days it looks ahead, today included."""
        return MONTH.days if self.is_monthly else 2 * WEEK.days

    def falls_on(self, day: date) -> bool:
        """Whether it comes on this day."""
        return day.day == self.day if self.is_monthly else day.weekday() == self.weekday


def parse_digest(written: str) -> Rhythm:
    """Read `mon 09:00` or `monthly 1 09:00`. Raises ValueError, which says what to write."""
    try:
        found = _WRITTEN.fullmatch(written.strip().lower())
        if found is None:
            raise ValueError
        clock = datetime.strptime(found["clock"], "%H:%M").time()  # noqa: DTZ007  # a clock only
        if found["weekday"]:
            return Rhythm(clock, weekday=_WEEKDAYS.index(found["weekday"]))
        if not 1 <= int(found["day"]) <= _LAST_DAY:
            raise ValueError
        return Rhythm(clock, day=int(found["day"]))
    except ValueError:
        raise ValueError(
            f'"{written}" is no day and time; write "mon 09:00", or "monthly 1 09:00" with a day from 1 to {_LAST_DAY}'
        ) from None


def next_digest(written: str, after: datetime, zone: tzinfo) -> datetime:
    """Return the first moment after `after` at which a digest such as `mon 09:00` is due on the clocks of `zone`."""
    rhythm, today = parse_digest(written), after.astimezone(zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(MONTH.days + 1))
    dues = (datetime.combine(day, rhythm.clock, zone).astimezone(UTC) for day in days if rhythm.falls_on(day))
    return next(due for due in dues if due > after)


def is_ahead(event: Event, now: datetime, zone: tzinfo, days: int = 14) -> bool:
    """Whether a digest shows what is to come of an event: its day is one of so many, the first of which is today."""
    if event.started_at is None or not event.takes_place or event.is_over(now):
        return False
    first_day_beyond = now.astimezone(zone).date() + timedelta(days=days)
    return event.started_at.astimezone(zone).date() < first_day_beyond
