"""A room: one channel of one platform, and what the bot says there."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

LOCAL, MAIN = "local", "main"  # the room on the bot's own web page
EVERYBODY = "*"
MANAGERS = "managers"  # whoever may manage the server, by the platform's own permissions
EVERYTHING = "*"  # of a pause: not of one source, but of all that members are told
_MEMBER = "@"  # before a member's id, where a channel's stands otherwise: the direct messages with that member


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is said to members about this source, or `EVERYTHING`, before `until`; None: until somebody resumes."""

    source: str
    until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it is not over."""
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True)
class Room:
    """What an organiser wants in one channel.

    `follows` names sources; `organisers` are ids of members or roles of the platform who may decide, or `EVERYBODY` or
    `MANAGERS`; `asks` marks the rooms in which organisers are asked. Without `announces` it hears no news and only
    asks; without `changes` it hears of new events only. `materials`: what was shown at an event. `seats`: when an event
    is full, or a seat is free again; `filling`: how it fills before that, and its waiting list. `lead_times` None: the
    community's. Where the platform can: `scheduled_events` mirrors events into its calendar, those alone that were
    announced here where it `mirrors_new_only`; `threads` opens one below each announcement, `images` shows an event's
    picture. `digest` is when it has its digest, such as `mon 09:00` or
    `monthly 1 09:00`; empty: never. `guild` is the server or workspace in whose chat it was set up, empty for a room of
    the configuration. One that is not `is_on` is silent. `pauses` keep members' news back for a while; what asks
    organisers is asked all the same.
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
    mirrors_new_only: bool = False
    threads: bool = False
    images: bool = False
    changes: bool = True
    materials: bool = True
    seats: bool = True
    filling: bool = False
    lead_times: tuple[timedelta, ...] | None = None
    digest: str = ""
    guild: str = ""
    is_on: bool = True
    pauses: tuple[Pause, ...] = ()

    @property
    def name(self) -> str:
        """The destination as it stands in the store and in logs, such as `discord:123`."""
        return f"{self.platform}:{self.channel}"

    def pause_of(self, source: str, now: datetime) -> Pause | None:
        """Return the pause that holds for this source, or `EVERYTHING`; None if there is none."""
        return next((pause for pause in self.pauses if pause.source == source and pause.holds(now)), None)

    def heard(self, now: datetime) -> tuple[str, ...]:
        """Return the sources that are not paused now."""
        return tuple(name for name in self.follows if self.pause_of(name, now) is None)

    def paused(self, source: str, until: datetime | None) -> "Room":
        """Return the room with this source paused, however it was before."""
        return replace(self, pauses=(*self.resumed(source).pauses, Pause(source, until)))

    def resumed(self, source: str) -> "Room":
        """Return the room with this source no longer paused."""
        return replace(self, pauses=tuple(pause for pause in self.pauses if pause.source != source))


def direct_to(platform: str, member: str) -> str:
    """Return the destination of what is said to one member alone, such as `discord:@77`."""
    return f"{platform}:{_MEMBER}{member}"


def member_at(channel: str) -> str | None:
    """Return the id of the member whose direct messages this channel stands for, or None."""
    return channel.removeprefix(_MEMBER) if channel.startswith(_MEMBER) else None
