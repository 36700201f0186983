"""Commands about reports of past events."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.commands import DRAFT, REPORT, REPORTS
from bot.platforms.discord.client import Context, TsudoiClient, choices, command


class Reports(commands.Cog):
    """`!report` and `!reports`; `!draft` for organisers."""

    def __init__(self, client: TsudoiClient) -> None:
        self._client = client

    @command(REPORT, "The report of a past event")
    @app_commands.describe(argument="The number of the event, or a word of its title")
    async def show_report(self, ctx: Context, *, argument: str = "") -> None:
        """Answer with one report."""
        await ctx.defer()
        await self._client.answer(ctx, await self._client.answering.report(ctx.asker, argument))

    @show_report.autocomplete("argument")
    async def suggest_reports(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Suggest the titles of reports."""
        room = self._client.room_of(interaction)
        found = await self._client.answering.telling.suggest_reports(room, typed)
        return choices((report.title, report.title) for report in found)

    @command(REPORTS, "All reports")
    async def list_reports(self, ctx: Context) -> None:
        """Answer with every report."""
        await ctx.defer()
        await self._client.answer(ctx, await self._client.answering.reports(ctx.asker))

    @command(DRAFT, "A draft for an event's report, for organisers")
    @app_commands.describe(argument="The number of the event, or a word of its title")
    async def draft(self, ctx: Context, *, argument: str = "") -> None:
        """Give an organiser the draft, which nobody else sees."""
        await self._client.answer_alone(ctx, lambda: self._client.answering.draft(ctx.asker, argument))


async def setup(client: TsudoiClient) -> None:
    """Add the cog; discord.py calls this."""
    await client.add_cog(Reports(client))
