"""The local room's history, on a real SQLite."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.actions import Kept
from bot.core.messages import Bar, Button, Card, Field, Message, MessageKind
from bot.platforms.web import room_messages as stored
from bot.platforms.web.room_messages import RoomMessage, RoomMessages, ShownPicture, View
from bot.store.personal import PersonalData
from bot.store.tables import room_messages
from tests.support.events import NOW, tokyo

EVERYTHING = Message(
    MessageKind.REPORT,
    "レポートが公開されました。",
    (
        Card(
            "もくもく会 #02 <b>&",
            "https://example.com/2",
            "本文\n二行目",
            (Field("日時", "5月12日", tokyo(2026, 5, 12, 19)), Field("場所", "会議室")),
            (Bar("あ", 0.98),),
            (Button("ページ", url="https://example.com/2"),),
        ),
    ),
    (Button("はい", Kept("question:1:yes")),),
    event_id=17,
    report_url="https://example.com/report",
)
PICTURES = (ShownPicture("/pictures/a", "「い」の筆順"),)


def said(text: str = "!next", **changes: object) -> RoomMessage:
    given = {"channel": "main", "author": "visitor", "bot": False, "at": NOW, "message": answer(text), **changes}
    return RoomMessage(**given)  # type: ignore[arg-type]


def answer(text: str) -> Message:
    return Message(MessageKind.ANSWER, text)


async def test_a_message_comes_back_as_it_was_said(engine: AsyncEngine) -> None:
    messages = RoomMessages(engine)
    kept = said(author="Tsudoi", bot=True, message=EVERYTHING, pictures=PICTURES, key="k", at=NOW)
    number = await messages.add(kept)
    (found,) = await messages.latest(View("main"), 10)
    assert found == RoomMessage(**{**{name: getattr(kept, name) for name in RoomMessage.__slots__}, "id": number})
    assert found.message.text == EVERYTHING.text


async def test_pictures_from_before_they_had_words_are_still_shown(engine: AsyncEngine) -> None:
    messages = RoomMessages(engine)
    number = await messages.add(said())
    old = {"kind": "answer", "lead": "", "cards": [], "buttons": [], "event_id": None, "report_url": None}
    async with engine.begin() as connection:
        await connection.execute(update(room_messages).values(message={**old, "images": ["/pictures/a"]}))
    assert await messages.edit(number, answer("別のことば"))
    (found,) = await messages.latest(View("main"), 10)
    assert (found.message.lead, found.pictures) == ("別のことば", (ShownPicture("/pictures/a"),))


async def test_a_message_under_a_known_key_is_not_said_again(engine: AsyncEngine) -> None:
    messages = RoomMessages(engine)
    first = await messages.add(said("一度目", key="same"))
    assert await messages.add(said("二度目", key="same", at=NOW + timedelta(hours=1))) == first
    assert [one.message.lead for one in await messages.latest(View("main"), 10)] == ["一度目"]
    assert await messages.find("same") == first


async def test_twenty_tries_at_once_under_one_key_leave_one_message(engine: AsyncEngine) -> None:
    messages = RoomMessages(engine)
    numbers = await asyncio.gather(*(messages.add(said(f"{n}", key="same")) for n in range(20)))
    assert len(set(numbers)) == 1
    assert len(await messages.latest(View("main"), 100)) == 1


async def test_messages_without_a_key_are_each_kept(engine: AsyncEngine) -> None:
    messages = RoomMessages(engine)
    assert await messages.add(said("!next")) != await messages.add(said("!next"))


async def test_an_unknown_key_finds_nothing(engine: AsyncEngine) -> None:
    assert await RoomMessages(engine).find("never said") is None


async def test_history_reads_oldest_first_from_either_end(engine: AsyncEngine) -> None:
    messages = RoomMessages(engine)
    numbers = [await messages.add(said(f"{n}")) for n in range(5)]
    await messages.add(said("別の部屋", channel="other"))
    assert [one.id for one in await messages.after(View("main"), numbers[1], 2)] == numbers[2:4]
    assert [one.id for one in await messages.latest(View("main"), 2)] == numbers[3:]
    assert [one.id for one in await messages.latest(View("main"), 2, before=numbers[3])] == numbers[1:3]
    assert await messages.last_id(View("main")) == numbers[-1]


async def test_an_empty_room_has_no_last_message(engine: AsyncEngine) -> None:
    assert await RoomMessages(engine).last_id(View("main")) == 0


async def test_what_was_said_is_forgotten_after_a_while(engine: AsyncEngine) -> None:
    messages = RoomMessages(engine)
    for channel, days in (("@somebody", 91), ("@somebody", 1), ("main", 1), ("main", 91)):
        said = Message(MessageKind.ANSWER, f"{channel} {days}")
        await messages.add(RoomMessage(channel, "visitor", False, NOW - timedelta(days=days), said))
    await PersonalData(engine).purge(NOW)
    left = [*await messages.latest(View("@somebody"), 9), *await messages.latest(View("main"), 9)]
    assert [one.message.lead for one in left] == ["@somebody 1", "main 1"]


async def test_of_talk_the_newest_is_kept_and_of_posts_everything(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "MOST_TALK", 6)
    monkeypatch.setattr(stored, "MADE_ROOM_EVERY", 3)
    messages = RoomMessages(engine)
    await messages.add(said("a post", bot=True, key="announce:1"))
    numbers = [await messages.add(said(f"{number}", channel="@flood")) for number in range(20)]
    kept = [message.id for message in await messages.latest(View("@flood"), 100)]
    assert kept == numbers[-len(kept) :]
    assert 6 <= len(kept) <= 6 + 3
    assert [message.message.lead for message in await messages.latest(View("main"), 10)] == ["a post"]
