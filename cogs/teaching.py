"""What members teach: right or wrong below a reading."""

import discord
import structlog
from discord.ext import commands

from bot.core.askers import Asker
from bot.domain.cooldowns import Turn
from bot.domain.messages import Message
from bot.platforms.discord.client import TsudoiClient
from bot.platforms.discord.forms import ASK, form, given
from bot.platforms.discord.render import render_edit
from bot.services.general_messages import one_moment
from bot.services.recognition.teaching_buttons import is_teaching, stands_below_reading

log = structlog.get_logger()

_OURS = (discord.InteractionType.component, discord.InteractionType.modal_submit)


class Teaching(commands.Cog):
    """Every answer here is for one member's eyes alone."""

    def __init__(self, client: TsudoiClient) -> None:
        self._client = client

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Take what teaches, also below a reading from before a restart."""
        pressed, values = given(interaction)
        if interaction.type not in _OURS or not is_teaching(pressed.removeprefix(ASK)):
            return
        asker = await self._client.asker(interaction)
        if pressed.startswith(ASK):
            entry = self._client.answering.teaching.entry(asker, pressed.removeprefix(ASK))
            if entry is not None:
                await interaction.response.send_modal(form(entry))
            return
        if stands_below_reading(pressed, values):
            await interaction.response.defer(ephemeral=True, thinking=True)
        else:
            await interaction.response.defer()
        answer = await self._answer(asker, pressed, values)
        await interaction.edit_original_response(**render_edit(answer))

    async def _answer(self, asker: Asker, pressed: str, values: list[str]) -> Message:
        if self._client.answering.take_turn_to_teach(asker) is not Turn.GRANTED:
            return one_moment(self._client.answering.texts(asker.language))
        try:
            answer = await self._client.answering.teach(pressed, asker, values)
        except Exception:
            log.exception("teaching failed", room=asker.room.name)
            answer = None
        return answer or self._client.apology(asker.room)


async def setup(client: TsudoiClient) -> None:
    """Add the cog; discord.py calls this."""
    await client.add_cog(Teaching(client))
