"""Bodies on their way: each comes at a least rate, and what is there of all of them has a bound."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from bot.platforms.web.refusals import Refusal

GRACE = 5.0  # seconds until something must have come
LEAST_RATE = 16 * 1024  # bytes a second, on average
UPLOAD_TAKES = 60.0  # seconds, however quick it is
MOST_ARRIVING = 48 << 20  # bytes that are there of bodies which are not complete
MOST_BODIES = 100


@dataclass(eq=False)
class _Body:
    limit: asyncio.Timeout
    began: float
    received: int = 0


class Arriving:
    """Counts what comes in. Where there is too much of it, whoever began first makes room."""

    def __init__(self, most: int = MOST_ARRIVING) -> None:
        self._most = most
        self._bodies: dict[_Body, None] = {}  # as they began

    @asynccontextmanager
    async def body(self) -> AsyncIterator[Callable[[int], None]]:
        """Receive a body; what is yielded is called with the length of each part. Raises Refusal if it is too slow."""
        began = asyncio.get_running_loop().time()
        body = _Body(asyncio.timeout(GRACE), began)
        self._bodies[body] = None
        self._make_room()
        try:
            async with body.limit:
                yield partial(self._came, body)
        except TimeoutError:
            raise Refusal(408, "too_slow") from None
        finally:
            self._bodies.pop(body, None)

    def _came(self, body: _Body, length: int) -> None:
        body.received += length
        if body in self._bodies:
            body.limit.reschedule(body.began + min(GRACE + body.received / LEAST_RATE, UPLOAD_TAKES))
        self._make_room()

    def _make_room(self) -> None:
        while len(self._bodies) > MOST_BODIES or sum(other.received for other in self._bodies) > self._most:
            first = next(iter(self._bodies))
            del self._bodies[first]
            first.limit.reschedule(asyncio.get_running_loop().time())


ARRIVING = web.AppKey("arriving", Arriving)
