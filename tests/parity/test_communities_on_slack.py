"""Two workspaces that an app is in: whoever is of B tries every command and every press on what is A's."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.askers import Tenant
from bot.core.room import MANAGERS, Room
from bot.platforms.hearing import Hearing
from bot.platforms.slack.app import SlackFrontEnd
from bot.platforms.slack.forms import FORM, WRITTEN
from bot.platforms.slack.listeners import SlackListeners
from bot.platforms.slack.manifest import READ_SHORTCUT, slash_name
from bot.platforms.slack.members import SlackMembers, who_am_i
from tests.handwriting.test_changing_model import Folder, model
from tests.parity.house import SOURCE, House, a_picture, open_house
from tests.support.communities import (
    SECRET,
    SOURCE_OF_B,
    commands_given,
    consoles_of,
    forged,
    shown_of_a,
    state_of_a,
    things_of_a,
    two_groups,
    without_limits,
)
from tests.support.slack_answers import at_once, settings_of
from tests.support.slack_facts import CHANNEL, ORGANISER, TEAM, Json, Person
from tests.support.slack_server import SlackServer

OTHER_TEAM, ROOM_OF_B = "T0OTHER1", "C0ROOMOFB"
ORGANISER_OF_B, MEMBER_OF_B = "U0ORGOFB1", "U0MEMOFB1"
IDS_OF_B = (OTHER_TEAM, ROOM_OF_B, ORGANISER_OF_B, MEMBER_OF_B)
AT_ONCE = 50
_numbers = itertools.count()


@dataclass
class World:
    server: SlackServer
    house: House
    listeners: SlackListeners
    file: Path

    def places(self, member: str) -> dict[str, tuple[str, str | None]]:
        """Where people of B act: the channel, and the thread there."""
        return {
            "a room": (ROOM_OF_B, None),
            "a thread": (ROOM_OF_B, "1.000001"),
            "direct messages": (self.server.direct_channel(member), None),
            "the app's home": ("", None),
            "a channel that A shares with B": (CHANNEL, None),
        }

    def _body(self, kind: str, member: str) -> Json:
        number = str(next(_numbers))
        user = {"id": member, "team_id": OTHER_TEAM}
        return {"type": kind, "user": user, "team": {"id": OTHER_TEAM}, "trigger_id": f"trigger-{number}"}

    async def press(self, channel: str, thread: str | None, member: str, pressed: str, values: list[str]) -> None:
        options = [{"value": value, "text": {"type": "plain_text", "text": value}} for value in values]
        action = {"type": "button", "action_id": pressed, **({"selected_options": options} if values else {})}
        place = {"channel": {"id": channel}} if channel else {}
        container = {"type": "message", "message_ts": "1.000002", "channel_id": channel, "thread_ts": thread}
        body = {**self._body("block_actions", member), **place, "container": container if channel else {}}
        await self.listeners._presses.on_action(_ack, {**body, "actions": [action]})

    async def submit(self, channel: str, member: str, entry: str, written: str) -> None:
        kept = {"entry": entry, "channel": channel, "url": "", "whispered": False}
        values = {WRITTEN: {WRITTEN: {"type": "plain_text_input", "value": written}}}
        view = {"id": "V1", "callback_id": FORM, "private_metadata": json.dumps(kept), "state": {"values": values}}
        await self.listeners._presses.on_form(_ack, self._body("view_submission", member), view)

    async def slash(self, channel: str, member: str, command: str, text: str) -> None:
        named = {"command": command, "text": text, "channel_id": channel, "user_id": member, "team_id": OTHER_TEAM}
        await self.listeners.on_command(_ack, {**named, "trigger_id": f"trigger-{next(_numbers)}"})

    async def type(self, channel: str, thread: str | None, member: str, text: str) -> None:
        said = {"type": "message", "channel": channel, "user": member, "text": text, "team": OTHER_TEAM}
        where = {"thread_ts": thread} if thread else {}
        await self.listeners.on_message(_ack, {**said, **where, "ts": f"2.{next(_numbers):06d}"})

    async def shortcut(self, channel: str, thread: str | None, member: str, message: Json) -> None:
        """Choose our entry in the menu of a message."""
        placed = {**message, **({"thread_ts": thread} if thread else {})}
        body = {**self._body("message_action", member), "callback_id": READ_SHORTCUT, "channel": {"id": channel}}
        await self.listeners.on_shortcut(_ack, {**body, "message": placed, "message_ts": message["ts"]})

    async def show(self, channel: str, thread: str | None, member: str, files: list[Json]) -> None:
        """Show pictures, as Slack tells of it."""
        said = {"type": "message", "subtype": "file_share", "channel": channel, "user": member, "text": "!read"}
        where = {"thread_ts": thread} if thread else {}
        ts = f"3.{next(_numbers):06d}"
        await self.listeners.on_message(_ack, {**said, **where, "team": OTHER_TEAM, "files": files, "ts": ts})

    def heard(self, since: int) -> list[str]:
        return [repr(call.arguments) for call in self.server.calls[since:]]


async def _ack(*_: Any, **__: Any) -> None:
    pass


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A is a room of the configuration, as it stands in a file. B's room was set up in the chat."""
    room = Room("slack", CHANNEL, (SOURCE,), organisers=(ORGANISER, MANAGERS), asks=True)
    beside = Room("slack", ROOM_OF_B, (SOURCE_OF_B,), organisers=(MANAGERS,), guild=OTHER_TEAM)
    models = Folder({"": model(""), "secret": replace(model("secret"))})
    with SlackServer((CHANNEL, ROOM_OF_B)) as server:
        for number, is_admin in ((ORGANISER_OF_B, True), (MEMBER_OF_B, False)):
            server.world.people[number] = Person(number, number.lower(), is_admin=is_admin, team=OTHER_TEAM)
            for channel in (CHANNEL, ROOM_OF_B):
                server.world.channels[channel].members.append(number)
        async with open_house(tmp_path, room, beside=[beside], connpass=two_groups(), models=models) as house:
            answering = without_limits(house)
            front_end = SlackFrontEnd(settings_of(server), answering, house.rooms)
            house.senders.append(front_end)
            web, posts, files = front_end._web, front_end._posts, front_end._files
            async with web.open():
                posts.ourselves = ourselves = await who_am_i(web)
                members = SlackMembers(web, house.rooms, ourselves)
                listeners = SlackListeners(web, posts, files, members, answering, Hearing("slack", answering.clock))
                yield World(server, house, listeners, tmp_path / "tsudoi.db")


async def all_of(asked: list[Awaitable[None]]) -> None:
    for first in range(0, len(asked), AT_ONCE):
        await asyncio.gather(*asked[first : first + AT_ONCE])


@pytest.mark.minutes
async def test_nobody_of_another_workspace_sees_or_changes_anything_by_what_they_press(world: World) -> None:
    tenant = Tenant("slack", TEAM, frozenset({CHANNEL}))
    things = await things_of_a(world.house, tenant, CHANNEL, ORGANISER)
    before, tried = state_of_a(world.file, IDS_OF_B), list(forged(things))
    for member in (MEMBER_OF_B, ORGANISER_OF_B):
        for place, (channel, thread) in world.places(member).items():
            said = len(world.server.calls)
            await all_of([world.press(channel, thread, member, pressed, values) for pressed, values in tried])
            lines = [(pressed, values[0]) for pressed, values in tried if len(values) == 1 and channel]
            await all_of([world.submit(channel, member, pressed, line) for pressed, line in lines])
            assert state_of_a(world.file, IDS_OF_B) == before, f"{member} in {place}"
            assert consoles_of(world.file, TEAM) == [], f"{member} in {place}"
            if channel != CHANNEL:  # what A's own room shows stands there before everybody
                assert shown_of_a(world.heard(said), place) == [], f"{member} in {place}"
                assert len(world.server.calls) > said


@pytest.mark.minutes
async def test_nobody_of_another_workspace_sees_or_changes_anything_by_any_command(world: World) -> None:
    await things_of_a(world.house, Tenant("slack", TEAM, frozenset({CHANNEL})), CHANNEL, ORGANISER)
    before = state_of_a(world.file, IDS_OF_B)
    given = list(commands_given())
    for member in (MEMBER_OF_B, ORGANISER_OF_B):
        for place, (channel, thread) in world.places(member).items():
            if not channel:
                continue  # nothing can be typed at home
            said = len(world.server.calls)
            await all_of([world.type(channel, thread, member, f"!{one.name} {words}".strip()) for one, words in given])
            await all_of([world.slash(channel, member, slash_name(one), words) for one, words in given])
            assert state_of_a(world.file, IDS_OF_B) == before, f"{member} in {place}"
            assert consoles_of(world.file, TEAM) == [], f"{member} in {place}"
            if channel != CHANNEL:
                assert shown_of_a(world.heard(said), place) == [], f"{member} in {place}"
                assert len(world.server.calls) > said


async def test_nobody_of_another_workspace_sees_or_changes_anything_by_menus_and_uploads(world: World) -> None:
    await things_of_a(world.house, Tenant("slack", TEAM, frozenset({CHANNEL})), CHANNEL, ORGANISER)
    upload = await at_once(world.server.say, CHANNEL, SECRET, files=[("a.png", a_picture())])
    before, posted = state_of_a(world.file, IDS_OF_B), world.server.shown(CHANNEL)
    for member in (MEMBER_OF_B, ORGANISER_OF_B):
        for place, (channel, thread) in world.places(member).items():
            if not channel:
                continue
            said = len(world.server.calls)
            await all_of([world.shortcut(channel, thread, member, message) for message in posted])
            await world.show(channel, thread, member, upload["files"])
            assert state_of_a(world.file, IDS_OF_B) == before, f"{member} in {place}"
            assert consoles_of(world.file, TEAM) == [], f"{member} in {place}"
            if channel != CHANNEL:
                assert shown_of_a(world.heard(said), place) == [], f"{member} in {place}"
                assert len(world.server.calls) > said
