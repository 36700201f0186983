"""The quiz on the drawing page, for who came by a link of their own from another platform."""

from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.core.room import LOCAL, MAIN, Room
from bot.handwriting.quizzing import Quizzing
from bot.handwriting.rules.quiz import LASTS
from bot.handwriting.store.quizzes import Quizzes
from tests.handwriting.test_quizzing import Collected, Given, Hand, glyph
from tests.support.actions import press
from tests.support.askers import an_asker
from tests.support.events import NOW
from tests.support.room_answers import GREY, FixedAnswers, open_room

ROOM = Room("discord", "101", guild="100")


@pytest.fixture
def hand() -> Hand:
    return Hand((glyph("あ"),))


@pytest.fixture
def quizzing(engine: AsyncEngine, clock: DrivenClock, hand: Hand) -> Quizzing:
    parts = (Quizzes(engine), Collected(), Given(), hand, clock)
    return Quizzing(*parts, public_url="https://tsudoi.example.org")  # type: ignore[arg-type]


@pytest.fixture
async def client(engine: AsyncEngine, clock: DrivenClock, quizzing: Quizzing) -> AsyncIterator[aiohttp.ClientSession]:
    async with (
        open_room(engine, clock, FixedAnswers(), quizzing=quizzing) as room,
        aiohttp.ClientSession(room.url) as at,
    ):
        yield at


async def link_of(quizzing: Quizzing, room: Room = ROOM) -> tuple[str, str]:
    """Ask a member, and return the character and the address behind their link."""
    question = await quizzing.quiz(an_asker(room))
    if room.platform != LOCAL:
        pressed = await press(quizzing, "quiz:draw", an_asker(room))
        assert pressed is not None
        return question.lead[1], f"/api/quiz/{pressed.buttons[0].url.partition('=')[2]}"
    return question.lead[1], f"/api/quiz/{question.buttons[0].url.partition('=')[2]}"


async def test_the_page_knows_what_is_asked_and_the_answer_is_the_members(
    client: aiohttp.ClientSession, quizzing: Quizzing, hand: Hand
) -> None:
    label, address = await link_of(quizzing)
    async with client.get(address) as response:
        asked = await response.json()
    assert (asked["label"], asked["is_here"]) == (label, False)
    hand.wrote = (glyph("あ" if label != "あ" else "い"),)
    async with client.post(address, data=GREY) as response:
        (wrong,) = (await response.json())["answers"]
    assert "に見えました" in wrong["lead"]
    hand.wrote = (glyph(label),)
    async with client.post(address, data=GREY) as response:
        (right,) = (await response.json())["answers"]
    assert "正解です" in right["lead"]
    assert right["entries"] == []
    assert [one for one in right["buttons"] if one["id"]] == []  # whoever presses here is the room's visitor
    async with client.get("/api/messages") as response:
        assert (await response.json())["messages"] == []


async def test_an_answered_and_an_expired_and_a_guessed_link_are_over(
    client: aiohttp.ClientSession, quizzing: Quizzing, hand: Hand, clock: DrivenClock
) -> None:
    label, address = await link_of(quizzing)
    hand.wrote = (glyph(label),)
    await client.post(address, data=GREY)
    _, expired = await link_of(quizzing, replace(ROOM, channel="102"))
    clock.set(NOW + LASTS)
    for over in (address, expired, "/api/quiz/guess"):
        for ask in (client.get(over), client.post(over, data=GREY)):
            async with ask as response:
                assert response.status == 404
                assert "終わりました" in (await response.json())["error"]


async def test_a_link_of_the_room_itself_sends_there(client: aiohttp.ClientSession, quizzing: Quizzing) -> None:
    _, address = await link_of(quizzing, Room(LOCAL, MAIN))
    async with client.get(address) as response:
        assert (await response.json())["is_here"]


async def test_the_card_of_the_model_is_a_page(client: aiohttp.ClientSession) -> None:
    async with client.get("/model") as response:
        assert (response.status, response.content_type) == (200, "text/plain")
        assert await response.text() == "# Tsudoi hiragana"
