"""Who asks in Discord: where they speak, which server that is, their roles, and what can be looked up around them."""

from dataclasses import dataclass
from typing import Any

import discord
from discord.ext import commands

from bot.core.askers import Channels, Tenant
from bot.core.room import MANAGERS, Room
from bot.core.uploads import Upload
from bot.locales import texts_for
from bot.platforms.discord.permissions import missing_in, names_of
from bot.platforms.discord.uploads import fetched, message_again, pictures_of

DISCORD = "discord"

Asked = discord.Interaction[Any] | discord.Message | commands.Context[Any]  # what a member did


def author_of(asked: Asked) -> discord.User | discord.Member:
    """Return whoever did it."""
    return asked.user if isinstance(asked, discord.Interaction) else asked.author


def tenant_of(asked: Asked) -> Tenant:
    """Return the server in which it was done, as the event itself names it; none is in direct messages alone."""
    if isinstance(asked, commands.Context):
        asked = asked.interaction or asked.message
    if asked.guild is not None:
        return tenant_in(asked.guild)
    named = asked if isinstance(asked, discord.Interaction) else asked.channel  # a thread or server not seen yet
    return Tenant(DISCORD, str(getattr(named, "guild_id", None) or ""))


def tenant_in(guild: discord.Guild) -> Tenant:
    """Return the tenant that a server is."""
    return Tenant(DISCORD, str(guild.id), frozenset(str(channel.id) for channel in guild.channels))


def channel_of(asked: Asked) -> str:
    """Return the channel in which it was done; a thread stands for the channel that it belongs to."""
    channel = asked.channel
    if isinstance(channel, discord.Thread):
        return str(channel.parent_id)
    return str(channel.id if channel is not None else 0)


def roles_of(member: discord.abc.User) -> tuple[str, ...]:
    """Return the ids of a member's roles, and the role of whoever may manage the server."""
    if not isinstance(member, discord.Member):
        return ()
    manages = (MANAGERS,) if member.guild_permissions.manage_guild else ()
    return (*manages, *(str(role.id) for role in member.roles))


@dataclass(frozen=True)
class DiscordSurroundings:
    """Fulfils `Surroundings`: an upload is a message, in the channel where somebody speaks of it."""

    client: discord.Client
    asked: Asked
    room: Room

    async def channels(self) -> Channels:
        """Return the channels of the server, and the permissions that the bot lacks in this one."""
        guild = self.asked.guild
        if guild is None:
            return Channels()
        names = {str(channel.id): channel.name for channel in guild.channels}
        here = guild.get_channel(int(self.room.channel))
        missing = missing_in(self.room, here.permissions_for(guild.me)) if here is not None else ()
        return Channels(names, names_of(texts_for(self.room.locale), missing))

    async def fetch(self, upload: str, places: range) -> Upload | None:
        """Fetch the message again, and its pictures. What came with a slash command stands in the bot's answer."""
        message = await self._message(upload)
        if message is None:
            return None
        asked = message.interaction_metadata
        writer = asked.user if asked is not None and message.author == self.client.user else message.author
        return Upload(await fetched(pictures_of(message)[places.start : places.stop]), str(writer.id))

    async def _message(self, name: str) -> discord.Message | None:
        """Return the message that pictures came with, by its id; None if it is gone."""
        pressed = isinstance(self.asked, discord.Interaction) and self.asked.message
        if pressed and str(pressed.id) == name:
            return pressed
        channel = self.asked.channel
        if channel is None or not name.isdecimal():
            return None
        return await message_again(self.client, channel.id, int(name))
