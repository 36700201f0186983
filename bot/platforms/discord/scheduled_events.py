"""Discord's scheduled events: each server's own list of what is to come, as an `EventMirror`.

Limits: a name and a place of 100 characters, a description of 1000, an end, a start that lies ahead.
"""

from collections.abc import Callable, Mapping
from typing import Any

import discord
from discord import EventStatus

from bot.events.rules.mirrored_events import CalendarEntry, MirrorStep
from bot.platforms.discord.bot import DiscordFrontEnd
from bot.platforms.discord.render import fit, plain_line

NAME, PLACE, DESCRIPTION = 100, 100, 1000
_UNKNOWN_EVENT = 10070


class DiscordScheduledEvents:
    """Writes into the servers that this process serves. It touches only what the bot itself created."""

    platform = "discord"

    def __init__(self, front_end: DiscordFrontEnd) -> None:
        self._front_end = front_end

    def space_of(self, channel: str) -> str | None:
        found = self._front_end.client.get_channel(int(channel)) if channel.isdecimal() else None
        guild = found.guild if isinstance(found, discord.abc.GuildChannel | discord.Thread) else None
        return str(guild.id) if guild is not None and _may_write(guild) else None

    def reaches(self, space: str) -> bool:
        guild = self._front_end.client.get_guild(int(space))
        return guild is not None and _may_write(guild)

    async def ours(self, space: str) -> Mapping[str, str]:
        async with self._front_end.talking_to(f"server {space}"):
            found = await self._guild(space).fetch_scheduled_events(with_counts=False)
        return {str(one.id): one.description or "" for one in found if self._is_ours(one) and _is_open(one)}

    async def create(self, space: str, entry: CalendarEntry) -> str:
        async with self._front_end.talking_to(f"server {space}"):
            created = await self._guild(space).create_scheduled_event(
                entity_type=discord.EntityType.external,
                privacy_level=discord.PrivacyLevel.guild_only,
                start_time=entry.starts_at,
                **_shown(entry),
            )
        return str(created.id)

    async def carry_out(self, step: MirrorStep, entry_id: str, space: str, entry: CalendarEntry | None) -> bool:
        async with self._front_end.talking_to(f"server {space}"):
            try:
                found = await self._guild(space).fetch_scheduled_event(int(entry_id), with_counts=False)
                if not self._is_ours(found) or not _is_open(found):
                    return False
                await _STEPS[step](found, entry)
            except discord.NotFound as error:
                if error.code != _UNKNOWN_EVENT:
                    raise
                return False
        return True

    def _guild(self, space: str) -> discord.Guild:
        guild = self._front_end.client.get_guild(int(space))
        if guild is None:
            raise discord.ClientException("the server is out of reach")
        return guild

    def _is_ours(self, event: discord.ScheduledEvent) -> bool:
        ourselves = self._front_end.client.user
        return ourselves is not None and event.creator_id == ourselves.id


def _may_write(guild: discord.Guild) -> bool:
    allowed = guild.me.guild_permissions if not guild.unavailable and guild.me is not None else None
    return allowed is not None and (allowed.create_events or allowed.manage_events)


def _is_open(event: discord.ScheduledEvent) -> bool:
    return event.status in (EventStatus.scheduled, EventStatus.active)


def _shown(entry: CalendarEntry) -> dict[str, Any]:
    """Return what a member reads; names and places show no formatting, descriptions do."""
    return {
        "name": plain_line(entry.name, NAME),
        "location": plain_line(entry.place, PLACE),
        "description": fit(entry.description, DESCRIPTION),
        "end_time": entry.ends_at,
    }


async def _change(event: discord.ScheduledEvent, entry: CalendarEntry | None) -> None:
    assert entry is not None  # noqa: S101  # only what is wanted is changed
    shown = _shown(entry)
    if event.status is EventStatus.scheduled:
        shown["start_time"] = entry.starts_at
    await event.edit(**shown)


async def _start(event: discord.ScheduledEvent, _entry: CalendarEntry | None) -> None:
    if event.status is EventStatus.scheduled:
        await event.start()


async def _end(event: discord.ScheduledEvent, _entry: CalendarEntry | None) -> None:
    """End it; what took place while we were away was never started."""
    if event.status is EventStatus.scheduled:
        event = await event.start()
    await event.end()


async def _cancel(event: discord.ScheduledEvent, _entry: CalendarEntry | None) -> None:
    await (event.end() if event.status is EventStatus.active else event.cancel())


async def _withdraw(event: discord.ScheduledEvent, _entry: CalendarEntry | None) -> None:
    await event.delete()


_STEPS: dict[MirrorStep, Callable[[discord.ScheduledEvent, CalendarEntry | None], Any]] = {
    MirrorStep.CHANGE: _change,
    MirrorStep.START: _start,
    MirrorStep.END: _end,
    MirrorStep.CANCEL: _cancel,
    MirrorStep.WITHDRAW: _withdraw,
}
