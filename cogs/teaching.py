"""What members teach: right or wrong below a reading, and `!samples`, `!export`, `!forget` for what they gave."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import discord
import structlog
from discord.ext import commands

from bot.core.rooms import Room
from bot.domain.commands import DATA, EXPORT, FORGET, SAMPLES
from bot.domain.cooldowns import Turn
from bot.domain.messages import Message
from bot.platforms.discord.client import TsudoiClient, command
from bot.platforms.discord.forms import ASK, form, given
from bot.platforms.discord.permissions import roles_of
from bot.platforms.discord.render import render_edit
from bot.services.general_messages import one_moment
from bot.services.ports import Upload
from bot.services.recognition.teaching import Teaching as Service
from bot.services.recognition.teaching_buttons import is_teaching, stands_below_reading
from cogs.recognition import fetched, pictures_of, upload_again

log = structlog.get_logger()

_OURS = (discord.InteractionType.component, discord.InteractionType.modal_submit)


@dataclass(frozen=True)
class DiscordUploads:
    """Fulfils `Uploads`: an upload is a message, in the channel where somebody speaks of it."""

    client: TsudoiClient
    interaction: discord.Interaction

    async def fetch(self, upload: str, places: range) -> Upload | None:
        """Fetch the message again, and its pictures. What came with a slash command stands in the bot's answer."""
        message = await upload_again(self.client, self.interaction, upload)
        if message is None:
            return None
        asked = message.interaction_metadata
        writer = asked.user if asked is not None and message.author == self.client.user else message.author
        return Upload(await fetched(pictures_of(message)[places.start : places.stop]), str(writer.id))


class Teaching(commands.Cog):
    """Every answer here is for one member's eyes alone."""

    def __init__(self, client: TsudoiClient) -> None:
        self._client = client

    @property
    def _teaching(self) -> Service:
        service = self._client.answering.teaching
        assert service is not None  # noqa: S101  # a bot that runs has one
        return service

    @command(SAMPLES, "The characters that you gave for training")
    async def show_samples(self, ctx: commands.Context[TsudoiClient]) -> None:
        """Show a member what they gave."""
        await self._tell(ctx, lambda room, member: self._teaching.own.samples(room, member))

    @command(EXPORT, "Gives you back what you gave for training, as a file")
    async def export(self, ctx: commands.Context[TsudoiClient]) -> None:
        """Give it back."""
        await self._tell(ctx, lambda room, member: self._teaching.own.export(room, member))

    @command(FORGET, "Erases what you gave for training, at once")
    async def forget(self, ctx: commands.Context[TsudoiClient]) -> None:
        """Erase it, once they confirm."""
        await self._tell(ctx, lambda room, member: self._teaching.own.forget(room, member))

    @commands.command(name=DATA.name, aliases=DATA.aliases)
    async def show_data(self, ctx: commands.Context[TsudoiClient]) -> None:
        """Say where organisers see the samples."""
        await self._client.answer(ctx, await self._client.answering.data(self._client.room_of(ctx)))

    async def _tell(
        self, ctx: commands.Context[TsudoiClient], answer: Callable[[Room, str], Awaitable[Message]]
    ) -> None:
        """Answer a member alone."""
        member = str(ctx.author.id)
        room = await self._client.answering.alone_with(self._client.room_of(ctx), member)
        await self._client.answer_alone(ctx, lambda: answer(room, member))

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Take what teaches, also below a reading from before a restart."""
        pressed, values = given(interaction)
        if interaction.type not in _OURS or not is_teaching(pressed.removeprefix(ASK)):
            return
        room = self._client.room_at(interaction.channel_id)
        if pressed.startswith(ASK):
            entry = self._teaching.entry(room, pressed.removeprefix(ASK))
            if entry is not None:
                await interaction.response.send_modal(form(entry))
            return
        if stands_below_reading(pressed, values):
            await interaction.response.defer(ephemeral=True, thinking=True)
        else:
            await interaction.response.defer()
        answer = await self._answer(interaction, room, pressed, values)
        await interaction.edit_original_response(**render_edit(answer))

    async def _answer(self, interaction: discord.Interaction, room: Room, pressed: str, values: list[str]) -> Message:
        member = str(interaction.user.id)
        asked = room.as_seen_by(member, roles_of(interaction.user))
        if self._client.answering.take_turn_to_teach(asked, member) is not Turn.GRANTED:
            return one_moment(self._client.answering.texts(room))
        uploads = DiscordUploads(self._client, interaction)
        try:
            answer = await self._client.answering.teach(pressed, room, member, values, uploads)
        except Exception:
            log.exception("teaching failed", room=room.name)
            answer = None
        return answer or self._client.apology(room)


async def setup(client: TsudoiClient) -> None:
    """Add the cog; discord.py calls this."""
    await client.add_cog(Teaching(client))
