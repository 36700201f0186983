"""A room: one channel of one platform, and what the bot says there."""

from dataclasses import dataclass

LOCAL, MAIN = "local", "main"  # the room on the bot's own web page
EVERYBODY = "*"
_MEMBER = "@"  # before a member's id, where a channel's stands otherwise: the direct messages with that member


@dataclass(frozen=True, slots=True)
class Room:
    """What an organiser wants in one channel.

    `follows` names sources; `organisers` are member ids of the platform who may decide, `("*",)` everybody; `asks`
    marks the rooms in which organisers are asked. Without `announces` it hears no news and only asks. Where the
    platform can: `scheduled_events` mirrors events into its calendar, `threads` opens one below each announcement,
    `images` shows an event's picture.
    """

    platform: str
    channel: str
    follows: tuple[str, ...] = ()
    announces: bool = True
    reminders: bool = True
    reports: bool = True
    recognition: bool = True
    locale: str = "ja"
    organisers: tuple[str, ...] = ()
    asks: bool = False
    scheduled_events: bool = True
    threads: bool = False
    images: bool = False

    @property
    def name(self) -> str:
        """The destination as it stands in the store and in logs, such as `discord:123`."""
        return f"{self.platform}:{self.channel}"

    def may_decide(self, member: str) -> bool:
        """Whether this member may answer the bot's questions to organisers."""
        return member in self.organisers or EVERYBODY in self.organisers


def direct_to(platform: str, member: str) -> str:
    """Return the destination of what is said to one member alone, such as `discord:@77`."""
    return f"{platform}:{_MEMBER}{member}"


def member_at(channel: str) -> str | None:
    """Return the id of the member whose direct messages this channel stands for, or None."""
    return channel.removeprefix(_MEMBER) if channel.startswith(_MEMBER) else None


@dataclass(frozen=True, slots=True)
class Rooms:
    """Every room that an organiser configured, and a sensible room for any other channel that speaks to the bot."""

    configured: tuple[Room, ...]
    sources: tuple[str, ...]
    locale: str = "ja"

    def at(self, platform: str, channel: str) -> Room:
        """The room of this channel; one that only answers, about every source, where none is configured."""
        for room in self.configured:
            if (room.platform, room.channel) == (platform, channel):
                return room
        organisers = (EVERYBODY,) if platform == LOCAL else ()  # who opens the local room runs the bot
        return Room(
            platform,
            channel,
            self.sources,
            announces=False,
            reminders=False,
            reports=False,
            locale=self.locale,
            organisers=organisers,
        )

    def named(self, name: str) -> Room | None:
        """The configured room with this destination name, the local room, or the direct messages with a member."""
        platform, _, channel = name.partition(":")
        if channel.startswith(_MEMBER):
            return self.at(platform, channel)
        local = self.at(LOCAL, MAIN)
        return next((room for room in (*self.configured, local) if room.name == name), None)

    def following(self, sources: set[str]) -> tuple[Room, ...]:
        """The configured rooms that follow any of these sources."""
        return tuple(room for room in self.configured if sources.intersection(room.follows))

    def asking(self) -> tuple[Room, ...]:
        """Where organisers are asked: the rooms marked so, else the first that has any, else the local room."""
        marked = tuple(room for room in self.configured if room.asks)
        with_organisers = tuple(room for room in self.configured if room.organisers)
        return marked or with_organisers[:1] or (self.at(LOCAL, MAIN),)
