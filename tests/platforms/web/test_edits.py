"""A message that is edited changes where it stands, on every page that is open, and is no news."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import icalendar
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.actions import Kept
from bot.core.messages import Button, Card, Field, Message, MessageKind
from bot.platforms.web.room_messages import RoomMessage, RoomMessages, ShownPicture, View
from bot.platforms.web.server import WebRoom
from tests.support.events import NOW, an_event_named
from tests.support.room_answers import FixedAnswers

KEY = "0123456789abcdef0123"
QUESTION = Message(MessageKind.QUESTION, "どのイベントですか？", buttons=(Button("はい", Kept("question:1:yes")),))
PICTURE = ShownPicture("/pictures/a", "番号つきの枠で囲んだ画像")
DECIDED = replace(QUESTION, buttons=(), cards=(Card(fields=(Field("決めた人", "運営の方", member="77"),)),))


async def next_of(stream: aiohttp.ClientResponse, kind: str) -> dict[str, Any]:
    """The next event of this kind in a stream."""
    async with asyncio.timeout(10):
        name = "message"
        async for line in stream.content:
            said = line.decode().strip()
            if said.startswith("event: "):
                name = said.removeprefix("event: ")
            elif said.startswith("data: ") and name == kind:
                return json.loads(said.removeprefix("data: "))
            elif not said:
                name = "message"
    raise AssertionError("the stream ended")


async def test_an_open_page_hears_of_an_edit_and_one_that_was_away_too(
    room: WebRoom, client: aiohttp.ClientSession
) -> None:
    number = await room.send("main", QUESTION, KEY)
    async with client.get("/api/stream") as stream:
        assert await room.edit("main", number, DECIDED, KEY)
        edited = await next_of(stream, "edit")
        assert (str(edited["id"]), edited["buttons"], edited["revision"]) == (number, [], 1)
    await room.edit("main", number, replace(DECIDED, lead="決まりました。"), KEY)
    async with client.get("/api/stream?after=99&edited=1") as stream:
        assert (await next_of(stream, "edit"))["lead"] == "決まりました。"


async def test_an_open_page_hears_that_a_message_was_taken_back_and_nothing_of_it_is_left(
    room: WebRoom, client: aiohttp.ClientSession
) -> None:
    number = await room.send("main", QUESTION, KEY)
    async with client.get("/api/stream") as stream:
        assert await room.delete("main", number)
        edited = await next_of(stream, "edit")
        assert (str(edited["id"]), edited["text"], edited["images"]) == (number, "", [])
    async with client.get("/api/messages?after=0") as answer:
        assert "どのイベントですか" not in await answer.text()
    assert not await room.delete("main", "12345")


async def test_an_edit_of_what_is_gone_is_no_error(room: WebRoom) -> None:
    assert not await room.edit("main", "12345", DECIDED, KEY)


async def test_an_edited_message_keeps_its_place_its_time_and_its_pictures(engine: AsyncEngine) -> None:
    messages = RoomMessages(engine)
    said = RoomMessage("main", "Tsudoi", True, NOW, QUESTION, (PICTURE,), KEY)
    first, second = await messages.add(said), await messages.add(replace(said, key=None))
    assert await messages.edit(second, DECIDED)
    assert await messages.edit(first, DECIDED)
    assert [(one.id, one.message, one.at, one.pictures) for one in await messages.latest(View("main"), 9)] == [
        (number, DECIDED, NOW, (PICTURE,)) for number in (first, second)
    ]
    assert [one.id for one in await messages.edited_after(View("main"), 0, 9)] == [second, first]
    assert [one.id for one in await messages.edited_after(View("main"), 1, 9)] == [first]
    assert await messages.last_revision(View("main")) == 2
    assert await messages.find(KEY) == first


async def test_one_event_is_given_to_any_calendar(client: aiohttp.ClientSession, answers: FixedAnswers) -> None:
    answers.events = [an_event_named(number=5), an_event_named("別の会", 6, started_at=NOW + timedelta(days=1))]
    async with client.get("/events/6.ics") as response:
        assert response.content_type == "text/calendar"
        (entry,) = icalendar.Calendar.from_ical(await response.read()).events
    assert str(entry["summary"]) == "別の会"
    for unknown in ("/events/7.ics", "/events/x.ics", "/events/9999999999999999999.ics"):
        async with client.get(unknown) as response:
            assert response.status == 404
