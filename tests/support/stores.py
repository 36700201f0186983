"""New stores for tests that need one, and not its making: only the first waits for the migrations."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.storage.engine import close_store, open_store

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
