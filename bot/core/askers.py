"""Who asks: everything about a member that an answer depends on, made by their platform from what they just did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.core.room import Room, direct_to
from bot.core.uploads import Upload


@dataclass(frozen=True, slots=True)
class Tenant:
    """A community on a platform: the `id` of its server or workspace, "" where there is none, as in direct messages.

    It is what the event itself names, never what happens to be known. `channels` are the ids of its channels, as far
    as its rooms may be among them.
    """

    platform: str
    id: str = ""
    channels: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def name(self) -> str:
        """How the configuration and logs call it, such as `discord:9`."""
        return f"{self.platform}:{self.id}"


@dataclass(frozen=True, slots=True)
class Community:
    """A tenant, and what its platform calls it."""

    tenant: Tenant
    called: str


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels of a tenant as it calls them: their names by their ids.

    `missing` has the names of permissions that the bot lacks in the asker's channel, as the platform shows them.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


class Surroundings(Protocol):
    """What an asker's platform looks up around them, only when an answer needs it."""

    async def channels(self) -> Channels: ...

    async def fetch(self, upload: str, places: range) -> Upload | None:
        """Fetch an upload by its name, with those of its pictures that stand at these places; None if it is gone."""
        ...


class NoSurroundings:
    """Fulfils `Surroundings` where there are none, such as in a terminal."""

    async def channels(self) -> Channels:
        """Return no channels."""
        return Channels()

    async def fetch(self, upload: str, places: range) -> Upload | None:
        """Return None: nothing was uploaded."""
        return None


@dataclass(frozen=True, slots=True)
class Asker:
    """A member who asks something in a room.

    What all read is in `language`, the room's; `own_language` is for what they alone read. `may_decide`: they answer
    what organisers are asked in this room. `may_organise`: they look after the rooms of their tenant. `may_operate`:
    they run the bot, and may change what holds for all its tenants. `is_home`: the report site is their tenant's.
    `is_alone`: nobody else reads what they are answered, so that organisers' pages may be shown where they typed.
    `communities` are those between which they have to choose in direct messages; the room follows what theirs does.
    `uploads_are_seen`: the platform tells the bot of messages and pictures that are not addressed to it.
    """

    room: Room
    tenant: Tenant
    member: str
    language: str
    own_language: str
    roles: tuple[str, ...] = ()
    may_decide: bool = False
    may_organise: bool = False
    may_operate: bool = False
    is_home: bool = False
    is_alone: bool = False
    communities: tuple[Community, ...] = ()
    uploads_are_seen: bool = True
    surroundings: Surroundings = field(default_factory=NoSurroundings, compare=False, repr=False)

    @property
    def must_choose(self) -> bool:
        """Whether it is not known yet for which of their communities they ask."""
        return bool(self.communities) and not self.room.follows

    @property
    def address(self) -> str:
        """The destination of what is said to this member alone."""
        return direct_to(self.tenant.platform, self.member)
