"""What organisers do for their own server alone: `/tsudoi setup`, `sources`, `rooms`, `rehearse`, `status` and more."""

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.answering.commands import DATA
from bot.answering.general_messages import pages_elsewhere
from bot.core.room import Room
from bot.organisers.organising import Organising as Service
from bot.organisers.organising import organising_topic
from bot.organisers.tidying import Tidying
from bot.platforms.discord.askers import DISCORD, tenant_in
from bot.platforms.discord.client import Context, TsudoiClient
from bot.platforms.discord.permissions import invite_link, missing_in, names_of
from bot.platforms.discord.render import render_edit

log = structlog.get_logger()


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

    @property
    def _tidying(self) -> Tidying | None:
        service = self._client.answering.organising
        return service.tidying if service is not None else None

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

    @group.command(name="rooms", description="The channels I post in")
    async def list_rooms(self, interaction: discord.Interaction) -> None:
        """List the rooms."""
        await self._open(interaction, "rooms")

    @group.command(name="rehearse", description="What I would have posted last month, or will post next month")
    async def rehearse(self, interaction: discord.Interaction) -> None:
        """Rehearse."""
        await self._open(interaction, "rehearse")

    @group.command(name="status", description="How I am doing: sources, next messages, failures, questions")
    async def show_status(self, interaction: discord.Interaction) -> None:
        """Show how the bot is."""
        await self._open(interaction, "status")

    @group.command(name="data", description="The samples that members gave: how many, what to review")
    async def show_data(self, interaction: discord.Interaction) -> None:
        """Show the samples."""
        await self._open(interaction, "data")

    @group.command(name="questions", description="Everything that organisers are still asked")
    async def show_questions(self, interaction: discord.Interaction) -> None:
        """Show the questions."""
        await self._open(interaction, "questions")

    @group.command(name="reports", description="Which event a report is about, to be corrected")
    async def list_reports(self, interaction: discord.Interaction) -> None:
        """List the reports with their events."""
        await self._open(interaction, "reports")

    @group.command(name="trouble", description="Where I cannot post, why, and what to do")
    async def show_trouble(self, interaction: discord.Interaction) -> None:
        """Show which channels take nothing."""
        await self._open(interaction, "trouble")

    @group.command(name="console", description="A link into the console on my web page, for you alone")
    async def show_console(self, interaction: discord.Interaction) -> None:
        """Show the way into the console."""
        await self._open(interaction, "console")

    async def _open(self, interaction: discord.Interaction, what: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        page = await self._organising.open(await self._client.asker(interaction), what)
        await interaction.edit_original_response(**render_edit(page))

    @commands.command(name="tsudoi", aliases=("集い",))
    async def typed(self, ctx: Context, what: str = "status") -> None:
        """Say where organisers see the same: what is typed is answered before everybody's eyes."""
        texts = self._client.answering.texts(ctx.asker.language)
        await self._client.answer(ctx, pages_elsewhere(texts, organising_topic(what)))

    @commands.command(name=DATA.name, aliases=DATA.aliases)
    async def show_data_elsewhere(self, ctx: Context) -> None:
        """Say where organisers see the samples."""
        await self._client.answer(ctx, await DATA.answer(self._client.answering, ctx.asker, ""))

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Take note of servers that the bot was removed from while it was off."""
        lost = [room for room in self._client.rooms.in_force if self._client.has_lost(room)]
        if lost:
            await self._organising.left_server(lost)
        if self._tidying is not None:
            await self._tidying.look_around(DISCORD, self._client.is_in)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Look at the permissions in the rooms of a server that has just come into sight."""
        await self._is_here(guild)
        await self._come_back(guild)
        await self._check_permissions(guild)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Look at them also where the bot was invited again."""
        await self._is_here(guild)
        await self._come_back(guild)
        await self._check_permissions(guild)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Plan and poll nothing more for a server that the bot was removed from, which is erased in a while."""
        if rooms := [room for room in self._rooms_of(guild) if room.guild]:  # what is configured is meant to stay
            await self._organising.left_server(rooms)
        if self._tidying is not None:
            await self._tidying.left(DISCORD, str(guild.id))

    @commands.Cog.listener()
    async def on_guild_channel_update(self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel) -> None:
        """Try at once where somebody may have given back what was missing."""
        if before.overwrites != after.overwrites:
            await self._come_back(after.guild)

    @commands.Cog.listener()
    async def on_guild_role_update(self, before: discord.Role, after: discord.Role) -> None:
        """Do the same where a role changed."""
        if before.permissions != after.permissions:
            await self._come_back(after.guild)

    @commands.Cog.listener()
    async def on_member_update(self, before: discord.Member, after: discord.Member) -> None:
        """Do the same where the bot was given a role."""
        if after == after.guild.me and before.roles != after.roles:
            await self._come_back(after.guild)

    async def _is_here(self, guild: discord.Guild) -> None:
        """Keep what a server left behind that is there again: Discord may tell of it in either way."""
        if self._tidying is not None:
            await self._tidying.came_back(DISCORD, str(guild.id))

    async def _come_back(self, guild: discord.Guild) -> None:
        rooms = self._rooms_of(guild)
        if any(room.name in self._client.rooms.in_trouble for room in rooms):
            await self._organising.came_back(rooms)

    def _rooms_of(self, guild: discord.Guild) -> tuple[Room, ...]:
        return self._client.rooms.of(tenant_in(guild))

    async def _check_permissions(self, guild: discord.Guild) -> None:
        """Log a line for each room that lacks a permission, and plan to say so there, once, where that is possible."""
        for room in self._client.rooms.of(tenant_in(guild)):
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
                texts = self._client.answering.texts(room.locale)
                await self._organising.tell_missing(room, names_of(texts, missing))


async def setup(client: TsudoiClient) -> None:
    """Add the cog; discord.py calls this."""
    await client.add_cog(Organising(client))
