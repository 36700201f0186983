"""What every test can ask for: a real store, and a clock that stands still.

The store is a real SQLite, and also a real PostgreSQL where TSUDOI_TEST_POSTGRES names one that may be emptied.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import DrivenClock
from bot.storage.engine import close_store, open_engine, open_store
from tests.support.events import NOW

settings.register_profile("tests", deadline=None)  # a test machine is shared: what takes long there is no fault
settings.load_profile("tests")

POSTGRES = os.environ.get("TSUDOI_TEST_POSTGRES", "")


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock(NOW)


@pytest.fixture(params=["sqlite", *(["postgresql"] if POSTGRES else [])])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    url = f"sqlite:///{tmp_path / 'tsudoi.db'}"
    if request.param == "postgresql":
        await empty(url := POSTGRES)
    engine = await open_store(url)
    yield engine
    await close_store(engine)


async def empty(url: str) -> None:
    """Drop everything that a PostgreSQL for tests holds."""
    engine = open_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    await close_store(engine)
