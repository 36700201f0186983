"""From an upload to its answer inside the process: how long it takes, how many a second, what the event loop feels."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing

import numpy as np
from rich.table import Table

from benchmarks.heartbeat import heartbeat
from bot.handwriting.workers.recogniser import LocalRecogniser

AT_ONCE = 6  # as many as the room lets in


async def _in_turn(ask: Callable[[], Awaitable[object]], count: int) -> list[float]:
    taken = []
    for _ in range(count):
        began = time.perf_counter()
        await ask()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


async def _side_by_side(ask: Callable[[], Awaitable[object]], count: int) -> float:
    """Return how many a second."""
    began, left = time.perf_counter(), iter(range(count))

    async def go_on() -> None:
        for _ in left:
            await ask()

    await asyncio.gather(*(go_on() for _ in range(AT_ONCE)))
    return count / (time.perf_counter() - began)


async def _measure(picture: bytes, count: int) -> Table:
    table = Table("upload", "median", "p99", "unit", "target", box=None)

    def row(name: str, taken: Sequence[float], target: str) -> None:
        table.add_row(name, f"{np.median(taken):.1f}", f"{np.percentile(taken, 99):.1f}", "ms", target)

    with closing(LocalRecogniser()) as recogniser:
        recogniser.warm()
        row(
            "the first picture, while the model is still loading",
            await _in_turn(lambda: recogniser.read(picture), 1),
            "",
        )
        row("the first explanation", await _in_turn(lambda: recogniser.explain(picture), 1), "<= 300")
        row("an explanation", await _in_turn(lambda: recogniser.explain(picture), 10), "<= 300")
        row("1000x1000 JPEG -> answer", await _in_turn(lambda: recogniser.read(picture), count), "<= 15, p99 <= 50")
        async with heartbeat() as seen:
            rate = await _side_by_side(lambda: recogniser.read(picture), 4 * count)
    table.add_row(f"the same, {AT_ONCE} at once", f"{rate:.0f}", "", "a second", ">= 100")
    blocks = f"{seen.longest_own_block:.1f}", f"{seen.longest_block:.1f}"
    table.add_row("longest block of the event loop (own, with others')", *blocks, "ms", "<= 50")
    table.add_row("resident with workers, and its peak", f"{seen.before:.0f}", f"{seen.peak:.0f}", "MiB", "")
    return table


def measure(picture: bytes, count: int) -> Table:
    """Have a picture read so many times, one after the other, then several at once."""
    return asyncio.run(_measure(picture, count))
