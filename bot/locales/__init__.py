"""Every text that people read: English as the source, Japanese beside it, dates as each language writes them.

`LANGUAGE/LC_MESSAGES/tsudoi.po` is compiled in memory at the start, so that no compiled file falls behind its source.
"""

import locale
import os
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from io import BytesIO
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time, get_day_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

TOKYO = ZoneInfo("Asia/Tokyo")


LANGUAGES = {"ja": "日本語", "en": "English"}  # each in its own words


def language_in(tag: str) -> str:
    """Return the language of ours that a tag such as `en-US` names, "" where it is none of them."""
    language = tag.partition("-")[0].casefold()
    return language if language in LANGUAGES else ""


def language_of_computer() -> str:
    """Return the language of who sits at this computer; English where it does not say, or says none of ours."""
    return language_in(locale_of_computer().replace("_", "-")) or "en"


def locale_of_computer() -> str:
    """Return what the environment, or the system, calls its language, such as `ja_JP.UTF-8` or `C`."""
    named = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), None)
    return named or locale.getlocale()[0] or "C"


class Texts:
    """The texts and dates of one language, in one time zone."""

    def __init__(self, locale: str, zone: ZoneInfo = TOKYO) -> None:
        self.locale = locale
        self.zone = zone
        catalogue = _catalogue(locale)
        self.gettext = catalogue.gettext
        self.ngettext = catalogue.ngettext

    def local(self, at: datetime) -> datetime:
        """Return the moment in the community's zone."""
        return at.astimezone(self.zone)

    def date(self, at: datetime) -> str:
        """Return day and weekday: `2026年11月24日(火)`, `Tue, Nov 24, 2026`."""
        return _date(self.local(at).date(), self.locale)

    def time(self, at: datetime) -> str:
        """Return hours and minutes, 24 hours a day: `19:00`."""
        return format_time(self.local(at).time(), "HH:mm", locale=self.locale)

    def moment(self, at: datetime) -> str:
        """Return day and time: `2026年11月24日(火) 19:00`."""
        return f"{self.date(at)} {self.time(at)}"

    def weekday(self, number: int) -> str:
        """Return the name of a day of the week, Monday is 0: `月曜日`, `Monday`."""
        return str(get_day_names("wide", locale=self.locale)[number])

    def span(self, start: datetime, end: datetime | None) -> str:
        """Return a stretch of time, the day said once: `2026年11月24日(火) 19:00〜21:00`."""
        said = self.moment(start)
        if end is None:
            return said
        if self.local(start).date() == self.local(end).date():
            return f"{said}〜{self.time(end)}" if self.locale == "ja" else f"{said}-{self.time(end)}"
        return f"{said} 〜 {self.date(end)} {self.time(end)}"

    def in_a_row(self, *sentences: str) -> str:
        """Return sentences as a paragraph: Japanese leaves no space between them."""
        return ("" if self.locale == "ja" else " ").join(sentences)

    def listed(self, words: Iterable[str]) -> str:
        """Return words in one line: `a、b`, `a, b`."""
        return ("、" if self.locale == "ja" else ", ").join(words)

    def days_until(self, at: datetime, now: datetime) -> int:
        """Return how many calendar days lie between, as people count them: 0 today, 1 tomorrow, -1 yesterday."""
        return (self.local(at).date() - self.local(now).date()).days


def _date(day: date, locale: str) -> str:
    if locale == "ja":
        return format_date(day, "y年M月d日(E)", locale="ja")
    return format_skeleton("yMMMEd", datetime(day.year, day.month, day.day, tzinfo=UTC), locale=locale)


@cache
def _catalogue(locale: str) -> NullTranslations:
    source = files(__package__) / locale / "LC_MESSAGES" / "tsudoi.po"
    if not source.is_file():
        return NullTranslations()  # English is the source language
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(source.read_bytes()), locale=locale))
    compiled.seek(0)
    return Translations(compiled)


@cache
def texts_for(locale: str, zone: ZoneInfo = TOKYO) -> Texts:
    """Return the texts of a language, `ja` or `en`."""
    return Texts(locale, zone)
