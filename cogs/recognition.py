"""Reading handwriting: `!read` with a picture or as a reply to one, and plain uploads where a room wants that."""

import asyncio
from collections.abc import Sequence

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.commands import READ
from bot.domain.messages import Message, MessageKind
from bot.domain.rooms import Room
from bot.errors import PictureError
from bot.platforms.discord_client import TsudoiClient, command
from bot.platforms.discord_render import render
from bot.services.reading_messages import unreadable_picture

LARGEST_MB = 20
DOWNLOAD_TAKES = 20.0  # seconds
_PHONE_PICTURES = (".heic", ".heif", ".avif")  # Discord does not always know their type


class Recognition(commands.Cog):
    """Reads what members upload, and answers each picture in order."""

    def __init__(self, client: TsudoiClient) -> None:
        self._client = client

    @command(READ, "Reads the hiragana in a picture")
    @app_commands.describe(picture="A photo or drawing of hiragana")
    async def read(self, ctx: commands.Context[TsudoiClient], picture: discord.Attachment | None = None) -> None:
        """Read the pictures of this message, or of the one it replies to."""
        await ctx.defer()
        room = self._client.room_of(ctx)
        pictures = [picture] if ctx.interaction and picture else await self._pictures_meant(ctx.message)
        if not pictures:
            await self._client.answer(ctx, await self._client.answering.how_to_read(room))
        for one in pictures:
            await self._client.answer(ctx, await self._read(one, room))

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Read plain uploads in rooms that want it, and in direct messages."""
        room = self._client.room_at(message.channel.id)
        wanted = message.guild is None or (room.recognition and self._client.rooms.named(room.name) is not None)
        pictures = [one for one in message.attachments if _is_picture(one)]
        if message.author.bot or not wanted or not pictures or (await self._client.get_context(message)).valid:
            return
        for one in pictures:
            reference = message.to_reference(fail_if_not_exists=False)
            await message.channel.send(**render(await self._read(one, room)), reference=reference)

    async def _pictures_meant(self, message: discord.Message) -> Sequence[discord.Attachment]:
        replied_to = message.reference.resolved if message.reference else None
        if message.attachments or not isinstance(replied_to, discord.Message):
            return message.attachments
        return replied_to.attachments

    async def _read(self, picture: discord.Attachment, room: Room) -> Message:
        texts = self._client.answering.texts(room)
        if picture.size > LARGEST_MB * 2**20:
            return unreadable_picture(texts, PictureError(f"{picture.size} bytes are too many", "too_large"))
        try:
            async with asyncio.timeout(DOWNLOAD_TAKES):
                content = await picture.read()  # at once: the address expires
        except (discord.DiscordException, aiohttp.ClientError, OSError):
            said = texts.gettext("I could not fetch the picture. Please send it again.")
            return Message(MessageKind.ANSWER, said)
        return await self._client.answering.read(content, room)


def _is_picture(attachment: discord.Attachment) -> bool:
    kind = attachment.content_type or ""
    return kind.startswith("image/") or attachment.filename.lower().endswith(_PHONE_PICTURES)


async def setup(client: TsudoiClient) -> None:
    """Add the cog; discord.py calls this."""
    await client.add_cog(Recognition(client))
