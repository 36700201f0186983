"""What outlives the process beside events, rooms and members."""

from datetime import datetime
from typing import Protocol


class Memory(Protocol):
    """Single values that outlive the process, by name."""

    async def recall(self, name: str) -> str | None: ...
    async def remember(self, name: str, value: str) -> None: ...


class Heard(Protocol):
    """What platforms told us lately: Slack tells again what it believes to be unheard, and after a stop we look."""

    async def is_new(self, key: str, now: datetime) -> bool:
        """Take note of what was heard; False if it was heard before, by any process on the same store."""
        ...

    async def latest(self, start: str) -> list[str]:
        """Return the latest keys that start so, some hundreds at most, the last one heard first."""
        ...
