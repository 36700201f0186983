"""What a member sees in Discord where something goes wrong on the way to them.

The table of docs/decisions/answers-under-fault.md tells the same.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.answering.answering import Answering
from bot.app.clock import DrivenClock
from bot.config import DiscordSettings
from bot.core.actions import Action, Codec, Kept
from bot.core.askers import Asker
from bot.core.cooldowns import Turn
from bot.core.messages import Button, Card, Message, MessageKind
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.handwriting.reading_messages import how_to_read
from bot.locales import Texts, texts_for
from bot.platforms.discord import answers as discord_answers
from bot.platforms.discord.bot import DiscordFrontEnd
from tests.support.actions import every_kind
from tests.support.answers import OneCommunity
from tests.support.discord_server import DiscordServer, Fault, Trouble
from tests.support.discord_world import BOT
from tests.support.events import NOW

CHANNEL, KEY = "101", "0123456789abcdef0123"
MESSAGES, CALLBACK, ORIGINAL = "/channels/*/messages", "/interactions/*/callback", "/webhooks/*/messages/@original"

ONCE = "the answer, once"
PLAIN = "the answer, as plain text"

BEFORE = (Fault.ERROR_BEFORE, Fault.RETRIED_BEFORE, Fault.CUT_BEFORE)
AFTER = (Fault.ERROR_AFTER, Fault.RETRIED_AFTER, Fault.CUT_AFTER)


class Answers:
    """Answers a command, a picture and a button."""

    actions = Codec(every_kind())
    clock = DrivenClock(NOW)
    organising: None = None
    communities = OneCommunity()

    def texts(self, language: str) -> Texts:
        return texts_for(language)

    async def language_of(self, platform: str, member: str) -> str:
        return ""

    @property
    def telling(self) -> "Answers":
        return self

    async def next(self, asker: Asker, argument: str = "") -> Message:
        card = Card("もくもく会 #5", "https://example.test/5/", "19:00〜")
        return Message(MessageKind.ANSWER, "次回のイベントです。", (card,))

    async def how_to_read(self, asker: Asker) -> Message:
        return how_to_read(texts_for("ja"), is_on=True, uploads_are_seen=asker.uploads_are_seen)

    async def read(self, *_: object, **__: object) -> Message:
        return Message(MessageKind.ANSWER, "次回のイベントです。もくもく会 #5")

    async def is_quizzed(self, asker: Asker) -> bool:
        return False

    def take_turn(self, *_: object, **__: object) -> Turn:
        return Turn.GRANTED

    def form(self, asker: Asker, action: Action) -> None:
        return None

    async def act(self, asker: Asker, action: Action) -> Message | None:
        return await self.next(asker)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[DiscordServer]:
    monkeypatch.setattr(discord_answers, "REPEATS", (0.0, 0.0))
    monkeypatch.setattr(Route, "BASE", Route.BASE)  # put back afterwards
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    with DiscordServer((CHANNEL,)) as server:
        yield server


@asynccontextmanager
async def connected(server: DiscordServer) -> AsyncIterator[DiscordFrontEnd]:
    settings = DiscordSettings(token=SecretStr(server.token), api_url=server.api_url, gateway_url=server.gateway_url)
    rooms = Rooms((Room("discord", CHANNEL),), ())
    front_end = DiscordFrontEnd(settings, cast(Answering, Answers()), rooms, first_wait=timedelta(milliseconds=10))
    serving = asyncio.create_task(front_end.serve())
    try:
        await asyncio.to_thread(server.wait_for_bot)
        yield front_end
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


@pytest.fixture
async def discord(server: DiscordServer) -> AsyncIterator[DiscordFrontEnd]:
    async with connected(server) as front_end:
        yield front_end


async def typed(server: DiscordServer, front_end: DiscordFrontEnd) -> list[dict[str, Any]]:
    await asyncio.to_thread(server.ask, CHANNEL, "!next")
    return posts(server)


async def picture(server: DiscordServer, front_end: DiscordFrontEnd) -> list[dict[str, Any]]:
    await asyncio.to_thread(server.ask, CHANNEL, "", b"picture")
    return posts(server)


async def slash(server: DiscordServer, front_end: DiscordFrontEnd) -> list[dict[str, Any]]:
    answer = await asyncio.to_thread(server.slash, CHANNEL, "next")
    return [answer["message"], *answer["followups"]]


async def pressed(server: DiscordServer, front_end: DiscordFrontEnd) -> list[dict[str, Any]]:
    bell = Message(MessageKind.ANSWER, "?", buttons=(Button("🔔", Kept("remind:5")),))
    await front_end.send(CHANNEL, bell, KEY)
    answer = await asyncio.to_thread(server.press, server.posted[-1], "remind:5")
    return [answer["message"], *answer["followups"]]


def posts(server: DiscordServer) -> list[dict[str, Any]]:
    return [one for one in server.posted if one["channel_id"] == CHANNEL]


@dataclass(frozen=True)
class Case:
    """What a member does, what goes wrong with which request, and what they see."""

    does: str
    act: Callable[[DiscordServer, DiscordFrontEnd], Awaitable[list[dict[str, Any]]]]
    method: str
    path: str
    faults: tuple[Fault, ...]
    sees: str = ONCE


CASES = (
    Case("types `!next`", typed, "POST", MESSAGES, (*BEFORE, *AFTER)),
    Case("shows a picture", picture, "POST", MESSAGES, (*BEFORE, *AFTER)),
    Case("gives `/next`", slash, "POST", CALLBACK, (*BEFORE, *AFTER)),
    Case("gives `/next`", slash, "PATCH", ORIGINAL, (*BEFORE, *AFTER)),
    Case("presses 🔔", pressed, "POST", CALLBACK, (*BEFORE, *AFTER)),
    Case("presses 🔔", pressed, "PATCH", ORIGINAL, (*BEFORE, *AFTER)),
)
EACH = [pytest.param(case, fault, id=f"{case.does}, {case.path}: {fault}") for case in CASES for fault in case.faults]


@pytest.mark.parametrize(("case", "fault"), EACH)
async def test_an_answer_comes_once_and_nobody_apologises_for_it(
    server: DiscordServer, discord: DiscordFrontEnd, case: Case, fault: Fault
) -> None:
    server.troubles.append(Trouble(case.method, case.path, fault))
    seen = await case.act(server, discord)
    assert len(seen) == 1
    assert "もくもく会 #5" in str(seen[0])
    assert not server.troubles[0].times


@pytest.mark.parametrize("refuses", [True, False], ids=["known", "refused"])
async def test_without_embed_links_an_answer_is_plain_text(
    server: DiscordServer, discord: DiscordFrontEnd, refuses: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not refuses:
        monkeypatch.setattr(discord_answers, "_may_embed", lambda there: True)
    server.do(server.world.deny, CHANNEL, "embed_links")
    (answer,) = await typed(server, discord)
    assert (answer["embeds"], answer["content"]) == (
        [],
        "次回のイベントです。\nもくもく会 #5\n19:00〜\nhttps://example.test/5/",
    )


async def test_where_uploads_are_not_heard_none_is_asked_for(server: DiscordServer) -> None:
    server.gateway.approves_content = False
    async with connected(server):
        answer = await asyncio.to_thread(server.ask, CHANNEL, f"<@{BOT}> read")
    assert "/read" in answer["content"]


async def test_what_is_cut_off_while_the_bot_goes_is_no_failure(server: DiscordServer) -> None:
    async with connected(server) as front_end:
        await front_end.client.close()
        with capture_logs() as logged:
            try:
                await front_end.client.http.get_channel(int(CHANNEL))
            except Exception:  # as any event that is under way meets it
                await front_end.client.on_error("missed_message")
    assert [(line["event"], line["log_level"]) for line in logged] == [("discord event cut off", "info")]
