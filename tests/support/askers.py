"""Members who ask, as their platform would say who they are."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.core.askers import Asker, Channels, Surroundings, Tenant
from bot.core.errors import PictureError
from bot.core.rights import asker_in
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.core.uploads import Upload


def an_asker(
    room: Room,
    member: str = "77",
    roles: Sequence[str] = (),
    *,
    language: str = "",
    rooms: Rooms | None = None,
    surroundings: Surroundings | None = None,
) -> Asker:
    """A member in this room, who chose this language."""
    tenant = Tenant(room.platform, room.guild, frozenset({room.channel}))
    return asker_in(rooms or Rooms((room,), room.follows), tenant, room.channel, member, roles, language, surroundings)


@dataclass
class Around:
    """What members showed, as their platform still has it, and the names of its channels."""

    uploads: dict[str, tuple[str, tuple[bytes | PictureError, ...]]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def show(self, name: str, member: str, *pictures: bytes) -> None:
        self.uploads[name] = (member, pictures)

    async def fetch(self, upload: str, places: range) -> Upload | None:
        if upload not in self.uploads:
            return None
        member, pictures = self.uploads[upload]
        return Upload(pictures[places.start : places.stop], member)

    async def channels(self) -> Channels:
        return Channels(self.names)
