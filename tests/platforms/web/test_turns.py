"""In a crowd who asks little comes before who asks much, and the newest first."""

import asyncio
from contextlib import AsyncExitStack
from typing import cast

import pytest
from aiohttp.test_utils import make_mocked_request
from aiohttp.web import Response

from bot.answering.answering import Answering
from bot.app.clock import DrivenClock
from bot.config import WebSettings
from bot.core.rooms import Rooms
from bot.platforms.web.door import VISITS, Door
from bot.platforms.web.refusals import Refusal
from bot.platforms.web.turns import LITTLE, MOST_HELD, WITHIN, Caller, Turns

ALICE, BOB = Caller("alice", "@alice"), Caller("bob", "@bob")
NAME = "a" * 22


class Line:
    """Those who wait for a turn, and the order in which they had it."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._tasks = list[asyncio.Task[None]]()
        self.served = list[str]()
        self.refused = list[str]()

    async def comes(self, what: str, caller: Caller, size: int = 0) -> None:
        async def ask() -> None:
            try:
                async with self._turns.turn(caller, size):
                    self.served.append(what)
            except Refusal:
                self.refused.append(what)

        self._tasks.append(asyncio.create_task(ask()))
        await asyncio.sleep(0)

    async def ends(self) -> None:
        await asyncio.gather(*self._tasks)


async def asks_much(turns: Turns, caller: Caller) -> None:
    for _ in range(LITTLE):
        async with turns.turn(caller):
            pass


async def test_who_asks_little_comes_before_a_flood_and_of_equals_the_newest(clock: DrivenClock) -> None:
    turns = Turns(clock, at_once=1)
    line, flood = Line(turns), [Caller(f"invented {number}", "203.0.113.9") for number in range(3)]
    await asks_much(turns, flood[0])
    async with turns.turn(Caller(None, "@somebody")):
        await line.comes("alice", ALICE)
        for caller in flood:
            await line.comes(str(caller.name), caller)
        await line.comes("bob", BOB)
    await line.ends()
    assert line.served == ["bob", "alice", "invented 0", "invented 2", "invented 1"]


async def test_who_asks_much_is_not_overtaken_for_ever_by_who_keeps_coming(clock: DrivenClock) -> None:
    turns = Turns(clock, at_once=1)
    line, others = Line(turns), list[asyncio.Task[None]]()
    await asks_much(turns, BOB)

    async def ask_until_another_comes(number: int) -> None:
        async with turns.turn(Caller(None, f"@{number}")):
            line.served.append(str(number))
            if number < 9:
                others.append(asyncio.create_task(ask_until_another_comes(number + 1)))
                await asyncio.sleep(0)

    async with turns.turn(Caller(None, "@somebody")):
        await line.comes("bob", BOB)
        others.append(asyncio.create_task(ask_until_another_comes(0)))
        await asyncio.sleep(0)
    await line.ends()
    assert line.served.index("bob") < 3
    await asyncio.gather(*others)


@pytest.mark.parametrize(("periods", "served"), [(1, ["bob", "alice"]), (2, ["alice", "bob"])])
async def test_after_a_while_who_asked_much_is_like_the_others(
    clock: DrivenClock, periods: int, served: list[str]
) -> None:
    turns = Turns(clock, at_once=1)
    await asks_much(turns, ALICE)
    async with turns.turn(ALICE):
        pass
    clock.set(clock.now() + periods * WITHIN)
    line = Line(turns)
    async with turns.turn(Caller(None, "@somebody")):
        await line.comes("bob", BOB)
        await line.comes("alice", ALICE)
    await line.ends()
    assert line.served == served


async def test_what_somebody_sends_is_worked_on_in_order_and_leaves_turns_for_others(clock: DrivenClock) -> None:
    turns = Turns(clock, at_once=2)
    line = Line(turns)
    async with turns.turn(ALICE):
        await line.comes("first", ALICE)
        await line.comes("second", ALICE)
        await line.comes("bob", BOB)
        assert line.served == ["bob"]
    await line.ends()
    assert line.served == ["bob", "first", "second"]


@pytest.mark.parametrize(("waiting", "size"), [(1, 0), (200, MOST_HELD // 3)], ids=["too many", "too much"])
async def test_where_there_is_no_room_the_flood_is_asked_to_come_later(
    clock: DrivenClock, waiting: int, size: int
) -> None:
    turns = Turns(clock, at_once=1, waiting=waiting)
    await asks_much(turns, ALICE)
    line = Line(turns)
    async with turns.turn(Caller(None, "@somebody"), MOST_HELD // 3):
        await line.comes("alice", ALICE, size)
        await line.comes("bob", BOB, size)
        await line.comes("carol", Caller("carol", "@carol"), size if waiting > 1 else 0)
    await line.ends()
    assert line.refused[0] == "alice"
    assert line.served[0] == "carol"


async def test_who_gives_up_waiting_keeps_no_turn(clock: DrivenClock) -> None:
    turns = Turns(clock, at_once=1)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(turns.turn(ALICE))
        waits = asyncio.create_task(stack.enter_async_context(turns.turn(BOB)))
        await asyncio.sleep(0)
        waits.cancel()
        await asyncio.gather(waits, return_exceptions=True)
    async with asyncio.timeout(5), turns.turn(BOB):
        pass


def a_door() -> Door:
    settings = WebSettings(public_url="http://tsudoi.example.test")
    return Door(settings, None, cast(Rooms, None), cast(Answering, None), cast("type[None]", None))  # type: ignore[arg-type]


def counted_as(door: Door, cookie: str = "", forwarded: str = "198.51.100.1") -> str:
    headers = {"X-Forwarded-For": forwarded} | ({"Cookie": f"{VISITS}={cookie}"} if cookie else {})
    return door.caller(make_mocked_request("GET", "/", headers=headers)).counted_as


@pytest.mark.filterwarnings("ignore::aiohttp.web.NotAppKeyWarning")
def test_only_a_name_that_was_given_here_is_counted_by_itself() -> None:
    door, request, response = a_door(), make_mocked_request("GET", "/"), Response()
    name = door.caller(request).name
    door.remember(request, response)
    given = response.cookies[VISITS].value
    assert given.startswith(f"{name}.")
    assert counted_as(door, given) == f"@{name}"
    for invented in (NAME, f"{NAME}.{given[23:]}", f"{NAME}.é", given[:-1], "", "x"):
        assert counted_as(door, invented) == "198.51.100.1"
    assert counted_as(a_door(), given) == "198.51.100.1"  # after a restart, until the next answer


@pytest.mark.filterwarnings("ignore::aiohttp.web.NotAppKeyWarning")
def test_a_name_from_before_is_kept_and_signed() -> None:
    door = a_door()
    request, response = make_mocked_request("GET", "/", headers={"Cookie": f"{VISITS}={NAME}"}), Response()
    assert door.caller(request).name == NAME
    door.remember(request, response)
    assert counted_as(door, response.cookies[VISITS].value) == f"@{NAME}"


@pytest.mark.filterwarnings("ignore::aiohttp.web.NotAppKeyWarning")
@pytest.mark.parametrize(
    ("forwarded", "counted"),
    [
        ("203.0.113.5, 198.51.100.7", "198.51.100.7"),  # the first is what the visitor wrote
        ("2001:db8:1:2:3::9", "2001:db8:1:2::/64"),
        ("nonsense", "None"),
    ],
)
def test_who_has_no_name_is_counted_by_their_address(forwarded: str, counted: str) -> None:
    assert counted_as(a_door(), forwarded=forwarded) == counted
