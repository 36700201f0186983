"""A group's public Atom feed: the source for a group that has no API key yet.

Its dates are those of publication; the event's own time stands in the summary. It knows no status, no seats, and only
the newest events, so that nothing follows from an event missing in it.
"""

import asyncio
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import unescape
from http import HTTPStatus
from time import struct_time
from typing import Any

from bot.core.errors import ConfigurationError, SourceRefused, SourceUnavailable
from bot.core.problems.base import NoAnswer
from bot.core.problems.sources import EntryLeftOut, FeedNeedsGroup, NoSuchGroup
from bot.events.connpass.api import refusal
from bot.events.connpass.events import LARGEST_ID, LIKELY_YEARS, LONGEST_TEXT, TOKYO, UnreadableEvent, event_url
from bot.events.connpass.source import group_of
from bot.events.ports.sources import Listing
from bot.events.rules.events import Event, marked_status
from bot.network.feeds import entries_of, title_of
from bot.network.http import HttpClient, Page
from bot.network.plain_text import plain

_EVENT_LINK = re.compile(r"https?://[a-z0-9.:-]+/event/(\d{1,19})/?", re.IGNORECASE)
_WHEN = re.compile(r"^\s*開催日時\s*:(.*)$", re.MULTILINE)
_WHERE = re.compile(r"^\s*開催場所\s*[:：](.*)$", re.MULTILINE)
_DATE = r"(\d{4})[/.年-](\d{1,2})[/.月-](\d{1,2})日?(?:\s*\(.{1,3}\))?"
_TIME = r"(\d{1,2}):(\d{2})"
_SPAN = re.compile(rf"\s*{_DATE}\s+{_TIME}(?:\s*[~〜—–-]\s*(?:{_DATE}\s+)?{_TIME})?")


class ConnpassFeedSource:
    """Fulfils `EventSource` from the feed of a group. `url` is another address of it, for tests."""

    def __init__(self, name: str, group: str, http: HttpClient, url: str | None = None) -> None:
        subdomains = group_of(group).get("subdomain")
        if not subdomains or len(subdomains) > 1:
            raise ConfigurationError(FeedNeedsGroup(name))
        self.name = name
        self._group = subdomains[0]
        self._url = url or f"https://{self._group}.connpass.com/ja.atom"
        self._http = http

    @property
    def query(self) -> str:
        return f"feed={self._group}"

    async def title(self) -> str:
        """Return what the feed calls its group. Raises SourceRefused where connpass has none, SourceUnavailable."""
        page = await self._page()
        title = await asyncio.to_thread(title_of, page)
        if title is None:
            raise self._no_feed()
        return plain(_plain_of(title), LONGEST_TEXT)

    async def listing(self, now: datetime) -> Listing:
        return await asyncio.to_thread(self._read, await self._page())

    async def _page(self) -> Page:
        page = await self._http.fetch(self._url)
        if page.status == HTTPStatus.NOT_FOUND:
            raise SourceRefused(NoSuchGroup(self._group))
        if page.status != HTTPStatus.OK:
            raise refusal(page)
        return page

    def _no_feed(self) -> SourceUnavailable:
        return SourceUnavailable(NoAnswer(where="connpass", detail=f"sent no feed for the group {self._group}"))

    async def look_up(self, event_ids: Sequence[int]) -> Listing:
        return Listing((), complete=False)  # a feed cannot be asked for one event

    def _read(self, page: Page) -> Listing:
        entries = entries_of(page)
        if entries is None:
            raise self._no_feed()
        events: dict[int, Event] = {}
        unreadable: list[UnreadableEvent] = []
        for entry in entries:
            try:
                event = parse_entry(entry, self._group)
                events.setdefault(event.id, event)
            except UnreadableEvent as error:
                unreadable.append(error)
        return Listing(
            events=tuple(events.values()),
            complete=False,
            problems=tuple(EntryLeftOut(detail=str(error)) for error in unreadable),
            unreadable=frozenset(error.event_id for error in unreadable if error.event_id),
        )


def parse_entry(entry: Any, group: str) -> Event:
    """Read an entry as feedparser gives it. Raises UnreadableEvent."""
    link = _EVENT_LINK.match(entry.get("link") or "")
    event_id = int(link[1]) if link else 0
    if link is None or not 0 < event_id <= LARGEST_ID:
        raise UnreadableEvent(None, "link", "leads to no event")
    title = plain(_plain_of(entry.get("title") or ""), LONGEST_TEXT)
    if not title:
        raise UnreadableEvent(event_id, "title", "is empty")
    summary = _plain_of(entry.get("summary") or "")
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


def _plain_of(html: str) -> str:
    lines = re.sub(r"<br\s*/?>|</?(?:p|div|li)\b[^>]*>", "\n", html, flags=re.IGNORECASE)
    return unescape(re.sub(r"</?[a-z][^>]*>", "", lines, flags=re.IGNORECASE))


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
