"""What members write in Discord while the bot is away is answered once when it is back, through its real client."""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.answering.answering import Answering
from bot.app.clock import DrivenClock
from bot.config import DiscordSettings
from bot.core.askers import Asker
from bot.core.messages import Message, MessageKind
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.platforms.discord.bot import DiscordFrontEnd
from bot.platforms.discord.client import TsudoiClient
from bot.platforms.hearing import Hearing
from tests.platforms.discord.test_wire import Answers
from tests.support.discord_faults import MESSAGES, Fault, Trouble
from tests.support.discord_server import DiscordServer
from tests.support.discord_world import ALICE, ORGANISER
from tests.support.missed import EACH, LATE, ONCE_LATE, Missed
from tests.support.remembering import RememberedInMemory

CHANNEL, OTHER, FOREIGN, ABROAD = "101", "102", "301", str(1 << 22)
SERVERS_COME_WITHIN = 1.0  # seconds, after which discord.py expects no other; from afar it would wait for 2


class RecordedAnswers(Answers):
    """Tells who asked what from what it answers."""

    organising: None = None

    def __init__(self, now: datetime) -> None:
        self.clock = DrivenClock(now)

    async def next(self, asker: Asker, argument: str = "") -> Message:
        by = "an organiser" if asker.may_organise else "a member"
        return Message(MessageKind.ANSWER, f"次回 {argument}, for {by}")


@dataclass
class Place:
    """A Discord, and what outlives the bot that comes and goes there."""

    server: DiscordServer
    heard: RememberedInMemory = field(default_factory=RememberedInMemory)

    async def lives(
        self,
        at: datetime,
        *asks: str,
        where: str = CHANNEL,
        meanwhile: Callable[[], object] = int,
        until: Callable[[], object] | None = None,
        **shards: Any,
    ) -> list[str]:
        """Let a bot live from this moment on, hear what is asked, and end; return all that it says.

        It is asked once it has answered what was missed, or once `until` is true.
        """
        addresses = {"api_url": self.server.api_url, "gateway_url": self.server.gateway_url}
        settings = DiscordSettings(token=SecretStr(self.server.token), **addresses, **shards)
        rooms = Rooms((Room("discord", CHANNEL, organisers=(ORGANISER,)), Room("discord", OTHER)), ())
        answers, noted, before = RecordedAnswers(at), dict(self.heard.values), len(self.server.posted)
        hearing = Hearing("discord", answers.clock, self.heard, self.heard, f"discord {shards}")
        front_end = DiscordFrontEnd(settings, cast(Answering, answers), rooms, None, hearing)
        front_end.client._connection.guild_ready_timeout = SERVERS_COME_WITHIN
        serving = asyncio.create_task(front_end.serve())
        try:
            await asyncio.to_thread(self.server.wait_for, until or (lambda: self.heard.values != noted))
            await asyncio.to_thread(meanwhile)
            for text in asks:
                await asyncio.to_thread(self.server.ask, where, text)
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
        return [str(post["content"]) for post in self.server.posted[before:]]


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setattr(Route, "BASE", Route.BASE)  # put back afterwards
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    with DiscordServer((CHANNEL, OTHER)) as server:
        yield Place(server)
        assert server.problems == []


async def test_what_was_written_meanwhile_is_answered_once_with_a_word(place: Place) -> None:
    began, say = datetime.now(UTC), place.server.say
    assert await place.lives(began, "!next 1") == ["次回 1, for a member"]
    typed = say(CHANNEL, "!next 3", author=ORGANISER)
    shown = say(CHANNEL, "", b"picture")
    say(CHANNEL, "お昼にしましょう")
    say(CHANNEL, "!quiz")
    say(OTHER, "！次")
    late = await place.lives(began + timedelta(minutes=14))
    assert late == [f"{LATE}次回 , for a member", f"{LATE}次回 3, for an organiser", f"{LATE}7 バイトの絵"]
    answered = [post["message_reference"]["message_id"] for post in place.server.posted[-2:]]
    assert answered == [typed["id"], shown["id"]]


async def test_who_asked_again_and_again_is_answered_once(place: Place) -> None:
    began = datetime.now(UTC)
    await place.lives(began)
    for _ in range(3):
        place.server.say(CHANNEL, "!next")
    assert len(await place.lives(began + timedelta(minutes=1))) == 1
    assert await place.lives(began + timedelta(minutes=2)) == []


@pytest.mark.parametrize(("case", "minutes"), EACH)
async def test_what_is_sent_while_the_bot_is_away(place: Place, case: Missed, minutes: int) -> None:
    direct, began = place.server.direct_channel(ALICE), datetime.now(UTC)
    await place.lives(began, "!next", where=direct)
    place.server.say(direct if case.direct else CHANNEL, case.text, b"picture" if case.is_picture else None)
    is_answered = case.sees == ONCE_LATE
    lives = (minutes, 0.5 if is_answered else minutes + 1)  # at last the clock may be wrong
    said = [await place.lives(began + timedelta(minutes=later)) for later in lives]
    late = [text.startswith(LATE) for text in itertools.chain(*said)]
    assert late == ([True] if is_answered else [])


async def test_where_the_bot_may_not_look_it_asks_for_nothing(place: Place) -> None:
    began = datetime.now(UTC)
    await place.lives(began)
    place.server.say(CHANNEL, "!next")
    place.server.say(OTHER, "!next")
    place.server.do(place.server.world.deny, CHANNEL, "read_message_history")
    assert len(await place.lives(began + timedelta(minutes=1))) == 1
    assert place.server.refusals.most == 0


async def test_a_bot_that_ends_while_it_looks_leaves_it_to_the_next(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, began, close = place.server, datetime.now(UTC), TsudoiClient.close

    async def close_among_others(client: TsudoiClient) -> None:
        await close(client)
        for _ in range(100):  # turns, in which whoever still asks meets a closed client
            await asyncio.sleep(0)

    monkeypatch.setattr(TsudoiClient, "close", close_among_others)
    await place.lives(began)
    server.say(CHANNEL, "!next 1")
    server.say(OTHER, "!next 2")
    server.troubles.append(looking := Trouble("GET", MESSAGES, Fault.SLOW_AFTER))
    with capture_logs() as logged:
        assert await place.lives(began + timedelta(minutes=1), until=lambda: not looking.times) == []
    assert [line for line in logged if line["log_level"] not in ("debug", "info")] == []
    late = await place.lives(began + timedelta(minutes=2))
    assert sorted(late) == [f"{LATE}次回 {number}, for a member" for number in (1, 2)]


async def test_of_two_processes_the_one_whose_server_it_is_answers(place: Place) -> None:
    place.server.do(place.server.world.add_guild, ABROAD, (FOREIGN,))
    began = datetime.now(UTC)
    for shard in (0, 1):
        await place.lives(began, shards=2, shard_ids=(shard,))
    place.server.say(CHANNEL, "!next 1")
    place.server.say(FOREIGN, "!next 2")
    later = began + timedelta(minutes=1)
    assert await place.lives(later, shards=2, shard_ids=(1,)) == [f"{LATE}次回 2, for a member"]
    assert await place.lives(later, shards=2, shard_ids=(0,)) == [f"{LATE}次回 1, for a member"]


async def test_a_session_that_is_over_loses_nothing(place: Place) -> None:
    """Discord repeats to whoever resumes, and to nobody who must begin anew."""
    server = place.server

    def away() -> None:
        server.invalidate_sessions()
        server.say(CHANNEL, "!next")
        server.wait_for(lambda: server.posted)

    said = await place.lives(datetime.now(UTC), "!next 2", meanwhile=away)
    assert said == [f"{LATE}次回 , for a member", "次回 2, for a member"]
