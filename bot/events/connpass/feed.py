"""A group's public Atom feed: the source for a group that has no API key yet.

Its dates are those of publication; the event's own time stands in the summary. It knows no status, no seats, and only
the newest events, so that nothing follows from an event missing in it.
"""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from bot.core.errors import ConfigurationError, SourceRefused, SourceUnavailable
from bot.core.problems.base import NoAnswer
from bot.core.problems.sources import EntryLeftOut, FeedNeedsGroup, NoSuchGroup
from bot.events.connpass.api import refusal
from bot.events.connpass.events import LONGEST_TEXT
from bot.events.connpass.feed_texts import without_markup
from bot.events.connpass.source import group_of
from bot.events.ports.sources import Listing
from bot.events.rules.events import Event
from bot.network.http import HttpClient, Page
from bot.network.plain_text import plain
from bot.sandbox.page_parser import PageParser, Unparsable

_Feed = tuple[tuple[Event, ...], tuple[tuple[int | None, str], ...]] | None
_ENTRIES, _FEEDS = "bot.events.connpass.feed_entries", "bot.network.feeds"


class ConnpassFeedSource:
    """Fulfils `EventSource` from the feed of a group. `url` is another address of it, for tests."""

    def __init__(self, name: str, group: str, http: HttpClient, parser: PageParser, url: str | None = None) -> None:
        subdomains = group_of(group).get("subdomain")
        if not subdomains or len(subdomains) > 1:
            raise ConfigurationError(FeedNeedsGroup(name))
        self.name = name
        self._group = subdomains[0]
        self._url = url or f"https://{self._group}.connpass.com/ja.atom"
        self._http, self._parser = http, parser

    @property
    def query(self) -> str:
        return f"feed={self._group}"

    async def title(self) -> str:
        """Return what the feed calls its group. Raises SourceRefused where connpass has none, SourceUnavailable."""
        title: str | None = await self._parsed(str | None, _FEEDS, "title_of", await self._page())
        if title is None:
            raise self._no_feed()
        return plain(without_markup(title), LONGEST_TEXT)

    async def listing(self, now: datetime) -> Listing:
        read = await self._parsed(_Feed, _ENTRIES, "read_feed", await self._page(), self._group)
        if read is None:
            raise self._no_feed()
        events, unreadable = read
        return Listing(
            events=events,
            complete=False,
            problems=tuple(EntryLeftOut(detail=why) for _, why in unreadable),
            unreadable=frozenset(event_id for event_id, _ in unreadable if event_id),
        )

    async def _parsed(self, returns: Any, module: str, function: str, page: Page, *args: object) -> Any:
        try:
            return await self._parser.parse(returns, module, function, page.body, page.content_type, *args)
        except Unparsable as error:
            detail = f"sent a feed for the group {self._group} that {error}"
            raise SourceUnavailable(NoAnswer(where="connpass", detail=detail)) from error

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
