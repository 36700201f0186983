"""A server that the bot left is erased after 30 days, unless it comes back."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.organisers.store.left_servers import LeftServers
from bot.organisers.tidying import Tidying
from bot.store.lifetimes import LEFT
from bot.store.personal import PersonalData
from bot.store.register import REGISTER
from bot.store.tables import metadata
from tests.support.events import NOW
from tests.support.every_table import rows_of

OURS, THEIRS = "100", "200"
WITHIN = {kept.table.name for kept in REGISTER if kept.within}


@pytest.fixture
async def tidying(engine: AsyncEngine, clock: DrivenClock) -> Tidying:
    """Two servers on Discord, each with a row in every table that can hold a server's."""
    for place, server in enumerate((OURS, THEIRS)):
        here = {
            "interventions": {"delivery_id": place + 1, "at": NOW},
            "questions": {"facts": {"guild": server}, "answered_at": NOW},
            "deliveries": {"id": place + 1, "destination": f"discord:7{server}", "due_at": NOW, "event_id": None},
            "troubles": {"room": f"discord:7{server}"},
            "consents": {"address": f"discord:@{server}"},
            "samples": {"owner": f"discord:@{server}", "space": server},
            "quizzes": {"address": f"discord:@{server}", "guild": server, "expires_at": NOW + LEFT * 3},
            "quiz_players": {"address": f"discord:@{server}", "space": f"discord:{server}", "seen_on": NOW.date()},
            "quiz_scores": {"address": f"discord:@{server}", "space": f"discord:{server}", "week": NOW.date() + LEFT},
            "room_messages": {"channel": f"@discord:{server}:77", "at": NOW},
            "sessions": {"platform": "discord", "tenant": server, "expires_at": NOW + LEFT * 3},
            "rooms": {"platform": "discord", "guild": server, "channel": f"7{server}", "choices": {"is_on": True}},
            "room_drafts": {"platform": "discord", "guild": server, "channel": f"8{server}", "changed_at": NOW + LEFT},
            "mirrored_events": {"platform": "discord", "space": server, "state": "scheduled"},
        }
        async with engine.begin() as connection:
            for table in metadata.sorted_tables:
                if table.name in here:
                    row = next(rows_of(table, first=2 * place, count=1)) | here[table.name]
                    await connection.execute(insert(table).values(row))
    assert set(here) == WITHIN - {"left_servers"} | {"consents"}
    return Tidying(PersonalData(engine), LeftServers(engine), clock)


async def rows(engine: AsyncEngine) -> dict[str, int]:
    async with engine.connect() as connection:
        tables = (metadata.tables[name] for name in WITHIN - {"left_servers"})
        return {table.name: len((await connection.execute(select(table))).all()) for table in tables}


async def live(tidying: Tidying, clock: DrivenClock, span: timedelta) -> None:
    clock.set(clock.now() + span)
    await tidying.tidy()


async def test_it_is_erased_after_thirty_days_and_no_other_is(
    tidying: Tidying, clock: DrivenClock, engine: AsyncEngine
) -> None:
    before = await rows(engine)
    assert set(before.values()) == {2}
    await tidying.left("discord", OURS)
    await live(tidying, clock, LEFT - timedelta(hours=1))
    assert await rows(engine) == before
    await live(tidying, clock, timedelta(hours=2))
    assert set((await rows(engine)).values()) == {1}
    assert await tidying.servers.left("discord") == set()
    assert await tidying.servers.known("discord") == {THEIRS}


async def test_one_that_came_back_stays(tidying: Tidying, clock: DrivenClock, engine: AsyncEngine) -> None:
    await tidying.left("discord", OURS)
    await live(tidying, clock, LEFT - timedelta(hours=1))
    await tidying.came_back("discord", OURS)
    await live(tidying, clock, timedelta(hours=2))
    assert set((await rows(engine)).values()) == {2}


async def test_what_happened_while_the_bot_was_off_is_seen_at_the_start(tidying: Tidying, clock: DrivenClock) -> None:
    await tidying.look_around("discord", lambda server: {OURS: False, THEIRS: True}[server])
    assert await tidying.servers.left("discord") == {OURS}
    clock.set(NOW + LEFT + timedelta(hours=1))
    await tidying.look_around("discord", lambda server: False if server == OURS else None)
    assert await tidying.servers.overdue(clock.now()) == [("discord", OURS)]  # since when stays
    await tidying.look_around("discord", lambda server: True)
    assert await tidying.servers.left("discord") == set()


async def test_of_another_process_s_servers_nothing_is_concluded(tidying: Tidying) -> None:
    await tidying.look_around("discord", lambda server: None)
    assert await tidying.servers.left("discord") == set()
    assert await tidying.servers.known("slack") == set()
