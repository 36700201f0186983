"""What is past its time goes at night, not a day earlier, and nothing that is still needed goes with it."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import tables
from bot.store.engine import close_store, open_store
from bot.store.lifetimes import DAY, DRAFT, HEARD, LONG, PERSONAL, TRACE, UNSHOWN
from bot.store.personal import PersonalData
from bot.store.register import REGISTER
from tests.support.events import NOW
from tests.support.every_table import rows_of

OVER, SHORTLY = "over", "shortly"  # ids of rows: one past its time, one a moment before


def at(before: timedelta) -> datetime:
    return NOW - before


def event(number: int, ended: timedelta | None) -> dict[str, Any]:
    ends_at = None if ended is None else at(ended)
    return _row(tables.events, id=number, started_at=ends_at, ended_at=ends_at, ends_at=ends_at)


def sighting(number: int, seen: timedelta) -> dict[str, Any]:
    return {"source": "group", "event_id": number, "missed": 0, "seen_on": at(seen).date()}


def delivery(
    to: str, due: timedelta, event_id: int | None = None, kind: str = "x", subject: str = ""
) -> dict[str, Any]:
    named = {"kind": kind, "subject": subject or f"{to} {due} {event_id}", "destination": to}
    return _row(tables.deliveries, due_at=at(due), useful_until=None, event_id=event_id, **named)


def _row(table: Table, **values: Any) -> dict[str, Any]:
    row = next(rows_of(table, count=1)) | values
    if table.c.keys()[0] == "id" and "id" not in values:
        del row["id"]
    return row


async def put(engine: AsyncEngine, table: Table, *rows: dict[str, Any]) -> None:
    async with engine.begin() as connection:
        for row in rows:
            await connection.execute(insert(table).values(row))


async def left(engine: AsyncEngine, column: Any) -> list[Any]:
    async with engine.connect() as connection:
        return list((await connection.execute(select(column).order_by(column))).scalars())


async def watched(engine: AsyncEngine) -> None:
    """A source that is polled, and a site that was read today."""
    polled = {"query": "", "seen_at": NOW}
    await put(engine, tables.sources, {"name": "group", **polled}, {"name": "reports of https://example.org", **polled})


async def test_an_event_goes_when_nobody_shows_it_any_more_and_no_report_is_about_it(engine: AsyncEngine) -> None:
    await watched(engine)
    old = LONG + DAY
    await put(
        engine, tables.events, *(event(number, old) for number in (1, 2, 3)), event(4, LONG - DAY), event(5, None)
    )
    await put(engine, tables.sightings, *(sighting(number, UNSHOWN + DAY) for number in (1, 3, 4, 5)), sighting(2, DAY))
    await put(engine, tables.reports, _row(tables.reports, event_id=3, seen_at=NOW))
    await PersonalData(engine).purge(NOW)
    assert await left(engine, tables.events.c.id) == [2, 3, 4]
    assert await left(engine, tables.sightings.c.event_id) == [2, 3, 4]


async def test_what_was_sent_to_a_member_goes_some_days_after_the_event_and_what_stands_in_a_channel_stays(
    engine: AsyncEngine,
) -> None:
    await put(engine, tables.events, event(1, PERSONAL + DAY), event(2, PERSONAL - DAY))
    member, room = "discord:@77", "discord:7"
    sent = [delivery(who, 10 * DAY, number) for who in (member, room) for number in (1, 2)]
    await put(engine, tables.deliveries, *sent, delivery(member, PERSONAL + DAY), delivery(member, PERSONAL - DAY))
    await PersonalData(engine).purge(NOW)
    async with engine.connect() as connection:
        kept = await connection.execute(select(tables.deliveries.c.destination, tables.deliveries.c.event_id))
        assert sorted(map(str, kept)) == sorted(map(str, [(member, 2), (member, None), (room, 1), (room, 2)]))


async def test_the_key_of_a_post_stays_while_the_post_could_be_made_again(engine: AsyncEngine) -> None:
    await watched(engine)
    old = LONG + DAY
    await put(engine, tables.events, event(1, old), event(2, -DAY), event(3, None))
    await put(engine, tables.sightings, sighting(1, DAY), sighting(3, DAY))
    await put(engine, tables.reports, _row(tables.reports, key="/4", event_id=1, seen_at=NOW))
    posts = [delivery("discord:7", old, number, subject=f"event:{number}") for number in (1, 2, 3)]
    posts += [delivery("discord:7", old, 1, "report", key) for key in ("report:/4", "report:/gone")]
    await put(engine, tables.deliveries, *posts)
    await PersonalData(engine).purge(NOW)
    assert await left(engine, tables.deliveries.c.subject) == ["event:2", "event:3", "report:/4"]


async def test_a_report_goes_when_its_site_shows_it_no_more_and_not_because_the_site_is_down(
    engine: AsyncEngine,
) -> None:
    gone = [_row(tables.reports, key=key, seen_at=at(seen)) for key, seen in (("a", UNSHOWN + DAY), ("b", DAY))]
    await put(engine, tables.reports, *gone)
    await PersonalData(engine).purge(NOW)
    assert await left(engine, tables.reports.c.key) == ["a", "b"]
    await watched(engine)
    await PersonalData(engine).purge(NOW)
    assert await left(engine, tables.reports.c.key) == ["b"]


SIMPLE = (
    (tables.interventions, "member", "at", TRACE, {}),
    (tables.questions, "subject", "answered_at", TRACE, {}),
    (tables.questions, "subject", "asked_at", LONG, {"answer": None, "answered_at": None}),
    (tables.members, "address", "used_at", LONG, {}),
    (tables.quizzes, "address", "expires_at", timedelta(), {}),
    (tables.sessions, "member", "expires_at", timedelta(), {}),
    (tables.rooms, "channel", "changed_at", LONG, {"choices": {"is_on": False}}),
    (tables.room_drafts, "channel", "changed_at", DRAFT, {}),
    (tables.heard, "key", "at", HEARD, {}),
    (tables.sources, "name", "seen_at", UNSHOWN, {"failed_at": None}),
    (tables.room_messages, "channel", "at", TRACE, {"key": None}),
    (tables.room_messages, "channel", "at", LONG, {}),
)


@pytest.mark.parametrize(("table", "name", "when", "span", "more"), SIMPLE)
async def test_each_has_its_time(
    engine: AsyncEngine, table: Table, name: str, when: str, span: timedelta, more: dict[str, Any]
) -> None:
    moments = {OVER: at(span + timedelta(hours=1)), SHORTLY: at(span - timedelta(hours=1))}
    for place, (who, moment) in enumerate(moments.items()):
        row = next(rows_of(table, first=2 * place, count=1)) | {name: who, when: moment, **more}
        await put(engine, table, row)
    await PersonalData(engine).purge(NOW)
    assert await left(engine, table.c[name]) == [SHORTLY]


async def test_who_plays_no_more_leaves_the_board(engine: AsyncEngine) -> None:
    player = {"space": "discord:9", "name": ""}
    for who, span in ((OVER, LONG + DAY), (SHORTLY, LONG - DAY)):
        await put(engine, tables.quiz_players, {"address": who, "seen_on": at(span).date(), **player})
    score = {"address": SHORTLY, "space": "discord:9", "stars": 1, "right": 1, "streak": 1}
    await put(engine, tables.quiz_scores, *({"week": week, **score} for week in (date(2020, 1, 6), NOW.date())))
    await PersonalData(engine).purge(NOW)
    assert await left(engine, tables.quiz_players.c.address) == [SHORTLY]
    assert await left(engine, tables.quiz_scores.c.week) == [NOW.date()]


async def test_a_calendar_entry_that_was_removed_is_remembered_until_its_event_is_long_over(
    engine: AsyncEngine,
) -> None:
    await put(engine, tables.events, event(1, TRACE + DAY), event(2, -DAY), event(3, TRACE + DAY))
    entry = {"platform": "discord", "space": "9", "external_id": "1", "digest": ""}
    states = ((1, "removed"), (2, "removed"), (3, "scheduled"))
    rows = ({"event_id": number, "state": state, **entry} for number, state in states)
    await put(engine, tables.mirrored_events, *rows)
    await PersonalData(engine).purge(NOW)
    assert await left(engine, tables.mirrored_events.c.event_id) == [2, 3]


async def test_a_store_in_use_loses_nothing(engine: AsyncEngine) -> None:
    """Every table's newest rows stay."""
    await watched(engine)
    await put(engine, tables.events, event(1, -DAY))
    await put(engine, tables.sightings, sighting(1, timedelta()))
    await put(engine, tables.deliveries, delivery("discord:@77", -DAY, 1), delivery("discord:7", DAY, 1))
    await PersonalData(engine).purge(NOW)
    assert len(await left(engine, tables.deliveries.c.id)) == 2
    assert await left(engine, tables.events.c.id) == [1]


@pytest.fixture
async def on_disk(tmp_path: Path) -> AsyncIterator[tuple[AsyncEngine, Path]]:
    engine = await open_store(f"sqlite:///{tmp_path / 'tsudoi.db'}")
    yield engine, tmp_path
    await close_store(engine)


async def test_no_byte_of_what_is_past_its_time_stays_on_the_disk(on_disk: tuple[AsyncEngine, Path]) -> None:
    engine, folder = on_disk
    secret = "770000000000000077"
    await put(engine, tables.events, event(1, PERSONAL + DAY))
    await put(engine, tables.deliveries, *(delivery(f"discord:@{secret}{n}", 9 * DAY, 1) for n in range(50)))
    said = {"channel": f"@{secret}", "message": {"lead": secret}, "at": at(TRACE + DAY), "key": None}
    await put(engine, tables.room_messages, _row(tables.room_messages, **said))
    assert any(secret.encode() in file.read_bytes() for file in folder.iterdir())
    await PersonalData(engine).purge(NOW)
    assert [file.name for file in folder.iterdir() if secret.encode() in file.read_bytes()] == []


async def test_what_hangs_on_others_goes_with_them(engine: AsyncEngine) -> None:
    await put(engine, tables.events, event(1, PERSONAL + DAY), event(2, PERSONAL - DAY))
    reminder = {"address": "discord:@77", "lead_times": [], "locale": "", "takes_place": True}
    await put(engine, tables.personal_reminders, *({"event_id": number, **reminder} for number in (1, 2)))
    looked = {"looked_at": at(LONG + DAY), "found": []}
    await put(engine, tables.materials, *({"event_id": number, **looked} for number in (2, 3)))
    await put(engine, tables.sample_exports, *({"folder": str(w), "at": NOW, "writers": w} for w in ([], ["m1"])))
    refused = {"problem": "", "since": NOW, "refusals": 1, "again_at": at(PERSONAL + DAY)}
    await put(engine, tables.troubles, *({"room": room, **refused} for room in ("discord:@77", "discord:7")))
    await PersonalData(engine).purge(NOW)
    assert await left(engine, tables.personal_reminders.c.event_id) == [2]
    assert await left(engine, tables.materials.c.event_id) == [2]
    assert await left(engine, tables.sample_exports.c.folder) == ["['m1']"]
    assert await left(engine, tables.troubles.c.room) == ["discord:7"]


def test_every_table_that_has_an_end_is_tried_here() -> None:
    tried = {table.name for table, *_ in SIMPLE}
    tried |= {"events", "deliveries", "reports", "quiz_players", "quiz_scores", "mirrored_events"}
    tried |= {"personal_reminders", "materials", "sample_exports", "troubles"}
    assert tried == {kept.table.name for kept in REGISTER if kept.past is not None}
