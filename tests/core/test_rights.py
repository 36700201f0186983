"""Who may do what, where."""

import pytest

from bot.core.askers import Tenant
from bot.core.rights import asker_in, may_decide
from bot.core.room import EVERYBODY, LOCAL, MAIN, MANAGERS, Room
from bot.core.rooms import Rooms

HERE = Room("discord", "1", ("utsunomiya",), organisers=("55",), guild="9")
CONFIGURED = Room("discord", "2", ("utsunomiya",), organisers=("66",), asks=True)
TENANT = Tenant("discord", "9", frozenset({"1", "2"}))


@pytest.fixture
def rooms() -> Rooms:
    rooms = Rooms((CONFIGURED,), ("utsunomiya",))
    rooms.set_up([HERE])
    return rooms


@pytest.mark.parametrize(
    ("organisers", "member", "roles", "may"),
    [
        (("77",), "77", (), True),
        (("77",), "78", (), False),
        (("55",), "78", ("55",), True),
        ((MANAGERS,), "78", (MANAGERS,), True),
        ((MANAGERS,), "78", ("55",), False),
        ((EVERYBODY,), "78", (), True),
    ],
)
def test_who_may_decide(organisers: tuple[str, ...], member: str, roles: tuple[str, ...], may: bool) -> None:
    room = Room("discord", "1", organisers=organisers)
    assert may_decide(room, member, roles) is may
    asker = asker_in(Rooms((room,), ()), Tenant("discord"), "1", member, roles)
    assert asker.may_decide is may


@pytest.mark.parametrize(
    ("tenant", "member", "roles", "may"),
    [
        (TENANT, "7", (MANAGERS,), True),
        (TENANT, "7", ("55",), True),
        (TENANT, "66", (), True),
        (Tenant("discord", "9", frozenset({"1"})), "66", (), False),
        (Tenant("discord", "8", frozenset({"3"})), "66", ("55",), False),
        (Tenant(LOCAL), "visitor", (), True),
    ],
    ids=["manages", "by role", "in a configured room", "whose room is elsewhere", "elsewhere", "local"],
)
def test_who_may_organise(rooms: Rooms, tenant: Tenant, member: str, roles: tuple[str, ...], may: bool) -> None:
    assert asker_in(rooms, tenant, "1", member, roles).may_organise is may


def test_the_bot_is_at_home_where_organisers_are_asked_and_in_the_local_room(rooms: Rooms) -> None:
    assert asker_in(rooms, TENANT, "1", "7").is_home
    assert asker_in(rooms, Tenant(LOCAL), MAIN, "visitor").is_home
    assert not asker_in(rooms, Tenant("discord", "8"), "3", "7").is_home


def test_what_all_read_is_in_the_rooms_language_what_one_reads_in_their_own(rooms: Rooms) -> None:
    asker = asker_in(rooms, TENANT, "1", "7", own_language="en")
    assert (asker.language, asker.own_language) == ("ja", "en")
    assert asker_in(rooms, TENANT, "1", "7").own_language == "ja"
    assert asker.address == "discord:@7"
