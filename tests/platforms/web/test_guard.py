"""Who may speak to the room, and what its answers allow a browser to do."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.config import WebSettings
from bot.platforms.web.guard import Guard
from bot.platforms.web.refusals import Refusal
from tests.support.room_answers import FixedAnswers, open_room

LOCAL = WebSettings()
PUBLIC = WebSettings(host="0.0.0.0", public_url="https://room.example.jp")


def refused(settings: WebSettings, method: str = "POST", **headers: str) -> str | None:
    written = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        Guard(settings).check(method, written)
    except Refusal as refusal:
        return refusal.code
    return None


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "LOCALHOST"])
def test_the_own_computer_may_ask(host: str) -> None:
    assert refused(LOCAL, "GET", Host=host) is None
    assert refused(LOCAL, "POST", Host=host, Origin=f"http://{host}") is None


@pytest.mark.parametrize(
    "host", ["evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example", "192.168.0.5", "", "[", "a:b"]
)
def test_a_name_that_only_leads_here_may_not_even_read(host: str) -> None:
    assert refused(LOCAL, "GET", Host=host) == "wrong_host"


def test_a_request_without_a_host_is_refused() -> None:
    assert refused(LOCAL, "GET") == "wrong_host"


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "http://localhost:3000",
        "http://localhost",
        "https://localhost:8000.evil.example",
        "file://",
        "http://localhost:bad",
        "",
    ],
)
def test_a_page_of_another_origin_may_not_speak(origin: str) -> None:
    assert refused(LOCAL, "POST", Host="localhost:8000", Origin=origin) == "wrong_origin"
    assert refused(LOCAL, "GET", Host="localhost:8000", Origin=origin) is None


def test_a_program_without_an_origin_may_speak() -> None:
    assert refused(LOCAL, Host="localhost:8000") is None


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_browser_that_hides_the_origin_still_tells_that_it_is_another(site: str) -> None:
    assert refused(LOCAL, Host="localhost:8000", Sec_Fetch_Site=site) == "wrong_origin"


def test_an_open_room_is_reached_by_address_and_by_its_public_name_only() -> None:
    assert refused(PUBLIC, "GET", Host="192.168.0.5:8000") is None
    assert refused(PUBLIC, "GET", Host="[fe80::1]:8000") is None
    assert refused(PUBLIC, "GET", Host="room.example.jp") is None
    assert refused(PUBLIC, "GET", Host="other.example.jp") == "wrong_host"


def test_behind_a_proxy_the_public_origin_may_speak() -> None:
    assert refused(PUBLIC, Host="127.0.0.1:8000", Origin="https://room.example.jp") is None
    assert refused(PUBLIC, Host="room.example.jp", Origin="https://room.example.jp") is None
    assert refused(PUBLIC, Host="127.0.0.1:8000", Origin="https://room.example.jp:444") == "wrong_origin"


def test_a_compressed_body_is_refused() -> None:
    assert refused(LOCAL, Host="localhost", Content_Encoding="gzip") == "encoded_body"
    assert refused(LOCAL, Host="localhost", Content_Encoding="identity") is None


@pytest.mark.parametrize(
    "noise", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nBad Header\r\n\r\n", b"\x16\x03\x01\x02\x01\x01\n"]
)
async def test_what_is_no_http_gets_a_400_and_no_traceback_in_the_log(
    client: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture, noise: bytes
) -> None:
    url = client._base_url
    assert url is not None
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(noise)
    assert b" 400 " in await reader.readline()
    writer.close()
    assert caplog.records == []


@pytest.fixture
async def client(engine: AsyncEngine, clock: DrivenClock) -> AsyncIterator[aiohttp.ClientSession]:
    async with (
        open_room(engine, clock, FixedAnswers()) as room,
        aiohttp.ClientSession(room.url) as session,
    ):
        yield session


@pytest.mark.parametrize(
    "path", ["/", "/draw", "/tendencies", "/static/room.js", "/api/messages", "/nowhere", "/healthz"]
)
async def test_every_answer_carries_the_rules_for_browsers(client: aiohttp.ClientSession, path: str) -> None:
    async with client.get(path) as response:
        headers = response.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"


async def test_the_server_refuses_what_the_guard_refuses(client: aiohttp.ClientSession) -> None:
    foreign = {"Origin": "http://evil.example"}
    for path in ("/api/messages", "/api/actions", "/api/read", "/api/draw"):
        async with client.post(path, data=b"{}", headers=foreign) as response:
            assert response.status == 403
    async with client.get("/api/messages", headers={"Host": "evil.example"}) as response:
        assert response.status == 403
        assert (await response.json())["code"] == "wrong_host"
    async with client.post("/api/read", data=b"\x1f\x8b", headers={"Content-Encoding": "gzip"}) as response:
        assert response.status == 415
