"""Posts in the store: what is there today is read, and written, as it always was."""

import json
from inspect import isabstract
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

import bot.app.services  # noqa: F401  # it knows all posts
from bot.core.posts import KINDS, Post, UnknownPost
from bot.delivery.posting import SpokenPost
from bot.delivery.rules.deliveries import Delivery
from bot.delivery.rules.follow_ups import FollowUp
from bot.delivery.store.deliveries import Deliveries
from bot.delivery.store.post_codec import facts_of
from bot.store.tables import deliveries
from tests.support.events import NOW

# Rows as they were written before posts were typed, of every kind and shape, each with its key. Never to be changed: a
# store that ran then must go on, and Discord and Slack know what was said by its key.
ROWS = [json.loads(line) for line in Path(__file__).with_name("rows_of_every_kind.jsonl").read_text().splitlines()]


async def stored(engine: AsyncEngine, row: dict[str, Any]) -> Delivery:
    columns = {name: value for name, value in row.items() if name != "key"}
    async with engine.begin() as connection:
        await connection.execute(insert(deliveries).values(**columns, due_at=NOW, state="planned", attempts=0))
    (delivery,) = await Deliveries(engine).due(NOW)
    return delivery


def written(delivery: Delivery) -> dict[str, Any]:
    facts = {"event_id": delivery.event_id, "facts": facts_of(delivery.post), "key": delivery.key}
    return {**delivery.name._asdict(), **facts}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['kind']} {row['occasion']}")
async def test_a_row_of_before_is_read_and_written_as_it_was(engine: AsyncEngine, row: dict[str, Any]) -> None:
    delivery = await stored(engine, row)
    assert not isinstance(delivery.post, UnknownPost)
    assert json.dumps(written(delivery)) == json.dumps(row)


def test_every_kind_of_before_is_among_them() -> None:
    assert len({row["kind"] for row in ROWS}) == 20
    assert {row["kind"] for row in ROWS} <= set(KINDS)


ROW = {"kind": "announcement", "subject": "event:5", "occasion": "new", "destination": "local:main", "event_id": 5}


@pytest.mark.parametrize(
    "strange",
    [
        {"kind": "of_a_later_version", "facts": {"a": [1]}},
        {"subject": "meeting:5", "facts": None},
        {"kind": "change", "occasion": "r1", "facts": {"kind": "painted_over"}},
        {"kind": "seats", "occasion": "someday", "facts": {"news": "full"}},
    ],
)
async def test_a_row_that_cannot_be_read_holds_nothing_up_and_stays(
    engine: AsyncEngine, strange: dict[str, Any]
) -> None:
    row = ROW | strange
    delivery = await stored(engine, row)
    assert isinstance(delivery.post, UnknownPost)
    assert written(delivery) == {**row, "key": delivery.key}


def test_every_post_can_be_said() -> None:
    posts = [kind for kind in KINDS.values() if is_ours(kind) and not issubclass(kind, FollowUp)]
    assert [kind for kind in posts if not issubclass(kind, SpokenPost) or isabstract(kind)] == []


def is_ours(kind: type[Post]) -> bool:
    return kind.__module__.startswith("bot.")
