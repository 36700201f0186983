"""Of several processes on one PostgreSQL one leads, and another takes over when it is gone."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.leadership import Leadership


async def test_on_sqlite_the_one_process_leads(engine: AsyncEngine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has several")
    assert await Leadership(engine, "polls").stand()


async def test_one_leads_under_each_name_until_it_resigns(engine: AsyncEngine) -> None:
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite is for one process")
    first, second, other = (Leadership(engine, name) for name in ("one key", "one key", "another key"))
    stood = [await each.stand() for each in (first, second, other, first)]
    assert stood == [True, False, True, True]
    await first.resign()
    assert await second.stand()
    assert not await first.stand()
    for each in (second, other):
        await each.resign()


async def test_another_takes_over_where_the_connection_of_the_first_is_lost(engine: AsyncEngine) -> None:
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite is for one process")
    first, second = Leadership(engine, "polls"), Leadership(engine, "polls")
    assert await first.stand()
    ends = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
    async with engine.begin() as connection:
        await connection.execute(text(ends))
    assert not await first.stand()
    assert await second.stand()
    await second.resign()
