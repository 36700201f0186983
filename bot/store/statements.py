"""The one statement that the two databases spell differently, and lists that are too long for one statement."""

from collections.abc import Iterable
from typing import TypeVar

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")
_BATCH = 500  # values in one IN: SQLite and PostgreSQL bound the number of parameters


def batches(values: Iterable[T]) -> Iterable[list[T]]:
    """Return the values in lists that one IN takes."""
    remaining = list(values)
    return (remaining[start : start + _BATCH] for start in range(0, len(remaining), _BATCH))


def insert_into(connection: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT of this database, which can say what becomes of an existing row with the same unique key."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def insert_or_ignore(connection: AsyncConnection, table: Table) -> Insert:
    """Return an INSERT that leaves an existing row with the same unique key as it is."""
    return insert_into(connection, table).on_conflict_do_nothing()


def upsert(connection: AsyncConnection, table: Table) -> Insert:
    """Return an INSERT that overwrites every other column of the row with the same primary key."""
    keys = [column.name for column in table.primary_key]
    statement = insert_into(connection, table)
    others = {name: value for name, value in statement.excluded.items() if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=others)
