"""How long `tsudoi move-store` takes with a large store: into a PostgreSQL, and back into another file."""

import asyncio
import time
from pathlib import Path

from rich.table import Table

from bot.store.moving import MovedTable, move_store
from tests.conftest import empty


def measure(store: Path, postgres: str) -> Table:
    """Move an SQLite store into this PostgreSQL, which is emptied first, and back. Returns the figures as a table."""
    back = store.with_name("back.db")
    asyncio.run(empty(postgres))
    there, there_took = _timed(f"sqlite:///{store}", postgres)
    again, again_took = _timed(postgres, f"sqlite:///{back}")
    shown = Table("moving the store", "", box=None)
    shown.add_row("rows, and the file", f"{sum(one.rows for one in there):,}, {store.stat().st_size / 2**20:.0f} MiB")
    shown.add_row("SQLite to PostgreSQL", f"{there_took:.0f} s")
    shown.add_row("PostgreSQL to SQLite", f"{again_took:.0f} s")
    shown.add_row("the same came back", "yes" if there == again else "NO")
    return shown


def _timed(source: str, target: str) -> tuple[list[MovedTable], float]:
    began = time.monotonic()
    moved = asyncio.run(move_store(source, target, lambda *_: None))
    return moved, time.monotonic() - began
