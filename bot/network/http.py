"""HTTP as every client here speaks it: one session per service, spaced, bounded, and never repeated behind our back."""

import asyncio
import io
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Self
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.util import Retry

from bot import __version__
from bot.core.errors import SourceRefused, SourceUnavailable
from bot.core.logins import hide_logins
from bot.core.problems.base import NoAnswer, Problem
from bot.core.problems.sources import AskedTooOften, Moved, Untrusted, WrongAddress

PROJECT_URL = "https://tfug-utsunomiya.github.io/"
MIB = 1024 * 1024
REDIRECTS = 3
LONGEST_WAIT = timedelta(seconds=60)  # a longer pause is the caller's to plan: nobody should hang on it
_PORTS = {"http": 80, "https": 443}
_REDIRECTED = {301, 302, 303, 307, 308}
_NO_ADDRESS = (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema)

Params = Mapping[str, str | int | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Page:
    """An answer of whatever status. `headers` ignores case; `url` is where it came from after redirects."""

    status: int
    content_type: str
    headers: Mapping[str, str]
    body: bytes
    url: str


class HttpClient:
    """The one way to a service, from every thread: one call at a time, the next `spacing` after the end of the last.

    `service` is its name in errors, `setting` where its address stands in the configuration. A call takes at most
    about twice `timeout`, an answer at most `largest` bytes.
    """

    def __init__(
        self,
        service: str,
        spacing: timedelta = timedelta(),
        timeout: timedelta = timedelta(seconds=20),
        largest: int = 8 * MIB,
        about_url: str = PROJECT_URL,
        setting: str = "connpass.base_url",
        sleep: Callable[[float], object] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.service = service
        self._setting = setting
        self._spacing = spacing.total_seconds()
        self._timeout = timeout.total_seconds()
        self._largest = largest
        self._sleep = sleep
        self._monotonic = monotonic
        self._free_at = monotonic()
        self._one_at_a_time = threading.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=service)  # waiting here starves no other work
        self._session = _session(about_url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Drop what waits and the connections kept open."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._session.close()

    async def fetch(self, url: str, params: Params | None = None, headers: Mapping[str, str] | None = None) -> Page:
        """`get`, in this client's own thread, so that the event loop goes on."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(self.get, url, params, headers))

    def get(self, url: str, params: Params | None = None, headers: Mapping[str, str] | None = None) -> Page:
        """Get a page of any status, following a few redirects within its scheme, host and port. Blocks.

        Raises SourceUnavailable if nothing whole came back in time, SourceRefused if the address is none or leads
        elsewhere, where nobody must see our headers.
        """
        with self._one_at_a_time:
            for _ in range(REDIRECTS + 1):
                self._wait_for_turn()
                page = self._call(url, params, headers)
                if page.status not in _REDIRECTED or "Location" not in page.headers:
                    return page
                url, params = self._redirected(page), None
        raise SourceUnavailable(self._wrong(f"redirects in circles at {hide_logins(url)}"))

    def rest(self, length: timedelta) -> None:
        """Let nobody call for so long: what `Retry-After` asks for."""
        self._free_at = max(self._free_at, self._monotonic() + length.total_seconds())

    def _wait_for_turn(self) -> None:
        wait = self._free_at - self._monotonic()
        if wait > LONGEST_WAIT.total_seconds():
            retry_after = timedelta(seconds=wait)
            asked = AskedTooOften(where=self.service, detail=f"asked for a pause of {wait:.0f} s more")
            raise SourceUnavailable(asked, retry_after)
        if wait > 0:
            self._sleep(wait)

    def _call(self, url: str, params: Params | None, headers: Mapping[str, str] | None) -> Page:
        options = {"stream": True, "allow_redirects": False, "timeout": self._timeout}
        try:
            with self._session.get(url, params=params, headers=headers, **options) as response:  # type: ignore[arg-type]
                content_type = response.headers.get("Content-Type", "")
                return Page(response.status_code, content_type, response.headers, self._body(response), response.url)
        except (*_NO_ADDRESS, UnicodeError):
            raise SourceRefused(self._wrong(f'"{hide_logins(url)}" is not a web address')) from None
        except (OSError, HTTPError) as error:
            raise SourceUnavailable(self._silence(_host(url), error)) from None
        finally:
            # Counted from the end of a call: a slow first and a quick second would else arrive too close together.
            self._free_at = max(self._free_at, self._monotonic() + self._spacing)

    def _body(self, response: requests.Response) -> bytes:
        deadline = time.monotonic() + self._timeout
        body = io.BytesIO()  # hands its bytes over without a copy
        while chunk := response.raw.read1(64 * 1024, decode_content=True):  # what is there: a trickle cannot hold us
            body.write(chunk)
            if body.tell() > self._largest:
                too_much = f"sent more than {self._largest // MIB} MiB for {_bare(response.url)}"
                raise SourceUnavailable(self._wrong(too_much))
            if time.monotonic() > deadline:
                raise requests.ReadTimeout
        return body.getvalue()

    def _redirected(self, page: Page) -> str:
        try:
            target = urljoin(page.url, page.headers["Location"])
            is_here = _origin(page.url) == _origin(target)
        except ValueError:
            raise SourceUnavailable(self._wrong(f"redirects {_bare(page.url)} to what is no address")) from None
        if not is_here:
            raise SourceRefused(Moved(self._setting, _bare(target), where=_bare(page.url)))
        return target

    def _wrong(self, detail: str) -> Problem:
        return WrongAddress(self._setting, where=self.service, detail=detail)

    def _silence(self, host: str, error: Exception) -> Problem:
        match error:
            case requests.exceptions.SSLError():
                return Untrusted(where=host)
            case requests.Timeout() | ReadTimeoutError():
                detail = f"no whole answer within {self._timeout:.0f} s"
            case HTTPError():  # requests wraps what happens before the body
                detail = "it broke off in the middle of its answer"
            case _:
                detail = "it cannot be reached, or hangs up"
        return NoAnswer(where=host, detail=detail)


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Leave redirects to `HttpClient`: looking ahead, requests reads their whole body and trusts their address."""


def _session(about_url: str) -> requests.Session:
    session = _Session()
    session.headers["User-Agent"] = f"Tsudoi/{__version__} (+{about_url})"  # connpass refuses a library's default
    for scheme in ("https://", "http://"):
        # A silent repeat would break one call a second. `read=False` lets a time-out be told from a refusal.
        session.mount(scheme, HTTPAdapter(max_retries=Retry(0, read=False)))
    return session


def _bare(url: str) -> str:
    return hide_logins(url.partition("?")[0])


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Return scheme, host and port. Raises ValueError."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]
