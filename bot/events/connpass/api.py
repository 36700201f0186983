"""The connpass API v2: every page of a query, and the problem that every failure means."""

import json
import re
import reprlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from html import unescape
from http import HTTPStatus

import structlog

from bot.core.errors import SourceError, SourceRefused, SourceUnavailable
from bot.core.problems import sources as problems
from bot.core.problems.base import NoAnswer, Problem
from bot.events.connpass.events import readable_id
from bot.network.http import HttpClient, Page, Params
from bot.network.plain_text import plain

log = structlog.get_logger()

COUNT = 100  # events a page, the most that connpass gives
MOST_PAGES = 100
PAUSES = (timedelta(seconds=2), timedelta(seconds=6))  # before the second and the third try
LONGEST_PAUSE = timedelta(seconds=30)  # a longer Retry-After is left to the next poll
LONGEST_REST = timedelta(hours=1)  # a Retry-After beyond is not believed
_NEWEST_DATE_FIRST = 2
_NAME, _ADDRESS = "connpass", "connpass.base_url"
_REFUSALS: dict[int, Callable[..., Problem]] = {
    400: problems.QuestionRefused,
    401: problems.KeyRefused,
    403: problems.KeyRefused,
    404: partial(problems.WrongAddress, _ADDRESS, where=_NAME),
    410: partial(problems.WrongAddress, _ADDRESS, where=_NAME),
    422: problems.QuestionRefused,
}
_KEY = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Entries:
    """The raw entries of a query. Without a `problem` nothing is missing."""

    entries: tuple[object, ...]
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class _Listing:
    entries: list[object]
    returned: int
    available: int


class ConnpassApi:
    """The API under one key. All sources share one, so that together they call once a second."""

    def __init__(self, base_url: str, api_key: str, http: HttpClient) -> None:
        self._base = base_url.rstrip("/")
        self._key = api_key.strip()
        self._http = http

    async def entries(self, query: Params) -> Entries:
        """Fetch every event of a query, each id once. Raises SourceRefused or SourceUnavailable if none came at all."""
        return await self._all("events", {**query, "order": _NEWEST_DATE_FIRST})

    async def groups(self, subdomain: str) -> Entries:
        """Fetch the group of this name; no entry where there is none. Raises as above."""
        return await self._all("groups", {"subdomain": subdomain})

    async def presentations(self, event_id: int) -> Entries:
        """Fetch the slides, videos and articles of an event. Raises as above."""
        return await self._all(f"events/{event_id}/presentations", {})

    async def _all(self, path: str, query: Params) -> Entries:
        pages: list[_Listing] = [await self._page(path, query, 1)]
        problem: Problem | None = None
        while problem is None and pages[-1].returned and (fetched := _returned(pages)) < pages[-1].available:
            try:
                pages.append(await self._page(path, query, fetched + 1))
            except SourceError as error:
                problem = problems.PageMissing(len(pages) + 1, error.problem)
            if len(pages) == MOST_PAGES:
                problem = problems.TooManyFound(pages[-1].available)
        entries = _each_once(entry for page in pages for entry in page.entries)
        return Entries(entries, problem or _gap(pages, entries))

    async def _page(self, path: str, query: Params, start: int) -> _Listing:
        """Fetch a page, trying again after a passing fault. The pauses hold for every source: one key, one queue."""
        for pause in PAUSES:
            try:
                return await self._try(path, query, start)
            except SourceUnavailable as fault:
                if (fault.retry_after or pause) > LONGEST_PAUSE:
                    raise
                self._http.rest(pause)
                log.info("connpass asked again", start=start, reason=str(fault))
        return await self._try(path, query, start)

    async def _try(self, path: str, query: Params, start: int) -> _Listing:
        if not _KEY.fullmatch(self._key):
            wrong = "it holds characters that no key has" if self._key else "it is empty"
            raise SourceRefused(problems.NoKey(detail=wrong))
        params = {**query, "start": start, "count": COUNT}
        page = await self._http.fetch(
            f"{self._base}/{path}/", params, {"X-API-Key": self._key, "Accept": "application/json"}
        )
        self._http.rest(min(_retry_after(page) or timedelta(), LONGEST_REST))
        if page.status != HTTPStatus.OK:
            raise refusal(page, self._key)
        return _listing(page, self._key, path.rpartition("/")[2])


def _returned(pages: Sequence[_Listing]) -> int:
    return sum(page.returned for page in pages)


def _each_once(entries: Iterable[object]) -> tuple[object, ...]:
    """Drop what a page repeats because the list moved meanwhile."""
    by_id = {readable_id(entry) or f"unreadable {number}": entry for number, entry in enumerate(entries)}
    return tuple(by_id.values())


def _gap(pages: Sequence[_Listing], entries: Sequence[object]) -> Problem | None:
    """Say so if something may be missing: a page came short, or the list moved while it was fetched."""
    counted = all(page.returned == len(page.entries) for page in pages)
    if counted and {page.available for page in pages} == {len(entries)}:
        return None
    return problems.CountsDiffer(pages[-1].available, len(entries))


def _listing(page: Page, key: str, name: str) -> _Listing:
    if _is_html(page):
        raise _not_understood(f"sent a web page ({_said(page, key)}) instead of {name}")
    if not page.body.strip():
        raise _not_understood("sent an empty answer")
    try:
        answer = json.loads(page.body)
    except (ValueError, RecursionError):
        raise _not_understood("sent broken JSON") from None
    match answer:
        case {"results_returned": int(returned), "results_available": int(available)}:
            if isinstance(entries := answer.get(name), list):
                return _Listing(entries, max(returned, 0), available)
    raise _not_understood(f"sent JSON that is no list of {name}")


def _not_understood(detail: str) -> SourceUnavailable:
    return SourceUnavailable(NoAnswer(where=_NAME, detail=detail))


def refusal(page: Page, key: str = "") -> SourceError:
    """Return the error that an answer of connpass other than 200 means; `key` is never part of it."""
    said = _said(page, key)
    answered = f"connpass answered {page.status}" + (f" ({said})" if said else "")
    if page.status == HTTPStatus.FORBIDDEN and _is_html(page):
        return SourceRefused(problems.Blocked(detail=answered))
    if page.status in _REFUSALS:
        return SourceRefused(_REFUSALS[page.status](detail=answered))
    if page.status == HTTPStatus.TOO_MANY_REQUESTS:
        return SourceUnavailable(problems.AskedTooOften(where=_NAME, detail=answered), _retry_after(page))
    if 400 <= page.status < 500 and page.status != HTTPStatus.REQUEST_TIMEOUT:
        return SourceRefused(problems.Outdated(detail=answered))
    return SourceUnavailable(NoAnswer(where=_NAME, detail=answered), _retry_after(page))


def _said(page: Page, key: str) -> str:
    """Return an HTML page's title or a JSON answer's detail, never a whole page and never our key."""
    text = page.body.decode("utf-8", "replace")
    text = text.replace(key, "[key]") if key else text
    if _is_html(page):
        title = re.search(r"<title[^>]*>([^<]*)", text, re.IGNORECASE)
        return plain(unescape(title[1]), 100) if title else "a web page without a title"
    with suppress(ValueError, RecursionError):
        match json.loads(text):
            case {"detail": detail}:
                return plain(detail if isinstance(detail, str) else reprlib.repr(detail), 200)
    return ""


def _is_html(page: Page) -> bool:
    return "html" in page.content_type.lower()


def _retry_after(page: Page) -> timedelta | None:
    """Read Retry-After: seconds, or a moment, which is taken by the server's own clock."""
    written = page.headers.get("Retry-After", "").strip()
    if written.isascii() and written.isdigit():
        return timedelta(seconds=min(int(written[:9]), 10**8))
    moment = _http_date(written)
    if moment is None:
        return None
    now = _http_date(page.headers.get("Date", "")) or datetime.now(UTC)
    return max(moment - now, timedelta())


def _http_date(written: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(written)
    except (ValueError, IndexError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
