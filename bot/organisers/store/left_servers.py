"""Servers and workspaces that the bot is in no more."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Column, delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.lifetimes import LEFT
from bot.store.statements import batches, insert_or_ignore
from bot.store.tables import (
    left_servers,
    mirrored_events,
    quiz_players,
    quizzes,
    room_drafts,
    rooms,
    samples,
    sessions,
)

_NAMED = ((rooms, "guild"), (room_drafts, "guild"), (mirrored_events, "space"), (sessions, "tenant"))
_OF_MEMBERS = ((quizzes, "address", "guild"), (samples, "owner", "space"))


class LeftServers:
    """Fulfils `ServersLeft`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._read_only = engine.execution_options(read_only=True)

    async def known(self, platform: str) -> set[str]:
        """Return every server of which anything is kept."""
        named = [(table.c[server], table.c.platform == platform) for table, server in _NAMED]
        named += [(table.c[server], table.c[who].startswith(f"{platform}:")) for table, who, server in _OF_MEMBERS]
        spaces: Column[str] = quiz_players.c.space
        async with self._read_only.connect() as connection:
            found = [(await connection.execute(select(at).where(which).distinct())).scalars() for at, which in named]
            on_boards = select(spaces).where(spaces.startswith(f"{platform}:")).distinct()
            boards = (await connection.execute(on_boards)).scalars()
        return {server for servers in found for server in servers if server} | {
            server for space in boards if (server := space.partition(":")[2])
        }

    async def left(self, platform: str) -> set[str]:
        query = select(left_servers.c.server).where(left_servers.c.platform == platform)
        async with self._read_only.connect() as connection:
            return set((await connection.execute(query)).scalars())

    async def note(self, platform: str, servers: Collection[str], at: datetime) -> None:
        """Remember that the bot is in them no more; since when stays as it was first noted."""
        rows = [{"platform": platform, "server": server, "since": at} for server in servers]
        if rows:
            async with self._engine.begin() as connection:
                await connection.execute(insert_or_ignore(connection, left_servers), rows)

    async def came_back(self, platform: str, servers: Collection[str]) -> None:
        row = left_servers.c
        async with self._engine.begin() as connection:
            for some in batches(servers):
                await connection.execute(delete(left_servers).where(row.platform == platform, row.server.in_(some)))

    async def overdue(self, now: datetime) -> list[tuple[str, str]]:
        """Return, with their platforms, those that were left so long ago that they are erased."""
        query = select(left_servers.c.platform, left_servers.c.server).where(left_servers.c.since < now - LEFT)
        async with self._read_only.connect() as connection:
            return [(platform, server) for platform, server in await connection.execute(query)]
