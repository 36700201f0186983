"""What Lighthouse says of each page, but for its speed, which `python -m benchmarks.lighthouse` measures."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.lighthouse import CATEGORIES, FORMS, WANTED, NoLighthouse, chromium_and_lighthouse, judge
from bot.app.clock import DrivenClock
from bot.platforms.web.pages import PAGES
from tests.support.room_answers import FixedAnswers, open_room

pytestmark = pytest.mark.minutes
STEADY = CATEGORIES[1:]


@pytest.mark.parametrize("form", FORMS)
async def test_pages_are_as_lighthouse_wants(
    form: str, engine: AsyncEngine, clock: DrivenClock, answers: FixedAnswers
) -> None:
    try:
        chromium = await asyncio.to_thread(chromium_and_lighthouse)
    except NoLighthouse as error:
        pytest.skip(str(error))
    async with open_room(engine, clock, answers) as room:
        for path in PAGES:
            scores = await asyncio.to_thread(judge, room.url.rstrip("/") + path, form, chromium, STEADY)
            assert min(scores.values()) >= WANTED, (path, scores)
