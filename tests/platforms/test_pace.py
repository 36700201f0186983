"""Turns are counted on the event loop's clock, which the test drives."""

import asyncio

import pytest

from bot.platforms.pace import Pace


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
