"""A room: one channel of one platform, and what the bot says there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Room:
    """What an organiser wants in one channel.

    `follows` names sources; `organisers` are member ids of the platform who may decide, `("*",)` everybody; `asks`
    marks the rooms in which organisers are asked.
    """

    platform: str
    channel: str
    follows: tuple[str, ...] = ()
    reminders: bool = True
    reports: bool = True
    recognition: bool = True
    locale: str = "ja"
    organisers: tuple[str, ...] = ()
    asks: bool = False

    @property
    def name(self) -> str:
        """The destination as it stands in the store and in logs, such as `discord:123`."""
        return f"{self.platform}:{self.channel}"

    def may_decide(self, member: str) -> bool:
        """Whether this member may answer the bot's questions to organisers."""
        return member in self.organisers or "*" in self.organisers


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
        return Room(platform, channel, self.sources, reminders=False, reports=False, locale=self.locale)

    def named(self, name: str) -> Room | None:
        """The configured room with this destination name."""
        return next((room for room in self.configured if room.name == name), None)

    def following(self, sources: set[str]) -> tuple[Room, ...]:
        """The configured rooms that follow any of these sources."""
        return tuple(room for room in self.configured if sources.intersection(room.follows))

    def asking(self) -> tuple[Room, ...]:
        """Where organisers are asked: the rooms marked so, else those with organisers, else the first."""
        marked = tuple(room for room in self.configured if room.asks)
        return marked or tuple(room for room in self.configured if room.organisers) or self.configured[:1]
