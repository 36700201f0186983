"""What a Discord token opens: who the bot is there, how it is invited, and the channels in which it might speak."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import discord

from bot.config import DiscordSettings
from bot.core.errors import FrontEndError, FrontEndRefused
from bot.core.messages import Message
from bot.core.problems.base import NoAnswer
from bot.core.problems.platforms import TokenRefused
from bot.core.room import Room
from bot.platforms.discord.errors import explained
from bot.platforms.discord.library import point_elsewhere
from bot.platforms.discord.permissions import invite_link, missing_in
from bot.platforms.discord.render import render

TAKES = 60.0  # seconds
MOST_GUILDS, MOST_CHANNELS = 20, 100


@dataclass(frozen=True, slots=True)
class DiscordChannel:
    """A text channel that the bot sees; `missing` are the permissions that it lacks to speak there."""

    id: str
    name: str
    guild: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DiscordLook:
    """`hears_messages`: whether it reads what is typed and uploaded without a mention."""

    bot: str
    invite: str
    hears_messages: bool
    channels: tuple[DiscordChannel, ...]


async def look_at_discord(settings: DiscordSettings) -> DiscordLook:
    """Log in without connecting, and look around.

    Raises FrontEndRefused where Discord takes no such token, FrontEndError where it cannot be asked.
    """
    point_elsewhere(settings)
    try:
        async with asyncio.timeout(TAKES), discord.Client(intents=discord.Intents(guilds=True)) as client:
            await client.login(settings.token.get_secret_value())
            return await _look(client)
    except discord.LoginFailure:
        raise FrontEndRefused(TokenRefused("discord.token")) from None
    except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
        raise FrontEndError(NoAnswer(where="Discord", detail=type(error).__name__)) from None


async def say_in_discord(settings: DiscordSettings, channel: str, message: Message) -> None:
    """Post a message in a channel without connecting. Raises FrontEndError."""
    point_elsewhere(settings)
    try:
        async with asyncio.timeout(TAKES), discord.Client(intents=discord.Intents(guilds=True)) as client:
            await client.login(settings.token.get_secret_value())
            await client.get_partial_messageable(int(channel)).send(**render(message))
    except discord.HTTPException as error:
        raise FrontEndError(explained(f"channel {channel}", error).problem) from None
    except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
        raise FrontEndError(NoAnswer(where="Discord", detail=type(error).__name__)) from None


async def _look(client: discord.Client) -> DiscordLook:
    assert client.user is not None  # noqa: S101  # logged in
    flags = client.application_flags
    channels = [channel async for channel in _channels(client, client.user.id)]
    return DiscordLook(
        client.user.name,
        invite_link(client.application_id or client.user.id),
        flags.gateway_message_content or flags.gateway_message_content_limited,
        tuple(channels[:MOST_CHANNELS]),
    )


async def _channels(client: discord.Client, ourselves: int) -> AsyncIterator[DiscordChannel]:
    async for listed in client.fetch_guilds(limit=MOST_GUILDS):
        try:
            guild = await client.fetch_guild(listed.id)  # with its roles, by which permissions are judged
            member = await guild.fetch_member(ourselves)
            channels = await guild.fetch_channels()
        except (discord.NotFound, discord.Forbidden):
            continue  # we were removed a moment ago
        for channel in sorted(channels, key=lambda one: (one.position, one.id)):
            granted = channel.permissions_for(member)
            if isinstance(channel, discord.TextChannel) and granted.view_channel:
                missing = missing_in(Room("discord", str(channel.id)), granted)
                yield DiscordChannel(str(channel.id), channel.name, guild.name, missing)
