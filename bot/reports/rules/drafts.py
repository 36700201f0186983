"""What a report's draft is made of: a header as Pelican reads it, strangers' words as harmless Markdown, a time table.

A draft is a Markdown file: lines `Title: …` without `---`, an empty line, the text.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from urllib.parse import quote

from bot.events.rules.events import Event
from bot.reports.rules.dates import month_in_path
from bot.reports.rules.reports import Report

MOST_SLOTS, LONGEST_SLOT = 50, 200

_MARKUP = re.compile(r"[\\`*_{}\[\]]")  # what Markdown and its usual extensions read inside a line
_ENTITY = re.compile(r"&(?=#?\w+;)")
_SAFE_IN_LINKS = "/:?#@!$&+,;=%~-."
_TIME = r"(?:[01]?\d|2\d)(?::[0-5]\d|時(?:[0-5]?\d分)?)(?!\d)"
_SLOT = re.compile(
    rf"[\s・●○■□◆◇▼▶*•-]*(?P<start>{_TIME})(?:\s*(?:[-~〜–—―→]|から|\s)\s*(?P<end>{_TIME})(?:まで)?)?"
    r"[\s:|/~〜–—―-]*(?P<what>.*)"
)
_ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Slot:
    """One line of a time table; `time` is `19:00`, or `19:00〜19:10` where the end is given."""

    time: str
    what: str


def timetable_in(lines: Iterable[str]) -> list[Slot]:
    """Find the time table in a description: lines that begin with a time, or rows (cells apart by tabs) that have one.

    One such line is none: it says when the event begins, not what happens when.
    """
    slots = [slot for line in lines if (slot := _slot_in(unicodedata.normalize("NFKC", line))) is not None]
    return slots[:MOST_SLOTS] if len(slots) > 1 else []


def _slot_in(line: str) -> Slot | None:
    cells = [cell for cell in line.split("\t") if cell.strip()]
    first = next((place for place, cell in enumerate(cells) if _SLOT.fullmatch(cell)), None)
    if first is None:
        return None
    found = _SLOT.fullmatch(" ".join(cells[first:]))
    assert found is not None  # noqa: S101  # its first cell matches
    what = " ".join(_ADDRESS.sub(" ", " ".join([*cells[:first], found["what"]])).split())
    times = [_clock(found[name]) for name in ("start", "end") if found[name]]
    return Slot("〜".join(times), what[:LONGEST_SLOT]) if what else None


def _clock(written: str) -> str:
    hours, minutes = (*re.findall(r"\d+", written), "00")[:2]
    return f"{int(hours)}:{minutes:0>2}"


def escaped(text: str) -> str:
    """Return strangers' words as Markdown that shows them as they are: no HTML, no links, no attributes, one line."""
    return _MARKUP.sub(r"\\\g<0>", as_html(text))


def as_html(text: str) -> str:
    """Return a text for where HTML is read, but no Markdown, such as the title in the header. One line."""
    line = _ENTITY.sub("&amp;", " ".join(text.split()))
    return line.replace("<", "&lt;").replace(">", "&gt;")


def linked(text: str, url: str) -> str:
    """Return a link in Markdown; only the text if the address is not http or https."""
    if not url.startswith(("http://", "https://")):
        return escaped(text)
    return f"[{escaped(text)}]({quote(url, safe=_SAFE_IN_LINKS)})"


def header(fields: Mapping[str, str]) -> str:
    """Return the lines of a header; an empty field is left out."""
    return "\n".join(f"{name}: {' '.join(value.split())}" for name, value in fields.items() if value.strip())


def slug_of(event: Event, reports: Sequence[Report], zone: tzinfo) -> str:
    """Return the month of the event, such as `201708`; with a number where another event's report has that address."""
    start = event.started_at
    assert start is not None  # noqa: S101  # a draft is of an event that took place
    slug = f"{start.astimezone(zone):%Y%m}"
    taken = {_slug_in(report.path) for report in reports if report.event_id != event.id}
    return next(_free(slug, taken))


def _free(slug: str, taken: Collection[str]) -> Iterator[str]:
    names = (slug if number == 1 else f"{slug}-{number}" for number in range(1, len(taken) + 2))
    return (name for name in names if name not in taken)


def _slug_in(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".html") if month_in_path(path) else ""


def drafted_at(event: Event, now: datetime) -> datetime:
    """Return the date that a draft carries: now, but never before the event is over."""
    return max(now, event.ends_at or now)
