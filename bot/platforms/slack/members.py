"""The workspace as the bot needs to know it: itself, who manages it, and the channels it is in."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from bot.core.askers import Channels, Tenant
from bot.core.errors import SendError
from bot.core.room import MANAGERS, Room
from bot.core.rooms import Rooms
from bot.locales import language_in, texts_for
from bot.platforms.slack.web import SlackWeb

log = structlog.get_logger()

SLACK = "slack"
MEMBERS_KEPT, CHANNELS_KEPT = 600.0, 60.0  # seconds
MOST_PAGES = 10  # of 200 channels each


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is: the ids of its workspace, of itself as a member, and as an app."""

    team: str
    member: str
    bot: str
    workspace: str


async def who_am_i(web: SlackWeb) -> Identity:
    """Ask Slack whose token this is. Raises SendError."""
    said = await web.call("auth.test", "the bot's token")
    return Identity(*(str(said.get(name) or "") for name in ("team_id", "user_id", "bot_id", "team")))


class SlackMembers:
    """Looks up members and channels, and remembers them for a while."""

    def __init__(self, web: SlackWeb, rooms: Rooms, ourselves: Identity) -> None:
        self._web = web
        self.rooms = rooms
        self.ourselves = ourselves
        self._known: dict[str, tuple[float, Mapping[str, Any]]] = {}
        self._looked_up: dict[str, asyncio.Task[Mapping[str, Any]]] = {}  # at this moment
        self._channels: tuple[float, dict[str, str]] = (0.0, {})

    def tenant_of(self, team: str) -> Tenant:
        """Return the workspace that an event names; "" is our own, whose channels the configured rooms are."""
        is_ours = team in ("", self.ourselves.team)
        return Tenant(SLACK, team or self.ourselves.team, frozenset(self._configured if is_ours else ()))

    @property
    def _configured(self) -> dict[str, str]:
        return {room.channel: room.channel for room in self.rooms.in_force if room.platform == SLACK}

    def room_at(self, channel: str) -> Room:
        """Return the room of a channel; a sensible one where there is none."""
        return self.rooms.at(self.tenant_of(""), channel)

    def has_room(self, channel: str) -> bool:
        """Whether this channel is a room in force."""
        return self.rooms.named(self.room_at(channel).name) is not None

    async def roles_of(self, member: str) -> tuple[str, ...]:
        """Return the role of whoever manages the workspace; nothing for anybody else."""
        return self._roles(await self._user(member))

    def roles_known(self, member: str) -> tuple[str, ...]:
        """Return the role as far as it is known, and look it up for the next time: nobody waits for it."""
        until, user = self._known.get(member, (0.0, {}))
        if time.monotonic() >= until and member not in self._looked_up:
            self._looked_up[member] = asyncio.create_task(self._user(member))
            self._looked_up[member].add_done_callback(lambda _: self._looked_up.pop(member, None))
        return self._roles(user)

    def _roles(self, user: Mapping[str, Any]) -> tuple[str, ...]:
        is_of_ours = user.get("team_id", self.ourselves.team) == self.ourselves.team  # a shared channel has others
        return (MANAGERS,) if is_of_ours and (user.get("is_admin") or user.get("is_owner")) else ()

    async def language_of(self, member: str) -> str:
        """Return the language in which a member uses Slack, "" where it is not known or not one of ours."""
        return language_in(str((await self._user(member)).get("locale") or ""))

    async def _user(self, member: str) -> Mapping[str, Any]:
        """Return what Slack says of a member; nothing where it says nothing."""
        until, known = self._known.get(member, (0.0, {}))
        if time.monotonic() < until:
            return known
        try:
            said = await self._web.call("users.info", f"member {member}", user=member, include_locale=True)
        except SendError as error:
            log.warning("member not looked up", reason=str(error))
            return known
        self._known[member] = time.monotonic() + MEMBERS_KEPT, said["user"]
        return dict(said["user"])

    async def channels(self, channel: str) -> Channels:
        """Return the channels in which the bot is, or has a room, and what it lacks in this one."""
        names, texts = await self._names(channel), texts_for(self.room_at(channel).locale)
        is_there = channel in names or channel.startswith("D")
        missing = () if is_there else (texts.gettext("membership: /invite @Tsudoi"),)
        return Channels({channel: channel, **self._configured, **names}, missing)

    async def _names(self, channel: str) -> dict[str, str]:
        """Return the channels in which the bot is; they are looked at anew where this one is not among them."""
        until, names = self._channels
        if time.monotonic() < until and channel in names:
            return names
        try:
            names = await self._listed()
        except SendError as error:
            log.warning("channels not listed", reason=str(error))
        self._channels = time.monotonic() + CHANNELS_KEPT, names
        return names

    async def _listed(self) -> dict[str, str]:
        names: dict[str, str] = {}
        asked: dict[str, Any] = {"types": "public_channel,private_channel", "exclude_archived": True, "limit": 200}
        cursor = ""
        for _ in range(MOST_PAGES):
            said = await self._web.call("users.conversations", "its channels", **asked, cursor=cursor or None)
            names |= {one["id"]: one.get("name", one["id"]) for one in said["channels"]}
            cursor = (said.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return names
