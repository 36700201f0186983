"""Opening the store: new, old, newer than we are, and broken."""

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from bot.core.errors import StoreError
from bot.store.engine import close_store, newest_version, open_store
from bot.store.tables import metadata
from tests.support.stores import raw_sqlite


def url(path: Path) -> str:
    return f"sqlite:///{path}"


async def test_a_new_store_has_the_newest_schema_and_it_is_the_one_of_the_tables(tmp_path: Path) -> None:
    engine = await open_store(url(tmp_path / "tsudoi.db"))

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await close_store(engine)
    with raw_sqlite(tmp_path / "tsudoi.db") as plain:
        assert plain.execute("SELECT version_num FROM alembic_version").fetchone() == (newest_version(),)


async def test_a_store_is_opened_again_with_what_it_holds(tmp_path: Path) -> None:
    await close_store(await open_store(url(tmp_path / "tsudoi.db")))
    with raw_sqlite(tmp_path / "tsudoi.db") as plain:
        plain.execute("INSERT INTO sources (name, query) VALUES ('utsunomiya', 'q')")
    await close_store(await open_store(url(tmp_path / "tsudoi.db")))
    with raw_sqlite(tmp_path / "tsudoi.db") as plain:
        assert plain.execute("SELECT name FROM sources").fetchall() == [("utsunomiya",)]


async def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    await close_store(await open_store(url(tmp_path / "tsudoi.db")))
    with raw_sqlite(tmp_path / "tsudoi.db") as plain:
        plain.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer than this Tsudoi"):
        await open_store(url(tmp_path / "tsudoi.db"))
    with raw_sqlite(tmp_path / "tsudoi.db") as plain:
        assert plain.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


async def test_a_file_that_is_no_database_is_one_sentence_and_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "tsudoi.db"
    file.write_bytes(b"this is a diary, and no database at all" * 50)
    with pytest.raises(StoreError, match=r"storage.url: cannot use the database .*tsudoi.db"):
        await open_store(url(file))
    assert file.read_bytes().startswith(b"this is a diary")


async def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="check that the folder exists"):
        await open_store(url(tmp_path / "absent" / "tsudoi.db"))


@pytest.mark.parametrize("address", ["mysql://localhost/x", "nonsense", "postgresql://127.0.0.1:1/tsudoi"])
async def test_an_address_that_cannot_work_names_the_setting(address: str) -> None:
    with pytest.raises(StoreError, match=r"storage\.url"):
        await open_store(address)


def modes_in(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}


@pytest.mark.parametrize("was", [None, 0o644], ids=["new", "of an earlier version"])
async def test_only_its_owner_may_read_a_store(tmp_path: Path, was: int | None) -> None:
    if was is not None:
        await close_store(await open_store(url(tmp_path / "tsudoi.db")))
        (tmp_path / "tsudoi.db").chmod(was)
    engine = await open_store(url(tmp_path / "tsudoi.db"))
    async with engine.begin() as connection:
        await connection.exec_driver_sql("INSERT INTO sources (name, query) VALUES ('a', 'q')")
        modes = await asyncio.to_thread(modes_in, tmp_path)
    await close_store(engine)
    assert modes == dict.fromkeys(("tsudoi.db", "tsudoi.db-wal", "tsudoi.db-shm"), 0o600)


async def test_a_hundred_writers_of_one_process_take_turns(tmp_path: Path) -> None:
    engine = await open_store(url(tmp_path / "tsudoi.db"))
    at_work = 0

    async def write(number: int) -> None:
        nonlocal at_work
        async with engine.begin() as connection:
            at_work += 1
            await connection.exec_driver_sql(f"INSERT INTO sources (name, query) VALUES ('{number}', 'q')")
            assert at_work == 1
            at_work -= 1

    await asyncio.gather(*map(write, range(100)))
    async with engine.connect() as connection:
        assert (await connection.exec_driver_sql("SELECT count(*) FROM sources")).scalar() == 100
    await close_store(engine)
