"""discord.py's real client, over a real socket, against a Discord on loopback that fails on demand."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route
from pydantic import SecretStr

from bot.answering.answering import Answering
from bot.app.clock import DrivenClock
from bot.config import DiscordSettings
from bot.core.actions import Action, Codec, Kept
from bot.core.askers import Asker
from bot.core.cooldowns import Turn
from bot.core.errors import RoomRefused, SendError
from bot.core.messages import Button, Card, Message, MessageKind
from bot.core.problems.platforms import ChannelGone, TokenRefused
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.locales import Texts, texts_for
from bot.platforms.discord import bot as discord_bot
from bot.platforms.discord.bot import DiscordFrontEnd
from bot.platforms.discord.client import TsudoiClient
from bot.platforms.discord.render import render
from tests.support.actions import every_kind
from tests.support.answers import OneCommunity
from tests.support.discord_server import DiscordServer, Fault, Rates
from tests.support.discord_world import ORGANISER
from tests.support.events import NOW

CHANNEL, KEY = "101", "0123456789abcdef0123"
NEWS = Message(
    MessageKind.ANNOUNCEMENT,
    "新しいイベントです",
    (
        Card(
            "もくもく会", "https://example.test/5/", buttons=(Button("イベントページ", url="https://example.test/5/"),)
        ),
    ),
)
PLAIN = Message(MessageKind.REMINDER, "明日")


class Answers:
    """Answers two commands, a picture and a button, as often as asked."""

    communities = OneCommunity()
    clock = DrivenClock(NOW)

    def texts(self, language: str) -> Texts:
        return texts_for(language)

    async def language_of(self, platform: str, member: str) -> str:
        return ""

    async def community_of(self, platform: str, member: str) -> str:
        return ""

    @property
    def telling(self) -> "Answers":
        return self

    async def next(self, asker: Asker, argument: str = "") -> Message:
        return Message(MessageKind.ANSWER, f"次回 {argument}".strip())

    def take_turn(self, *_: object, **__: object) -> Turn:
        return Turn.GRANTED

    async def read(
        self, asker: Asker, pictures: Sequence[bytes], upload: str = "", *, may_answer_quiz: bool = False
    ) -> Message:
        return Message(MessageKind.ANSWER, f"{len(pictures[0])} バイトの絵")

    actions = Codec(every_kind())

    def form(self, asker: Asker, action: Action) -> None:
        return None

    async def act(self, asker: Asker, action: Action) -> Message | None:
        return Message(MessageKind.ANSWER, "はい" if asker.may_decide else "運営の方だけです")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[DiscordServer]:
    monkeypatch.setattr(Route, "BASE", Route.BASE)  # put back afterwards
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    with DiscordServer((CHANNEL,)) as server:
        yield server


@asynccontextmanager
async def connected(server: DiscordServer, token: str = "a-bot-token", **shards: Any) -> AsyncIterator[DiscordFrontEnd]:
    addresses = {"api_url": server.api_url, "gateway_url": server.gateway_url}
    settings = DiscordSettings(token=SecretStr(token), **addresses, **shards)
    rooms = Rooms((Room("discord", CHANNEL, organisers=(ORGANISER,)),), ())
    front_end = DiscordFrontEnd(settings, cast(Answering, Answers()), rooms, first_wait=timedelta(milliseconds=10))
    serving = asyncio.create_task(front_end.serve())
    try:
        yield front_end
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def ready(server: DiscordServer) -> None:
    await asyncio.to_thread(server.wait_for, lambda: server.gateway.identified)


async def asked(server: DiscordServer, text: str, picture: bytes | None = None) -> str:
    return str((await asyncio.to_thread(server.ask, CHANNEL, text, picture))["content"])


async def test_commands_slash_commands_pictures_and_buttons_go_over_the_wire(server: DiscordServer) -> None:
    async with connected(server) as front_end:
        await ready(server)
        assert await asked(server, "!次 3") == "次回 3"
        assert await asked(server, "", b"picture") == "7 バイトの絵"
        slash = await asyncio.to_thread(server.slash, CHANNEL, "next", argument="4")
        assert (slash["callback"]["type"], slash["message"]["content"]) == (5, "次回 4")
        await front_end.send(
            CHANNEL, Message(MessageKind.QUESTION, "?", buttons=(Button("はい", Kept("question:1:yes")),)), KEY
        )
        pressed = await asyncio.to_thread(server.press, server.posted[-1], "question:1:yes")
        assert (pressed["message"]["content"], pressed["callback"]["data"]["flags"]) == ("運営の方だけです", 64)
        decided = await asyncio.to_thread(server.press, server.posted[-1], "question:1:yes", ORGANISER)
        assert (decided["message"]["content"], "data" in decided["callback"]) == ("はい", False)
    assert server.problems == []


@pytest.mark.parametrize("fault", [Fault.ERROR_AFTER, Fault.CUT_AFTER])
@pytest.mark.parametrize("message", [NEWS, PLAIN])
async def test_a_send_whose_answer_was_lost_is_found_again(
    server: DiscordServer, fault: Fault, message: Message
) -> None:
    since = datetime.now(UTC)
    async with connected(server) as front_end:
        server.next_faults.append(fault)
        with pytest.raises(SendError):
            await front_end.send(CHANNEL, message, KEY)
        assert await front_end.find(CHANNEL, message, KEY, since) == server.posted[0]["id"]
        assert await front_end.find(CHANNEL, Message(MessageKind.REMINDER, "今日"), "f" * 20, since) is None


async def test_a_delivery_is_found_although_its_text_would_be_another_now(server: DiscordServer) -> None:
    async with connected(server) as front_end:
        number = await front_end.send(CHANNEL, NEWS, KEY)
        later = Message(MessageKind.ANNOUNCEMENT, "あと1席です", NEWS.cards)
        assert await front_end.find(CHANNEL, later, KEY, datetime.now(UTC)) == number


@pytest.mark.parametrize("buttons", [(), (Button("はい", Kept("question:1:yes")),)])
async def test_a_delivery_is_found_where_discord_forgets_all_but_what_it_shows(
    server: DiscordServer, buttons: tuple[Button, ...]
) -> None:
    """Its nonce is forgotten, the ids of components come back as 0, and the countdown in the text has gone on."""
    server.nonce_memory, server.keeps_ids = 0, False
    async with connected(server) as front_end:
        message = replace(NEWS, buttons=buttons)
        number = await front_end.send(CHANNEL, message, KEY)
        later = replace(message, lead="あと55分")
        await front_end.edit(CHANNEL, number, replace(message, lead="あと58分"), KEY)
        assert await front_end.find(CHANNEL, later, KEY, datetime.now(UTC)) == number
        assert await front_end.find(CHANNEL, later, "e" * 20, datetime.now(UTC)) is None


async def test_a_store_that_was_restored_looks_back_as_far_as_it_must(server: DiscordServer) -> None:
    """A look that is cut off goes on where it ended: a busy channel has more than fits into one."""
    since = datetime.now(UTC)
    async with connected(server) as front_end:
        for number in range(250):
            await asyncio.to_thread(server.say, CHANNEL, f"before {number}")
        posted = await front_end.send(CHANNEL, NEWS, KEY)
        for number in range(350):
            await asyncio.to_thread(server.say, CHANNEL, f"after {number}")
        assert await front_end.find(CHANNEL, NEWS, KEY, since) == posted
        asked = len(server.calls)
        assert await front_end.find(CHANNEL, NEWS, "e" * 20, since) is None
        assert len(server.calls) - asked <= 3  # what was looked through is known


async def test_a_digest_is_found_although_more_is_known_now(server: DiscordServer) -> None:
    """It has no button that could bear a mark, and a store that was restored has not heard of every event yet."""
    async with connected(server) as front_end:
        await front_end.send(CHANNEL, NEWS, "e" * 20)
        digest = Message(MessageKind.DIGEST, "今後2週間のイベントです。", (Card("もくもく会 #5"), Card("LT大会 #6")))
        number = await front_end.send(CHANNEL, digest, KEY)
        anew = Message(MessageKind.DIGEST, "今後2週間のイベントです。", (Card("もくもく会 #5"),))
        assert await front_end.find(CHANNEL, anew, KEY, datetime.now(UTC)) == number


@pytest.mark.parametrize("said_later", [150, 20])
async def test_a_delivery_is_found_far_back_and_below_what_was_said_before_it(
    server: DiscordServer, said_later: int
) -> None:
    since = datetime.now(UTC)
    async with connected(server) as front_end:
        for number in range(310 if said_later == 20 else 0):  # more than are looked through from the start on
            await asyncio.to_thread(server.say, CHANNEL, f"before {number}")
        posted = await front_end.send(CHANNEL, NEWS, KEY)
        for number in range(said_later):  # more than the newest that are looked through
            await asyncio.to_thread(server.say, CHANNEL, f"after {number}")
        assert await front_end.find(CHANNEL, NEWS, KEY, since) == posted


async def test_another_delivery_that_reads_the_same_is_not_taken_for_this_one(server: DiscordServer) -> None:
    async with connected(server) as front_end:
        await front_end.send(CHANNEL, NEWS, "e" * 20)
        await front_end.client.get_partial_messageable(int(CHANNEL)).send(**render(NEWS))  # as an answer to !next
        assert await front_end.find(CHANNEL, NEWS, KEY, datetime.now(UTC)) is None


@pytest.mark.parametrize("fault", [Fault.ERROR_BEFORE, Fault.CUT_BEFORE])
async def test_a_send_that_never_arrived_is_not_found(server: DiscordServer, fault: Fault) -> None:
    async with connected(server) as front_end:
        server.next_faults.append(fault)
        with pytest.raises(SendError):
            await front_end.send(CHANNEL, NEWS, KEY)
        assert await front_end.find(CHANNEL, NEWS, KEY, datetime.now(UTC)) is None


@pytest.mark.parametrize("fault", [Fault.RETRIED_AFTER, Fault.BUSY_BEFORE, Fault.RETRIED_BEFORE])
async def test_discord_tries_again_by_itself_and_the_nonce_keeps_it_at_one(server: DiscordServer, fault: Fault) -> None:
    async with connected(server) as front_end:
        server.next_faults.append(fault)
        assert await front_end.send(CHANNEL, NEWS, KEY) == server.posted[0]["id"]
        assert len(server.posts_seen) == 2
        assert len(server.posted) == 1


async def test_the_same_key_again_is_the_same_message_while_discord_remembers(server: DiscordServer) -> None:
    async with connected(server) as front_end:
        assert await front_end.send(CHANNEL, NEWS, KEY) == await front_end.send(CHANNEL, NEWS, KEY)
        server.nonce_memory = 0
        assert await front_end.send(CHANNEL, NEWS, KEY) == server.posted[1]["id"]


async def test_an_unknown_channel_is_refused_with_a_remedy(server: DiscordServer) -> None:
    async with connected(server) as front_end:
        with pytest.raises(RoomRefused, match=r"correct rooms\.channel .*channel 999") as refused:
            await front_end.send("999", NEWS, KEY)
        assert isinstance(refused.value.problem, ChannelGone)


async def test_a_bad_token_ends_in_one_sentence_and_takes_nothing_down(server: DiscordServer) -> None:
    async with connected(server, token="wrong") as front_end:
        with pytest.raises(SendError):
            await front_end.send(CHANNEL, NEWS, KEY)
        assert front_end.problem == TokenRefused("discord.token")


async def test_no_send_waits_for_a_discord_that_is_away(server: DiscordServer) -> None:
    server.gateway.refuses = 1
    async with connected(server) as front_end:
        server.token = "changed"  # so that no login works
        with pytest.raises(SendError):
            await front_end.send(CHANNEL, NEWS, KEY)
        assert front_end.problem


async def test_a_first_connect_that_fails_is_tried_again(server: DiscordServer) -> None:
    server.gateway.refuses = 2
    async with connected(server) as front_end:
        await ready(server)
        assert await asked(server, "!next") == "次回"
        assert front_end.problem is None


async def test_a_cut_connection_resumes_and_loses_nothing_that_was_said_meanwhile(server: DiscordServer) -> None:
    async with connected(server):
        await ready(server)
        await asked(server, "!next")
        await asyncio.to_thread(server.drop_connections)
        assert await asked(server, "!next 2") == "次回 2"
        assert (server.gateway.identified, server.gateway.resumed) == (1, 1)


async def test_a_time_out_with_the_message_accepted_is_found_and_not_sent_again(
    server: DiscordServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discord_bot, "SEND_TAKES", timedelta(seconds=0.3))
    async with connected(server) as front_end:
        await ready(server)
        server.next_faults.append(Fault.SLOW_AFTER)
        with pytest.raises(SendError, match="no answer within"):
            await front_end.send(CHANNEL, NEWS, KEY)
        assert await front_end.find(CHANNEL, NEWS, KEY, datetime.now(UTC)) == server.posted[0]["id"]


async def test_a_gateway_that_falls_silent_is_left_for_a_new_connection(
    server: DiscordServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discord_bot, "GATEWAY_SILENT_AFTER", timedelta(seconds=0.3))
    server.gateway.heartbeat_seconds = 0.1
    async with connected(server):
        await ready(server)
        await asked(server, "!next")
        await asyncio.to_thread(server.do, server.gateway.fall_silent)
        assert await asked(server, "!next 2") == "次回 2"
        assert (server.gateway.identified, server.gateway.resumed) == (1, 1)


async def test_a_burst_stays_within_the_limits_beside_answers(server: DiscordServer) -> None:
    server.rates = Rates()
    channels = [str(1000 + number) for number in range(30)]
    for channel in channels:
        server.do(server.world.add_channel, channel)
    async with connected(server) as front_end:
        await ready(server)
        sends = [front_end.send(channel, NEWS, f"{channel}{number:016}") for channel in channels for number in range(2)]
        burst = asyncio.gather(*sends)
        assert await asked(server, "!next") == "次回"
        await burst
    assert server.rates.refused == 0
    assert len(server.posted) == 61


async def test_two_processes_answer_each_in_its_own_servers(server: DiscordServer) -> None:
    abroad, foreign = str(1 << 22), "301"
    server.do(server.world.add_guild, abroad, (foreign,))
    async with connected(server, shards=2, shard_ids=(0,)), connected(server, shards=2, shard_ids=(1,)) as second:
        await asyncio.to_thread(server.wait_for, lambda: server.gateway.identified == 2)
        assert await asked(server, "!next") == "次回"
        assert (await asyncio.to_thread(server.ask, foreign, "!next"))["content"] == "次回"
        assert len(server.posted) == 2
        assert len(server.commands_told) == 1  # by the first shard alone
        assert await second.send(CHANNEL, NEWS, KEY)  # over REST any process reaches any channel


async def test_several_shards_in_one_process(server: DiscordServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(*_: object, **__: object) -> None:
        """Discord wants five seconds between two shards."""

    monkeypatch.setattr(TsudoiClient, "before_identify_hook", at_once)
    abroad, foreign = str(1 << 22), "301"
    server.do(server.world.add_guild, abroad, (foreign,))
    async with connected(server, shards=2):
        await asyncio.to_thread(server.wait_for, lambda: server.gateway.identified == 2)
        assert await asked(server, "!next") == "次回"
        assert (await asyncio.to_thread(server.ask, foreign, "!next"))["content"] == "次回"


async def test_without_the_message_content_intent_slash_commands_still_work(server: DiscordServer) -> None:
    server.gateway.approves_content = False
    async with connected(server) as front_end:
        await ready(server)
        slash = await asyncio.to_thread(server.slash, CHANNEL, "next")
        assert slash["message"]["content"] == "次回"
        assert not front_end.client.intents.message_content
        direct = await asyncio.to_thread(server.direct_channel)  # there every bot reads what members write
        assert (await asyncio.to_thread(server.ask, direct, "!next"))["content"] == "次回"


async def test_stopping_says_goodbye_to_the_gateway(server: DiscordServer) -> None:
    async with connected(server):
        await ready(server)
        await asked(server, "!next")
    await asyncio.to_thread(server.wait_for, lambda: not server.gateway.sessions)
