"""Commands about events."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.commands import EVENTS, NEXT
from bot.platforms.discord.client import Context, TsudoiClient, choices, command


class Events(commands.Cog):
    """`!next` and `!events`."""

    def __init__(self, client: TsudoiClient) -> None:
        self._client = client

    @command(NEXT, "The next event: when, where, seats, link")
    @app_commands.describe(argument="How many events, or a word to look for")
    async def show_next_event(self, ctx: Context, *, argument: str = "") -> None:
        """Answer with the next event."""
        await ctx.defer()
        await self._client.answer(ctx, await self._client.answering.next(ctx.asker, argument))

    @show_next_event.autocomplete("argument")
    async def suggest_events(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Suggest the titles of events to come."""
        room = self._client.room_of(interaction)
        found = await self._client.answering.telling.suggest_events(room, typed)
        return choices((event.title, event.title) for event in found)

    @command(EVENTS, "All events to come")
    async def list_events(self, ctx: Context) -> None:
        """Answer with every event to come."""
        await ctx.defer()
        await self._client.answer(ctx, await self._client.answering.events(ctx.asker))


async def setup(client: TsudoiClient) -> None:
    """Add the cog; discord.py calls this."""
    await client.add_cog(Events(client))
