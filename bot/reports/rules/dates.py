"""The dates that a report tells: in its prose, and the month in its address."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from bot.core.folding import fold
from bot.events.rules.titles import OTHER_OCCASION

TOKYO = ZoneInfo("Asia/Tokyo")
_WEEKDAYS = "月火水木金土日"
_WEEKDAY = r"(?:\s*\(?\s*(?P<weekday{n}>[月火水木金土日])(?:曜日?)?\s*[)・,、])?"
_DATE = re.compile(
    r"(?:(?P<year1>\d{4})年\s*)?(?P<month1>\d{1,2})月\s*(?P<day1>\d{1,2})日"
    + _WEEKDAY.format(n=1)
    + r"|(?<![\d/.-])(?P<year2>\d{4})[/.-](?P<month2>\d{1,2})[/.-](?P<day2>\d{1,2})(?![\d/.-])"
    + _WEEKDAY.format(n=2)
    + r"|(?<![\d/.-])(?P<month3>\d{1,2})/(?P<day3>\d{1,2})\s*\((?P<weekday3>[月火水木金土日])(?:曜日?)?\s*[)・,、]"
)
_SENTENCE = re.compile(r"[。\n!?]")
_MONTH_IN_NAME = re.compile(r"^(20\d\d)[-_]?(0[1-9]|1[0-2])(?:[-_]?(?:[0-2]\d|3[01]))?(?!\d)")


@dataclass(frozen=True, slots=True)
class StatedDate:
    """The first date that a report tells of itself; `day` is None if it does not exist or its weekday is impossible."""

    written: str
    day: date | None


def stated_date(text: str, latest: date) -> StatedDate | None:
    """Find the date of which the prose speaks first, leaving out sentences on other events; None if it tells none.

    A date without a year is the last one not after `latest`.
    """
    for sentence in _SENTENCE.split(fold(text)):
        if not OTHER_OCCASION.search(sentence):
            for found in _DATE.finditer(sentence):
                return StatedDate(found.group().strip(), _day(found, latest))
    return None


def _day(found: re.Match[str], latest: date) -> date | None:
    given = {name: next(_groups(found, name), None) for name in ("year", "month", "day", "weekday")}
    month, day = int(given["month"] or 0), int(given["day"] or 0)
    years = [int(given["year"])] if given["year"] else [latest.year, latest.year - 1]
    for year in years:
        try:
            possible = date(year, month, day)
        except ValueError:
            continue
        if given["year"] or possible <= latest:
            weekday_agrees = given["weekday"] in (None, _WEEKDAYS[possible.weekday()])
            return possible if weekday_agrees else None
    return None


def _groups(found: re.Match[str], name: str) -> Iterator[str]:
    return (value for key, value in found.groupdict().items() if value and key.rstrip("123") == name)


def month_in_path(path: str) -> tuple[int, int] | None:
    """Return year and month from a file name such as `201708.html` or `2017-08-2.html`; None if it has none."""
    found = _MONTH_IN_NAME.match(path.rstrip("/").rpartition("/")[2])
    return (int(found[1]), int(found[2])) if found else None
