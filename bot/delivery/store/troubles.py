"""The rooms that take nothing, as organisers look after them."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.problems.base import Problem
from bot.delivery.rules.troubles import Trouble
from bot.delivery.store.deliveries import plan_to_say_it_is_over
from bot.delivery.store.holding import note_refusal, trouble_of
from bot.store.statements import batches
from bot.store.tables import troubles


class StoredTroubles:
    """Fulfils `TroubleStore`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def troubles(self) -> list[Trouble]:
        """Return all rooms in trouble, those that are so for longest first."""
        async with self._engine.execution_options(read_only=True).connect() as connection:
            rows = (await connection.execute(select(troubles).order_by(troubles.c.since))).mappings()
            return [trouble_of(row) for row in rows]

    async def note(self, room: str, problem: Problem, now: datetime) -> None:
        """Take note that a room takes nothing."""
        async with self._engine.begin() as connection:
            await note_refusal(connection, room, problem, now)

    async def try_now(self, rooms: Collection[str], now: datetime) -> None:
        """Let what is due in these rooms be tried at once."""
        async with self._engine.begin() as connection:
            for some in batches(rooms):
                await connection.execute(update(troubles).where(troubles.c.room.in_(some)).values(again_at=now))

    async def end(self, rooms: Collection[str], now: datetime) -> None:
        async with self._engine.begin() as connection:
            for room in rooms:
                await connection.execute(delete(troubles).where(troubles.c.room == room))
                await plan_to_say_it_is_over(connection, room, now)

    async def forget(self, rooms: Collection[str]) -> None:
        """Drop rooms in which nothing is to be said any more."""
        async with self._engine.begin() as connection:
            for some in batches(rooms):
                await connection.execute(delete(troubles).where(troubles.c.room.in_(some)))
