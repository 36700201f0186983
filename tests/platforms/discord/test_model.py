"""The model as organisers change it in Discord, through discord.py itself in an in-process Discord (SimCord)."""

from dataclasses import dataclass
from datetime import timedelta

import discord
import pytest
import simcord
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.config import DiscordSettings
from bot.core.cooldowns import Cooldown
from bot.core.room import MANAGERS, Room
from bot.core.rooms import Rooms
from bot.events.store.events import Events
from bot.handwriting.changing_model import ChangingModel
from bot.platforms.discord.bot import DiscordFrontEnd
from bot.platforms.discord.client import TsudoiClient
from bot.reminders.reminding import Reminding
from bot.reminders.store.personal_reminders import PersonalReminders
from bot.store.memory import StoredMemory
from tests.handwriting import test_changing_model as models
from tests.support.answers import answers_of

OFTEN = Cooldown(1000, timedelta(seconds=1))


@dataclass
class Play:
    """A guild with a room, an organiser and a member."""

    room: simcord.builders.ChannelHandle
    organiser: simcord.actors.MemberActor
    member: simcord.actors.MemberActor
    reader: models.Reader
    folder: models.Folder


@pytest.fixture
def rooms() -> Rooms:
    return Rooms((), ())


@pytest.fixture
def changing(engine: AsyncEngine, clock: DrivenClock, rooms: Rooms) -> ChangingModel:
    parts = (models.Folder(), models.Reader(), StoredMemory(engine), models.Given(), models.Notes(), rooms, clock)
    return ChangingModel(*parts)


@pytest.fixture
def simcord_bot(engine: AsyncEngine, clock: DrivenClock, changing: ChangingModel, rooms: Rooms) -> TsudoiClient:
    events = Events(engine)
    reminding = Reminding(PersonalReminders(engine), events, clock)
    answering = answers_of(clock, reminding=reminding, changing_model=changing, commands=OFTEN)
    return DiscordFrontEnd(DiscordSettings(token=SecretStr("a-token")), answering, rooms).client


@pytest.fixture
def play(simcord_env: simcord.Env, changing: ChangingModel, rooms: Rooms) -> Play:
    guild = simcord_env.create_guild()
    room = guild.create_text_channel("events")
    managing = guild.create_role("managers", permissions=discord.Permissions(manage_guild=True))
    organiser = guild.add_member(simcord_env.create_user("olga"), roles=(managing,))
    member = guild.add_member(simcord_env.create_user("alice"))
    rooms.set_up([Room("discord", str(room.id), organisers=(MANAGERS,), guild=str(guild.id))])
    rooms.operators = frozenset({f"discord:{organiser.id}"})
    assert isinstance(changing.reader, models.Reader)
    assert isinstance(changing.models, models.Folder)
    return Play(room, organiser, member, changing.reader, changing.models)


def text_of(message: discord.Message | None) -> str:
    assert message is not None
    fields = [f"{one.name} {one.value}" for embed in message.embeds for one in embed.fields]
    return "\n".join([message.content, *(embed.title or "" for embed in message.embeds), *fields])


async def test_everybody_may_ask_and_only_organisers_are_offered_others(play: Play) -> None:
    await play.member.send(play.room, "!モデル")
    assert "99.59%（976枚）" in text_of(play.room.last_message)
    assert not [row for row in play.room.last_message.components if isinstance(row.children[0], discord.SelectMenu)]
    await play.organiser.send(play.room, "!model")
    assert [row for row in play.room.last_message.components if isinstance(row.children[0], discord.SelectMenu)]


async def test_an_organiser_tries_one_and_goes_back_typed_and_by_slash(play: Play) -> None:
    await play.organiser.send(play.room, "!model try new")
    assert "「new」に切り替えました" in text_of(play.room.last_message)
    back = await play.organiser.slash(play.room, "model", topic="back")
    assert "戻しました" in text_of(back.response.message)
    assert play.reader.used == ["new", ""]


async def test_an_organiser_chooses_one_from_the_list_and_presses_back(play: Play) -> None:
    await play.organiser.send(play.room, "!model")
    tried = await play.organiser.select(play.room.last_message, ["newer"], custom_id="model:try")
    assert "「newer」に切り替えました" in text_of(tried.response.message)
    await play.organiser.click(tried.response.message, custom_id="model:back")
    assert play.reader.used == ["newer", ""]


async def test_a_member_changes_nothing(play: Play) -> None:
    for typed in ("!model try new", "!model back"):
        await play.member.send(play.room, typed)
        assert "運営の方だけ" in text_of(play.room.last_message)
    await play.organiser.send(play.room, "!model")
    shown = await play.member.select(play.room.last_message, ["new"], custom_id="model:try")
    assert "運営の方だけ" in text_of(shown.response.message)
    assert play.reader.used == []
