"""The line before the worker processes: who goes next, and who gives way.

One call at a time may take long. When a second one would, while others wait, it is stopped and comes after them.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from bot.sandbox.plain_answers import CallError

SLOW = 1.0  # seconds after which a call counts as one that takes long


class GaveWay(CallError):
    """The call was stopped for others; it is to be called again."""


@dataclass(eq=False, slots=True)
class Turn:
    """A call that waits or is worked on. While a big one is worked on, nothing else is."""

    is_big: bool = False
    is_slow: bool = False
    since: int = 0  # the later it began to wait or to be worked on, the greater
    stop: Callable[[], None] | None = None  # while it is worked on and may give way, which it does once at most
    was_stopped: bool = False


class Line:
    """Turns in the order in which they come, so many at once; of those that are big or slow one at a time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: list[Turn] = []
        self._working: list[Turn] = []
        self._moments = count()
        self._changed = threading.Condition()

    @contextmanager
    def waited_for(self, turn: Turn) -> Iterator[None]:
        """Wait for a turn; it lasts until the end of the block."""
        with self._changed:
            turn.since = next(self._moments)
            self._waiting.append(turn)
            self._make_room()
            self._changed.wait_for(lambda: self._next() is turn)
            self._waiting.remove(turn)
            turn.since = next(self._moments)
            self._working.append(turn)
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._working.remove(turn)
                self._changed.notify_all()

    @contextmanager
    def giving_way(self, turn: Turn, stop: Callable[[], None], after: float) -> Iterator[None]:
        """Let a turn count as slow after so many seconds of the block, and `stop` it if it has to give way.

        Raises GaveWay where the block failed because it was stopped; the next time this turn is not.
        """
        if turn.is_big or turn.was_stopped:
            yield
            return
        turn.stop = stop
        timer = threading.Timer(after, self._is_slow_now, (turn,))
        timer.start()
        try:
            yield
        except CallError as error:
            if turn.was_stopped:
                raise GaveWay from error
            raise
        finally:
            timer.cancel()
            with self._changed:
                turn.stop = None

    def _is_slow_now(self, turn: Turn) -> None:
        with self._changed:
            if turn.stop is not None:
                turn.is_slow = True
                self._make_room()
                self._changed.notify_all()  # what waits behind a big one overtakes it now

    def _make_room(self) -> None:
        """Stop the slow call that came last, if it keeps others waiting."""
        for turn in reversed(self._working):
            if turn.is_slow and turn.stop is not None and self._is_in_the_way(turn):
                turn.was_stopped = True
                turn.stop()
                turn.stop = None
                return

    def _is_in_the_way(self, slow: Turn) -> bool:
        if any(turn.is_slow for turn in self._working if turn is not slow):
            return any(not turn.is_slow for turn in self._waiting)
        return any(turn.is_big or (turn.is_slow and turn.since < slow.since) for turn in self._waiting)

    def _next(self) -> Turn | None:
        """Who may go: the first with room. Nothing overtakes a big one, unless that waits for a slow one."""
        is_slow_in_work = any(turn.is_slow for turn in self._working)
        for turn in self._waiting:
            if self._has_room_for(turn, is_slow_in_work=is_slow_in_work):
                return turn
            if turn.is_big and not is_slow_in_work:
                return None
        return None

    def _has_room_for(self, turn: Turn, *, is_slow_in_work: bool) -> bool:
        if len(self._working) >= self._most or any(working.is_big for working in self._working):
            return False
        return not (turn.is_big and self._working) and not (turn.is_slow and is_slow_in_work)
