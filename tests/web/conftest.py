"""A room on loopback, and a client that talks to it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import DrivenClock
from bot.web.server import WebRoom
from tests.support.room_answers import FixedAnswers, open_room


@pytest.fixture
def answers() -> FixedAnswers:
    return FixedAnswers()


@pytest.fixture
async def room(engine: AsyncEngine, clock: DrivenClock, answers: FixedAnswers) -> AsyncIterator[WebRoom]:
    async with open_room(engine, clock, answers) as room:
        yield room


@pytest.fixture
async def client(room: WebRoom) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(room.url) as session:
        yield session
