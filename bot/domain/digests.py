"""The weekly digest of a room: when it is due, and how far ahead it looks."""

from datetime import UTC, datetime, time, timedelta, tzinfo

from bot.domain.events import Event

WEEK = timedelta(days=7)
STAYS_USEFUL = timedelta(hours=12)
_DAYS_AHEAD = 14
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def parse_digest(written: str) -> tuple[int, time]:
    """Read `mon 09:00` as weekday (Monday is 0) and time of day. Raises ValueError, which says what to write."""
    weekday, _, clock = written.strip().lower().partition(" ")
    try:
        return _WEEKDAYS.index(weekday), datetime.strptime(clock.strip(), "%H:%M").time()  # noqa: DTZ007  # a clock only
    except ValueError:
        raise ValueError(f'"{written}" is no day and time of the week; write "mon 09:00"') from None


def next_digest(written: str, after: datetime, zone: tzinfo) -> datetime:
    """Return the first moment after `after` at which a digest such as `mon 09:00` is due on the clocks of `zone`."""
    weekday, clock = parse_digest(written)
    today = after.astimezone(zone).date()
    day = today + timedelta(days=(weekday - today.weekday()) % 7)
    due = datetime.combine(day, clock, zone).astimezone(UTC)
    return due if due > after else datetime.combine(day + WEEK, clock, zone).astimezone(UTC)


def is_ahead(event: Event, now: datetime, zone: tzinfo) -> bool:
    """Whether a digest shows what is to come of an event: its day is today or one of the thirteen after it."""
    if event.started_at is None or not event.takes_place or event.is_over(now):
        return False
    first_day_beyond = now.astimezone(zone).date() + timedelta(days=_DAYS_AHEAD)
    return event.started_at.astimezone(zone).date() < first_day_beyond
