"""Whoever writes directly: which servers with rooms they share with the bot, and in which language they use Discord."""

import asyncio
from datetime import datetime, timedelta
from typing import TypeVar

import discord
import structlog
from discord.ext import commands

from bot.core.askers import Community
from bot.core.clock import Clock
from bot.core.rooms import Rooms
from bot.locales import language_in
from bot.platforms.discord.askers import DISCORD, Asked, author_of, tenant_in, tenant_of

log = structlog.get_logger()

T = TypeVar("T")

KEPT = timedelta(minutes=10)
TAKES = timedelta(seconds=1.5)  # of the three seconds within which Discord must be answered
MOST_SERVERS = 25  # looked into for a member
MOST_MEMBERS = 10_000  # remembered


class SharedServers:
    """Looks members up in the servers that have rooms, and remembers it for a while."""

    def __init__(self, client: discord.Client, rooms: Rooms, clock: Clock) -> None:
        self._client = client
        self._rooms = rooms
        self._clock = clock
        self._met: dict[str, dict[str, None]] = {}  # servers in which they were heard since the start, by member
        self._languages: dict[str, str] = {}
        self._shared: dict[str, tuple[datetime, tuple[Community, ...]]] = {}

    def meet(self, asked: Asked) -> None:
        """Take note of the server in which a member does something, and of the language in which they use Discord."""
        member, server = str(author_of(asked).id), tenant_of(asked).id
        interaction = asked.interaction if isinstance(asked, commands.Context) else asked
        if server:
            _remember(self._met, member, {**self._met.get(member, {}), server: None})
        if isinstance(interaction, discord.Interaction):
            _remember(self._languages, member, language_in(str(interaction.locale)))

    def language_of(self, member: str) -> str:
        """Return the language in which a member uses Discord, "" where it is not known or not one of ours."""
        return self._languages.get(member, "")

    async def of(self, member: str) -> tuple[Community, ...]:
        """Return the servers that a member shares with the bot, as far as these have rooms.

        What Discord does not say in time is taken for what it said last.
        """
        until, known = self._shared.get(member, (self._clock.now(), ()))
        if self._clock.now() < until:
            return known
        try:
            async with asyncio.timeout(TAKES.total_seconds()):
                found = await asyncio.gather(*(self._shared_with(member, server) for server in self._servers(member)))
        except (discord.DiscordException, OSError, TimeoutError) as error:
            log.warning("member not looked up", reason=str(error) or type(error).__name__)
            return known
        shared = tuple(community for community in found if community is not None)
        _remember(self._shared, member, (self._clock.now() + KEPT, shared))
        return shared

    def _servers(self, member: str) -> list[str]:
        """Return the servers to look into, those in which the member was heard first."""
        met = self._met.get(member, {})
        rooms = (room for room in self._rooms.in_force if room.platform == DISCORD and room.follows)
        found = {self._server_of(room.guild, room.channel) for room in rooms}
        return sorted(found - {""}, key=lambda server: (server not in met, int(server)))[:MOST_SERVERS]

    def _server_of(self, guild: str, channel: str) -> str:
        """Return the server of a room; that of the configuration's rooms is not written there."""
        there = self._client.get_channel(int(channel)) if not guild and channel.isdecimal() else None
        return str(there.guild.id) if isinstance(there, discord.abc.GuildChannel) else guild

    async def _shared_with(self, member: str, server: str) -> Community | None:
        try:
            guild = self._client.get_guild(int(server)) or await self._client.fetch_guild(int(server))
            await guild.fetch_member(int(member))
        except (discord.NotFound, discord.Forbidden):
            return None
        return Community(tenant_in(guild), guild.name)


def _remember(kept: dict[str, T], member: str, what: T) -> None:
    """Keep something of a member, and forget what was kept longest."""
    kept.pop(member, None)
    kept[member] = what
    if len(kept) > MOST_MEMBERS:
        del kept[next(iter(kept))]
