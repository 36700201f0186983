"""Who keeps the door waiting makes room for who has something to say."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, suppress

import aiohttp
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.core.room import MAIN
from bot.platforms.web import arriving, streams
from bot.platforms.web.arriving import Arriving
from bot.platforms.web.refusals import Refusal
from bot.platforms.web.server import WebRoom
from bot.platforms.web.streams import Streams
from tests.support.room_answers import FixedAnswers, open_room

Call = Callable[[WebRoom, bytes], Awaitable[asyncio.StreamReader]]


@pytest.fixture
async def call() -> AsyncIterator[Call]:
    """Connects, and says something."""
    writers = []

    async def call(room: WebRoom, said: bytes) -> asyncio.StreamReader:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(room.url.rstrip("/").rpartition(":")[2]))
        writers.append(writer)
        writer.write(said)
        await writer.drain()
        return reader

    yield call
    for writer in writers:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def receive(bodies: Arriving, length: int) -> None:
    """Receive so many bytes of a body, and wait for more."""
    async with bodies.body() as came:
        came(length)
        await asyncio.Event().wait()


async def test_headers_that_do_not_end_are_hung_up_on(
    engine: AsyncEngine, clock: DrivenClock, answers: FixedAnswers, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.platforms.web.server.REQUEST_TAKES", 0.1)
    async with open_room(engine, clock, answers) as room, asyncio.timeout(30):
        reader = await call(room, b"GET / HTTP/1.1\r\nX-")
        assert await reader.read() == b""


async def test_of_too_many_connections_the_one_that_says_nothing_for_longest_makes_room(
    room: WebRoom, client: aiohttp.ClientSession, call: Call
) -> None:
    room._connections._most = 4
    stream = await client.get("/api/stream")  # has something to do, and stays
    silent = [await call(room, b"GET / HTTP/1.1\r\nX-") for _ in range(6)]
    async with asyncio.timeout(30), client.get("/healthz") as response:
        assert response.status == 200
        assert [await reader.read() for reader in silent[:3]] == [b""] * 3
    assert not stream.content.at_eof()
    stream.close()


async def test_pictures_do_not_wait_for_those_that_hardly_come(
    room: WebRoom, client: aiohttp.ClientSession, call: Call
) -> None:
    head = b"POST /api/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\nx"
    for _ in range(10):
        await call(room, head)
    async with asyncio.timeout(arriving.GRACE), client.post("/api/read", data=b"a picture") as response:
        assert response.status != 503


async def test_who_hangs_up_on_the_way_fills_no_log(
    room: WebRoom, client: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", int(room.url.rstrip("/").rpartition(":")[2]))
    writer.write(b"POST /api/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\nx")
    async with client.get("/healthz"):  # meanwhile it arrived
        writer.close()
        await writer.wait_closed()
    async with client.get("/healthz") as response:
        assert response.status == 200
    assert [record for record in caplog.records if record.name == "bot.platforms.web.http"] == []


async def test_a_body_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "GRACE", 0.01)
    with pytest.raises(Refusal) as refused:
        await receive(Arriving(), 10)  # at the least rate worth less than a thousandth of a second
    assert (refused.value.status, refused.value.code) == (408, "too_slow")


async def test_of_bodies_that_are_too_much_together_the_first_makes_room() -> None:
    bodies, refused = Arriving(most=100), asyncio.Event()

    async def begin() -> None:
        with pytest.raises(Refusal):
            await receive(bodies, 60)
        refused.set()

    first = asyncio.create_task(begin())
    await asyncio.sleep(0)
    async with asyncio.timeout(arriving.GRACE / 2), bodies.body() as came:
        came(60)
        await refused.wait()
    await first


def test_a_visitor_listens_in_a_few_windows_and_leaves_room_for_others() -> None:
    listening = Streams()
    with ExitStack() as open_ones:
        for _ in range(streams.MOST_OF_ONE):
            open_ones.enter_context(listening.listening("@a"))
        with pytest.raises(Refusal), listening.listening("@a"):
            pass
        open_ones.enter_context(listening.listening("@b"))
        for _ in range(streams.MOST_OF_ONE + 1):
            open_ones.enter_context(listening.listening(MAIN))


async def test_who_listens_under_many_names_makes_room_for_who_does_not() -> None:
    listening = Streams(most=6)
    with ExitStack() as open_ones:
        many = [open_ones.enter_context(listening.listening(f"@{number}", "203.0.113.9")) for number in range(5)]
        few = open_ones.enter_context(listening.listening("@a", "198.51.100.1"))
        with pytest.raises(Refusal), listening.listening("@6", "203.0.113.9"):
            pass
        new = open_ones.enter_context(listening.listening("@b", "198.51.100.2"))
        assert many[0].is_set()
        assert [listening.is_on(news) for news in (*many, few, new)] == [False, *[True] * 6]
