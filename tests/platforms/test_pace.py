"""Turns are counted on the event loop's clock, which the test drives."""

import asyncio

import pytest

from bot.platforms.pace import Pace, keep_pace


async def test_no_second_has_more_turns_than_agreed(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, times, now = asyncio.get_running_loop(), [], 100.0
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(loop, "time", lambda: now)
    monkeypatch.setattr(asyncio, "sleep", sleep)
    pace = Pace(per_second=40, at_once=5)
    for _ in range(400):
        await pace.turn()
        times.append(now + max(0.0, waits[-1]))
    busiest = max(sum(start <= one < start + 1 for one in times) for start in times)
    assert 40 <= busiest <= 45
    assert times == sorted(times)
    assert times[-1] - times[0] == pytest.approx(400 / 40, abs=0.2)


async def test_only_requests_made_inside_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    trace = keep_pace()
    trace.freeze()

    async def request() -> None:
        await trace.on_request_start.send(None, None, None)

    await request()
    assert waits == []
    with Pace(per_second=1).kept():
        await request()
        await asyncio.gather(request(), request())  # its tasks are inside as well
    await request()
    assert len(waits) == 3
