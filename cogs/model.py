"""`!model`: which model reads; for organisers, another one instead."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.messages import Message
from bot.platforms.discord.client import Context, TsudoiClient
from bot.platforms.discord.forms import given
from bot.platforms.discord.slash_commands import command
from bot.services.commands import MODEL
from bot.services.recognition.model_messages import BACK, TRY

_TOPICS = {
    "about": "About the model",
    "try": "Try it",
    "use": "Use it, even if it is worse",
    "back": "Back to the one before",
}


class Model(commands.Cog):
    """Tells of the model, and changes it for organisers."""

    def __init__(self, client: TsudoiClient) -> None:
        self._client = client

    @command(MODEL)
    @app_commands.describe(topic="About this model, or a change of it", name="The name of a model's folder, to try it")
    @app_commands.choices(topic=[app_commands.Choice(name=name, value=topic) for topic, name in _TOPICS.items()])
    async def model(self, ctx: Context, topic: str = "", *, name: str = "") -> None:
        """Describe the model, or change it."""
        await ctx.defer()
        answer = await MODEL.answer(self._client.answering, ctx.asker, f"{topic} {name}".strip())
        await self._client.answer(ctx, answer)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Take the model that was chosen from the list, or the way back."""
        pressed, values = given(interaction)
        if pressed not in (TRY, BACK):
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        asker = await self._client.asker(interaction)
        answer: Message | None = await self._client.answering.press(pressed, asker, values)
        await self._client.respond(interaction, answer or self._client.apology(asker.room))


async def setup(client: TsudoiClient) -> None:
    """Add the cog; discord.py calls this."""
    await client.add_cog(Model(client))
