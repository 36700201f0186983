"""Lead times as members write them: `1d 2h`, `3日前、1時間前`, `30分`, `前日`."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import timedelta

SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=90)
MOST = 5

_UNITS = {
    timedelta(weeks=1): ("w", "week", "weeks", "週", "週間"),
    timedelta(days=1): ("d", "day", "days", "日"),
    timedelta(hours=1): ("h", "hour", "hours", "時間"),
    timedelta(minutes=1): ("m", "min", "mins", "minute", "minutes", "分"),
}
_LENGTHS = {unit: length for length, units in _UNITS.items() for unit in units}
_NAMED = {"前日": timedelta(days=1), "前の日": timedelta(days=1)}
_UNIT = "|".join(sorted(_LENGTHS, key=len, reverse=True))
_APART = re.compile(rf"(\d) (?=(?:{_UNIT})(?![a-z]))")
_BETWEEN = re.compile(r"[,、・と]+")
_PART = re.compile(rf"(\d{{1,4}})({_UNIT})")
_ONE = re.compile(rf"(?:{_PART.pattern})+(?:前|まえ)?")


def parse_lead_times(written: str) -> tuple[timedelta, ...]:
    """Read lead times, the longest first. Raises ValueError with a sentence that shows the form.

    `1d 2h` are two lead times; `1h30m`, written together, is one.
    """
    found = _lengths(_folded(written))
    if not found or None in found:
        raise ValueError(f'"{written}" names no lead times; write "1d 2h", "3日前" or "30分"')
    lengths = longest_first(length for length in found if length is not None)
    if len(lengths) > MOST or not all(SHORTEST <= length <= LONGEST for length in lengths):
        raise ValueError(f'"{written}": at most {MOST} lead times, from 5 minutes to {LONGEST.days} days')
    return lengths


def split_lead_times(argument: str) -> tuple[str, str]:
    """Split `もくもく会 3日前 1時間前` into what names an event, and the lead times behind it; either may be ""."""
    words = _folded(argument).split()
    first = len(words)
    while first > 0 and all(_lengths(words[first - 1])):
        first -= 1
    return " ".join(words[:first]), " ".join(words[first:])


def longest_first(lead_times: Iterable[timedelta]) -> tuple[timedelta, ...]:
    """Return the lead times in the order in which they come due, each once."""
    return tuple(sorted(set(lead_times), reverse=True))


def _folded(text: str) -> str:
    folded = " ".join(unicodedata.normalize("NFKC", text[:200]).casefold().split())
    return _APART.sub(r"\1", folded).replace(" before", "")


def _lengths(text: str) -> list[timedelta | None]:
    return [_length(part) for part in _BETWEEN.sub(" ", text).split()]


def _length(word: str) -> timedelta | None:
    if word in _NAMED:
        return _NAMED[word]
    if not _ONE.fullmatch(word):
        return None
    return sum((int(number) * _LENGTHS[unit] for number, unit in _PART.findall(word)), timedelta())
