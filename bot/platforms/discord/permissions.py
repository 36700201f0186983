"""The permissions that the bot needs in Discord: one list, for the invite link, for `check`, for each channel."""

from collections.abc import Sequence

import discord

from bot.core.room import Room
from bot.locales import Texts

IN_EVERY_ROOM = ("view_channel", "send_messages", "embed_links", "attach_files", "read_message_history")
FOR_SCHEDULED_EVENTS = ("create_events",)  # with it a bot may change and end what it created
FOR_THREADS = ("create_public_threads", "send_messages_in_threads")
ALL = (*IN_EVERY_ROOM, *FOR_SCHEDULED_EVENTS, *FOR_THREADS)
SCOPES = ("bot", "applications.commands")


def needed_in(room: Room) -> tuple[str, ...]:
    """Return the permissions that a room needs for what is switched on there."""
    events = FOR_SCHEDULED_EVENTS if room.scheduled_events and room.announces else ()
    threads = FOR_THREADS if room.threads else ()
    return (*IN_EVERY_ROOM, *events, *threads)


def missing_in(room: Room, granted: discord.Permissions) -> tuple[str, ...]:
    """Return the needed permissions that are not granted in the room's channel."""
    return tuple(name for name in needed_in(room) if not getattr(granted, name))


def invite_link(application: int) -> str:
    """Return the address at which an organiser invites the bot with exactly these permissions."""
    permissions = discord.Permissions(**dict.fromkeys(ALL, True))
    return discord.utils.oauth_url(application, permissions=permissions, scopes=SCOPES)


def names_of(texts: Texts, permissions: Sequence[str]) -> tuple[str, ...]:
    """Return the permissions as Discord calls them in its settings."""
    names = {
        "view_channel": texts.gettext("View Channel"),
        "send_messages": texts.gettext("Send Messages"),
        "embed_links": texts.gettext("Embed Links"),
        "attach_files": texts.gettext("Attach Files"),
        "read_message_history": texts.gettext("Read Message History"),
        "create_events": texts.gettext("Create Events"),
        "create_public_threads": texts.gettext("Create Public Threads"),
        "send_messages_in_threads": texts.gettext("Send Messages in Threads"),
    }
    return tuple(names[permission] for permission in permissions)
