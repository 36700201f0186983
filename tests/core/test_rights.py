"""Who may do what, where."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.core.askers import Community, Tenant
from bot.core.direct import Direct
from bot.core.rights import asker_in, may_answer, may_decide
from bot.core.room import EVERYBODY, LOCAL, MAIN, MANAGERS, Room
from bot.core.rooms import Rooms
from bot.events.event_questions import FloodQuestion

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
    ("shared", "chosen", "follows", "is_home", "to_choose"),
    [
        ((), "", ("utsunomiya",), False, 0),
        (("9",), "", ("utsunomiya",), True, 0),
        (("8",), "", ("kana",), False, 0),
        (("8", "7"), "", ("kana",), False, 0),
        (("9", "8"), "", (), False, 2),
        (("9", "8"), "8", ("kana",), False, 2),
        (("9", "8"), "6", (), False, 2),
    ],
    ids=["none", "the configured one", "another", "two alike", "two", "one of two chosen", "one chosen that was left"],
)
def test_in_direct_messages_one_asks_for_the_community_that_one_is_in(
    rooms: Rooms, shared: tuple[str, ...], chosen: str, follows: tuple[str, ...], is_home: bool, to_choose: int
) -> None:
    beside = [Room("discord", f"{guild}1", ("kana",), guild=guild, locale="en") for guild in ("7", "8")]
    rooms.set_up([HERE, *beside])
    tenants = {"9": TENANT, "8": Tenant("discord", "8"), "7": Tenant("discord", "7")}
    direct = Direct(tuple(Community(tenants[guild], f"server {guild}") for guild in shared), chosen)
    asker = asker_in(rooms, Tenant("discord"), "500", "78", direct=direct)
    assert (asker.room.follows, asker.is_home, len(asker.communities)) == (follows, is_home, to_choose)
    assert asker.must_choose is (not follows)
    assert asker.language == ("en" if follows == ("kana",) else "ja")
    assert asker_in(rooms, Tenant("discord"), "500", "78", own_language="en", direct=direct).language == "en"
    assert not asker.may_organise


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


@pytest.mark.parametrize(
    ("tenant", "channel", "member", "roles", "may"),
    [
        (TENANT, "2", "66", (), True),
        (TENANT, "1", "66", (), True),
        (Tenant("discord"), "5", "66", (), True),
        (TENANT, "1", "7", ("88",), True),
        (Tenant("discord", "9"), "1", "7", ("88",), False),
        (Tenant("discord", "8", frozenset({"3"})), "3", "7", ("88",), False),
        (TENANT, "1", "7", (MANAGERS,), False),
        (Tenant("slack", "9", frozenset({"2"})), "2", "66", (), False),
        (Tenant(LOCAL), MAIN, "visitor", (), True),
    ],
    ids=[
        "in their room",
        "beside it",
        "in direct messages",
        "by role",
        "by role, where it is not known whose channel it is",
        "by the same role elsewhere",
        "who manages the server, whom nobody named",
        "the same id on another platform",
        "local",
    ],
)
def test_who_runs_the_bot_where_rooms_name_organisers(
    tenant: Tenant, channel: str, member: str, roles: tuple[str, ...], may: bool
) -> None:
    rooms = Rooms((replace(CONFIGURED, organisers=("66", "88")),), ("utsunomiya",))
    rooms.set_up([HERE])
    assert asker_in(rooms, tenant, channel, member, roles).may_operate is may


def test_who_runs_the_bot_where_managers_of_the_configured_server_are_named() -> None:
    rooms = Rooms((replace(CONFIGURED, organisers=(MANAGERS, EVERYBODY)),), ("utsunomiya",))
    assert asker_in(rooms, TENANT, "1", "7", (MANAGERS,)).may_operate
    assert not asker_in(rooms, TENANT, "2", "7").may_operate  # "everybody" decides in a room, and runs no bot
    assert not asker_in(rooms, Tenant("discord", "8"), "3", "7", (MANAGERS,)).may_operate
    assert not asker_in(rooms, Tenant("discord"), "3", "7", (MANAGERS,)).may_operate


def test_operators_that_are_named_are_the_only_ones() -> None:
    rooms = Rooms((CONFIGURED,), ("utsunomiya",), operators=("discord:7",))
    assert asker_in(rooms, Tenant("discord", "8"), "3", "7").may_operate
    assert not asker_in(rooms, Tenant("slack", "8"), "3", "7").may_operate
    assert not asker_in(rooms, TENANT, "2", "66", (MANAGERS,)).may_operate


@pytest.mark.parametrize(("guild", "may"), [("9", True), ("8", False), ("", True), (None, True)])
def test_who_may_answer_a_question_by_whom_it_was_put_to(rooms: Rooms, guild: str | None, may: bool) -> None:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    question = FloodQuestion(subject="a", asked_at=at, source="a", events=(), guild=guild)
    assert may_answer(rooms, asker_in(rooms, TENANT, "1", "7", ("55",)), question) is may
    assert not may_answer(rooms, asker_in(rooms, TENANT, "1", "7"), question)
    elsewhere = Tenant("discord", "8", frozenset({"3"}))
    assert may_answer(rooms, asker_in(rooms, elsewhere, "3", "7", (MANAGERS,)), question) is (guild == "8")


def test_the_report_site_is_the_configured_communitys_and_the_local_rooms(rooms: Rooms) -> None:
    assert asker_in(rooms, TENANT, "1", "7").is_home
    assert asker_in(rooms, Tenant(LOCAL), MAIN, "visitor").is_home
    assert not asker_in(rooms, Tenant("discord", "8"), "3", "7").is_home


def test_what_all_read_is_in_the_rooms_language_what_one_reads_in_their_own(rooms: Rooms) -> None:
    asker = asker_in(rooms, TENANT, "1", "7", own_language="en")
    assert (asker.language, asker.own_language) == ("ja", "en")
    assert asker_in(rooms, TENANT, "1", "7").own_language == "ja"
    assert asker.address == "discord:@7"
