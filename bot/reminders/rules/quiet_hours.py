"""The hours of a day in which a member wants no reminder, and when one that falls into them comes instead."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.delivery.rules.deliveries import Delivery

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

    def spare(self, reminder: Delivery, starts_at: datetime, now: datetime) -> Delivery:
        """Return the reminder at a moment at which it does not disturb.

        It comes right after the quiet hours where that is early enough to be of use, else right before them. Where that
        is past it comes after them all the same if the event has not begun by then, and otherwise in the midst of them:
        a reminder that was asked for is never lost.
        """
        quiet = self.around(reminder.due_at)
        if quiet is None:
            return reminder
        begin, end = quiet
        if reminder.useful_until is not None and end <= reminder.useful_until:
            return _at(end, reminder, starts_at)
        if begin > now:
            return _at(begin, reminder, starts_at)
        return _at(end, reminder, starts_at) if end < starts_at else reminder

    def after(self, now: datetime, before: datetime | None) -> datetime:
        """Return when news may be told: now, or after the quiet hours if that is `before` it is too late."""
        quiet = self.around(now)
        return quiet[1] if quiet is not None and (before is None or quiet[1] < before) else now


def _at(due_at: datetime, reminder: Delivery, starts_at: datetime) -> Delivery:
    return replace(reminder, due_at=due_at, useful_until=due_at + (starts_at - due_at) / 2)


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
