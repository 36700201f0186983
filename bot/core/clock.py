"""What time it is, and the alarm that rings when something is due."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """What time it is: aware, in UTC."""

    def now(self) -> datetime:
        """Return the current time."""
        ...


class SettableClock(Clock, Protocol):
    """A clock that the rehearsal drives."""

    def set(self, now: datetime) -> None: ...


Ring = Callable[[], Awaitable[object]]  # has the alarm clock look again: something may be due sooner, or at once


async def no_ring() -> None:
    """Stand in where no alarm clock runs: what is due is seen when one does."""
