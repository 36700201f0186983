"""Reading handwriting: `!read`, a message's menu, plain uploads where a room wants that, and "Why?"."""

import asyncio

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.commands import READ
from bot.domain.cooldowns import Turn
from bot.domain.messages import Message
from bot.errors import PictureError
from bot.platforms.discord.client import READ_MENU, TsudoiClient, command
from bot.platforms.discord.forms import given
from bot.platforms.discord.render import picture_files, render
from bot.services.general_messages import one_moment
from bot.services.ports import LARGEST_UPLOAD
from bot.services.recognition.reading_buttons import WHY, About, asked_about

DOWNLOAD_TAKES = 20.0  # seconds
MOST_ATTACHMENTS = 10
_PHONE_PICTURES = (".heic", ".heif", ".avif")  # Discord does not always know their type


class Recognition(commands.Cog):
    """Reads what members upload: the pictures of one message in order, in one answer."""

    def __init__(self, client: TsudoiClient) -> None:
        self._client = client
        self._menu = app_commands.ContextMenu(name=READ_MENU, callback=self.read_message)

    async def cog_load(self) -> None:
        """Add the entry of the menu, which discord.py does not find in a cog by itself."""
        self._client.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take it away again."""
        self._client.tree.remove_command(self._menu.name, type=self._menu.type)

    @command(READ, "Reads the hiragana in a picture")
    @app_commands.describe(picture="A photo or drawing of hiragana")
    async def read(self, ctx: commands.Context[TsudoiClient], picture: discord.Attachment | None = None) -> None:
        """Read the pictures of this message, or of the one it replies to."""
        await ctx.defer()
        if ctx.interaction is not None and picture is not None:
            await self._client.answer(ctx, await self._read_unseen(ctx.interaction, picture))
            return
        upload = await self._upload_meant(ctx.message)
        if upload is None:
            await self._client.answer(ctx, await self._client.answering.how_to_read(self._client.room_of(ctx)))
        elif (message := await self._read(pictures_of(upload), ctx.channel.id, ctx.author, upload)) is not None:
            await self._client.answer(ctx, message, to=upload)

    async def read_message(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """Read the pictures of a message, for the member alone who chose this in its menu."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        pictures = pictures_of(message)
        if pictures:
            answer = await self._read(pictures, interaction.channel_id, interaction.user, message)
        else:
            answer = await self._client.answering.how_to_read(self._client.room_at(interaction.channel_id))
        await self._client.respond(interaction, answer)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Read plain uploads in rooms that want it, and in direct messages."""
        room = self._client.room_at(message.channel.id)
        wanted = message.guild is None or (room.recognition and self._client.rooms.named(room.name) is not None)
        pictures = [one for one in message.attachments if _is_picture(one)]
        if message.author.bot or not pictures or (await self._client.get_context(message)).valid:
            return
        if not wanted and not await self._client.answering.is_quizzed(room, str(message.author.id)):
            return
        turn = self._client.take_turn(message.channel.id, message.author, len(pictures))
        if turn is Turn.IGNORED:
            return
        if turn is Turn.REFUSED:
            answer = one_moment(self._client.answering.texts(room))
        else:
            answer = await self._client.answering.read(
                await fetched(pictures), room, str(message.id), member=str(message.author.id)
            )
        await message.channel.send(**render(answer), reference=message.to_reference(fail_if_not_exists=False))

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Add to a reading the picture that explains it, where somebody asked "Why?"."""
        about = asked_about(WHY, *given(interaction))
        if about is None or interaction.message is None:
            return
        room = self._client.room_at(interaction.channel_id)
        if self._client.take_turn(interaction.channel_id, interaction.user, pictures=1) is not Turn.GRANTED:
            answer = one_moment(self._client.answering.texts(room))
            await self._client.respond(interaction, answer, ephemeral=True)
            return
        await interaction.response.defer()
        picture = await self._picture_again(interaction, about)
        explanation = await self._client.answering.explain(picture, room, about.glyph)
        if explanation.pictures:
            await _add(interaction, interaction.message, explanation, about)
        else:
            await interaction.followup.send(render(explanation)["content"] or "", ephemeral=True)

    async def _read_unseen(self, interaction: discord.Interaction, picture: discord.Attachment) -> Message:
        """Read what came with a slash command, which stands in no message: the answer carries it, and is the upload."""
        if self._client.take_turn(interaction.channel_id, interaction.user, pictures=1) is not Turn.GRANTED:
            return one_moment(self._client.answering.texts(self._client.room_at(interaction.channel_id)))
        upload = await interaction.original_response()
        room = self._client.room_at(interaction.channel_id)
        return await self._client.answering.read(await fetched([picture]), room, str(upload.id), unseen=True)

    async def _read(
        self,
        pictures: list[discord.Attachment],
        channel_id: int | None,
        user: discord.abc.User,
        upload: discord.Message,
    ) -> Message:
        room = self._client.room_at(channel_id)
        if self._client.take_turn(channel_id, user, len(pictures)) is not Turn.GRANTED:
            return one_moment(self._client.answering.texts(room))
        return await self._client.answering.read(await fetched(pictures), room, str(upload.id))

    async def _upload_meant(self, message: discord.Message) -> discord.Message | None:
        """Return the message with the pictures: this one, or the one it replies to."""
        if message.attachments:
            return message
        reference = message.reference
        if reference is None or reference.message_id is None:
            return None
        replied_to = reference.resolved
        if not isinstance(replied_to, discord.Message):
            replied_to = await _message(self._client, reference.channel_id, reference.message_id)
        return replied_to if replied_to is not None and replied_to.attachments else None

    async def _picture_again(self, interaction: discord.Interaction, about: About) -> bytes | PictureError | None:
        """Fetch a picture again from the message that it came with: none is kept here."""
        message = await upload_again(self._client, interaction, about.upload)
        pictures = pictures_of(message)[about.picture : about.picture + 1] if message else []
        return (await fetched(pictures))[0] if pictures else None


async def upload_again(client: TsudoiClient, interaction: discord.Interaction, name: str) -> discord.Message | None:
    """Return the message that pictures came with, by its id; None if it is gone."""
    if interaction.message is not None and str(interaction.message.id) == name:
        return interaction.message
    return await _message(client, interaction.channel_id, int(name)) if name.isdecimal() else None


async def _message(client: TsudoiClient, channel_id: int | None, message_id: int) -> discord.Message | None:
    try:
        return await client.get_partial_messageable(channel_id or 0).fetch_message(message_id)
    except (discord.NotFound, discord.Forbidden):
        return None


def pictures_of(message: discord.Message) -> list[discord.Attachment]:
    """Return the pictures of a message; every attachment if none looks like one, to be told so."""
    return [one for one in message.attachments if _is_picture(one)] or message.attachments


def _is_picture(attachment: discord.Attachment) -> bool:
    kind = attachment.content_type or ""
    return kind.startswith("image/") or attachment.filename.lower().endswith(_PHONE_PICTURES)


async def fetched(pictures: list[discord.Attachment]) -> list[bytes | PictureError]:
    """Fetch the pictures, in order, at once: their addresses expire."""
    return [await content_of(one) for one in pictures]


async def content_of(picture: discord.Attachment) -> bytes | PictureError:
    """Fetch a picture, or return why it cannot be fetched."""
    if picture.size > LARGEST_UPLOAD:
        return PictureError(f"{picture.size} bytes are too many", "too_large")
    try:
        async with asyncio.timeout(DOWNLOAD_TAKES):
            return await picture.read()
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        return PictureError(f"the picture could not be fetched: {error}", "not_fetched")


async def _add(interaction: discord.Interaction, reading: discord.Message, explanation: Message, about: About) -> None:
    """Add the explanation to the message with the reading, in place of the button that asked for it."""
    kept = reading.attachments[: MOST_ATTACHMENTS - len(explanation.pictures)]
    view = _without(discord.ui.View.from_message(reading, timeout=None), about)
    await interaction.edit_original_response(
        attachments=[*kept, *picture_files(explanation)], view=view if view.children else None
    )


def _without(view: discord.ui.View, about: About) -> discord.ui.View:
    """Take away the button, or the entry of a list, that asks why about this character."""
    for item in list(view.children):
        if isinstance(item, discord.ui.Select):
            item.options = [one for one in item.options if asked_about(WHY, one.value) != about]
        asks = isinstance(item, discord.ui.Button) and asked_about(WHY, item.custom_id or "") == about
        if asks or (isinstance(item, discord.ui.Select) and not item.options):
            view.remove_item(item)
    view.stop()
    return view


async def setup(client: TsudoiClient) -> None:
    """Add the cog; discord.py calls this."""
    await client.add_cog(Recognition(client))
