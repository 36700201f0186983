"""Reading handwriting: `!read`, a message's menu, plain uploads where a room wants that, and "Why?"."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.answering.commands import READ
from bot.answering.general_messages import belated, one_moment
from bot.core.askers import Asker
from bot.core.cooldowns import Turn
from bot.core.messages import Message
from bot.platforms.discord.answers import acknowledged, post
from bot.platforms.discord.client import Context, TsudoiClient
from bot.platforms.discord.slash_commands import READ_MENU, command
from bot.platforms.discord.uploads import content_of, fetched, is_picture, message_again, pictures_of


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

    @command(READ)
    @app_commands.describe(picture="A photo or drawing of hiragana")
    async def read(self, ctx: Context, picture: discord.Attachment | None = None) -> None:
        """Read the pictures of this message, or of the one it replies to."""
        await ctx.defer()
        if ctx.interaction is not None and picture is not None:
            await self._client.answer(ctx, await self._read_unseen(ctx.asker, ctx.interaction, picture))
            return
        upload = await self._upload_meant(ctx.message)
        if upload is None:
            await self._client.answer(ctx, await self._client.answering.how_to_read(ctx.asker))
        else:
            await self._client.answer(ctx, await self._read(ctx.asker, upload), to=upload)

    async def read_message(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """Read the pictures of a message, for the member alone who chose this in its menu."""
        await acknowledged(lambda: interaction.response.defer(ephemeral=True, thinking=True))
        asker = await self._client.asker(interaction)
        if pictures_of(message):
            answer = await self._read(asker, message)
        else:
            answer = await self._client.answering.how_to_read(asker)
        await self._client.respond(interaction, answer)

    @commands.Cog.listener()
    async def on_upload(self, message: discord.Message, is_late: bool) -> None:
        """Read plain uploads in rooms that want it, and in direct messages."""
        pictures = [attachment for attachment in message.attachments if is_picture(attachment)]
        asker = await self._client.asker(message)
        room, texts = asker.room, self._client.answering.texts(asker.language)
        wanted = not asker.tenant.id or (room.recognition and self._client.rooms.named(room.name) is not None)
        if not wanted and not await self._client.answering.is_quizzed(asker):
            return
        turn = self._client.answering.take_turn(asker, len(pictures))
        if turn is Turn.IGNORED:
            return
        if turn is Turn.REFUSED:
            answer = one_moment(texts)
        else:
            shown = await fetched(pictures)
            answer = await self._client.answering.read(asker, shown, str(message.id), may_answer_quiz=True)
        if is_late:
            answer = belated(texts, answer)
        await post(message.channel, answer, message.to_reference(fail_if_not_exists=False))

    async def _read_unseen(
        self, asker: Asker, interaction: discord.Interaction, picture: discord.Attachment
    ) -> Message:
        """Read what came with a slash command, which stands in no message: the answer carries it, and is the upload."""
        if self._client.answering.take_turn(asker, pictures=1) is not Turn.GRANTED:
            return one_moment(self._client.answering.texts(asker.language))
        upload = await interaction.original_response()
        return await self._client.answering.read(asker, [await content_of(picture)], str(upload.id), unseen=True)

    async def _read(self, asker: Asker, upload: discord.Message) -> Message:
        pictures = pictures_of(upload)
        if self._client.answering.take_turn(asker, len(pictures)) is not Turn.GRANTED:
            return one_moment(self._client.answering.texts(asker.language))
        return await self._client.answering.read(asker, await fetched(pictures), str(upload.id))

    async def _upload_meant(self, message: discord.Message) -> discord.Message | None:
        """Return the message with the pictures: this one, or the one it replies to."""
        if message.attachments:
            return message
        reference = message.reference
        if reference is None or reference.message_id is None or reference.channel_id != message.channel.id:
            return None  # what is forwarded from elsewhere is no upload in this room
        replied_to = reference.resolved
        if not isinstance(replied_to, discord.Message):
            replied_to = await message_again(self._client, reference.channel_id, reference.message_id)
        return replied_to if replied_to is not None and replied_to.attachments else None


async def setup(client: TsudoiClient) -> None:
    """Add the cog; discord.py calls this."""
    await client.add_cog(Recognition(client))
