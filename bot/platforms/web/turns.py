"""Turns at the door of the page: in a crowd those who ask little come before those who ask much, and the newest first.

Newest first, because of a flood only a few can be answered: who came just now still waits for the answer, and waits
for one or two others, however many there are. Every third turn is of the one who waits longest, so that nobody is
overtaken for ever: an address may have asked much on behalf of many. Who still waits for too long is told that it is
busy.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from bot.core.clock import Clock
from bot.platforms.web.refusals import Refusal

MOST_HELD = 64 << 20  # bytes of uploads in work or waiting
WAIT_FOR_TURN = 20.0  # seconds
OF_THE_LONGEST = 3  # one turn in so many, where there is a choice
LITTLE, WITHIN = 30, timedelta(seconds=30)  # turns of those who ask little: a person, with the requests of their page


@dataclass(frozen=True, slots=True)
class Caller:
    """Who takes a turn. What `name` sends is worked on in order, one at a time; without a name there is no order.

    `counted_as` is what their turns are counted by: nobody can have many of these.
    """

    name: str | None
    counted_as: str


@dataclass(eq=False)
class _Waiting:
    caller: Caller
    size: int
    turn: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def tell(self, *, is_granted: bool) -> None:
        """Say whether they may go on. Who gave up just now passes the turn on."""
        if not self.turn.done():
            self.turn.set_result(is_granted)


class Turns:
    """So many requests are in work at once, and so many more wait. A turn is taken when everything is there."""

    def __init__(self, clock: Clock, at_once: int = 6, waiting: int = 200) -> None:
        self._clock, self._at_once, self._most_waiting = clock, at_once, waiting
        self._asked, self._counted_since = Counter[str](), clock.now()
        self._asked_before = Counter[str]()  # within the period before: a flood does not begin anew with each
        self._waiting: list[_Waiting] = []  # as they came
        self._in_work: set[_Waiting] = set()
        self._chosen = 0  # times that one of several was

    @asynccontextmanager
    async def turn(self, caller: Caller, size: int = 0) -> AsyncIterator[None]:
        """Wait for a turn with an upload of `size` bytes. Raises Refusal if too many wait, or for too long."""
        self._count(caller)
        waiting = _Waiting(caller, size)
        self._waiting.append(waiting)
        try:
            await self._wait(waiting)
            yield
        finally:
            self._in_work.discard(waiting)
            if waiting in self._waiting:
                self._waiting.remove(waiting)
            self._pass_on()

    def _count(self, caller: Caller) -> None:
        now = self._clock.now()
        if (counted := now - self._counted_since) >= WITHIN:
            self._asked_before = self._asked if counted < 2 * WITHIN else Counter()
            self._asked, self._counted_since = Counter(), now
        self._asked[caller.counted_as] += 1

    def _too_much(self, waiting: _Waiting) -> int:
        who = waiting.caller.counted_as
        return max(0, self._asked[who] - LITTLE, self._asked_before[who] - LITTLE)

    async def _wait(self, waiting: _Waiting) -> None:
        self._pass_on()
        self._make_room()
        try:
            async with asyncio.timeout(WAIT_FOR_TURN):
                is_granted = await waiting.turn
        except TimeoutError:
            is_granted = False
        if not is_granted:
            raise Refusal(503, "busy")

    def _make_room(self) -> None:
        """Refuse those who would wait longest where too many wait, or hold too much."""
        while self._waiting and (len(self._waiting) > self._most_waiting or self._held() > MOST_HELD):
            last = max(self._waiting, key=self._too_much)
            self._waiting.remove(last)
            last.tell(is_granted=False)

    def _held(self) -> int:
        return sum(waiting.size for waiting in (*self._waiting, *self._in_work))

    def _pass_on(self) -> None:
        while len(self._in_work) < self._at_once and (following := self._following()) is not None:
            self._waiting.remove(following)
            self._in_work.add(following)
            following.tell(is_granted=True)

    def _following(self) -> _Waiting | None:
        first, named = list[_Waiting](), {waiting.caller.name for waiting in self._in_work}
        for waiting in self._waiting:
            if waiting.caller.name is None or waiting.caller.name not in named:
                first.append(waiting)
                named.add(waiting.caller.name)
        self._chosen += len(first) > 1
        if first and self._chosen % OF_THE_LONGEST == 0:
            return first[0]
        return min(reversed(first), key=self._too_much, default=None)
