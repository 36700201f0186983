"""What is kept of people, as a whole: shown, erased for a member, at night, and for a server that the bot left."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import LargeBinary, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.problems.base import Language
from bot.store.naming import NOBODY, Account, Row
from bot.store.register import REGISTER, SPANS, Kept, Server, purposes
from bot.store.tables import consents, quiz_players, room_drafts, rooms

log = structlog.get_logger()


class PersonalData:
    """Does what the register says."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._read_only = engine.execution_options(read_only=True)

    def told(self, language: Language) -> list[tuple[str, str, str]]:
        """Return, in words, what is kept of anybody, why, and until when."""
        return [purpose.told(language, SPANS) for purpose in purposes()]

    async def of(self, address: str) -> dict[str, list[dict[str, Any]]]:
        """Return all that is kept of a member, by table, without pictures; of rows of others what names them."""
        found: dict[str, list[dict[str, Any]]] = {}
        async with self._read_only.connect() as connection:
            account = await _account(connection, address)
            for kept in REGISTER:
                if rows := [_shown(kept, row, account) for row in await _rows_of(connection, kept, account)]:
                    found[kept.table.name] = rows
        return found

    async def forget(self, address: str) -> None:
        """Erase all that is kept of a member. Nothing of it stays in the database's files."""
        async with self._engine.begin() as connection:
            account = await _account(connection, address)
            for kept in REGISTER:
                await _take_out(connection, kept, account)
        await let_go(self._engine)

    async def purge(self, now: datetime) -> None:
        """Erase what is past its time."""
        for kept in REGISTER:
            if kept.past is not None:
                async with self._engine.begin() as connection:  # one table at a time: others write in between
                    gone = await connection.execute(delete(kept.table).where(kept.past(now)))
                if gone.rowcount:
                    log.info("past its time", table=kept.table.name, rows=gone.rowcount)
        await let_go(self._engine)

    async def forget_server(self, platform: str, server: str) -> None:
        """Erase all that is kept of a server."""
        async with self._engine.begin() as connection:
            there = Server(platform, server, await _rooms_of(connection, platform, server))
            for kept in REGISTER:
                if kept.within is not None:
                    await connection.execute(delete(kept.table).where(kept.within(there)))
        await let_go(self._engine)


async def let_go(engine: AsyncEngine) -> None:
    """Have the database let go of what was deleted: SQLite's log is emptied, PostgreSQL's dead rows are removed."""
    if engine.dialect.name == "sqlite":
        async with engine.connect() as connection:
            raw = await connection.get_raw_connection()  # outside of any transaction
            emptied = await raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
            is_busy, *_ = await emptied.fetchone()
        if is_busy:  # somebody reads for longer than we wait
            log.warning("SQLite's log is not emptied", next="it is tonight, at the next !forget, or when the bot ends")
    else:
        tables = ", ".join(kept.table.name for kept in REGISTER)
        async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as alone:
            await alone.exec_driver_sql(f"VACUUM {tables}")


async def _account(connection: AsyncConnection, address: str) -> Account:
    alias = (await connection.execute(select(consents.c.alias).where(consents.c.address == address))).scalar()
    names = await connection.execute(select(quiz_players.c.name).where(quiz_players.c.address == address))
    return Account(address, alias or "", tuple(name for name in names.scalars() if name))


async def _rooms_of(connection: AsyncConnection, platform: str, server: str) -> tuple[str, ...]:
    found: set[str] = set()
    for table in (rooms, room_drafts):
        query = select(table.c.channel).where(table.c.platform == platform, table.c.guild == server)
        found |= {f"{platform}:{channel}" for channel in (await connection.execute(query)).scalars()}
    return tuple(sorted(found))


async def _rows_of(connection: AsyncConnection, kept: Kept, account: Account) -> Sequence[Row]:
    which = kept.of(account)
    if which is None:
        return ()
    columns = [column for column in kept.table.columns if not isinstance(column.type, LargeBinary)]
    return (await connection.execute(select(*columns).where(which))).mappings().all()


async def _take_out(connection: AsyncConnection, kept: Kept, account: Account) -> None:
    for row in await _rows_of(connection, kept, account):
        same = and_(*(column == row[column.name] for column in kept.table.primary_key))
        remains = kept.without(row, account)
        changed = delete(kept.table) if remains is None else update(kept.table).values(remains)
        await connection.execute(changed.where(same))


def _shown(kept: Kept, row: Row, account: Account) -> dict[str, Any]:
    """Return a row as its member sees it: of one of others only which it is."""
    remains = kept.without(row, account)
    if remains is None or remains.get("channel") == NOBODY:
        return dict(row)
    return {column.name: row[column.name] for column in kept.table.primary_key}
