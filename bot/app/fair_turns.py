"""One at a time, and fair: who has taken least of late goes first, so that nobody starves the others by asking much."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

HALVED_AFTER = timedelta(minutes=15)  # what somebody took counts half as much after so long
_FORGOTTEN = 0.01  # seconds taken: below that somebody is as good as new


@dataclass(eq=False)
class _Waiting:
    whose: frozenset[str]
    turn: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class FairTurns:
    """Gives out one turn at a time. What several share is charged to each of them in part."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._waiting: list[_Waiting] = []  # as they came
        self._is_taken = False
        self._taken: dict[str, float] = {}  # seconds, by whose
        self._halved_at = monotonic()

    @asynccontextmanager
    async def turn(self, whose: Collection[str]) -> AsyncIterator[None]:
        """Wait for a turn: of those who wait, the one who has taken least, of equals who came first."""
        names = frozenset(whose) or frozenset([""])
        await self._wait(names)
        began = self._monotonic()
        try:
            yield
        finally:
            self._charge(names, self._monotonic() - began)
            self._pass_on()

    @contextmanager
    def charged(self, name: str) -> Iterator[None]:
        """Charge somebody for what a member of theirs waits for, which therefore takes no turn."""
        began = self._monotonic()
        try:
            yield
        finally:
            self._charge(frozenset([name]), self._monotonic() - began)

    async def _wait(self, whose: frozenset[str]) -> None:
        if not self._is_taken:
            self._is_taken = True
            return
        waiting = _Waiting(whose)
        self._waiting.append(waiting)
        try:
            await waiting.turn
        except asyncio.CancelledError:
            if not waiting.turn.cancelled():  # it came just then
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        self._waiting = [waiting for waiting in self._waiting if not waiting.turn.done()]  # who gave up meanwhile
        if not self._waiting:
            self._is_taken = False
            return
        following = min(self._waiting, key=lambda waiting: min(self._taken.get(name, 0.0) for name in waiting.whose))
        self._waiting.remove(following)
        following.turn.set_result(None)

    def _charge(self, whose: frozenset[str], seconds: float) -> None:
        now = self._monotonic()
        left = 0.5 ** ((now - self._halved_at) / HALVED_AFTER.total_seconds())
        self._halved_at = now
        self._taken = {name: taken * left for name, taken in self._taken.items() if taken * left > _FORGOTTEN}
        for name in whose:
            self._taken[name] = self._taken.get(name, 0.0) + seconds / len(whose)
