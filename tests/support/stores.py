"""New stores for tests that need one, and not its making: only the first waits for the migrations."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import engine as engines
from bot.store.engine import close_store, open_store

MIGRATIONS = Path(engines.__file__).parent / "migrations"

_laid: list[bytes] = []


async def lay_new_store(file: Path) -> None:
    """Put a SQLite with the present schema, and with no row, where no file is yet."""
    if not _laid:
        await close_store(await open_store(f"sqlite:///{file}"))  # closed, nothing is left outside of the one file
        _laid.append(await asyncio.to_thread(file.read_bytes))
    await asyncio.to_thread(file.write_bytes, _laid[0])


@contextmanager
def raw_sqlite(file: Path) -> Iterator[sqlite3.Connection]:
    """Look into a SQLite past the program, or change it; committed and closed at the end.

    A connection's own `with` does not close it, of which Python 3.13 warns.
    """
    with closing(sqlite3.connect(file)) as connection, connection:
        yield connection


async def upgrade_to(engine: AsyncEngine, version: str) -> None:
    """Bring a database to the schema of a version, as the Tsudoi of that day had it."""

    def bring(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, version)

    async with engine.begin() as connection:
        await connection.run_sync(bring)
