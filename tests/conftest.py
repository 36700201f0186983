"""What every test can ask for: a real SQLite store, and a clock that stands still."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import DrivenClock
from bot.storage.engine import close_store, open_store
from tests.support.events import NOW


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock(NOW)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = await open_store(f"sqlite:///{tmp_path / 'tsudoi.db'}")
    yield engine
    await close_store(engine)
