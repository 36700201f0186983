"""A store is moved into another database: everything, both ways; or nothing, and a sentence says why."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Text, cast, func, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.errors import StoreError
from bot.core.messages import Message
from bot.reports.rules.reports import ReportPage
from bot.store.engine import close_store, newest_version, open_engine, open_store
from bot.store.moving import MovedTable, move_store
from bot.store.tables import members, memory, metadata, quiz_players
from tests.conftest import POSTGRES, empty
from tests.parity.house import PAST, SITE, House, open_house
from tests.support.askers import an_asker
from tests.support.events import NOW, a_room
from tests.support.every_table import ROWS, fill_every_table, rows_of
from tests.support.process import running_bot, tsudoi
from tests.support.stores import lay_new_store, raw_sqlite, upgrade_to

with_postgres = pytest.mark.skipif(not POSTGRES, reason="TSUDOI_TEST_POSTGRES names no PostgreSQL that may be emptied")
WAYS = [
    pytest.param(("sqlite", "sqlite"), id="SQLite to SQLite"),
    pytest.param(("sqlite", "postgresql"), id="SQLite to PostgreSQL", marks=with_postgres),
    pytest.param(("postgresql", "sqlite"), id="PostgreSQL to SQLite", marks=with_postgres),
]


@dataclass(frozen=True)
class Way:
    """From one database to the other: their addresses. Nothing is in the new one."""

    old: str
    new: str

    async def move(self) -> list[MovedTable]:
        return await move_store(self.old, self.new, lambda *_: None)


@pytest.fixture(params=WAYS)
async def way(request: pytest.FixtureRequest, tmp_path: Path) -> Way:
    if "postgresql" in request.param:
        await empty(POSTGRES)
    names = zip(("old", "new"), request.param, strict=True)
    return Way(*(POSTGRES if kind == "postgresql" else sqlite(tmp_path / f"{name}.db") for name, kind in names))


def sqlite(path: Path) -> str:
    return f"sqlite:///{path}"


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[AsyncEngine]:
    engine = await open_store(url)
    try:
        yield engine
    finally:
        await close_store(engine)


async def fill(url: str) -> None:
    async with opened(url) as engine:
        await fill_every_table(engine)


async def content(url: str) -> dict[str, list[str]]:
    """What is in each table of a database, as the columns' types give it; JSON also as it is written."""
    engine, found = open_engine(url), {}
    async with engine.connect() as connection:
        names = set(await connection.run_sync(lambda plain: inspect(plain).get_table_names()))
        for table in metadata.sorted_tables:
            if table.name in names:
                written = [cast(one, Text) for one in table.columns if isinstance(one.type, JSON)]
                rows = (await connection.execute(select(*table.columns, *written))).all()
                found[table.name] = sorted(repr(tuple(row)) for row in rows)
    await close_store(engine)
    assert names - set(found) <= {"alembic_version"}, "a table that storage/tables.py does not know is not moved"
    return found


async def test_every_row_of_every_table_arrives_as_it_was(way: Way) -> None:
    await fill(way.old)
    before = await content(way.old)
    assert {name: len(rows) for name, rows in before.items()} == dict.fromkeys(metadata.tables, ROWS)
    moved = await way.move()
    assert await content(way.new) == await content(way.old) == before
    assert {one.name: one.rows for one in moved} == dict.fromkeys(metadata.tables, ROWS)
    assert len({one.digest for one in moved}) == len(moved)


@with_postgres
async def test_there_and_back_every_value_is_the_same_to_the_bit(tmp_path: Path) -> None:
    await empty(POSTGRES)
    first, last = tmp_path / "first.db", tmp_path / "last.db"
    await fill(sqlite(first))
    there = await move_store(sqlite(first), POSTGRES, lambda *_: None)
    back = await move_store(POSTGRES, sqlite(last), lambda *_: None)
    assert there == back
    for name in metadata.tables:
        assert bits(first, name) == bits(last, name) != []


def bits(file: Path, table: str) -> list[tuple[Any, ...]]:
    with raw_sqlite(file) as plain:
        columns = [row[1] for row in plain.execute(f"PRAGMA table_info({table})")]
        shown = ", ".join(f'typeof("{column}"), quote("{column}")' for column in columns)
        return sorted(plain.execute(f"SELECT {shown} FROM {table}").fetchall())


async def test_new_rows_get_ids_after_those_that_were_moved(way: Way) -> None:
    await fill(way.old)
    await way.move()
    counted = [table for table in metadata.sorted_tables if table.autoincrement_column is not None]
    assert len(counted) >= 5
    async with opened(way.new) as engine, engine.begin() as connection:
        for table in counted:
            ids = table.autoincrement_column
            highest = (await connection.execute(select(func.max(ids)))).scalar_one()
            (row,) = rows_of(table, count=1)
            fresh = {name: f"{value} new" if is_unique(table, name) else value for name, value in row.items()}
            del fresh[ids.name]
            added = await connection.execute(insert(table).values(fresh).returning(ids))
            assert added.scalar_one() == highest + 1, table.name


def is_unique(table: Any, name: str) -> bool:
    keyed = [key for key in table.constraints if type(key).__name__ == "UniqueConstraint"]
    return any(name in key.columns and not table.c[name].foreign_keys for key in keyed)


async def test_progress_is_told_table_by_table_to_the_end(way: Way) -> None:
    await fill(way.old)
    told: list[tuple[str, int, int]] = []
    await move_store(way.old, way.new, lambda *step: told.append(step))
    assert [step for step in told if step[2] == 0] == [(one.name, ROWS, 0) for one in metadata.sorted_tables]
    assert {step[0]: step[2] for step in told} == dict.fromkeys(metadata.tables, ROWS)


# --- all or nothing ---


async def test_what_breaks_off_leaves_the_new_database_empty_and_the_old_one_as_it_was(way: Way) -> None:
    await fill(way.old)
    before = await content(way.old)

    def break_off(table: str, rows: int, done: int) -> None:
        if table == "samples" and done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await move_store(way.old, way.new, break_off)
    assert await content(way.old) == before
    assert await content(way.new) == {}
    await way.move()
    assert await content(way.new) == before


@with_postgres
async def test_what_postgresql_cannot_hold_is_named_and_nothing_is_moved(tmp_path: Path) -> None:
    await empty(POSTGRES)
    old = sqlite(tmp_path / "old.db")
    async with opened(old) as engine, engine.begin() as connection:
        await connection.execute(insert(quiz_players).values(address="discord:@1", space="100", name="nul \x00"))
    with pytest.raises(StoreError, match=r"table quiz_players cannot be written: .*nothing was moved"):
        await move_store(old, POSTGRES, lambda *_: None)
    assert await content(POSTGRES) == {}


async def test_what_did_not_arrive_as_it_was_is_noticed(tmp_path: Path) -> None:
    way = Way(sqlite(tmp_path / "old.db"), sqlite(tmp_path / "new.db"))
    await fill(way.old)
    await close_store(await open_store(way.new))
    with raw_sqlite(tmp_path / "new.db") as plain:
        plain.execute("CREATE TRIGGER t AFTER INSERT ON memory BEGIN UPDATE memory SET value = value || '!'; END")
    with pytest.raises(StoreError, match="table memory does not hold what was written there"):
        await way.move()
    assert set(map(len, (await content(way.new)).values())) == {0}


async def test_an_older_store_arrives_in_the_present_schema_and_is_left_in_its_own(way: Way) -> None:
    engine = open_engine(way.old)
    await upgrade_to(engine, "0009")
    async with engine.begin() as connection:
        await connection.execute(text("INSERT INTO members (address, is_closed) VALUES ('discord:@1', true)"))
    await close_store(engine)
    await way.move()
    assert (await versions(way.old), await versions(way.new)) == ("0009", newest_version())
    async with opened(way.new) as engine, engine.connect() as connection:
        (member,) = (await connection.execute(select(members))).mappings()
    assert (member["address"], member["is_closed"]) == ("discord:@1", True)
    assert member["used_at"] is not None  # since the upgrade


async def versions(url: str) -> Any:
    engine = open_engine(url)
    async with engine.connect() as connection:
        version = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one()
    await close_store(engine)
    return version


# --- nobody works on either of them meanwhile ---


@pytest.mark.parametrize("used", ["old", "new"])
async def test_a_database_that_somebody_has_open_is_left_alone(way: Way, used: str) -> None:
    await fill(way.old)
    async with opened(getattr(way, used)):
        with pytest.raises(StoreError, match="stop every bot on it"):
            await way.move()
    await way.move()


async def test_nobody_can_write_into_either_while_it_is_moved(way: Way) -> None:
    await fill(way.old)
    refused: list[str] = []

    def write(table: str, rows: int, done: int) -> None:
        if table == "events" and done:
            with ThreadPoolExecutor() as aside:
                refused.extend(url for url in (way.old, way.new) if aside.submit(is_refused, url).result())

    await move_store(way.old, way.new, write)
    assert refused == [way.old, way.new]


def is_refused(url: str) -> bool:
    async def write() -> None:
        engine = open_engine(url)
        patience = "PRAGMA busy_timeout=1" if engine.dialect.name == "sqlite" else "SET lock_timeout = 50"
        try:
            async with engine.connect() as connection:
                raw = await connection.get_raw_connection()
                await raw.driver_connection.execute(patience)  # type: ignore[union-attr]
                await connection.execute(insert(memory).values(name="late", value=""))
        finally:
            await close_store(engine)

    try:
        asyncio.run(write())
    except DBAPIError:
        return True
    return False


def test_a_bot_that_runs_is_noticed_from_outside(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[web]\nport = 0\n[storage]\nurl = "sqlite:///tsudoi.db"\n')
    with running_bot(tmp_path) as bot:
        ended = tsudoi(tmp_path, "move-store", "--to", "sqlite:///new.db")
        assert bot.stop() == 0
    assert (ended.returncode, ended.stdout) == (3, "")
    assert "tsudoi.db: something is connected to it. Please stop every bot on it" in ended.stderr
    assert not (tmp_path / "new.db").exists()


# --- addresses that cannot be meant ---


async def test_a_database_that_holds_rows_already_is_left_as_it_is(way: Way) -> None:
    for url in (way.old, way.new):
        await fill(url)
    before = await content(way.new)
    with pytest.raises(StoreError, match=r"holds rows already \(.*events.*\)\. Please give the address of an empty"):
        await way.move()
    assert await content(way.new) == before


async def test_a_file_that_is_not_there_is_no_store_and_none_is_made(tmp_path: Path) -> None:
    old, new = tmp_path / "mistyped.db", tmp_path / "new.db"
    with pytest.raises(StoreError, match="there is no such file"):
        await Way(sqlite(old), sqlite(new)).move()
    assert not old.exists()


async def test_a_database_of_something_else_is_no_store(tmp_path: Path) -> None:
    with raw_sqlite(tmp_path / "old.db") as plain:
        plain.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(StoreError, match="holds no store of Tsudoi"):
        await Way(sqlite(tmp_path / "old.db"), sqlite(tmp_path / "new.db")).move()


async def test_a_store_in_memory_is_not_moved(tmp_path: Path) -> None:
    await fill(sqlite(tmp_path / "old.db"))
    with pytest.raises(StoreError, match="in memory"):
        await Way(sqlite(tmp_path / "old.db"), "sqlite://").move()


# --- the command line ---


async def test_the_command_says_what_was_moved_and_what_to_do_now(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[storage]\nurl = "sqlite:///tsudoi.db"\n')
    await lay_new_store(tmp_path / "tsudoi.db")
    ended = tsudoi(tmp_path, "move-store", "--to", "sqlite:///new.db")
    assert ended.returncode == 0, ended.stderr
    rows = dict(line.split()[:2] for line in ended.stdout.splitlines() if line.split()[0] in metadata.tables)
    assert set(rows) == set(metadata.tables)
    assert '  url = "sqlite:///new.db"' in ended.stdout.splitlines()
    assert "start no bot on it" in ended.stdout
    assert "Files stay where they are" in ended.stdout


async def test_the_command_takes_the_new_address_from_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[storage]\nurl = "sqlite:///tsudoi.db"\n')
    await lay_new_store(tmp_path / "tsudoi.db")
    (tmp_path / "config.toml").write_text('[storage]\nurl = "sqlite:///new.db"\n')
    ended = tsudoi(tmp_path, "move-store", "--from", "sqlite:///tsudoi.db")
    assert ended.returncode == 0, ended.stderr
    assert "names new.db already: start the bot" in ended.stdout


@pytest.mark.parametrize("arguments", [[], ["--to", "sqlite:///tsudoi.db"], ["--from", "nonsense"]])
def test_a_command_that_does_not_say_from_where_to_where_is_one_sentence(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "config.toml").write_text('[storage]\nurl = "sqlite:///tsudoi.db"\n')
    ended = tsudoi(tmp_path, "move-store", *arguments)
    assert (ended.returncode in (2, 3), ended.stdout, len(ended.stderr.splitlines())) == (True, "", 1), ended.stderr


@with_postgres
async def test_no_password_is_shown(tmp_path: Path) -> None:
    await empty(POSTGRES)
    (tmp_path / "config.toml").write_text('[storage]\nurl = "sqlite:///tsudoi.db"\n')
    await lay_new_store(tmp_path / "tsudoi.db")
    with raw_sqlite(tmp_path / "tsudoi.db") as store:
        store.execute("INSERT INTO memory VALUES ('a', 'row')")  # without one a second move would be harmless
    scheme, _, there = POSTGRES.partition("://")
    secret = f"{scheme}://{there.partition('@')[0].partition(':')[0]}:geheim@{there.partition('@')[2]}"
    outcomes = [tsudoi(tmp_path, "move-store", "--to", url) for url in (secret, f"{secret}x", "p//u:geheim@x", secret)]
    assert [ended.returncode for ended in outcomes] == [0, 3, 3, 3]
    assert ":***@" in outcomes[0].stdout
    assert not any("geheim" in ended.stdout + ended.stderr for ended in outcomes)


# --- and the bot goes on ---


@dataclass
class Room:
    """Keeps what is said to it."""

    platform: str = "local"
    said: list[str] = field(default_factory=list)

    async def send(self, channel: str, message: Message, key: str) -> str:
        self.said.append(message.text)
        return f"m{len(self.said)}"

    async def find(self, *_: object) -> None:
        return None

    async def edit(self, *_: object) -> bool:
        return True

    async def delete(self, *_: object) -> bool:
        return True


ROOM = a_room(organisers=("*",), asks=True)
ASKED = ("!next", "!events", "!report", "!reports", "!reminders", "!data", "!next 500", "!help")


async def live_for_an_evening(house: House) -> None:
    """Let a member do what leaves rows: personal reminders, a sample, a report that is asked about."""
    house.connpass.site.shown = [
        ReportPage(f"{SITE}4.html", "/4.html", "もくもく会 #4 レポート", NOW - timedelta(days=1), connpass_id=PAST.id),
        ReportPage(f"{SITE}spring.html", "/spring.html", "春の会の記録", NOW - timedelta(days=1)),
    ]
    house.senders.append(Room())
    await house.polls()
    answering = house.services.answering
    await answering.say(an_asker(ROOM, "alice"), "!remind 1h")
    assert answering.teaching is not None
    await answering.teaching.own.agree(an_asker(ROOM, "alice"))


async def what_happens(url: str, folder: Path) -> list[str]:
    """What members are answered, and what they read in the next three weeks."""
    async with open_house(folder, ROOM, url=url) as house:
        house.senders.append(room := Room())
        answers = [await house.services.answering.say(an_asker(ROOM, "alice"), asked) for asked in ASKED]
        for _ in range(42):
            await house.time_passes(timedelta(hours=12))
        questions = await house.services.stores.questions.open_questions()
        return [*(answer.text for answer in answers if answer), *room.said, *map(repr, questions)]


async def test_the_bot_goes_on_in_the_new_database_as_it_would_have_in_the_old_one(way: Way, tmp_path: Path) -> None:
    async with open_house(tmp_path, ROOM, url=way.old) as house:
        await live_for_an_evening(house)
    await way.move()
    told = await what_happens(way.new, tmp_path)
    assert told == await what_happens(way.old, tmp_path)
    assert len(told) == len(ASKED) + 3, "an answer to each, two reminders, and the question that is still open"
    assert any("もくもく会 #5" in one for one in told)
