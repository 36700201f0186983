"""Two communities under one bot in Discord: whoever is of B tries every command and every press on what is A's."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import simcord
from pydantic import SecretStr
from simcord import interactions
from simcord.backend import serializers
from simcord.backend.models import Channel, Message, User
from simcord.enums import ChannelType

from bot.config import DiscordSettings
from bot.core.askers import Tenant
from bot.core.room import MANAGERS, Room
from bot.platforms.discord.bot import DiscordFrontEnd
from bot.platforms.discord.client import TsudoiClient
from tests.handwriting.test_changing_model import Folder, model
from tests.parity.house import SOURCE, House, a_picture, open_house
from tests.support.communities import (
    LINK_OF_QUIZ,
    SECRET,
    SOURCE_OF_B,
    TYPED,
    Things,
    commands_given,
    consoles_of,
    forged,
    shown_of_a,
    state_of_a,
    things_of_a,
    two_groups,
    without_limits,
)

A, ROOM_OF_A, THREAD_OF_A = 100, 101, 109
B, ROOM_OF_B, ELSEWHERE_IN_B, THREAD, UNSEEN_THREAD = 200, 201, 202, 203, 204
ORGANISER_OF_A, ORGANISER_OF_B, MEMBER_OF_B = 71, 81, 82
IDS_OF_B = [str(one) for one in (B, ROOM_OF_B, ELSEWHERE_IN_B, THREAD, UNSEEN_THREAD, ORGANISER_OF_B, MEMBER_OF_B)]
PLACES = ("a room", "a channel", "a thread", "a thread that the bot has not seen", "direct messages")
COMMAND, COMPONENT, AUTOCOMPLETE, SUBMITTED = 2, 3, 4, 5
IN_MENU_OF_MESSAGE = 3
AT_ONCE = 100  # interactions before it is waited for what becomes of them


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A is a room of the configuration, as it stands in a file: its server is not known from there. B was set up."""
    room = Room("discord", str(ROOM_OF_A), (SOURCE,), organisers=(str(ORGANISER_OF_A),), asks=True)
    beside = Room("discord", str(ROOM_OF_B), (SOURCE_OF_B,), organisers=(MANAGERS,), guild=str(B))
    models = Folder({"": model(""), "secret": replace(model("secret"))})
    async with open_house(tmp_path, room, beside=[beside], connpass=two_groups(), models=models) as house:
        house.services = replace(house.services, answering=without_limits(house))
        yield house


@pytest.fixture
def front_end(house: House) -> DiscordFrontEnd:
    settings = DiscordSettings(token=SecretStr("a-token"))
    return DiscordFrontEnd(settings, house.services.answering, house.rooms, house.services.stores.memory)


@pytest.fixture
def simcord_bot(front_end: DiscordFrontEnd) -> TsudoiClient:
    return front_end.client


@dataclass
class World:
    """Both servers, and all that the bot said."""

    env: simcord.Env
    house: House
    file: Path

    def open(self) -> None:
        for guild, owner, channels in (
            (A, ORGANISER_OF_A, (ROOM_OF_A,)),
            (B, ORGANISER_OF_B, (ROOM_OF_B, ELSEWHERE_IN_B)),
        ):
            self._user(owner)
            self.env.backend.create_guild(f"server-{guild}", id=guild, owner_id=owner)
            for channel in channels:
                self._add(Channel(channel, ChannelType.TEXT, f"channel-{channel}", guild), is_told=True)
        self._user(MEMBER_OF_B)
        self.env.backend.add_member(B, MEMBER_OF_B)
        self._add(Channel(THREAD, ChannelType.PUBLIC_THREAD, "thread", B, parent_id=ROOM_OF_B), is_told=True)
        self._add(Channel(UNSEEN_THREAD, ChannelType.PRIVATE_THREAD, "unseen", B, parent_id=ROOM_OF_B), is_told=False)

    def _user(self, number: int) -> None:
        self.env.backend.users[number] = User(self.env.backend.reserve_id(number), f"user-{number}")

    def _add(self, channel: Channel, *, is_told: bool) -> None:
        backend = self.env.backend
        if channel.is_thread:
            channel.thread_metadata = backend_thread()
            channel.owner_id = ORGANISER_OF_B
        backend.reserve_id(channel.id)
        backend.channels[channel.id] = channel
        backend.messages[channel.id] = {}
        if not channel.is_thread:
            backend.get_guild(channel.guild_id).channel_ids.append(channel.id)
        if is_told:
            told = "THREAD_CREATE" if channel.is_thread else "CHANNEL_CREATE"
            backend.emit(told, dict(serializers.channel_payload(backend, channel)))

    def places(self, member: int) -> dict[str, int]:
        direct = self.env.backend.get_dm_channel(member).id
        return dict(zip(PLACES, (ROOM_OF_B, ELSEWHERE_IN_B, THREAD, UNSEEN_THREAD, direct), strict=True))

    def interact(self, kind: int, channel: int, member: int, data: dict[str, Any]) -> None:
        backend = self.env.backend
        guild = backend.get_channel(channel).guild_id
        record, payload = interactions.base_payload(
            backend, type=kind, channel_id=channel, guild_id=guild, user_id=member, data=data
        )
        if kind in (COMPONENT, SUBMITTED):
            stood = backend.create_message(channel, backend.bot_user.id, "pressed")
            record.source_message_id = stood.id
            payload["message"] = dict(serializers.message_payload(backend, stood))
        backend.emit("INTERACTION_CREATE", payload)

    def press(self, channel: int, member: int, custom_id: str, values: list[str]) -> None:
        data = {"custom_id": custom_id, "component_type": 3 if values else 2, **({"values": values} if values else {})}
        self.interact(COMPONENT, channel, member, data)

    def submit(self, channel: int, member: int, custom_id: str, written: str) -> None:
        line = {"type": 1, "components": [{"type": 4, "custom_id": "written", "value": written}]}
        self.interact(SUBMITTED, channel, member, {"custom_id": custom_id, "components": [line]})

    def type(self, channel: int, member: int, text: str) -> None:
        self.env.backend.create_message(channel, member, text)

    def slash(self, channel: int, member: int, kind: int, root: dict[str, Any], *path: str, **given: str) -> None:
        options = [{"name": name, "type": 3, "value": value} for name, value in given.items()]
        if kind == AUTOCOMPLETE:
            options = [{**one, "focused": True} for one in options]
        data = {"id": root["id"], "name": root["name"], "type": 1}
        nested = interactions.nest_options(root, list(path), options)
        self.interact(kind, channel, member, {**data, "options": nested})

    def choose_in_menu(self, channel: int, member: int, message: Message) -> None:
        """Choose every entry that the menu of a message has."""
        shown = dict(serializers.message_payload(self.env.backend, message)) | {"channel_id": str(channel)}
        for (_, type_), root in self.env.backend.commands[None].items():
            if type_ == IN_MENU_OF_MESSAGE:
                data = {"id": root["id"], "name": root["name"], "type": type_, "target_id": str(message.id)}
                resolved = {"messages": {str(message.id): shown}}
                self.interact(COMMAND, channel, member, {**data, "resolved": resolved})

    def stored(self, channel: int) -> list[dict[str, Any]]:
        """A picture, ready to be shown in a channel."""
        return self.env.backend.store_attachments(channel, [("a.png", a_picture())])

    async def settle(self) -> None:
        await self.env.settle()

    def heard(self, since: int = 0) -> list[str]:
        """All that the bot sent, of messages, answers, forms and suggestions."""
        return [repr(one.json) for one in self.env.http_requests[since:]]


def backend_thread() -> Any:
    from simcord.backend.models.channel import ThreadMetadata

    return ThreadMetadata()


@pytest.fixture
async def world(simcord_env: simcord.Env, house: House, front_end: DiscordFrontEnd, tmp_path: Path) -> World:
    simcord_env.settle_timeout = 120.0
    world = World(simcord_env, house, tmp_path / "tsudoi.db")
    world.open()
    await world.settle()
    house.senders.append(front_end)
    return world


async def a_has_things(world: World) -> Things:
    tenant = Tenant("discord", str(A), frozenset({str(ROOM_OF_A)}))
    things = await things_of_a(world.house, tenant, str(ROOM_OF_A), str(ORGANISER_OF_A))
    await world.settle()
    return things


once_or_everywhere = pytest.mark.parametrize(
    "everything", [False, pytest.param(True, marks=pytest.mark.minutes)], ids=["once", "everywhere"]
)
SEATS = [(member, place) for member in (MEMBER_OF_B, ORGANISER_OF_B) for place in PLACES]


@once_or_everywhere
async def test_nobody_of_another_server_sees_or_changes_anything_by_what_they_press(
    world: World, everything: bool
) -> None:
    """Each press once, by somebody somewhere; or each by everybody everywhere, which takes minutes."""
    things = await a_has_things(world)
    before = state_of_a(world.file, IDS_OF_B)
    tried = list(forged(things))
    for number, (member, place) in enumerate(SEATS):
        channel, said = world.places(member)[place], len(world.env.http_requests)
        await press_each(world, channel, member, tried if everything else tried[number :: len(SEATS)])
        assert shown_of_a(world.heard(said), place) == [], f"{member} in {place}"
        assert len(world.heard(said)) > (10 if everything else 3)
        assert state_of_a(world.file, IDS_OF_B) == before, f"in {place}"
        assert consoles_of(world.file, str(A)) == [], f"in {place}"


async def press_each(world: World, channel: int, member: int, tried: Sequence[tuple[str, list[str]]]) -> None:
    for number, (custom_id, values) in enumerate(tried):
        world.press(channel, member, custom_id, values)
        if len(values) == 1:
            world.press(channel, member, f"ask:{custom_id}", [])
            world.submit(channel, member, custom_id, values[0])
        if number % AT_ONCE == 0:
            await world.settle()
    await world.settle()


@once_or_everywhere
async def test_nobody_of_another_server_sees_or_changes_anything_by_any_command(world: World, everything: bool) -> None:
    """Each command, as above; the slash commands by an organiser in a thread that the bot has not seen."""
    await a_has_things(world)
    before = state_of_a(world.file, IDS_OF_B)
    given = list(commands_given())
    for number, (member, place) in enumerate(SEATS):
        channel, said = world.places(member)[place], len(world.env.http_requests)
        for command, words in given if everything else given[number :: len(SEATS)]:
            world.type(channel, member, f"!{command.name} {words}".strip())
        await world.settle()
        for kind in (COMMAND, AUTOCOMPLETE):
            if everything or channel == UNSEEN_THREAD:
                give_every_slash_command(world, channel, member, kind)
                await world.settle()
        assert shown_of_a(world.heard(said), place) == [], f"{member} in {place}"
        assert len(world.heard(said)) > (10 if everything else 3)
        assert state_of_a(world.file, IDS_OF_B) == before, f"in {place}"
        assert consoles_of(world.file, str(A)) == [], f"in {place}"


async def test_nobody_of_another_server_sees_or_changes_anything_by_menus_and_uploads(world: World) -> None:
    await a_has_things(world)
    posted = world.env.backend.messages[ROOM_OF_A]
    world.env.backend.create_message(ROOM_OF_A, ORGANISER_OF_A, SECRET, attachments=world.stored(ROOM_OF_A))
    await world.settle()
    before = state_of_a(world.file, IDS_OF_B)
    for member in (MEMBER_OF_B, ORGANISER_OF_B):
        for place, channel in world.places(member).items():
            said = len(world.env.http_requests)
            for message in list(posted.values()):
                world.choose_in_menu(channel, member, message)
            world.env.backend.create_message(channel, member, "!read", attachments=world.stored(channel))
            world.env.backend.create_message(channel, member, attachments=world.stored(channel))
            await world.settle()
            assert shown_of_a(world.heard(said), place) == [], f"{member} in {place}"
            assert len(world.heard(said)) > len(posted)
            assert state_of_a(world.file, IDS_OF_B) == before, f"{member} in {place}"


def give_every_slash_command(world: World, channel: int, member: int, kind: int) -> None:
    backend = world.env.backend
    for (_, type_), root in backend.commands[None].items():
        if type_ != 1:
            continue
        for path, leaf in leaves(root):
            texts = [one["name"] for one in leaf.get("options", ()) if one["type"] == 3]
            for words in TYPED if texts else ("",):
                given = {texts[0]: words} if texts and (words or kind == AUTOCOMPLETE) else {}
                if texts and texts[0] == "topic" and words:
                    topic, _, rest = words.partition(" ")
                    given = {"topic": topic} | ({"name": rest} if "name" in texts else {})
                if kind == COMMAND or given:
                    world.slash(channel, member, kind, root, *path, **given)


def leaves(root: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    below = [one for one in root.get("options", ()) if one["type"] == 1]
    yield from [((one["name"],), one) for one in below] or [((), root)]


async def test_who_is_of_the_community_can_do_all_that(world: World) -> None:
    """The same ways lead A's organiser to everything: what is refused above is refused for whom it is, not broken."""
    things = await a_has_things(world)
    backend, root = world.env.backend, world.env.backend.find_command("tsudoi", None)
    assert root is not None
    for topic in ("status", "questions", "sources"):
        said = len(world.env.http_requests)
        world.slash(ROOM_OF_A, ORGANISER_OF_A, COMMAND, root, topic)
        await world.settle()
        assert shown_of_a(world.heard(said), "a room") or SOURCE in "".join(world.heard(said)), topic
    said = len(world.env.http_requests)
    world.press(ROOM_OF_A, ORGANISER_OF_A, "quiz:draw", [])
    await world.settle()
    assert LINK_OF_QUIZ in "".join(world.heard(said))
    said = len(world.env.http_requests)
    world.type(ROOM_OF_A, ORGANISER_OF_A, "!model try secret")
    await world.settle()
    assert "secret" in "".join(world.heard(said))
    assert await world.house.services.stores.memory.recall("model")
    world.press(ROOM_OF_A, ORGANISER_OF_A, f"question:{things.question}:none", [])
    await world.settle()
    asked = await world.house.services.stores.questions.question_by_id(things.question)
    assert asked is not None
    assert asked.answer == "none"
    assert backend.messages[ROOM_OF_A]


@pytest.mark.parametrize("typed", ["!tsudoi status", "!tsudoi", "!tsudoi data", "!data", "@ tsudoi status"])
async def test_organisers_pages_are_never_answered_before_everybody(world: World, typed: str) -> None:
    await a_has_things(world)
    said = len(world.env.http_requests)
    world.type(ROOM_OF_A, ORGANISER_OF_A, typed.replace("@", f"<@{world.env.backend.bot_user.id}>"))
    await world.settle()
    (answer,) = world.heard(said)
    assert shown_of_a([answer], "a room") == []
    assert "/tsudoi" in answer
