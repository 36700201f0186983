"""What is erased without anybody asking for it: what is past its time, and what servers left behind."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol


class Erasing(Protocol):
    """Erases from every table there is."""

    async def purge(self, now: datetime) -> None: ...
    async def forget_server(self, platform: str, server: str) -> None: ...


class ServersLeft(Protocol):
    """Which servers and workspaces the bot is in no more, each since when."""

    async def known(self, platform: str) -> set[str]:
        """Return every server of which anything is kept."""
        ...

    async def left(self, platform: str) -> set[str]: ...

    async def note(self, platform: str, servers: Collection[str], at: datetime) -> None:
        """Remember that the bot is in them no more; since when stays as it was first noted."""
        ...

    async def came_back(self, platform: str, servers: Collection[str]) -> None: ...

    async def overdue(self, now: datetime) -> list[tuple[str, str]]:
        """Return, with their platforms, those that were left so long ago that they are erased."""
        ...
