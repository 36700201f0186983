"""What members who write directly are answered, where their servers were set up in the chat."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import simcord
from pydantic import SecretStr
from simcord import interactions
from simcord.backend import serializers
from simcord.backend.models import Channel, User
from simcord.enums import ChannelType

from bot.config import DiscordSettings
from bot.core.room import Room
from bot.platforms.discord.bot import DiscordFrontEnd
from bot.platforms.discord.client import TsudoiClient
from bot.platforms.discord.shared_servers import KEPT
from tests.parity.house import Connpass, House, ReportSite, open_house
from tests.support.events import NOW, an_event_named

KANA, MOKU, ELSEWHERE = 100, 200, 300  # servers; in the last nothing was set up
OF_KANA, OF_BOTH, STRANGER = 71, 72, 73
KANA_EVENT = an_event_named("かなの会 #1", 601, published_at=NOW - timedelta(days=5))
MOKU_EVENT = an_event_named("もくもく会 #5", 602, published_at=NOW - timedelta(days=5))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Nothing is configured but the local room; two servers were set up in the chat."""
    rooms = [
        Room("discord", str(server + 1), (source,), guild=str(server))
        for server, source in ((KANA, "group=kana"), (MOKU, "group=moku"))
    ]
    connpass = Connpass(ReportSite(), [], {"group=kana": [KANA_EVENT], "group=moku": [MOKU_EVENT]})
    async with open_house(tmp_path, Room("local", "main"), beside=rooms, connpass=connpass) as house:
        yield house


@pytest.fixture
def front_end(house: House) -> DiscordFrontEnd:
    settings = DiscordSettings(token=SecretStr("a-token"))
    return DiscordFrontEnd(settings, house.services.answering, house.rooms, house.services.stores.memory)


@pytest.fixture
def simcord_bot(front_end: DiscordFrontEnd) -> TsudoiClient:
    return front_end.client


class World:
    """Three servers, and what the bot answers to each member directly."""

    def __init__(self, env: simcord.Env) -> None:
        self.env, self.backend = env, env.backend
        for member in (OF_KANA, OF_BOTH, STRANGER):
            self.backend.users[member] = User(self.backend.reserve_id(member), f"user-{member}")
        for server, members in ((KANA, (OF_KANA, OF_BOTH)), (MOKU, (OF_BOTH,)), (ELSEWHERE, (STRANGER,))):
            self.backend.create_guild(f"server-{server}", id=server, owner_id=members[0])
            self._add_channel(server)
            for member in members[1:]:
                self.backend.add_member(server, member)

    def _add_channel(self, server: int) -> None:
        channel = Channel(self.backend.reserve_id(server + 1), ChannelType.TEXT, "events", server)
        self.backend.channels[channel.id] = channel
        self.backend.messages[channel.id] = {}
        self.backend.get_guild(server).channel_ids.append(channel.id)
        self.backend.emit("CHANNEL_CREATE", dict(serializers.channel_payload(self.backend, channel)))

    def _direct(self, member: int) -> int:
        return self.backend.get_dm_channel(member).id

    async def says(self, member: int, text: str) -> str:
        said = len(self.env.http_requests)
        self.backend.create_message(self._direct(member), member, text)
        return await self._answer(said)

    async def chooses(self, member: int, server: int) -> str:
        said = len(self.env.http_requests)
        stood = self.backend.create_message(self._direct(member), self.backend.bot_user.id, "chosen from")
        data = {"custom_id": "community", "component_type": 3, "values": [str(server)]}
        record, payload = self._interaction(3, member, data)
        record.source_message_id = stood.id
        shown = dict(serializers.message_payload(self.backend, stood))
        self.backend.emit("INTERACTION_CREATE", {**payload, "message": shown})
        return await self._answer(said)

    async def slash_next(self, member: int, locale: str) -> str:
        said = len(self.env.http_requests)
        command = self.backend.find_command("next", None)
        assert command is not None
        _, payload = self._interaction(2, member, {"id": command["id"], "name": "next", "type": 1, "options": []})
        self.backend.emit("INTERACTION_CREATE", {**payload, "locale": locale})
        return await self._answer(said)

    def _interaction(self, kind: int, member: int, data: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        record, payload = interactions.base_payload(
            self.backend, type=kind, channel_id=self._direct(member), guild_id=None, user_id=member, data=data
        )
        return record, {**payload, "locale": "ja"}

    async def _answer(self, since: int) -> str:
        await self.env.settle()
        return " ".join(repr(request.json) for request in self.env.http_requests[since:] if request.json)

    def look_ups(self) -> int:
        return sum("/members/" in request.path for request in self.env.http_requests)


@pytest.fixture
async def world(simcord_env: simcord.Env) -> World:
    world = World(simcord_env)
    await simcord_env.settle()
    return world


async def test_a_member_of_one_server_is_told_of_its_events(world: World) -> None:
    answer = await world.says(OF_KANA, "!next")
    assert "かなの会 #1" in answer
    assert "もくもく会" not in answer
    assert "community" not in answer


async def test_a_member_of_several_says_once_which_is_meant_and_may_change_that(world: World, house: House) -> None:
    asked = await world.says(OF_BOTH, "!next")
    assert "どのサーバーのことですか" in asked
    assert [server in asked for server in ("server-100", "server-200", "server-300")] == [True, True, False]
    assert "の会" not in asked
    chosen = await world.chooses(OF_BOTH, MOKU)
    assert "「server-200」についてお答えします" in chosen
    assert "もくもく会 #5" in chosen
    assert "かなの会" not in chosen
    assert "もくもく会 #5" in await world.says(OF_BOTH, "!events")
    assert "かなの会 #1" in await world.chooses(OF_BOTH, KANA)
    member = await house.services.stores.personal_reminders.member(f"discord:@{OF_BOTH}")
    assert member.community == str(KANA)


async def test_of_servers_that_one_is_not_in_nothing_is_told_nor_shown_for_a_forged_choice(world: World) -> None:
    assert "の会" not in await world.says(STRANGER, "!next")
    assert "かなの会" not in await world.chooses(STRANGER, KANA)
    assert "もくもく会" not in await world.chooses(OF_KANA, MOKU)
    assert "かなの会" in await world.says(OF_KANA, "!next")


async def test_discord_is_asked_once_in_ten_minutes_and_what_it_said_holds_while_it_fails(
    world: World, house: House
) -> None:
    await world.says(OF_KANA, "!next")
    assert world.look_ups() == 2
    await world.says(OF_KANA, "!events")
    assert world.look_ups() == 2
    house.clock.set(house.clock.now() + KEPT)
    world.env.inject_error("GET", "/guilds/*/members/*", status=503, times=None)
    assert "かなの会" in await world.says(OF_KANA, "!next")
    assert world.look_ups() > 2


async def test_the_answer_is_in_the_language_of_their_discord_until_they_choose(world: World, house: House) -> None:
    assert "(金)" in await world.says(OF_KANA, "!next")
    assert "Fri, May 22" in await world.slash_next(OF_KANA, "en-US")
    assert "Fri, May 22" in await world.says(OF_KANA, "!next")
    assert "(金)" in await world.slash_next(OF_KANA, "fr")
    store = house.services.stores.personal_reminders
    member = await store.member(f"discord:@{OF_KANA}")
    await store.keep_member(replace(member, locale="ja"), house.clock.now())
    assert "(金)" in await world.slash_next(OF_KANA, "en-GB")
