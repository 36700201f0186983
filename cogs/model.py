"""`!model`: which model reads; for organisers, another one instead."""

from discord import app_commands
from discord.ext import commands

from bot.answering.commands import MODEL
from bot.platforms.discord.client import Context, TsudoiClient
from bot.platforms.discord.slash_commands import command

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
    @app_commands.describe(topic="About this model, or switching it", name="The name of a model's folder, to try it")
    @app_commands.choices(topic=[app_commands.Choice(name=name, value=topic) for topic, name in _TOPICS.items()])
    async def model(self, ctx: Context, topic: str = "", *, name: str = "") -> None:
        """Describe the model, or change it."""
        await ctx.defer()
        answer = await MODEL.answer(self._client.answering, ctx.asker, f"{topic} {name}".strip())
        await self._client.answer(ctx, answer)


async def setup(client: TsudoiClient) -> None:
    """Add the cog; discord.py calls this."""
    await client.add_cog(Model(client))
