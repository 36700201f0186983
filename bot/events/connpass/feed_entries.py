"""The entries of a group's feed -> events. Called in worker processes."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from time import struct_time
from typing import Any

from bot.events.connpass.events import LARGEST_ID, LIKELY_YEARS, LONGEST_TEXT, TOKYO, UnreadableEvent, event_url
from bot.events.connpass.feed_texts import without_markup
from bot.events.rules.events import Event, marked_status
from bot.network.feeds import entries_of
from bot.network.plain_text import plain

_EVENT_LINK = re.compile(r"https?://[a-z0-9.:-]+/event/(\d{1,19})/?", re.IGNORECASE)
_WHEN = re.compile(r"^[^\S\n]*開催日時[^\S\n]*:(.*)$", re.MULTILINE)
_WHERE = re.compile(r"^[^\S\n]*開催場所[^\S\n]*[:：](.*)$", re.MULTILINE)
_DATE = r"(\d{4})[/.年-](\d{1,2})[/.月-](\d{1,2})日?(?:\s*\(.{1,3}\))?"
_TIME = r"(\d{1,2}):(\d{2})"
_SPAN = re.compile(rf"\s*{_DATE}\s+{_TIME}(?:\s*[~〜—–-]\s*(?:{_DATE}\s+)?{_TIME})?")


def read_feed(
    body: bytes, content_type: str, group: str
) -> tuple[tuple[Event, ...], tuple[tuple[int | None, str], ...]] | None:
    """Return the events of a feed, and for each entry that is none its id and why; None if it is no feed.

    Raises TooMuchMarkup.
    """
    entries = entries_of(body, content_type)
    if entries is None:
        return None
    events: dict[int, Event] = {}
    unreadable: list[tuple[int | None, str]] = []
    for entry in entries:
        try:
            event = parse_entry(entry, group)
            events.setdefault(event.id, event)
        except UnreadableEvent as error:
            unreadable.append((error.event_id, str(error)))
    return tuple(events.values()), tuple(unreadable)


def parse_entry(entry: Any, group: str) -> Event:
    """Read an entry as feedparser gives it. Raises UnreadableEvent."""
    link = _EVENT_LINK.match(entry.get("link") or "")
    event_id = int(link[1]) if link else 0
    if link is None or not 0 < event_id <= LARGEST_ID:
        raise UnreadableEvent(None, "link", "leads to no event")
    title = plain(without_markup(entry.get("title") or ""), LONGEST_TEXT)
    if not title:
        raise UnreadableEvent(event_id, "title", "is empty")
    summary = without_markup(entry.get("summary") or "")
    started_at, ended_at = _when(event_id, summary)
    where = _WHERE.search(summary)
    return Event(
        id=event_id,
        title=title,
        url=link[0] if len(link[0]) < LONGEST_TEXT else event_url(event_id),
        started_at=started_at,
        ended_at=ended_at,
        place=plain(where[1], LONGEST_TEXT) if where else "",
        status=marked_status(title),
        group=group,
        published_at=_moment(entry.get("published_parsed")),
    )


def _when(event_id: int, summary: str) -> tuple[datetime | None, datetime | None]:
    """Read start and end. A label without any date is "to be decided"; no label at all is another feed."""
    found = _WHEN.search(unicodedata.normalize("NFKC", summary))
    if found is None:
        raise UnreadableEvent(event_id, "summary", "does not say 開催日時")
    span = _SPAN.match(found[1])
    if span is None:
        if re.search(r"\d", found[1]):
            raise UnreadableEvent(event_id, "開催日時", f"is {plain(found[1], 60)}, which is no time")
        return None, None
    try:
        return _span(*span.groups())
    except ValueError:
        raise UnreadableEvent(event_id, "開催日時", f"is {plain(span[0], 60)}, which is no time") from None


def _span(*parts: str | None) -> tuple[datetime, datetime | None]:
    year, month, day, hour, minute, end_year, end_month, end_day, end_hour, end_minute = (int(p or 0) for p in parts)
    start = _tokyo((year, month, day), hour, minute)
    if parts[-1] is None:
        return start, None
    end = _tokyo((end_year, end_month, end_day) if end_year else (year, month, day), end_hour, end_minute)
    return start, end if end > start else None


def _tokyo(date: tuple[int, int, int], hour: int, minute: int) -> datetime:
    if date[0] not in LIKELY_YEARS or hour > 30 or minute > 59:
        raise ValueError
    midnight = datetime(*date, tzinfo=TOKYO)
    return (midnight + timedelta(hours=hour, minutes=minute)).astimezone(UTC)  # 25:30 is said of late nights


def _moment(parsed: struct_time | None) -> datetime | None:
    if parsed is None or parsed.tm_year not in LIKELY_YEARS:
        return None
    return datetime(*parsed[:5], tzinfo=UTC) + timedelta(seconds=parsed.tm_sec)
