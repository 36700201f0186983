"""Opening the database: one engine for the process, and the schema brought up to date."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, event, func, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.core.errors import StoreError
from bot.core.problems.base import Problem
from bot.core.problems.store import (
    CannotUseFile,
    CannotUseServer,
    DatabaseUnsupported,
    NoDatabaseAddress,
    SchemaOfTomorrow,
)
from bot.store.failing import Failures, changes_on

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
_SETTING = "storage.url"
APPLICATION = "tsudoi"  # how PostgreSQL names our sessions
_MIGRATING = 0x54737564  # any number, as long as every process locks the same
_OURS_ALONE = 0o600
_MIGRATIONS = Path(__file__).parent / "migrations"


class SqliteEngine(AsyncEngine):
    """Lets one transaction of this process write at a time, in turn.

    SQLite allows no more, and whom it keeps waiting looks again at random: of a hundred some would wait too long.
    """

    __slots__ = ("_turn", "failures")

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine.sync_engine)
        self._turn = asyncio.Lock()
        self.failures = Failures()
        self.failures.listen_to(engine.sync_engine)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        async with self._turn:
            async with super().begin() as connection:
                raw = await connection.get_raw_connection() if self.failures.problem else None
                before = changes_on(raw) if raw else 0
                yield connection
                has_written = raw is not None and changes_on(raw) > before
            if has_written:
                self.failures.over()


async def open_store(url: str) -> AsyncEngine:
    """Open the database at `url` with the present schema, creating or upgrading it as needed. Raises StoreError."""
    engine = open_engine(url)
    try:
        check_sqlite_file(engine.url)
        async with engine.begin() as connection:
            await bring_up_to_date(connection)
    except (DBAPIError, OSError, sqlite3.Error) as error:
        await engine.dispose()
        raise StoreError(unusable(_SETTING, engine.url, error)) from error
    except StoreError:
        await engine.dispose()
        raise
    return engine


def open_engine(url: str) -> AsyncEngine:
    """Return an engine for `sqlite:///FILE`, `sqlite://` (in memory) or `postgresql://…`; connects to nothing yet."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(NoDatabaseAddress(without_password(url), where=_SETTING)) from error
    driver = _DRIVERS.get(parsed.get_backend_name())
    if driver is None:
        raise StoreError(DatabaseUnsupported(parsed.get_backend_name(), where=_SETTING))
    if driver.startswith("postgresql"):
        named = {"server_settings": {"application_name": APPLICATION}}
        return create_async_engine(parsed.set(drivername=driver), connect_args=named)
    engine = create_async_engine(parsed.set(drivername=driver))
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return SqliteEngine(engine)


def check_sqlite_file(url: URL) -> None:
    """Open and close the file: aiosqlite's thread would outlive a connection that fails, and write to stderr.

    From then on only its owner may read it, as far as we may say so; what SQLite lays beside it becomes like it.
    """
    if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith((":memory:", "file:")):
        with suppress(FileExistsError):
            os.close(os.open(url.database, os.O_CREAT | os.O_EXCL, _OURS_ALONE))
        sqlite3.connect(url.database).close()
        for beside in ("", "-wal", "-shm"):
            with suppress(OSError):  # it is somebody else's, or not there
                Path(url.database + beside).chmod(_OURS_ALONE)


def _prepare_sqlite(connection: object, _record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]  # we say BEGIN ourselves, see _begin_sqlite
    cursor = connection.cursor()  # type: ignore[attr-defined]
    # secure_delete: what a member had erased is overwritten, not only left out of the index.
    for pragma in ("journal_mode=WAL", "busy_timeout=10000", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later would fail at once when another process wrote in between;
    # taking the write lock at BEGIN makes it wait instead.
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


async def bring_up_to_date(connection: AsyncConnection) -> None:
    """Create or upgrade the schema in the connection's transaction, which is the caller's to commit. StoreError."""
    if connection.dialect.name == "postgresql":  # several processes may start at once; SQLite's BEGIN makes them wait
        await connection.execute(select(func.pg_advisory_xact_lock(_MIGRATING)))
    current, head = await schema_version(connection), newest_version()
    if current == head:
        return
    if current is not None and current not in _versions():
        raise StoreError(SchemaOfTomorrow(current, head, where=place(connection.engine.url)))
    await connection.run_sync(_upgrade)


async def schema_version(connection: AsyncConnection) -> str | None:
    """Return the schema version of a database; None where there is no store."""
    return await connection.run_sync(_version)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _versions() -> list[str]:
    return sorted(path.stem.split("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def newest_version() -> str:
    """Return the schema version that this code needs."""
    return _versions()[-1]


def _upgrade(connection: Connection) -> None:
    from alembic import command  # costs 0.1 s, and an up-to-date database needs none of it
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def without_password(url: str) -> str:
    """Return of an address what can hold no password: it may stand before the host, or behind the name."""
    return url.rpartition("@")[2].partition("?")[0]


def place(url: URL) -> str:
    """Return where a database is, without its password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "memory"
    shown = {name: "***" if "password" in name else value for name, value in url.query.items()}
    return url.set(drivername="postgresql", query=shown).render_as_string(hide_password=True)


def cause_of(error: Exception) -> str:
    """Return what a database said, in one line."""
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]


def unusable(where: str, url: URL, error: Exception) -> Problem:
    """Return why a database cannot be used that is named there."""
    if url.get_backend_name() == "sqlite":
        return CannotUseFile(str(Path(url.database or "").absolute()), where=where, detail=cause_of(error))
    return CannotUseServer(place(url), where=where, detail=cause_of(error))


async def close_store(engine: AsyncEngine) -> None:
    """Close every connection, also when the task is being cancelled."""
    await asyncio.shield(engine.dispose())
