"""A store of any earlier Tsudoi, filled, is brought up to date without loss, on each database."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, Connection, DateTime, Integer, MetaData, Table, event, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.engine import close_store, newest_version, open_engine, open_store, schema_version
from bot.store.tables import UtcDateTime
from tests.conftest import POSTGRES, empty
from tests.support.every_table import ROWS, rows_of
from tests.support.stores import MIGRATIONS, upgrade_to

VERSIONS = sorted(path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
Content = dict[str, dict[str, list[Any]]]  # by table and column, in the order of the rows


@pytest.fixture(params=["sqlite", *(["postgresql"] if POSTGRES else [])])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'tsudoi.db'}"
    await empty(POSTGRES)
    return POSTGRES


@pytest.mark.parametrize("first", VERSIONS)
async def test_what_each_version_wrote_is_there_in_the_newest(url: str, first: str) -> None:
    old = open_engine(url)
    await upgrade_to(old, first)
    await fill(old)
    written = await content(old)
    assert {len(rows) for table in written.values() for rows in table.values()} == {ROWS}
    await close_store(old)

    engine = await open_store(url)
    async with engine.connect() as connection:
        assert await schema_version(connection) == newest_version()
    kept = await content(engine)
    await close_store(engine)
    assert {name: {column: kept[name][column] for column in table} for name, table in written.items()} == written


async def tables_of(engine: AsyncEngine) -> list[Table]:
    """The tables as they are in the database: bot.store.tables knows only those of today."""
    found = MetaData()

    @event.listens_for(found, "column_reflect")
    def with_types_of_ours(_inspector: object, _table: Table, column: Any) -> None:
        if isinstance(column["type"], DateTime):
            column["type"] = UtcDateTime()
        elif column.get("primary_key") and isinstance(column["type"], Integer):  # SQLite knows one kind of whole number
            column["type"] = BigInteger()

    def reflect(connection: Connection) -> None:
        found.reflect(connection)

    async with engine.connect() as connection:
        await connection.run_sync(reflect)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


async def fill(engine: AsyncEngine) -> None:
    tables = await tables_of(engine)
    async with engine.begin() as connection:
        for table in tables:
            for row in rows_of(table):
                await connection.execute(insert(table).values(row))


async def content(engine: AsyncEngine) -> Content:
    tables, found = await tables_of(engine), Content()
    async with engine.connect() as connection:
        for table in tables:
            rows = (await connection.execute(select(table).order_by(*table.primary_key))).mappings().all()
            found[table.name] = {name: [row[name] for row in rows] for name in table.columns.keys()}  # noqa: SIM118
    return found
