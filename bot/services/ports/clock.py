"""What time it is."""

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
