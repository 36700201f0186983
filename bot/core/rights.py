"""What members may do: who answers for a room, who looks after a server or workspace, and where the bot is at home."""

from collections.abc import Collection

from bot.core.askers import Asker, NoSurroundings, Surroundings, Tenant
from bot.core.room import EVERYBODY, LOCAL, MANAGERS, Room
from bot.core.rooms import Rooms


def asker_in(
    rooms: Rooms,
    tenant: Tenant,
    channel: str,
    member: str,
    roles: Collection[str] = (),
    own_language: str = "",
    surroundings: Surroundings | None = None,
) -> Asker:
    """Return the asker that this member is in a channel of a tenant.

    Who may manage the tenant, by the platform's own permissions, has the role `MANAGERS`. `own_language` is the one
    that they chose, "" if they chose none.
    """
    room = rooms.at(tenant.platform, channel, tenant.id)
    return Asker(
        room,
        tenant,
        member,
        room.locale,
        own_language or room.locale,
        tuple(roles),
        may_decide=may_decide(room, member, roles),
        may_organise=MANAGERS in roles
        or tenant.platform == LOCAL
        or any(may_decide(own_room, member, roles) for own_room in rooms_of(rooms, tenant)),
        is_home=is_home(rooms, room),
        surroundings=surroundings or NoSurroundings(),
    )


def may_decide(room: Room, member: str, roles: Collection[str] = ()) -> bool:
    """Whether a member with these roles may answer the bot's questions to organisers and change the room."""
    return not {member, EVERYBODY, *roles}.isdisjoint(room.organisers)


def rooms_of(rooms: Rooms, tenant: Tenant) -> tuple[Room, ...]:
    """Return the rooms that are a tenant's to look after; who opens the local room runs the bot."""
    if tenant.platform == LOCAL:
        return rooms.in_force
    return rooms.of_guild(tenant.platform, tenant.id, tenant.channels)


def is_home(rooms: Rooms, room: Room) -> bool:
    """Whether the bot belongs to the tenant of this room: what is changed from here may concern all."""
    return room.platform == LOCAL or room.guild in {home.guild for home in rooms.asking()}
