"""Rows for every table there is, whatever tables come: each column filled by its type, with what is hard to keep."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    insert,
    null,
)
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.tables import UtcDateTime, metadata

ROWS = 7
JAPAN = timezone(timedelta(hours=9))
HARD_TO_QUOTE = "集い🎉 ㍻ 'quoted' \"twice\" %s :name \\n \n\t"
JSONS = ({"題": ["é", None, 1.5, 2**53, True], "": {}}, [], JSON.NULL, "text", {"b": 1, "a": "\u2028"})
WHOLE = (0, -1, 2**31 - 1)
FRACTIONS = (0.1 + 0.2, 1e-300, -1 / 3)

# What the row of a number holds in a column; foreign keys hold what the column has that they name.
VALUES: dict[type, Callable[[Column[Any], int], Any]] = {
    UtcDateTime: lambda _, row: datetime(2026, 12, 31, 15, row, 59, 999_999 - row, tzinfo=(UTC, JAPAN)[row % 2]),
    Date: lambda _, row: date(2024, 2, 29) + timedelta(days=row),
    Boolean: lambda _, row: row % 2 == 0,
    JSON: lambda _, row: JSONS[row % len(JSONS)],
    LargeBinary: lambda _, row: bytes(range(256)) * row,
    Float: lambda _, row: FRACTIONS[row % len(FRACTIONS)],
    String: lambda column, row: f"{column} {row} {HARD_TO_QUOTE}",
    BigInteger: lambda _, row: 2**40 + 3 * row,
    Integer: lambda _, row: WHOLE[row % len(WHOLE)],
}


async def fill_every_table(engine: AsyncEngine) -> None:
    """Put rows into all tables."""
    async with engine.begin() as connection:
        for table in metadata.sorted_tables:
            for row in rows_of(table):
                await connection.execute(insert(table).values(row))


def rows_of(table: Table, first: int = 0, count: int = ROWS) -> Iterator[dict[str, Any]]:
    """Return rows; what may be empty is in every third."""
    for row in range(first, first + count):
        yield {
            column.name: null() if column.nullable and row % 3 == 1 else _value(column, row) for column in table.columns
        }


def _value(column: Column[Any], row: int) -> Any:
    for key in column.foreign_keys:
        return _value(_named_by(key), row)
    kind = next(kind for kind in VALUES if isinstance(column.type, kind))
    return VALUES[kind](column, row)


def _named_by(key: ForeignKey) -> Column[Any]:
    return key.column
