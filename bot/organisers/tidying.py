"""What nobody needs any more goes by itself: what is past its time, and what servers left behind."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.core.clock import Clock
from bot.organisers.ports.tidying import Erasing, ServersLeft

log = structlog.get_logger()

IsIn = Callable[[str], bool | None]


@dataclass(frozen=True)
class Tidying:
    """Erases at night, and keeps in mind which servers the bot left."""

    data: Erasing
    servers: ServersLeft
    clock: Clock

    async def tidy(self) -> None:
        """Erase the servers that were left long ago, and everything that is past its time."""
        now = self.clock.now()
        for platform, server in await self.servers.overdue(now):
            await self.data.forget_server(platform, server)
            log.info("server erased", platform=platform, server=server, reason="the bot left it, and did not come back")
        await self.data.purge(now)

    async def look_around(self, platform: str, is_in: IsIn) -> None:
        """Compare with where the bot is now: it may have been removed, or invited again, while it was off.

        `is_in` says so of a server; None where another process knows.
        """
        known, left = await self.servers.known(platform), await self.servers.left(platform)
        await self.servers.note(platform, {server for server in known if is_in(server) is False}, self.clock.now())
        await self.servers.came_back(platform, {server for server in left if is_in(server)})

    async def left(self, platform: str, server: str) -> None:
        """Take note that the bot was removed from a server."""
        await self.servers.note(platform, [server], self.clock.now())

    async def came_back(self, platform: str, server: str) -> None:
        """Take note that it is there, perhaps invited again: nothing is erased."""
        if server in await self.servers.left(platform):
            await self.servers.came_back(platform, [server])
