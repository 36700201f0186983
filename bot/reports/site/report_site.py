"""The site on which a group publishes its reports: a feed if it has one, its archive, and the articles."""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin

import structlog

from bot.core.errors import SourceError, SourceUnavailable
from bot.core.logins import login_apart
from bot.core.problems.sources import SiteUnreadable
from bot.network.http import HttpClient, Page
from bot.reports.rules.reports import ReportPage
from bot.reports.site.addresses import absolute, canonical_path
from bot.reports.site.moments import moment
from bot.sandbox.page_parser import PageParser, Unparsable

log = structlog.get_logger()

MOST_REPORTS = 500
NEWEST = 20  # these are read at every poll: titles and links are corrected in the days after
OTHERS = 5  # and so many older ones, in turn
PATIENCE = 3  # failures: of one poll until it is given up, and of one article until the poll goes on without it

_GONE = {404, 410}
_LISTINGS, _FEEDS, _REPORT_PAGE = "bot.reports.site.listings", "bot.network.feeds", "bot.reports.site.report_page"

_Article = tuple[ReportPage, str] | None


@dataclass(frozen=True, slots=True)
class _Read:
    """An article as it was read last, with what the site needs to say that it did not change."""

    report: ReportPage
    unless: dict[str, str]


class ReportSite:
    """Fulfils `ReportSource`. Articles are kept in memory, so that an hourly poll asks only for the newest again."""

    def __init__(self, site_url: str, http: HttpClient, parser: PageParser) -> None:
        address, login = login_apart(site_url)
        self._url = address if address.endswith("/") else f"{address}/"
        self._login = {"Authorization": f"Basic {b64encode(login.encode()).decode()}"} if login else {}
        self._http = http
        self._parser = parser
        self._read: dict[str, _Read] = {}
        self._failures: Counter[str] = Counter()
        self._turn = 0

    async def pages(self) -> Sequence[ReportPage]:
        """Read the articles that the site lists; an empty or broken listing is an error, never "no reports"."""
        addresses = await self._addresses()
        again = self._to_read_again(list(addresses))
        failed = 0
        for path, url in addresses.items():
            if path in again:
                failed += not await self._read_article(path, url)
            if failed >= PATIENCE:
                raise _unreadable(self._url, "lists articles that cannot be read")
        return [self._read[path].report for path in addresses if path in self._read]

    async def _addresses(self) -> dict[str, str]:
        """Return the address of every article listed, by its canonical path, in the order of the archive."""
        front = await self._get(self._url)
        feed = await self._feed(front)
        archive = await self._get(urljoin(self._url, "archives.html"))
        if archive.status in _GONE and not feed:
            raise _unreadable(self._url, "has neither a feed nor archives.html; is the address right?")
        listed = (
            []
            if archive.status in _GONE
            else await self._parsed(list[str], _LISTINGS, "listed_in", archive, archive.url)
        )
        if archive.status not in _GONE and not listed:
            raise _unreadable(archive.url, "lists no article")
        addresses: dict[str, str] = {}
        for url in (*listed, *(absolute(front.url, link) for link in feed)):
            if url is not None:
                addresses.setdefault(canonical_path(url), url)
        return dict(list(addresses.items())[:MOST_REPORTS])

    async def _feed(self, front: Page) -> list[str]:
        """Return the links of the feed, if there is one."""
        named = await self._parsed(str, _LISTINGS, "feed_of", front, front.url) if front.status == 200 else ""
        page = await self._get(named or urljoin(self._url, "feeds/all.atom.xml"))
        if page.status in _GONE:
            return []
        links: list[str] = await self._parsed(list[str], _FEEDS, "links_in", page, page.content_type)
        return links

    def _to_read_again(self, paths: list[str]) -> set[str]:
        older = paths[NEWEST:]
        start = self._turn % max(len(older), 1)
        self._turn += OTHERS
        in_turn = (older[start:] + older[:start])[:OTHERS]
        return {*paths[:NEWEST], *in_turn, *(path for path in paths if path not in self._read)}

    async def _read_article(self, path: str, url: str) -> bool:
        """Read an article again; False if that failed. One that was never read makes the poll fail, for a while."""
        known = self._read.get(path)
        try:
            page = await self._get(url, known.unless if known else None)
        except SourceUnavailable:
            self._failures[path] += 1
            if known is None and self._failures[path] < PATIENCE:
                raise
            log.warning("article cannot be read", url=url)
            return False
        del self._failures[path]
        if page.status in _GONE:
            self._read.pop(path, None)
        elif page.status != 304:
            await self._keep(path, url, page)
        return True

    async def _keep(self, path: str, url: str, page: Page) -> None:
        try:
            article = await self._parser.parse(_Article, _REPORT_PAGE, "read_article", page.body, url, path)
        except Unparsable as error:
            log.warning("article left out", url=url, reason=str(error))
            return
        if article is None:
            log.warning("no article there", url=url)
        else:
            report, published = article
            self._read[path] = _Read(replace(report, published_at=moment(published)), dict(_validators(page)))

    async def _parsed(self, returns: Any, module: str, function: str, page: Page, beside: str) -> Any:
        try:
            return await self._parser.parse(returns, module, function, page.body, beside)
        except Unparsable as error:
            raise _unreadable(page.url, str(error)) from error

    async def _get(self, url: str, headers: dict[str, str] | None = None) -> Page:
        try:
            page = await self._http.fetch(url, headers=self._login | (headers or {}))
        except SourceError as error:
            raise type(error)(SiteUnreadable(where=url, detail=str(error.problem))) from error
        if page.status not in {200, 304, *_GONE}:
            raise _unreadable(url, f"answered {page.status}")
        return page


def _unreadable(url: str, detail: str) -> SourceUnavailable:
    return SourceUnavailable(SiteUnreadable(where=url, detail=detail))


def _validators(page: Page) -> Iterator[tuple[str, str]]:
    for ours, theirs in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
        if theirs in page.headers:
            yield ours, page.headers[theirs]
