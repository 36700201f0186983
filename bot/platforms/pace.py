"""A pace for requests to a platform that limits them, so that a burst is spread instead of refused."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import aiohttp


class Waiting:
    """Waits in the event loop's time, in seconds."""

    def now(self) -> float:
        """Return the time on a clock that never steps."""
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class Pace:
    """Hands out turns: so many a second, and a few at once after a pause.

    This is the generic cell rate algorithm (ITU-T I.371), a token bucket without a clock that ticks: in no second are
    there more than `per_second + at_once` turns.
    """

    def __init__(self, per_second: float, at_once: int = 5) -> None:
        self._spacing = 1 / per_second
        self._ahead = at_once * self._spacing
        self._next = 0.0
        self._first = asyncio.Lock()

    async def turn(self) -> None:
        """Wait for a turn; they come in the order in which they were asked for."""
        async with self._first:  # one by one, so that after a stall those who waited do not all go at once
            now = asyncio.get_running_loop().time()
            self._next = max(self._next, now - self._ahead) + self._spacing
            await asyncio.sleep(self._next - now)  # a time that is over is no wait

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Let every request that is made inside wait for its turn; what members are waiting for is made outside."""
        token = _kept.set(self)
        try:
            yield
        finally:
            _kept.reset(token)


_kept: ContextVar[Pace | None] = ContextVar("pace", default=None)


def keep_pace() -> aiohttp.TraceConfig:
    """Return what makes a session of aiohttp's keep the pace, its client's own repetitions included."""

    async def wait(_session: aiohttp.ClientSession, _context: object, _start: aiohttp.TraceRequestStartParams) -> None:
        pace = _kept.get()
        if pace is not None:
            await pace.turn()

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(wait)
    return trace
