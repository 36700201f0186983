"""Commands about reports of past events."""

from discord import app_commands
from discord.ext import commands

from bot.domain.commands import REPORT, REPORTS
from bot.platforms.discord_client import TsudoiClient, command


class Reports(commands.Cog):
    """`!report` and `!reports`."""

    def __init__(self, client: TsudoiClient) -> None:
        self._client = client

    @command(REPORT, "The report of a past event")
    @app_commands.describe(argument="The number of the event, or a word of its title")
    async def show_report(self, ctx: commands.Context[TsudoiClient], *, argument: str = "") -> None:
        """Answer with one report."""
        await ctx.defer()
        await self._client.answer(ctx, await self._client.answering.report(self._client.room_of(ctx), argument))

    @command(REPORTS, "All reports")
    async def list_reports(self, ctx: commands.Context[TsudoiClient]) -> None:
        """Answer with every report."""
        await ctx.defer()
        await self._client.answer(ctx, await self._client.answering.reports(self._client.room_of(ctx)))


async def setup(client: TsudoiClient) -> None:
    """Add the cog; discord.py calls this."""
    await client.add_cog(Reports(client))
