"""Durations as people write them in the configuration: `90s`, `15m`, `1h`, `7d`, `1h30m`."""

import re
from datetime import timedelta

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_WRITTEN = re.compile(r"(?:\d+[dhms])+")
_PART = re.compile(r"(\d+)([dhms])")
LONGEST = timedelta(days=3650)


def parse_duration(written: str) -> timedelta:
    """Read a duration such as `90s`, `15m`, `1h` or `7d`. Raises ValueError with a sentence that shows the form."""
    text = written.strip()
    if not _WRITTEN.fullmatch(text):
        raise ValueError(f'"{written}" is not a duration; write "7d", "1d" or "30m"')
    parts = [(int(number), unit) for number, unit in _PART.findall(text)]
    if any(number > 10**9 for number, _ in parts):
        raise ValueError(f'"{written}" is too long')
    length = sum((timedelta(**{_UNITS[unit]: number}) for number, unit in parts), timedelta())
    if not timedelta() < length <= LONGEST:
        raise ValueError(f'"{written}" must be longer than nothing and at most {LONGEST.days} days')
    return length


def write_duration(length: timedelta) -> str:
    """Write a duration in its shortest form: `7d`, `1h30m`."""
    seconds = int(length.total_seconds())
    written = ""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        written += f"{count}{unit}" if count else ""
    return written or "0s"
