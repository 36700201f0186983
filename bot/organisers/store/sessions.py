"""Who is let into the organisers' console."""

from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.organisers.rules.sessions import Session
from bot.store.tables import sessions


class Sessions:
    """Fulfils `SessionStore`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def keep(self, session: Session, now: datetime) -> None:
        """Keep a link or a session, and forget those that expired."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
            await connection.execute(insert(sessions).values(asdict(session)))

    async def session(self, digest: str, now: datetime) -> Session | None:
        """Return the session of this digest, unless it expired."""
        async with self._engine.execution_options(read_only=True).connect() as connection:
            row = (await connection.execute(select(sessions).where(_valid(digest, now, is_link=False)))).mappings()
            found = row.first()
        return None if found is None else replace(Session(**found), roles=tuple(found["roles"]))

    async def use(self, link: str, digest: str, now: datetime, expires_at: datetime) -> Session | None:
        """Make the session of this digest of a link; None if the link was used, or has expired. One of two wins."""
        used = update(sessions).where(_valid(link, now, is_link=True))
        async with self._engine.begin() as connection:
            done = await connection.execute(used.values(digest=digest, is_link=False, expires_at=expires_at))
        return await self.session(digest, now) if done.rowcount == 1 else None

    async def end(self, digest: str) -> None:
        """End one session."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(sessions).where(sessions.c.digest == digest))

    async def end_all(self, platform: str, member: str) -> int:
        """End every session and link of a member, and return how many there were."""
        of_member = and_(sessions.c.platform == platform, sessions.c.member == member)
        async with self._engine.begin() as connection:
            return (await connection.execute(delete(sessions).where(of_member))).rowcount


def _valid(digest: str, now: datetime, *, is_link: bool) -> ColumnElement[bool]:
    return and_(sessions.c.digest == digest, sessions.c.is_link == is_link, sessions.c.expires_at > now)
