"""Whether Discord would work as configured: the token, what the bot may read, and its permissions in every room."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import aiohttp
import discord

from bot.config import DiscordSettings
from bot.core.problems.base import NoAnswer, Problem
from bot.core.problems.platforms import TokenRefused
from bot.core.room import Room
from bot.locales import Texts
from bot.platforms.discord.library import point_elsewhere
from bot.platforms.discord.permissions import invite_link, missing_in, names_of

Found = tuple[str, bool, str]  # the part, whether it works, and a sentence
TAKES = 60.0  # seconds
MOST_ROOMS = 50


async def check_discord(settings: DiscordSettings, rooms: Sequence[Room], texts: Texts) -> list[Found]:
    """Log in without connecting, and look at everything that the rooms need."""
    point_elsewhere(settings)
    found: list[Found] = []
    try:
        async with asyncio.timeout(TAKES), discord.Client(intents=discord.Intents(guilds=True)) as client:
            await client.login(settings.token.get_secret_value())
            found.extend([one async for one in _look(client, rooms, texts)])
    except discord.LoginFailure:
        found.append(_failed(texts, TokenRefused("discord.token")))
    except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
        found.append(_failed(texts, NoAnswer(where="Discord", detail=type(error).__name__)))
    return found


def _failed(texts: Texts, problem: Problem) -> Found:
    return "discord", False, problem.reported(texts)


async def _look(client: discord.Client, rooms: Sequence[Room], texts: Texts) -> AsyncIterator[Found]:
    assert client.user is not None  # noqa: S101  # logged in
    yield "discord", True, texts.gettext("is {name}").format(name=client.user.name)
    if client.application_id is not None:
        yield "discord invite", True, invite_link(client.application_id)
    flags = client.application_flags
    if not (flags.gateway_message_content or flags.gateway_message_content_limited):
        yield (
            "discord messages",
            True,
            texts.gettext(
                "off: typed commands without a mention, and reading plain uploads; slash commands work. To have them, "
                "turn on the Message Content Intent on the bot's page of Discord's developer portal"
            ),
        )
    guilds = _Guilds(client)
    for room in rooms[:MOST_ROOMS]:
        yield await _room(guilds, room, texts)
    if len(rooms) > MOST_ROOMS:
        more = texts.gettext("{count} more rooms were not looked at").format(count=len(rooms) - MOST_ROOMS)
        yield "discord rooms", True, more


@dataclass
class _Guilds:
    """The servers of the rooms, each fetched once."""

    client: discord.Client
    known: dict[int, tuple[discord.Guild, discord.Member]] = field(default_factory=dict)

    async def of(self, channel: discord.abc.GuildChannel) -> tuple[discord.Guild, discord.Member]:
        """Return the server of a channel, and the bot as its member."""
        number = channel.guild.id
        if number not in self.known:
            guild = await self.client.fetch_guild(number)
            self.known[number] = guild, await guild.fetch_member(self.client.user.id if self.client.user else 0)
        return self.known[number]


async def _room(guilds: _Guilds, room: Room, texts: Texts) -> Found:
    try:
        seen = await guilds.client.fetch_channel(int(room.channel))
        if not isinstance(seen, discord.abc.GuildChannel):
            return room.name, False, texts.gettext("is no channel of a server: check rooms.channel")
        guild, ourselves = await guilds.of(seen)
        channel = await guild.fetch_channel(seen.id)
    except (ValueError, discord.NotFound, discord.Forbidden, discord.InvalidData):
        hidden = texts.gettext(
            "the bot does not see this channel: invite it to the server, and check rooms.channel and View Channel"
        )
        return room.name, False, hidden
    missing = missing_in(room, channel.permissions_for(ourselves))
    if missing:
        lacks = texts.gettext("is {name}, but the bot lacks there: {permissions}")
        names = texts.listed(names_of(texts, missing))
        return room.name, False, lacks.format(name=f"#{seen.name}", permissions=names)
    return room.name, True, texts.gettext("is {name}").format(name=f"#{seen.name}")
