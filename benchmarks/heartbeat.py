"""What work in other threads and processes costs the event loop, and how much memory it holds meanwhile."""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

BEAT = 0.005  # seconds
LOOK = 0.1  # seconds between two looks at the memory
SCHEDSTAT = Path(
    f"/proc/self/task/{threading.get_native_id()}/schedstat"
)  # of the thread that imports this: the loop's


@dataclass
class Seen:
    """What a heartbeat saw. Milliseconds, MiB."""

    longest_block: float = 0.0  # in which the loop did not run
    longest_own_block: float = 0.0  # the same without the time in which others had the processor
    before: float = 0.0  # memory of this process and its workers (PSS)
    peak: float = 0.0
    at_peak: tuple[float, ...] = ()  # each process at that moment, this one first
    after: float = 0.0


@asynccontextmanager
async def heartbeat() -> AsyncIterator[Seen]:
    """Watch the loop and the memory until the end of the block."""
    seen = Seen(before=sum(_resident()))
    tasks = [asyncio.create_task(_beat(seen)), asyncio.create_task(_look(seen))]
    try:
        yield seen
    finally:
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        seen.after = _take(seen, _resident())


async def _beat(seen: Seen) -> None:
    while True:
        began, waited = time.perf_counter(), _waited_for_processor()
        await asyncio.sleep(BEAT)
        block = time.perf_counter() - began - BEAT
        seen.longest_block = max(seen.longest_block, block * 1000)
        seen.longest_own_block = max(seen.longest_own_block, (block - (_waited_for_processor() - waited)) * 1000)


async def _look(seen: Seen) -> None:
    while True:
        _take(seen, await asyncio.to_thread(_resident))
        await asyncio.sleep(LOOK)


def _take(seen: Seen, held: tuple[float, ...]) -> float:
    if sum(held) > seen.peak:
        seen.peak, seen.at_peak = sum(held), held
    return sum(held)


def _waited_for_processor() -> float:
    """Seconds in which the loop's thread could have run, but other programs did; 0 where Linux does not say."""
    try:
        return int(SCHEDSTAT.read_text(encoding="ascii").split()[1]) / 1e9
    except OSError:
        return 0.0


def _resident() -> tuple[float, ...]:
    process = psutil.Process()
    return tuple(_of(member) / 2**20 for member in (process, *process.children(recursive=True)))


def _of(process: psutil.Process) -> int:
    """Bytes of a process; what it shares counts in part, so that the sum is right. 0 once it is gone."""
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration):
        with contextlib.suppress(psutil.NoSuchProcess):
            return int(process.memory_info().rss)
    return 0
