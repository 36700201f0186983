"""What organisers do: `/tsudoi setup | sources | rooms | rehearse | status | data`, for their own server only."""

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.domain.commands import organising_topic
from bot.domain.messages import Message
from bot.platforms.discord.client import TsudoiClient
from bot.platforms.discord.forms import ASK, form, given
from bot.platforms.discord.permissions import invite_link, missing_in, names_of, roles_of
from bot.platforms.discord.render import render, render_edit
from bot.services.organisers.organising import PAGES
from bot.services.organisers.organising import Organising as Service
from bot.services.places import Place

log = structlog.get_logger()

_OURS = (discord.InteractionType.component, discord.InteractionType.modal_submit)


class Organising(commands.Cog):
    """`/tsudoi`, the pages it opens, and what the bot lacks in a channel."""

    group = app_commands.Group(name="tsudoi", description="For organisers", guild_only=True)

    def __init__(self, client: TsudoiClient) -> None:
        self._client = client
        self._complained: dict[str, tuple[str, ...]] = {}

    @property
    def _organising(self) -> Service:
        service = self._client.answering.organising
        assert service is not None  # noqa: S101  # a bot that runs has one
        return service

    async def cog_load(self) -> None:
        """Say how to invite the bot."""
        if self._client.application_id is not None:
            log.info("discord invite", url=invite_link(self._client.application_id))

    @group.command(name="setup", description="Set up this channel, step by step")
    async def set_up(self, interaction: discord.Interaction) -> None:
        """Walk through the settings of this channel."""
        await self._open(interaction, "setup")

    @group.command(name="sources", description="What the channels follow")
    async def list_sources(self, interaction: discord.Interaction) -> None:
        """List the sources."""
        await self._open(interaction, "sources")

    @group.command(name="rooms", description="The channels in which I speak")
    async def list_rooms(self, interaction: discord.Interaction) -> None:
        """List the rooms."""
        await self._open(interaction, "rooms")

    @group.command(name="rehearse", description="What I would have posted last month, or will in the next")
    async def rehearse(self, interaction: discord.Interaction) -> None:
        """Rehearse."""
        await self._open(interaction, "rehearse")

    @group.command(name="status", description="How I am: sources, next messages, failures, questions")
    async def show_status(self, interaction: discord.Interaction) -> None:
        """Show how the bot is."""
        await self._open(interaction, "status")

    @group.command(name="data", description="The samples that members gave: how many, what to review")
    async def show_data(self, interaction: discord.Interaction) -> None:
        """Show the samples."""
        await self._open(interaction, "data")

    async def _open(self, interaction: discord.Interaction, what: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(**render_edit(await self._page(interaction, what)))

    async def _page(self, interaction: discord.Interaction, what: str) -> Message:
        place = self._place(interaction.guild, interaction.channel)
        if not self._organising.may_organise(place, str(interaction.user.id), roles_of(interaction.user)):
            return self._organising.refused(place)
        return await self._organising.open(place, what)

    @commands.command(name="tsudoi", aliases=("集い",))
    async def typed(self, ctx: commands.Context[TsudoiClient], what: str = "status") -> None:
        """Answer the same, typed."""
        place = self._place(ctx.guild, ctx.channel)
        if self._organising.may_organise(place, str(ctx.author.id), roles_of(ctx.author)):
            page = await self._organising.open(place, organising_topic(what))
        else:
            page = self._organising.refused(place)
        await ctx.channel.send(**render(page), reference=ctx.message.to_reference(fail_if_not_exists=False))

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Take what was pressed, chosen or filled in on a page, also on one from before a restart."""
        pressed, values = given(interaction)
        is_asked = pressed.startswith(f"{ASK}{PAGES}:")
        if interaction.type not in _OURS or not (is_asked or pressed.startswith(f"{PAGES}:")):
            return
        place, member = self._place(interaction.guild, interaction.channel), str(interaction.user.id)
        may = self._organising.may_organise(place, member, roles_of(interaction.user))
        if may and is_asked:
            entry = self._organising.entry(place, pressed.removeprefix(ASK))
            if entry is not None:
                await interaction.response.send_modal(form(entry))
                return
        if not may:
            await interaction.response.send_message(**render(self._organising.refused(place)), ephemeral=True)
            return
        await interaction.response.defer()
        try:
            page = await self._organising.act(place, member, pressed, values)
        except Exception:
            log.exception("page failed", pressed=pressed)
            page = self._client.apology(self._client.room_at(interaction.channel_id))
        await interaction.edit_original_response(**render_edit(page))

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Look at the permissions in the rooms of a server that has just come into sight."""
        await self._check_permissions(guild)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Look at them also where the bot was invited again."""
        await self._check_permissions(guild)

    async def _check_permissions(self, guild: discord.Guild) -> None:
        """Log a line for each room that lacks a permission, and plan to say so there, once, where that is possible."""
        channels = {str(channel.id): channel.name for channel in guild.channels}
        for room in self._client.rooms.of_guild("discord", str(guild.id), channels):
            channel = guild.get_channel(int(room.channel)) if room.channel.isdecimal() else None
            if not room.is_on or channel is None:
                continue
            granted = channel.permissions_for(guild.me)
            missing = missing_in(room, granted)
            if not missing or self._complained.get(room.name) == missing:  # a server comes into sight at each reconnect
                continue
            self._complained[room.name] = missing
            log.warning("permissions missing", room=room.name, channel=channel.name, missing=list(missing))
            if granted.view_channel and granted.send_messages:
                texts = self._client.answering.texts(room)
                await self._organising.tell_missing(room, names_of(texts, missing))

    def _place(self, guild: discord.Guild | None, channel: object) -> Place:
        """Return where an organiser speaks; a thread stands for the channel it belongs to."""
        if isinstance(channel, discord.Thread):
            channel = channel.parent or channel
        channel_id = getattr(channel, "id", 0)
        if guild is None:
            return Place("discord", "", str(channel_id))
        names = {str(one.id): one.name for one in guild.channels}
        room, known = self._client.rooms.at("discord", str(channel_id), str(guild.id)), guild.get_channel(channel_id)
        missing = missing_in(room, known.permissions_for(guild.me)) if known is not None else ()
        missing = names_of(self._client.answering.texts(room), missing)
        return Place("discord", str(guild.id), str(channel_id), names, missing)


async def setup(client: TsudoiClient) -> None:
    """Add the cog; discord.py calls this."""
    await client.add_cog(Organising(client))
