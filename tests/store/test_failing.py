"""A disk that is full: one sentence when that begins, one when it is over, and a monitor sees it."""

import io
import logging
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from bot.app.condition import RunningCondition
from bot.core.errors import StoreFailing
from bot.logs import set_up_logging
from bot.store.engine import SqliteEngine, close_store, open_store
from bot.store.memory import StoredMemory
from tests.parity.house import open_house
from tests.support.events import a_room

TOO_MUCH = "x" * 400_000


async def limit(engine: SqliteEngine, pages: int) -> None:
    """Let SQLite grow no further than to so many pages: at that it says what it says of a full disk."""
    async with engine.connect() as connection:
        await connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")


async def test_a_full_disk_is_said_once_and_that_it_is_over_once(tmp_path: Path) -> None:
    engine = await open_store(f"sqlite:///{tmp_path / 'tsudoi.db'}")
    assert isinstance(engine, SqliteEngine)
    memory = StoredMemory(engine)
    await limit(engine, 1)
    with capture_logs() as logs:
        for _ in range(5):
            with pytest.raises(StoreFailing):
                await memory.remember("much", TOO_MUCH)
            async with engine.begin():
                pass  # a transaction that writes nothing proves nothing
        assert engine.failures.problem is not None
        await limit(engine, 1_000_000)
        await memory.remember("much", TOO_MUCH)
    assert [log["event"] for log in logs] == ["database cannot be written", "database can be written again"]
    assert engine.failures.problem is None
    assert await memory.recall("much") == TOO_MUCH
    await close_store(engine)


async def test_healthz_says_so(tmp_path: Path) -> None:
    async with open_house(tmp_path, a_room()) as house:
        condition = RunningCondition(house.services, (), has_report_site=False)
        assert (await condition.health())["status"] == "ok"
        failures = house.services.stores.failures
        await limit(house.services.stores.memory._engine, 1)  # type: ignore[arg-type]
        with pytest.raises(StoreFailing):
            await house.services.stores.memory.remember("much", TOO_MUCH)
        health = await condition.health()
        assert health["status"] == "failing"
        assert "disk" in health["problems"]["database"]
        assert failures.problem is not None


@pytest.fixture
def written() -> io.StringIO:
    return io.StringIO()


def test_whoever_fails_since_the_database_does_says_nothing_of_its_own(written: io.StringIO) -> None:
    from bot.core.problems.store import CannotWrite

    before = logging.getLogger().handlers[:], structlog.get_config()
    try:
        set_up_logging(stream=written)
        try:
            raise StoreFailing(CannotWrite())
        except StoreFailing:
            structlog.get_logger().exception("delivery broke")
            structlog.get_logger().error("job broke", exc_info=True)
            logging.getLogger("discord.client").exception("Ignoring exception")
        structlog.get_logger().info("all is well")
        logging.getLogger("discord.gateway").warning("Shard ID %s has gone away", 0)
    finally:
        logging.getLogger().handlers[:] = before[0]
        structlog.configure(**before[1])
    ours, library = written.getvalue().splitlines()
    assert "event='all is well'" in ours
    assert "level='warning' event='Shard ID 0 has gone away' logger='discord.gateway'" in library
    assert ours.split()[0].startswith("timestamp=")
    assert library.split()[0].startswith("timestamp=")
