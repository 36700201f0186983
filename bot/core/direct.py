"""Direct messages: for which of the communities that a member shares with the bot they ask."""

from dataclasses import dataclass, replace

from bot.core.askers import Community, Tenant
from bot.core.room import Room
from bot.core.rooms import Rooms


@dataclass(frozen=True, slots=True)
class Direct:
    """What is known of a member who writes directly: their communities, and the id of the one that they chose.

    It is empty where the platform itself says of which community they are, as Slack does.
    """

    communities: tuple[Community, ...] = ()
    chosen: str = ""

    def to_choose(self, rooms: Rooms) -> tuple[Community, ...]:
        """Return the communities, if these follow different things; else it does not matter which is meant."""
        followed = {frozenset(rooms.at(community.tenant, "").follows) for community in self.communities}
        return self.communities if len(followed) > 1 else ()

    def meant(self, rooms: Rooms) -> tuple[Tenant, ...]:
        """Return the communities whose sources are meant; none before one was chosen."""
        every = tuple(community.tenant for community in self.communities)
        return tuple(tenant for tenant in every if tenant.id == self.chosen) if self.to_choose(rooms) else every

    def room(self, rooms: Rooms, there: Room) -> Room:
        """Return the room `there` as it follows what is meant, in the language of that community."""
        if not self.communities:
            return there
        meant = self.meant(rooms)
        follows = dict.fromkeys(name for tenant in meant for name in rooms.at(tenant, "").follows)
        language = rooms.at((*meant, self.communities[0].tenant)[0], "").locale
        return replace(there, follows=tuple(follows), locale=language)
