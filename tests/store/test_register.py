"""The register of what is kept is complete, and `!forget` and `!export` do what it says, to the bytes on the disk."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.engine import close_store, open_store
from bot.store.personal import PersonalData
from bot.store.register import REGISTER, SPANS, Kept
from bot.store.tables import metadata
from tests.support.every_table import rows_of

NUMBER, ALIAS, WORDS = "770000000000000077", "m77ab01cd", "わたしのことば"
ADDRESS = f"discord:@{NUMBER}"
BY_TABLE = {kept.table.name: kept for kept in REGISTER}


def message(member: str = "", value: str = "", lead: str = "") -> dict[str, Any]:
    """A message in the room, as far as it matters whom it names."""
    return {"kind": "answer", "lead": lead, "cards": [{"fields": [{"name": "1", "value": value, "member": member}]}]}


def values_of(number: str, alias: str, words: str) -> dict[str, dict[str, Any]]:
    """How each column looks that holds an account otherwise than as `owner` or `by`, or a member's words."""
    return {
        "sample_exports": {"writers": [alias]},
        "consents": {"alias": alias},
        "samples": {"png": words.encode(), "digest": words, "label": words},
        "quiz_players": {"name": words},
        "room_messages": {
            "channel": f"@discord:9:{number}", "author": number, "message": message(number, words, words),
        },
        "sessions": {"platform": "discord", "member": number},
        "rooms": {"choices": {"organisers": [number, "1"], "is_on": True}},
        "room_drafts": {"choices": {"organisers": [number, "1"]}},
        "sources": {"query": "keyword=python"},  # in nobody's name: organisers' words for a channel
    }  # fmt: skip


def row_of(kept: Kept, place: int, number: str, alias: str, words: str) -> dict[str, Any]:
    row = next(rows_of(kept.table, first=place, count=1))
    row |= {kept.owner: f"discord:@{number}"} if kept.owner else {}
    row |= {kept.by: number} if kept.by else {}
    return row | values_of(number, alias, words).get(kept.table.name, {})


def test_every_column_is_registered_or_said_to_hold_nothing_personal() -> None:
    assert {kept.table.name for kept in REGISTER} == set(metadata.tables)
    for kept in REGISTER:
        declared = " ".join((kept.owner, kept.by, kept.also, kept.words, kept.nothing)).split()
        assert sorted(declared) == sorted(kept.table.columns.keys()), kept.table.name


def test_what_can_hold_an_account_can_be_found_and_is_tried_here() -> None:
    for kept in REGISTER:
        looks = values_of(NUMBER, ALIAS, WORDS).get(kept.table.name, {})
        assert set((kept.also + " " + kept.words).split()) <= looks.keys(), kept.table.name
        if kept.also and not kept.owner:
            assert kept.named is not None, kept.table.name


def test_every_table_has_an_end() -> None:
    endless = {kept.table.name for kept in REGISTER if kept.past is None}
    # A member's own until they take it back; what goes with its events, its server, and single values.
    assert endless == {"samples", "consents", "sightings", "event_numbers", "left_servers", "memory"}
    for kept in REGISTER:
        assert kept.purpose.until.format(**SPANS)


@pytest.fixture
async def filled(engine: AsyncEngine) -> AsyncEngine:
    await fill(engine)
    return engine


async def fill(engine: AsyncEngine) -> None:
    """Put a row of one member and a row of another into every table."""
    async with engine.begin() as connection:
        for table in metadata.sorted_tables:
            kept = BY_TABLE[table.name]
            await connection.execute(insert(table).values(row_of(kept, 0, NUMBER, ALIAS, WORDS)))
            await connection.execute(insert(table).values(row_of(kept, 2, "88", "m88", "べつのことば")))
        named = {"channel": "main", "author": "Tsudoi", "message": message(NUMBER, WORDS)}
        row = row_of(BY_TABLE["room_messages"], 3, "88", "m88", "x") | named
        await connection.execute(insert(BY_TABLE["room_messages"].table).values(row))


async def counts(engine: AsyncEngine) -> dict[str, int]:
    async with engine.connect() as connection:
        queries = {name: select(func.count()).select_from(table) for name, table in metadata.tables.items()}
        return {name: int((await connection.execute(query)).scalar_one()) for name, query in queries.items()}


async def everything(engine: AsyncEngine) -> str:
    """All that stands in the database, as text."""
    async with engine.connect() as connection:
        rows = [dict(row) for t in metadata.sorted_tables for row in (await connection.execute(select(t))).mappings()]
    return json.dumps(rows, default=lambda value: value.decode() if value == WORDS.encode() else str(value))


async def test_after_forget_nothing_names_the_member_and_others_keep_their_own(filled: AsyncEngine) -> None:
    data = PersonalData(filled)
    theirs = await data.of("discord:@88")
    await data.forget(ADDRESS)
    left = await everything(filled)
    assert not any(trace in left for trace in (NUMBER, ALIAS, json.dumps(WORDS)[1:-1]))
    assert await data.of(ADDRESS) == {}
    assert await data.of("discord:@88") == theirs
    gone = {"deliveries", "troubles", "personal_reminders", "members", "samples", "consents", "quizzes", "quiz_scores"}
    gone |= {"quiz_players", "sessions"}
    after = await counts(filled)
    assert {name for name, count in after.items() if count == 1} == gone
    assert after["room_messages"] == 3  # but nobody's any more


async def test_export_shows_every_row_that_names_the_member(filled: AsyncEngine) -> None:
    found = await PersonalData(filled).of(ADDRESS)
    holding = {kept.table.name for kept in REGISTER if kept.owner or kept.by or kept.named}
    assert found.keys() == holding
    assert found["quiz_players"][0]["name"] == WORDS
    assert found["rooms"][0].keys() == {"platform", "channel"}  # who else decides there is not theirs to see


@pytest.fixture
async def on_disk(tmp_path: Path) -> AsyncIterator[tuple[AsyncEngine, Path]]:
    engine = await open_store(f"sqlite:///{tmp_path / 'tsudoi.db'}")
    yield engine, tmp_path
    await close_store(engine)


async def test_no_byte_of_a_forgotten_member_stays_on_the_disk(on_disk: tuple[AsyncEngine, Path]) -> None:
    engine, folder = on_disk
    await fill(engine)
    traces = [NUMBER.encode(), ALIAS.encode(), WORDS.encode(), json.dumps(WORDS)[1:-1].encode()]
    assert all(any(trace in file.read_bytes() for file in folder.iterdir()) for trace in traces)
    await PersonalData(engine).forget(ADDRESS)
    assert {file.name: trace for file in folder.iterdir() for trace in traces if trace in file.read_bytes()} == {}
