"""A member's own reminder, for their eyes alone."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.answering.commands import REMIND
from bot.events.event_cards import event_day, event_title
from bot.platforms.discord.client import Context, TsudoiClient
from bot.platforms.discord.slash_commands import choices, command


class Reminders(commands.Cog):
    """`!remind`, whose slash command has two fields."""

    def __init__(self, client: TsudoiClient) -> None:
        self._client = client

    @command(REMIND)
    @app_commands.describe(
        event="Its number or a word of its title; the next event if left out",
        lead_times="How long before: 1d 2h, 3日前, 30分",
    )
    async def remind(self, ctx: Context, *, event: str = "", lead_times: str = "") -> None:
        """Remind of an event; typed, everything stands in `event`."""
        reminding = self._client.answering.reminding
        if ctx.interaction is None:
            await self._client.answer_alone(ctx, lambda: reminding.remind(ctx.asker, event))
        else:
            await self._client.answer_alone(ctx, lambda: reminding.remind_of(ctx.asker, event, lead_times))

    @remind.autocomplete("event")
    async def suggest_events(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Suggest the events to come."""
        room = self._client.room_of(interaction)
        texts = self._client.answering.texts(room.locale)
        found = await self._client.answering.telling.suggest_events(room, typed)
        return choices(
            (f"{event_title(texts, event)[:70]}（{event_day(texts, event)}）", str(event.id)) for event in found
        )


async def setup(client: TsudoiClient) -> None:
    """Add the cog; discord.py calls this."""
    await client.add_cog(Reminders(client))
