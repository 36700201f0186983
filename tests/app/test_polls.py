"""Polls take turns, also where all sources together take longer than the interval between two polls."""

import asyncio
from datetime import timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.poll_order import ManyGroups, play, seen_by
from bot.app.clock import DrivenClock
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
