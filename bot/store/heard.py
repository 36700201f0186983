"""What platforms told us lately, each thing once."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.statements import insert_or_ignore
from bot.store.tables import heard

KEPT = timedelta(days=2)  # with delayed events Slack tries again for a day


class StoredHeard:
    """Fulfils `Heard`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def is_new(self, key: str, now: datetime) -> bool:
        async with self._engine.begin() as connection:
            await connection.execute(delete(heard).where(heard.c.at < now - KEPT))
            noted = await connection.execute(insert_or_ignore(connection, heard).values(key=key, at=now))
            return noted.rowcount == 1
