"""What the loopback Discord knows: SimCord's backend, on the real clock, with ids and addresses that tests can rely on.

SimCord keeps servers, channels, messages, commands and interactions, and judges permissions as Discord does.
"""

import itertools
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
from simcord._clock import Clock
from simcord.backend import Backend, serializers
from simcord.backend.cdn import CdnStore
from simcord.backend.errors import BackendError
from simcord.backend.models import Channel, Overwrite, User
from simcord.components import walk_components
from simcord.enums import ChannelType, OverwriteType

EPOCH_MS = 1_420_070_400_000
BOT, GUILD, ORGANISER, ALICE = "900", "100", "77", "78"
SHARD_OF = 22  # the bits of a server's id that say nothing about its shard

Json = dict[str, Any]
_counter = itertools.count(1)


def snowflake() -> str:
    """A new id, growing with time as Discord's do."""
    return str(((int(time.time() * 1000) - EPOCH_MS) << SHARD_OF) | (next(_counter) & 0x3FFFFF))


class RealClock(Clock):
    """SimCord's own clock stands still."""

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.elapsed)


class Files(CdnStore):
    """The CDN: what was uploaded, under addresses of this server."""

    base = ""

    def store_attachment(
        self, attachment_id: int, channel_id: int, filename: str, data: bytes, description: str | None
    ) -> Json:
        shown: Json = super().store_attachment(attachment_id, channel_id, filename, data, description)
        path = f"attachments/{channel_id}/{attachment_id}/{filename}"
        self._blobs[path] = data
        address = f"{self.base}/{path}?ex=7fffffff&is=0&hm=signed"
        return {**shown, "url": address, "proxy_url": address}


class World:
    """One bot's Discord: it starts with one server, its organiser as owner, Alice as a member."""

    def __init__(self, channels: tuple[str, ...]) -> None:
        self.backend = Backend(clock=RealClock())
        self.files = self.backend.cdn = Files()
        self.backend.application_id = int(BOT)
        self.backend.bot_user = self._user(BOT, "Tsudoi", bot=True)
        self.absent: dict[int, Any] = {}  # servers that the bot was removed from, with its membership
        self.closed_to_dms: dict[str, int] = {}  # members, and the code with which Discord refuses
        self._user(ORGANISER, "organiser")
        self._user(ALICE, "alice")
        self.add_guild(GUILD, channels, "Utsunomiya")

    def _user(self, number: str, name: str, *, bot: bool = False) -> User:
        user = User(self.backend.reserve_id(int(number)), name, bot=bot)
        self.backend.users[user.id] = user
        return user

    def add_guild(self, number: str, channels: tuple[str, ...], name: str = "a server") -> None:
        """Add a server with these text channels, in which the bot, the organiser and Alice are."""
        guild = self.backend.create_guild(name, id=int(number), owner_id=int(ORGANISER), preferred_locale="ja")
        self.backend.add_member(guild.id, int(ALICE))
        for channel in channels:
            self.add_channel(channel, number)

    def add_channel(self, number: str, guild: str = GUILD) -> None:
        """Add a text channel."""
        channel = Channel(self.backend.reserve_id(int(number)), ChannelType.TEXT, f"channel-{number}", int(guild))
        self.backend.channels[channel.id] = channel
        self.backend.messages[channel.id] = {}
        self.backend.get_guild(int(guild)).channel_ids.append(channel.id)
        self.backend.emit("CHANNEL_CREATE", serializers.channel_payload(self.backend, channel))

    def add_member(self, number: str, name: str, guild: str = GUILD) -> None:
        """Add a member."""
        if int(number) not in self.backend.users:
            self._user(number, name)
        self.backend.add_member(int(guild), int(number), announce=True)

    def deny(self, channel: str, *permissions: str) -> None:
        """Take permissions in a channel from the bot, such as `send_messages`; none: give them back."""
        value = discord.Permissions(**dict.fromkeys(permissions, True)).value
        bot = int(BOT)
        self.backend.set_overwrite(int(channel), Overwrite(bot, OverwriteType.MEMBER, deny=value))

    def may(self, channel: str, permission: str) -> bool:
        """Whether the bot has a permission in a channel; in direct messages it has all that it needs."""
        guild = self.guild_of(channel)
        if guild is None:
            return True
        granted = self.backend.compute_permissions(guild, int(BOT), int(channel))
        return bool(getattr(discord.Permissions(int(granted)), permission))

    def remove_bot(self, guild: str = GUILD) -> None:
        """Remove the bot from a server, as an administrator would."""
        self.absent[int(guild)] = self.backend.get_guild(int(guild)).members.pop(int(BOT))
        self.backend.emit("GUILD_DELETE", {"id": guild})

    def invite_bot(self, guild: str = GUILD) -> None:
        """Invite the bot to a server again."""
        found = self.backend.get_guild(int(guild))
        found.members[int(BOT)] = self.absent.pop(found.id)
        self.backend.emit("GUILD_CREATE", serializers.guild_create_payload(self.backend, found))

    def guilds(self, shard: int, shards: int) -> list[int]:
        """The servers of a shard in which the bot is."""
        present = [one for one in self.backend.guilds if one not in self.absent]
        return [one for one in present if (one >> SHARD_OF) % shards == shard]

    def guild_of(self, channel: str) -> int | None:
        """The server of a channel; None for direct messages."""
        return self.backend.get_channel(int(channel)).guild_id

    def refuses_dm(self, channel: str) -> int | None:
        """The code with which a direct message to this channel is refused, if it is."""
        found = self.backend.channels.get(int(channel))
        recipients = map(str, found.recipient_ids if found else ())
        return next((self.closed_to_dms[one] for one in recipients if one in self.closed_to_dms), None)

    def shown(self, channel: str) -> list[Json]:
        """What stands in a channel, oldest first, as everybody sees it."""
        messages = self.backend.messages[int(channel)].values()
        return [self._payload(one) for one in sorted(messages, key=lambda one: one.id) if not one.is_ephemeral]

    def find(self, channel: str, number: str) -> Json | None:
        """The message with this id."""
        found = self.backend.messages[int(channel)].get(int(number))
        return self._payload(found) if found else None

    def _payload(self, message: Any) -> Json:
        return dict(serializers.message_payload(self.backend, message))

    def keep_ids(self, shown: Json, sent: list[Json], *, kept: bool = True) -> Json:
        """Give a message's components the ids that they were sent with: Discord keeps them, SimCord does not.

        Where they are not `kept` all are 0, as Discord answers at times.
        """
        message = self.backend.get_message(int(shown["channel_id"]), int(shown["id"]))
        given = [one.get("id") for one in walk_components(sent)]
        for number, (component, id_) in enumerate(zip(walk_components(message.components), given, strict=True)):
            component["id"] = (id_ or number + 1) if kept else 0
        return {**shown, "components": message.components}

    def say(self, channel: str, author: str, body: Json, files: list[tuple[str, bytes]]) -> Json:
        """Post as a member."""
        uploads = self.backend.store_attachments(int(channel), files)
        reference = self.backend.normalize_message_reference(int(channel), body.get("message_reference"))
        message = self.backend.create_message(
            int(channel), int(author), body.get("content", ""), reference=reference, attachments=uploads
        )
        return self._payload(message)

    def scheduled_events(self, guild: str = GUILD) -> list[Json]:
        """The scheduled events of a server."""
        events = self.backend.get_guild(int(guild)).scheduled_events.values()
        return [dict(serializers.scheduled_event_payload(self.backend, one)) for one in events]


__all__ = ["ALICE", "BOT", "GUILD", "ORGANISER", "BackendError", "Json", "World", "snowflake"]
