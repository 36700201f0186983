"""The hours of a day in which a member wants no reminder, and when one that falls into them comes instead."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.reminders.rules.reminders import Reminder

_A_DAY = timedelta(days=1)
_WRITTEN = re.compile(r"(\d{1,2})(?::(\d\d))?\s*[-~〜–]\s*(\d{1,2})(?::(\d\d))?")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begins` to `ends` on the clocks of `zone`, over midnight where it ends earlier than it begins."""

    begins: time
    ends: time
    zone: str

    def around(self, at: datetime) -> tuple[datetime, datetime] | None:
        """Return the quiet hours (UTC) in which a moment lies; None outside of them. Their end is no longer quiet."""
        zone = ZoneInfo(self.zone)
        today = at.astimezone(zone).date()
        for day in (today - _A_DAY, today):
            last = day + _A_DAY if self.ends <= self.begins else day
            begin, end = datetime.combine(day, self.begins, zone), datetime.combine(last, self.ends, zone)
            if begin <= at < end:
                return begin.astimezone(UTC), end.astimezone(UTC)
        return None

    def after(self, now: datetime, before: datetime | None) -> datetime:
        """Return when news may be told: now, or after the quiet hours if that is `before` it is too late."""
        quiet = self.around(now)
        return quiet[1] if quiet is not None and (before is None or quiet[1] < before) else now


class Moment(NamedTuple):
    """When a reminder comes, and until when it may be late."""

    due_at: datetime
    useful_until: datetime


def moment_of(reminder: Reminder, quiet: QuietHours | None, now: datetime) -> Moment | None:
    """Return when a reminder comes that is asked for now, at a moment at which it does not disturb; None if it cannot.

    It comes right after the quiet hours where that is early enough to be of use, else right before them. Where that is
    past it comes after them all the same if the event has not begun by then, and otherwise in the midst of them.
    """
    hours = quiet.around(reminder.due_at) if quiet else None
    if hours is None:
        return None if reminder.due_at <= now else Moment(reminder.due_at, reminder.useful_until)
    begin, end = hours
    if now < end <= reminder.useful_until:
        return _moment(end, reminder)
    if begin > now:
        return _moment(begin, reminder)
    if now < end < reminder.starts_at:
        return _moment(end, reminder)
    return None if reminder.due_at <= now else Moment(reminder.due_at, reminder.useful_until)


def moment_owed(reminder: Reminder, quiet: QuietHours | None, now: datetime) -> Moment:
    """Return when a reminder comes that was confirmed and not said yet: where its moment is past, as soon as may be."""
    if (moment := moment_of(reminder, quiet, now)) is not None:
        return moment
    hours = quiet.around(now) if quiet else None
    return _moment(hours[1] if hours is not None and hours[1] < reminder.starts_at else now, reminder)


def _moment(due_at: datetime, reminder: Reminder) -> Moment:
    """Return this moment; what comes there is of use for half of the time that is left."""
    return Moment(due_at, due_at + (reminder.starts_at - due_at) / 2)


def parse_quiet_hours(written: str, zone: str) -> QuietHours:
    """Read `22:00-8:00` or `22-8`. Raises ValueError with a sentence that shows the form."""
    found = _WRITTEN.fullmatch(unicodedata.normalize("NFKC", written).strip())
    try:
        if found is None:
            raise ValueError
        first, first_minute, last, last_minute = (int(part or 0) for part in found.groups())
        begins, ends = time(first % 24 if first == 24 else first, first_minute), time(last, last_minute)
        if begins == ends:
            raise ValueError
    except ValueError:
        raise ValueError(f'"{written}" names no quiet hours; write "22:00-8:00"') from None
    return QuietHours(begins, ends, zone)
