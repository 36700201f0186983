"""Rehearsals in the chat: one at a time, shared, and each in a process of its own."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.app.clock import DrivenClock
from bot.app.rehearsal import Recording
from bot.app.rehearsal_process import play_apart
from bot.app.shared_rehearsals import KEPT, OFTEN, WITHIN, SharedRehearsals
from bot.config import Settings
from bot.core.errors import SourceUnavailable
from bot.core.problems.sources import RehearsalBroken, RehearsedTooOften
from bot.core.room import Room
from bot.organisers.rehearsing import RecordedSource, Rehearsed
from tests.support.events import NOW, an_event_named

MONTH = timedelta(days=31)
SETTINGS = Settings()


def a_room(channel: str, guild: str = "a", follows: Sequence[str] = ("s",)) -> Room:
    return Room("discord", channel, tuple(follows), guild=guild)


class Slow:
    """Rehearses as long as it is held up."""

    def __init__(self) -> None:
        self.played: list[Sequence[Room]] = []
        self.at_once = self.most_at_once = 0
        self.go_on = asyncio.Event()
        self.error: Exception | None = None

    async def __call__(self, rooms: Sequence[Room], start: datetime, end: datetime) -> list[Rehearsed]:
        self.played.append(rooms)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.go_on.wait()
        self.at_once -= 1
        if self.error is not None:
            raise self.error
        return []


def asked(shared: SharedRehearsals, clock: DrivenClock, room: Room) -> asyncio.Task[list[Rehearsed]]:
    now = clock.now()
    return asyncio.create_task(shared([room], now - MONTH, now + MONTH))


async def test_the_same_is_played_once_while_in_flight_and_for_a_while(clock: DrivenClock) -> None:
    slow = Slow()
    shared = SharedRehearsals(slow, clock)
    waiting = [asked(shared, clock, a_room("1")) for _ in range(5)]
    await asyncio.sleep(0)
    waiting[0].cancel()  # the others still want it
    slow.go_on.set()
    await asyncio.gather(*waiting[1:])
    clock.set(NOW + KEPT)
    await asked(shared, clock, a_room("1"))
    assert len(slow.played) == 1
    clock.set(NOW + 2 * KEPT)
    await asked(shared, clock, a_room("1"))
    assert len(slow.played) == 2


async def test_different_ones_take_turns(clock: DrivenClock) -> None:
    slow = Slow()
    shared = SharedRehearsals(slow, clock)
    waiting = [asked(shared, clock, a_room("1", guild)) for guild in "abcd"]
    for _ in range(3):
        await asyncio.sleep(0)
    slow.go_on.set()
    await asyncio.gather(*waiting)
    assert (len(slow.played), slow.most_at_once) == (4, 1)


async def test_one_server_does_not_rehearse_all_the_time(clock: DrivenClock) -> None:
    slow = Slow()
    slow.go_on.set()
    shared = SharedRehearsals(slow, clock)
    for number in range(OFTEN):
        await asked(shared, clock, a_room(str(number)))
    with pytest.raises(SourceUnavailable) as refused:
        await asked(shared, clock, a_room("another"))
    assert isinstance(refused.value.problem, RehearsedTooOften)
    await asked(shared, clock, a_room("1", "b"))
    clock.set(NOW + WITHIN)
    await asked(shared, clock, a_room("another"))


async def test_what_failed_is_tried_again(clock: DrivenClock) -> None:
    slow = Slow()
    slow.go_on.set()
    slow.error = SourceUnavailable(RehearsalBroken())
    shared = SharedRehearsals(slow, clock)
    for _ in range(2):
        with pytest.raises(SourceUnavailable):
            await asked(shared, clock, a_room("1"))
    assert len(slow.played) == 2


async def test_two_at_once_are_played_apart_and_neither_breaks_the_other() -> None:
    event = an_event_named(started_at=NOW + timedelta(days=3), published_at=NOW - timedelta(days=3))
    recording = Recording([RecordedSource("s", "q", [event])], None)
    played = await asyncio.gather(
        *(play_apart(SETTINGS, [a_room(str(n))], recording, NOW - MONTH, NOW + MONTH) for n in range(2))
    )
    for number, said in enumerate(played):
        assert {rehearsed.room for rehearsed in said} == {f"discord:{number}"}
        assert event.title in said[0].message.text


async def test_one_that_breaks_off_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    nonsense: Any = None
    with pytest.raises(SourceUnavailable) as broken:
        await play_apart(SETTINGS, [], nonsense, NOW, NOW)
    assert isinstance(broken.value.problem, RehearsalBroken)
    monkeypatch.setattr("bot.app.rehearsal_process.TAKES", 0.01)
    with pytest.raises(SourceUnavailable, match="TimeoutError"):
        await play_apart(SETTINGS, [], Recording([], None), NOW, NOW)
