"""What members wrote in Discord while nobody heard them: looked for where something was written, and answered then."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import discord
import structlog

from bot.platforms.discord.answers import CUT_OFF
from bot.platforms.hearing import MOST_MESSAGES, MOST_ROOMS, Hearing

if TYPE_CHECKING:
    from bot.platforms.discord.client import TsudoiClient

log = structlog.get_logger()

Channel = discord.TextChannel | discord.VoiceChannel | discord.Thread

DIRECT, MESSAGE = "direct", "message"  # kinds of what is heard


class MissedMessages:
    """Those of the servers of one connection; with `direct` those of direct messages, too."""

    def __init__(self, client: "TsudoiClient", hearing: Hearing, *, direct: bool) -> None:
        self._client = client
        self._hearing = hearing
        self._direct = direct

    async def answer(self, since: datetime) -> None:
        """Look for what was written since then, and answer it, the oldest first."""
        for channel in await self._channels(since):
            try:
                newest = channel.history(limit=MOST_MESSAGES, after=since, oldest_first=False)
                written = [message async for message in newest][::-1]
            except (discord.HTTPException, *CUT_OFF) as error:
                log.info("not looked for what was missed", channel=channel.id, reason=str(error))
                continue
            await self._hearing.answer_late(written, _wish, key_of, self._answer)

    async def _channels(self, since: datetime) -> list[Channel | discord.PartialMessageable]:
        """Return where something was written since then, and where members asked by direct message lately."""
        written_in = [
            channel
            for guild in self._client.guilds
            for channel in _channels_of(guild)
            if _is_written_in(channel, since) and channel.permissions_for(guild.me).read_message_history
        ]
        written_in.sort(key=lambda channel: channel.last_message_id or 0, reverse=True)
        asked_in = await self._hearing.channels_of(DIRECT) if self._direct else []
        direct = [self._client.get_partial_messageable(int(number)) for number in asked_in]
        return [*direct[: MOST_ROOMS // 2], *written_in][:MOST_ROOMS]

    async def _answer(self, message: discord.Message) -> None:
        """Answer one; a history does not tell which roles its author has."""
        try:
            if message.guild is not None and not message.author.bot:
                message.author = await message.guild.fetch_member(message.author.id)
            await self._client.hear(message, is_late=True)
        except discord.NotFound:  # whoever wrote it has left the server
            return
        except Exception:
            await self._client.on_error("missed_message", message)


def key_of(message: discord.Message) -> str:
    """Return what a message is remembered by."""
    return f"{MESSAGE if message.guild else DIRECT} {message.channel.id} {message.id}"


def _channels_of(guild: discord.Guild) -> list[Channel]:
    return [*guild.text_channels, *guild.voice_channels, *guild.threads]


def _is_written_in(channel: Channel, since: datetime) -> bool:
    last = channel.last_message_id
    return last is not None and discord.utils.snowflake_time(last) > since


def _wish(message: discord.Message) -> Sequence[object]:
    return (message.id,) if message.attachments else (message.author.id, message.content)
