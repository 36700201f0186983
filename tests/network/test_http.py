import asyncio
import gzip
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.core.errors import SourceRefused, SourceUnavailable
from bot.core.problems.sources import Moved
from bot.network.http import HttpClient
from tests.support.connpass_server import ConnpassServer, an_event, tokyo
from tests.support.driven_time import DrivenTime
from tests.support.told import in_japanese

SPACING = timedelta(seconds=1.1)


BOMB = gzip.compress(b"\0" * 20_000_000)


class _Handler(BaseHTTPRequestHandler):
    """A site with odd answers, by path."""

    server: "_Site"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.seen.append((self.path, self.headers))
        self.server.meanwhile()
        name = self.path.strip("/").partition("?")[0]
        status, headers, body = getattr(self, f"_{name}", lambda: (200, {}, b"hello"))()
        self.send_response(status)
        for key, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(key, value)
        self.end_headers()
        self._write(body, slowly=name == "trickle")

    def _write(self, body: bytes, slowly: bool) -> None:
        try:
            for part in [body[i : i + 1] for i in range(len(body))] if slowly else [body]:
                self.wfile.write(part)
                if slowly and self.server.over.wait(0.02):
                    return
        except OSError:
            pass

    def _elsewhere(self):
        return 302, {"Location": "http://localhost:1/?token=x"}, b""

    def _other_port(self):
        return 302, {"Location": "http://127.0.0.1:1/hello"}, b""

    def _other_scheme(self):
        return 302, {"Location": f"https://127.0.0.1:{self.server.server_port}/hello"}, b""

    def _within(self):
        return 301, {"Location": "/hello"}, b""

    def _circle(self):
        return 302, {"Location": "/circle"}, b""

    def _odd(self):
        return 302, {"Location": "http://["}, b""

    def _huge(self):
        return 200, {}, b"x" * 300_000

    def _bomb(self):
        return 200, {"Content-Encoding": "gzip"}, BOMB

    def _packed(self):
        return 200, {"Content-Encoding": "gzip"}, gzip.compress(b"hello")

    def _short(self):
        self.close_connection = True
        return 200, {"Content-Length": "50"}, b"hello"

    def _trickle(self):
        return 200, {}, b"x" * 500

    def log_message(self, *args: object) -> None:
        pass


class _Site(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[tuple[str, Message]] = []
        self.over = threading.Event()
        self.meanwhile: Callable[[], object] = lambda: None

    def __str__(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that hang up."""


@pytest.fixture
def site() -> Iterator[_Site]:
    with _Site() as site:
        threading.Thread(target=site.serve_forever, args=(0.02,), daemon=True).start()
        yield site
        site.over.set()
        site.shutdown()


@pytest.fixture
def http() -> Iterator[HttpClient]:
    with HttpClient("the site", timeout=timedelta(seconds=0.4), largest=200_000) as client:
        yield client


def test_a_page_comes_whole_with_its_status_type_and_address(http: HttpClient, site: _Site):
    page = http.get(f"{site}/hello", {"ym": ["202605", "202606"], "q": "会"})
    assert (page.status, page.body) == (200, b"hello")
    assert page.url == f"{site}/hello?ym=202605&ym=202606&q=%E4%BC%9A"
    assert page.headers["content-LENGTH"] == "5"
    assert http.get(f"{site}/packed").body == b"hello"


def test_calls_say_who_calls(http: HttpClient, site: _Site):
    http.get(f"{site}/hello", headers={"X-API-Key": "k"})
    _, headers = site.seen[0]
    assert headers["User-Agent"].startswith("Tsudoi/")
    assert "(+https://" in headers["User-Agent"]
    assert headers["X-API-Key"] == "k"


def test_a_redirect_within_the_host_is_followed(http: HttpClient, site: _Site):
    page = http.get(f"{site}/within")
    assert (page.body, page.url) == (b"hello", f"{site}/hello")


def test_a_redirect_to_another_host_is_refused_and_shows_nobody_our_headers(http: HttpClient, site: _Site):
    with pytest.raises(SourceRefused, match=r"/elsewhere moved to http://localhost:1/\. If that is right") as caught:
        http.get(f"{site}/elsewhere", headers={"X-API-Key": "secret"})
    assert isinstance(caught.value.problem, Moved)


@pytest.mark.parametrize("path", ["other_port", "other_scheme"])
def test_a_redirect_stays_on_its_port_and_scheme(http: HttpClient, site: _Site, path: str):
    with pytest.raises(SourceRefused, match=f"/{path} moved to "):
        http.get(f"{site}/{path}")


def test_no_error_shows_the_login_of_an_address(http: HttpClient, site: _Site):
    address = str(site).replace("://", "://name:secret@")
    for path in ("elsewhere", "huge", "circle", "odd"):
        with pytest.raises((SourceRefused, SourceUnavailable)) as caught:
            http.get(f"{address}/{path}")
        assert "secret" not in str(caught.value.problem)
    with pytest.raises(SourceRefused) as caught:
        http.get("ftp://name:secret@example.org/")
    assert "secret" not in str(caught.value.problem)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("circle", "redirects in circles"),
        ("odd", "redirects .* to what is no address"),
        ("huge", "sent more than .* MiB"),
        ("bomb", "sent more than .* MiB"),
        ("short", "broke off in the middle"),
        ("trickle", "no whole answer within"),
    ],
)
def test_what_is_not_whole_in_time_and_size_is_unavailable(http: HttpClient, site: _Site, path: str, sentence: str):
    with pytest.raises(SourceUnavailable, match=sentence) as caught:
        http.get(f"{site}/{path}")
    in_japanese(caught.value.problem)


def test_a_dropped_call_is_never_repeated_behind_our_back(http: HttpClient):
    with ConnpassServer(rate=timedelta()) as server:
        server.fail("drop", times=5)
        with pytest.raises(SourceUnavailable, match="hangs up"):
            http.get(server.base_url)
        assert len(server.calls) == 1


def test_a_call_that_hangs_ends_with_its_time(http: HttpClient):
    with ConnpassServer() as server:
        server.fail("hang")
        with pytest.raises(SourceUnavailable, match="no whole answer within"):
            http.get(server.base_url)


def test_a_service_that_is_down_is_unavailable(http: HttpClient):
    with ConnpassServer() as server:
        url = server.base_url
    with pytest.raises(SourceUnavailable, match="cannot be reached"):
        http.get(url)


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://example.org/", "http://[", "http://.example/"])
def test_what_is_no_web_address_is_refused_with_a_hint(http: HttpClient, url: str):
    with pytest.raises(SourceRefused, match=r"The address of the site .*is not a web address"):
        http.get(url)


def test_calls_are_spaced_from_the_end_of_one_to_the_start_of_the_next(site: _Site):
    driven = DrivenTime()
    with HttpClient("s", spacing=SPACING, sleep=driven.sleep, monotonic=driven.monotonic) as http:
        for _ in range(3):
            http.get(f"{site}/hello")
        with pytest.raises(SourceUnavailable):
            http.get(f"{site}/odd")
        http.get(f"{site}/within")
    assert driven.slept == pytest.approx([1.1] * 5)  # a failed call counts, and so does each redirect


def test_the_length_of_a_call_is_no_part_of_the_space_after_it(site: _Site):
    driven = DrivenTime()
    site.meanwhile = lambda: driven.go_on(5)
    with HttpClient("s", spacing=SPACING, sleep=driven.sleep, monotonic=driven.monotonic) as http:
        http.get(f"{site}/hello")
        http.get(f"{site}/hello")
    assert driven.slept == pytest.approx([1.1])


async def test_a_second_thread_waits_for_the_first():
    with ConnpassServer(rate=timedelta()) as server, HttpClient("connpass") as http:
        server.fail("hang")
        calls = [asyncio.create_task(asyncio.to_thread(http.get, server.base_url)) for _ in range(2)]
        assert await asyncio.to_thread(server.wait_for_calls, 1)
        assert not await asyncio.to_thread(server.wait_for_calls, 2, timeout=0.1)
        server.release()
        assert [page.status for page in await asyncio.gather(*calls)] == [404, 404]


def test_a_rest_holds_every_call_back_once(site: _Site):
    driven = DrivenTime()
    with HttpClient("s", spacing=SPACING, sleep=driven.sleep, monotonic=driven.monotonic) as http:
        http.rest(timedelta(seconds=20))
        http.rest(timedelta(seconds=5))
        http.get(f"{site}/hello")
        http.get(f"{site}/hello")
    assert driven.slept == pytest.approx([20, 1.1])


def test_nobody_hangs_on_a_long_rest(site: _Site):
    driven = DrivenTime()
    with HttpClient("s", sleep=driven.sleep, monotonic=driven.monotonic) as http:
        http.rest(timedelta(hours=1))
        with pytest.raises(SourceUnavailable, match="asked for a pause of 3600 s more") as caught:
            http.get(f"{site}/hello")
    assert caught.value.retry_after == timedelta(hours=1)
    assert driven.slept == []


async def test_calls_from_many_tasks_reach_a_strict_connpass_one_by_one():
    """The one test that truly waits: a second, since arrival is the server's to measure."""
    with ConnpassServer([an_event(1, started_at=tokyo(2026, 6, 1, 19))]) as server:
        with HttpClient("connpass", spacing=SPACING) as http:
            key = {"X-API-Key": server.api_key}
            pages = await asyncio.gather(*(http.fetch(f"{server.base_url}/events/", headers=key) for _ in range(2)))
        assert [page.status for page in pages] == [200, 200]
        assert server.calls[1].at - server.calls[0].at >= 1


async def test_the_event_loop_goes_on_while_a_call_hangs(http: HttpClient):
    with ConnpassServer() as server:
        server.fail("hang")
        call = asyncio.create_task(http.fetch(server.base_url))
        assert await asyncio.to_thread(server.wait_for_calls, 1)
        started = time.monotonic()
        await asyncio.sleep(0)
        assert time.monotonic() - started < 0.2
        assert not call.done()
        server.release()
        assert (await call).status == 404
