"""Single values that outlive the process, by name."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.statements import upsert
from bot.store.tables import memory


class StoredMemory:
    """Fulfils `Memory`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def recall(self, name: str) -> str | None:
        query = select(memory.c.value).where(memory.c.name == name)
        async with self._engine.execution_options(read_only=True).connect() as connection:
            return (await connection.execute(query)).scalar()

    async def remember(self, name: str, value: str) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(upsert(connection, memory), {"name": name, "value": value})
