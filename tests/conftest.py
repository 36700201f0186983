"""What every test can ask for: a real store, and a clock that stands still.

The store is a real SQLite, and also a real PostgreSQL where TSUDOI_TEST_POSTGRES names one that may be emptied.
Where tests run in several processes, each process makes a PostgreSQL database of its own beside that one.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import structlog
from hypothesis import settings
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.sandbox.page_parser import PageParser
from bot.store.engine import close_store, open_engine, open_store
from bot.store.tables import metadata
from tests.support.events import NOW
from tests.support.stores import lay_new_store

settings.register_profile("tests", deadline=None)  # a test machine is shared: what takes long there is no fault
settings.load_profile("tests")

# With rich at hand a traceback shows the values of all variables, which takes a busy machine seconds.
structlog.configure([structlog.processors.format_exc_info, *structlog.get_config()["processors"]])

# Every store that a test opens says fsync at each transaction, which a disk takes milliseconds for and memory none.
MEMORY = Path("/dev/shm")
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 4 * 2**30:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

SERVER = os.environ.get("TSUDOI_TEST_POSTGRES", "")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
OWN = f"{make_url(SERVER).database}_{WORKER}" if SERVER and WORKER else ""
POSTGRES = make_url(SERVER).set(database=OWN).render_as_string(hide_password=False) if OWN else SERVER


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are cores: real processes and browsers are waited for."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what opens a browser, which no other Python changes, and what is played once more on PostgreSQL."""
    for item in items:
        if "served_browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        on_postgres = "callspec" in vars(item) and vars(item)["callspec"].params.get("engine") == "postgresql"
        if on_postgres and (item.get_closest_marker("days") or item.get_closest_marker("browser")):
            item.add_marker("minutes")


@pytest.fixture(scope="session", autouse=True)
def _own_postgres() -> Iterator[None]:
    if OWN:
        asyncio.run(on_server(f'DROP DATABASE IF EXISTS "{OWN}" WITH (FORCE)', f'CREATE DATABASE "{OWN}"'))
    elif POSTGRES:
        asyncio.run(empty(POSTGRES))
    yield
    if OWN:
        asyncio.run(on_server(f'DROP DATABASE "{OWN}" WITH (FORCE)'))


async def on_server(*statements: str) -> None:
    """Say to the PostgreSQL what stands outside of every transaction."""
    engine = open_engine(SERVER).execution_options(isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await close_store(engine)


async def empty(url: str) -> None:
    """Drop everything that a PostgreSQL for tests holds."""
    engine = open_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    await close_store(engine)


@pytest.fixture(scope="session")
def parser() -> Iterator[PageParser]:
    """What parses strangers' pages; its process is started once for all tests."""
    with closing(PageParser()) as parser:
        yield parser


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock(NOW)


@pytest.fixture(params=["sqlite", *(["postgresql"] if POSTGRES else [])])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    if request.param == "postgresql":
        engine = await open_store(POSTGRES)
        async with engine.begin() as connection:
            names = ", ".join(metadata.tables)
            await connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    else:
        await lay_new_store(file := tmp_path / "tsudoi.db")
        engine = await open_store(f"sqlite:///{file}")
    yield engine
    await close_store(engine)
