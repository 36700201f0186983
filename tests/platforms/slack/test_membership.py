"""A workspace that the bot was removed from is noted, so that what is kept of it is erased in a while."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.organisers.store.left_servers import LeftServers
from bot.organisers.tidying import Tidying
from bot.platforms.slack.membership import Membership
from bot.store.memory import StoredMemory
from bot.store.personal import PersonalData
from tests.support.slack_answers import connected, front_end_of, serving
from tests.support.slack_facts import TEAM
from tests.support.slack_server import SlackServer


@pytest.fixture
def server() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


@pytest.fixture
def left(engine: AsyncEngine) -> LeftServers:
    return LeftServers(engine)


@pytest.fixture
def membership(engine: AsyncEngine, left: LeftServers, clock: DrivenClock) -> Membership:
    return Membership(Tidying(PersonalData(engine), left, clock), StoredMemory(engine))


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await is_so():  # noqa: ASYNC110  # the database calls nobody
            await asyncio.sleep(0.02)


async def test_a_workspace_that_removes_the_app_is_noted_at_once_and_forgiven_when_it_takes_it_back(
    server: SlackServer, membership: Membership, left: LeftServers
) -> None:
    async def is_left() -> bool:
        return await left.left("slack") == {TEAM}

    async with connected(front_end_of(server, membership=membership), server):
        await asyncio.to_thread(server.revoke)
        await until(is_left)
    server.refused_with = ""
    async with connected(front_end_of(server, membership=membership), server):
        assert await left.left("slack") == set()


@pytest.mark.parametrize("code", ["account_inactive", "token_revoked", "invalid_auth"])
async def test_one_that_did_so_while_the_bot_was_off_is_noted_at_the_next_start(
    code: str, server: SlackServer, membership: Membership, left: LeftServers
) -> None:
    await membership.found(TEAM)
    server.refused_with = code

    async def is_left() -> bool:
        return await left.left("slack") == {TEAM}

    async with serving(front_end_of(server, membership=membership)):
        await until(is_left)


async def test_a_token_of_another_workspace_means_that_the_one_before_was_left(
    membership: Membership, left: LeftServers
) -> None:
    await membership.found("T1")
    await membership.found("T2")
    assert await left.left("slack") == {"T1"}
    await membership.ended()
    assert await left.left("slack") == {"T1", "T2"}


async def test_where_the_bot_never_was_nothing_is_left(membership: Membership, left: LeftServers) -> None:
    await membership.ended()
    assert await left.left("slack") == set()
