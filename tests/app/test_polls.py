"""Polls take turns, also where all sources together take longer than the interval between two polls."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.poll_order import ManyGroups, play, seen_by
from bot.app.clock import DrivenClock
from bot.app.fair_turns import FairTurns
from bot.app.polls import Polls
from bot.app.scheduler import AlarmClock
from bot.core.rooms import Rooms
from bot.delivery.delivering import Delivering
from bot.delivery.store.deliveries import Deliveries


async def test_no_source_is_asked_twice_while_another_waits(tmp_path: Path) -> None:
    with ManyGroups(rate=timedelta(milliseconds=10)) as connpass:
        order = await play(tmp_path, connpass, sources=12, every=timedelta(seconds=6), faster=100)
    often = {source: len(times) for source, times in order.polls.items()}
    assert order.refused == 0
    assert len(often) == 12
    assert max(often.values()) - min(often.values()) <= 1


async def test_after_a_restart_what_was_not_asked_for_longest_is_asked_first(tmp_path: Path) -> None:
    lives = []
    for _ in range(2):
        with ManyGroups(rate=timedelta(milliseconds=10)) as connpass:
            await play(tmp_path, connpass, sources=12, every=timedelta(seconds=6), faster=100)
            lives.append(seen_by(list(connpass.calls), faster=100).polls)
    before, after = lives
    waited = sorted(before, key=lambda source: before[source][-1])
    assert list(after)[:4] == waited[:4]


async def test_a_poll_that_rings_while_it_is_at_work_begins_anew_when_it_has_ended(
    engine: AsyncEngine, clock: DrivenClock
) -> None:
    alarm = AlarmClock(Delivering(Deliveries(engine), {}, {}, Rooms((), (), "ja"), clock))
    release, begun = asyncio.Event(), asyncio.Semaphore(0)

    async def work() -> None:
        begun.release()
        await release.wait()

    begin = alarm._begin("poll connpass", work, alone=True)
    for _ in range(3):
        await begin()
    await begun.acquire()
    assert begun.locked()  # one at a time
    release.set()
    await begun.acquire()  # once more, however often it rang
    await alarm.stop()
    assert begun.locked()


@dataclass
class Store:
    """The rooms and the sources as a store has them that fails once where it is told to."""

    changed: bool = False
    fails: str = ""
    sources_of_rooms: tuple[str, ...] = ("group=a",)
    at_once: int = 0
    most_at_once: int = 0

    async def _answer(self, what: str) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if self.fails == what:
            self.fails = ""
            raise OSError("the disk is gone")

    async def refresh(self) -> bool:
        changed = self.changed
        await self._answer("refresh")
        self.changed = False
        return changed

    async def sources(self) -> dict[str, Any]:
        await self._answer("sources")
        return {}

    async def forget_unfollowed(self, besides: str) -> None:
        await self._answer("forget")

    async def plan(self) -> None:
        await self._answer("digests")


@dataclass
class Alarm:
    polled: list[str] = field(default_factory=list)

    def poll(self, name: str, job: object, every: timedelta, first: datetime) -> None:
        assert name not in self.polled
        self.polled.append(name)

    def stop_poll(self, name: str) -> None:
        self.polled.remove(name)

    async def set_alarm(self) -> None:
        return


def polls_of(store: Store, alarm: Alarm, clock: DrivenClock) -> Polls:
    services = SimpleNamespace(
        following=store,
        rooms=SimpleNamespace(sources=store.sources_of_rooms),
        stores=SimpleNamespace(events=store),
        watching=store,
        reporting=SimpleNamespace(name="site"),
        digesting=store,
        clock=clock,
        mirroring=None,
    )
    clients = SimpleNamespace(source=lambda name: name, turns=FairTurns())
    polls = Polls(
        cast(Any, services), cast(Any, clients), cast(Any, alarm), timedelta(1), timedelta(1), cast(Any, None)
    )
    polls.leads = True
    return polls


@pytest.mark.parametrize("fails", ["refresh", "sources", "forget", "digests"])
async def test_a_store_that_fails_while_rooms_change_is_made_up_for(clock: DrivenClock, fails: str) -> None:
    store, alarm = Store(changed=True, fails=fails), Alarm()
    polls = polls_of(store, alarm, clock)
    with pytest.raises(OSError, match="disk"):
        await polls.follow()
    await polls.follow()
    assert alarm.polled == ["group=a"]


async def test_two_changes_at_once_are_taken_over_one_after_the_other(clock: DrivenClock) -> None:
    store, alarm = Store(changed=True, sources_of_rooms=("group=a", "group=b")), Alarm()
    polls = polls_of(store, alarm, clock)
    await asyncio.gather(polls.follow(), polls.follow(), polls.follow())
    assert (alarm.polled, store.most_at_once) == (["group=a", "group=b"], 1)
