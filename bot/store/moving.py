"""Moving a store into another database: all of it, or nothing.

Both databases are held meanwhile: nobody writes into the old one, and the new one is filled in one transaction, in
which what arrived is read back and compared before it counts. The old one's transaction is rolled back at the end, so
that nothing changes there, not even its schema.
"""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Row,
    Table,
    TableClause,
    Text,
    cast,
    column,
    func,
    insert,
    select,
    table,
    text,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import UserDefinedType

from bot.core.errors import StoreError
from bot.core.problems.base import Problem
from bot.core.problems.store import (
    InMemory,
    NoStoreThere,
    NoSuchFile,
    RowsThere,
    StoreInUse,
    TableDiffers,
    TableUnreadable,
    TableUnwritable,
)
from bot.store.engine import (
    APPLICATION,
    bring_up_to_date,
    cause_of,
    check_sqlite_file,
    close_store,
    open_engine,
    place,
    schema_version,
    unusable,
)
from bot.store.tables import metadata

BATCH = 1000  # rows
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = :name AND pid <> pg_backend_pid()"
)

Progress = Callable[[str, int, int], None]  # a table, how many rows it has, and how many of them are moved


@dataclass(frozen=True, slots=True)
class MovedTable:
    """A table that was moved: its rows, and the SHA-256 that stands for what is in them."""

    name: str
    rows: int
    digest: str


async def move_store(source: str, target: str, progress: Progress) -> list[MovedTable]:
    """Move everything from the database at `source` into the one at `target`, which must hold no rows.

    Returns: every table, in the order of their foreign keys. Raises StoreError: then both are as they were before.
    """
    async with _held(source, is_source=True) as old, _held(target, is_source=False) as new:
        rows = await _rows_of(old)
        if taken := [name for name, count in (await _rows_of(new)).items() if count]:
            raise StoreError(RowsThere(", ".join(taken), where=place(new.engine.url)))
        moved = [
            await _move_table(table, old, new, partial(progress, table.name, rows[table.name]))
            for table in metadata.sorted_tables
        ]
        await new.commit()
    return moved


@asynccontextmanager
async def _held(url: str, *, is_source: bool) -> AsyncIterator[AsyncConnection]:
    """Open a transaction in which the store has the present schema, and nobody else writes to it."""
    engine = open_engine(url)
    try:
        _refuse_sqlite_file(engine.url, must_exist=is_source)
        async with engine.connect() as connection:
            if is_source and await schema_version(connection) is None:
                raise StoreError(NoStoreThere(where=place(engine.url)))
            await _refuse_other_sessions(connection)
            await bring_up_to_date(connection)
            await _lock(connection)
            yield connection
    except (DBAPIError, OSError, sqlite3.Error) as error:
        raise StoreError(unusable("move-store", engine.url, error)) from error
    finally:
        await close_store(engine)


def _refuse_sqlite_file(url: URL, *, must_exist: bool) -> None:
    """Raise StoreError if another process has the file open, even one that does nothing at the moment."""
    if url.get_backend_name() != "sqlite":
        return
    if url.database in (None, "", ":memory:"):
        raise StoreError(InMemory())
    path = Path(str(url.database)).absolute()
    if path.exists():
        _refuse_open_file(path)
    elif must_exist:
        raise StoreError(NoSuchFile(where=str(path)))
    else:
        check_sqlite_file(url)


def _refuse_open_file(path: Path) -> None:
    probe = sqlite3.connect(path, timeout=1, isolation_level=None)
    try:
        # Before anything is read: whoever uses the file with a write-ahead log shares a lock on it until they close it.
        probe.execute("PRAGMA locking_mode=EXCLUSIVE")
        probe.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
            raise StoreError(StoreInUse(where=str(path))) from error
        raise
    finally:
        probe.close()


async def _refuse_other_sessions(connection: AsyncConnection) -> None:
    if connection.dialect.name == "postgresql":
        others = await connection.execute(_OTHERS, {"name": APPLICATION})
        if others.scalar_one():
            raise StoreError(StoreInUse(where=place(connection.engine.url)))


async def _lock(connection: AsyncConnection) -> None:
    """Let nobody else write until the transaction ends. SQLite's BEGIN did so already, see engine.py."""
    if connection.dialect.name == "postgresql":
        names = ", ".join(table.name for table in metadata.sorted_tables)
        await connection.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE NOWAIT"))


async def _rows_of(connection: AsyncConnection) -> dict[str, int]:
    """Return how many rows each table has."""
    counted = {table.name: select(func.count()).select_from(table) for table in metadata.sorted_tables}
    return {name: (await connection.execute(query)).scalar_one() for name, query in counted.items()}


async def _move_table(
    moved: Table, old: AsyncConnection, new: AsyncConnection, progress: Callable[[int], None]
) -> MovedTable:
    exact, sent, arrived = _exactly(moved), _Content(), _Content()
    progress(0)
    async for rows in _rows_in(old, exact):
        await _put(new, exact, rows)
        sent.add(rows)
        progress(sent.rows)
    async for rows in _rows_in(new, exact):
        arrived.add(rows)
    if sent != arrived:
        raise StoreError(TableDiffers(moved.name, arrived.rows, sent.rows, where=place(new.engine.url)))
    await _count_on(new, moved)
    return MovedTable(moved.name, arrived.rows, arrived.digest)


class _Written(UserDefinedType[str]):
    """JSON as the text that stands in the database: SQL's NULL and JSON's null stay two things, nothing is rounded."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "JSON"

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[str]:
        return cast(column, Text)


def _exactly(moved: Table) -> TableClause:
    """Return the table as it is copied: nothing is filled in, and JSON is not read."""
    types = {stored.name: _Written() if isinstance(stored.type, JSON) else stored.type for stored in moved.columns}
    return table(moved.name, *(column(name, its_type) for name, its_type in types.items()))


async def _rows_in(connection: AsyncConnection, moved: TableClause) -> AsyncIterator[list[Row[Any]]]:
    try:
        async with connection.stream(select(moved)) as result:
            async for rows in result.partitions(BATCH):
                yield list(rows)
    except DBAPIError as error:
        raise StoreError(_of_table(TableUnreadable, connection, moved, error)) from error


async def _put(connection: AsyncConnection, moved: TableClause, rows: Iterable[Row[Any]]) -> None:
    try:
        await connection.execute(insert(moved), [dict(row._mapping) for row in rows])
    except DBAPIError as error:
        raise StoreError(_of_table(TableUnwritable, connection, moved, error)) from error


def _of_table(
    kind: type[TableUnreadable] | type[TableUnwritable],
    connection: AsyncConnection,
    moved: TableClause,
    error: DBAPIError,
) -> Problem:
    return kind(moved.name, where=place(connection.engine.url), detail=cause_of(error))


async def _count_on(connection: AsyncConnection, moved: Table) -> None:
    """Let PostgreSQL give new rows the ids after the highest; SQLite looks for it by itself."""
    counted = moved.autoincrement_column
    if counted is not None and connection.dialect.name == "postgresql":
        counter = func.pg_get_serial_sequence(moved.name, counted.name)
        await connection.execute(select(func.setval(counter, func.max(counted))))


class _Content:
    """Rows, and a sum of their hashes: databases sort text differently, so that no order may count."""

    def __init__(self) -> None:
        self.rows, self._sum = 0, 0

    def add(self, rows: Iterable[Row[Any]]) -> None:
        for row in rows:
            self.rows += 1
            self._sum += int.from_bytes(sha256(repr(tuple(row)).encode("utf-8", "surrogatepass")).digest())

    @property
    def digest(self) -> str:
        return f"{self._sum % 2**256:064x}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Content) and (self.rows, self._sum) == (other.rows, other._sum)

    __hash__ = None  # type: ignore[assignment]  # it grows
