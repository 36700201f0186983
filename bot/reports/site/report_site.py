"""The site on which a group publishes its reports: a feed if it has one, its archive, and the articles."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

import structlog
from bs4 import BeautifulSoup

from bot.core.errors import SourceError, SourceUnavailable
from bot.core.problems.sources import SiteUnreadable
from bot.network.feeds import entries_of
from bot.network.http import HttpClient, Page
from bot.reports.rules.reports import ReportPage
from bot.reports.site.report_page import absolute, canonical_path, parse_report

log = structlog.get_logger()

MOST_REPORTS = 500
NEWEST = 20  # these are read at every poll: titles and links are corrected in the days after
OTHERS = 5  # and so many older ones, in turn
PATIENCE = 3  # failures: of one poll until it is given up, and of one article until the poll goes on without it

_GONE = {404, 410}
_IN_ARCHIVE = ("#content dl dd a[href], #content dl dt a[href]", "#content a[href], main a[href]", "body a[href]")
_NO_ARTICLE = re.compile(
    r"^/$|/(?:archives|index|tags|categories|authors|drafts)(?:\.html?)?/?$|"
    r"/(?:category|tag|author|feeds|theme|pages?|static)/|\.(?!html?$)[a-z0-9]{1,5}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Read:
    """An article as it was read last, with what the site needs to say that it did not change."""

    report: ReportPage
    unless: dict[str, str]


class ReportSite:
    """Fulfils `ReportSource`. Articles are kept in memory, so that an hourly poll asks only for the newest again."""

    def __init__(self, site_url: str, http: HttpClient) -> None:
        self._url = site_url if site_url.endswith("/") else f"{site_url}/"
        self._http = http
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
        listed = [] if archive.status in _GONE else await asyncio.to_thread(_listed, archive)
        if archive.status not in _GONE and not listed:
            raise _unreadable(archive.url, "lists no article")
        addresses: dict[str, str] = {}
        for url in (*listed, *(absolute(front.url, link) for link in feed)):
            if url is not None:
                addresses.setdefault(canonical_path(url), url)
        return dict(list(addresses.items())[:MOST_REPORTS])

    async def _feed(self, front: Page) -> list[str]:
        """Return the links of the feed, if there is one."""
        named = await asyncio.to_thread(_alternate, front) if front.status == 200 else None
        page = await self._get(named or urljoin(self._url, "feeds/all.atom.xml"))
        if page.status in _GONE:
            return []
        entries = await asyncio.to_thread(entries_of, page) or []
        return [entry.link for entry in entries if entry.get("link")]

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
            report = await asyncio.to_thread(parse_report, page.body, url, path)
            if report is None:
                log.warning("no article there", url=url)
            else:
                self._read[path] = _Read(report, dict(_validators(page)))
        return True

    async def _get(self, url: str, headers: dict[str, str] | None = None) -> Page:
        try:
            page = await self._http.fetch(url, headers=headers)
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


def _alternate(front: Page) -> str | None:
    soup = BeautifulSoup(front.body, "lxml")
    kinds = ("application/atom+xml", "application/rss+xml")
    links = (tag for kind in kinds for tag in soup.select(f'link[rel~="alternate"][type="{kind}"][href]'))
    return next((url for tag in links if (url := absolute(front.url, str(tag["href"])))), None)


def _listed(archive: Page) -> list[str]:
    """Return the addresses that an archive lists: in a definition list, or wherever its theme has them."""
    soup = BeautifulSoup(archive.body, "lxml")
    for selector in _IN_ARCHIVE:
        links = (absolute(archive.url, str(tag["href"])) for tag in soup.select(selector))
        if found := list(_articles(links)):
            return found
    return []


def _articles(links: Iterable[str | None]) -> Iterator[str]:
    return (url for url in links if url is not None and not _NO_ARTICLE.search(canonical_path(url)))
