"""What members may do: who answers for a room, who looks after a server or workspace, and who runs the bot."""

from collections.abc import Collection

from bot.core.askers import Asker, NoSurroundings, Surroundings, Tenant
from bot.core.direct import Direct
from bot.core.questions import Question
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
    direct: Direct | None = None,
) -> Asker:
    """Return the asker that this member is in a channel of a tenant.

    Who may manage the tenant, by the platform's own permissions, has the role `MANAGERS`. `own_language` is the one
    that they chose, "" if they chose none. `direct` is what is known of them in direct messages, where they alone read
    what they are answered; None elsewhere.
    """
    room = rooms.at(tenant, channel)
    room = direct.room(rooms, room) if direct else room
    return Asker(
        room,
        tenant,
        member,
        (own_language if direct is not None else "") or room.locale,
        own_language or room.locale,
        tuple(roles),
        may_decide=may_decide(room, member, roles),
        may_organise=MANAGERS in roles
        or tenant.platform == LOCAL
        or any(may_decide(own_room, member, roles) for own_room in rooms.of(tenant)),
        may_operate=may_operate(rooms, tenant, member, roles),
        is_home=any(rooms.is_home(each) for each in (tenant, *(direct.meant(rooms) if direct else ()))),
        communities=direct.to_choose(rooms) if direct else (),
        surroundings=surroundings or NoSurroundings(),
    )


def may_decide(room: Room, member: str, roles: Collection[str] = ()) -> bool:
    """Whether a member with these roles may answer the bot's questions to organisers and change the room."""
    return not {member, EVERYBODY, *roles}.isdisjoint(room.organisers)


def may_operate(rooms: Rooms, tenant: Tenant, member: str, roles: Collection[str] = ()) -> bool:
    """Whether a member runs the bot: who opens the local room, and whom the configuration names.

    Where it names no operators, they are the organisers that it names for its rooms: members anywhere, roles only in
    the tenant whose channels these rooms are, as every server has roles and managers.
    """
    if tenant.platform == LOCAL:
        return True
    if rooms.operators:
        return f"{tenant.platform}:{member}" in rooms.operators
    named = {name for room in rooms.configured if room.platform == tenant.platform for name in room.organisers}
    return member in named or (rooms.are_configured_in(tenant) and not named.isdisjoint(roles))


def may_answer(rooms: Rooms, asker: Asker, question: Question) -> bool:
    """Whether a question was put to this asker: to the organisers of their own tenant."""
    return asker.may_decide and concerns(rooms, asker, question)


def concerns(rooms: Rooms, asker: Asker, question: Question) -> bool:
    """Whether a question is one for the organisers of this asker's tenant."""
    if asker.tenant.platform == LOCAL:
        return True
    match question.asked_in:
        case None:
            return asker.is_home
        case "":
            return rooms.are_configured_in(asker.tenant)
    return question.asked_in == asker.tenant.id
