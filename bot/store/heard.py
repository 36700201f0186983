"""What platforms told us lately, each thing once."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.lifetimes import past_heard
from bot.store.statements import insert_or_ignore
from bot.store.tables import heard

MOST = 500


class StoredHeard:
    """Fulfils `Heard`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def is_new(self, key: str, now: datetime) -> bool:
        async with self._engine.begin() as connection:
            await connection.execute(delete(heard).where(past_heard(now)))
            noted = await connection.execute(insert_or_ignore(connection, heard).values(key=key, at=now))
            return noted.rowcount == 1

    async def latest(self, start: str) -> list[str]:
        query = select(heard.c.key).where(heard.c.key.startswith(start, autoescape=True))
        async with self._engine.execution_options(read_only=True).connect() as connection:
            return list((await connection.execute(query.order_by(heard.c.at.desc()).limit(MOST))).scalars())
