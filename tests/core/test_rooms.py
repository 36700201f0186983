"""Rooms: what stands over what, who decides, and what one guild may not see of another."""

from dataclasses import replace

import pytest

from bot.core.askers import Tenant
from bot.core.room import MAIN, MANAGERS, Room
from bot.core.rooms import HERE, Rooms

CONFIGURED = Room("discord", "1", ("utsunomiya",), organisers=("77",))
CHOSEN = Room("discord", "2", ("group=tfug",), organisers=(MANAGERS,), guild="a")
A = Tenant("discord", "a", frozenset({"1", "2"}))
B = Tenant("discord", "b", frozenset({"3"}))
ELSEWHERE = Room("discord", "3", ("keyword=python",), organisers=(MANAGERS,), guild="b")


@pytest.fixture
def rooms() -> Rooms:
    rooms = Rooms((CONFIGURED,), ("utsunomiya",))
    rooms.set_up([CHOSEN, ELSEWHERE])
    return rooms


def test_a_room_of_the_chat_stands_over_the_configured_one_of_its_channel(rooms: Rooms) -> None:
    over = replace(CONFIGURED, follows=("group=tfug",), guild="a")
    rooms.set_up([over])
    assert rooms.in_force == (over,)
    assert rooms.named("discord:1") == over


def test_a_room_that_is_switched_off_is_silent_even_if_it_is_configured(rooms: Rooms) -> None:
    rooms.set_up([replace(CONFIGURED, guild="a", is_on=False)])
    assert rooms.in_force == ()
    assert rooms.named("discord:1") is None
    assert not rooms.at(A, "1").announces


def test_what_is_watched_follows_the_rooms(rooms: Rooms) -> None:
    assert rooms.sources == ("utsunomiya", "group=tfug", "keyword=python")
    rooms.set_up([ELSEWHERE])
    assert rooms.sources == ("utsunomiya", "keyword=python")
    assert rooms.following({"group=tfug"}) == ()


def test_a_channel_without_a_room_is_answered_about_what_its_own_guild_follows(rooms: Rooms) -> None:
    assert rooms.at(Tenant("discord", "a"), "9").follows == ("group=tfug",)
    assert rooms.at(A, "9").follows == ("utsunomiya", "group=tfug")
    assert rooms.at(Tenant("discord", "c", frozenset({"1"})), "9").follows == ("utsunomiya",)


def test_of_the_configured_sources_a_stranger_s_server_hears_nothing(rooms: Rooms) -> None:
    assert rooms.at(Tenant("discord", "c"), "9").follows == ()
    assert rooms.at(Tenant("discord"), "9").follows == ("utsunomiya",)  # a direct message
    assert Rooms((), ("utsunomiya",)).at(Tenant("discord", "c"), "9").follows == ("utsunomiya",)  # for whoever asks


def test_a_room_has_its_guild_also_where_it_was_configured_without_one(rooms: Rooms) -> None:
    assert rooms.at(A, "1") == replace(CONFIGURED, guild="a")
    assert rooms.at(B, "2").guild == CHOSEN.guild == "a"


def test_a_guild_sees_its_own_rooms_and_the_configured_ones_among_its_channels(rooms: Rooms) -> None:
    assert rooms.of(A) == (CONFIGURED, CHOSEN)
    assert rooms.of(B) == (ELSEWHERE,)
    assert rooms.of(Tenant("slack", "a", frozenset({"1"}))) == ()


def test_organisers_are_asked_in_every_guild_that_follows_the_source_and_in_no_other(rooms: Rooms) -> None:
    rooms.set_up([CHOSEN, replace(ELSEWHERE, follows=("group=tfug",))])
    assert {room.channel for room in rooms.asking(["group=tfug"])} == {"2", "3"}
    assert rooms.asking(["utsunomiya"]) == (CONFIGURED,)
    assert rooms.asking(["nothing"]) == (rooms.at(HERE, MAIN),)


def test_reports_are_asked_about_in_the_configured_community_however_few_others_there_are(rooms: Rooms) -> None:
    assert rooms.asking_at_home() == rooms.asking_operators() == (CONFIGURED,)
    rooms.set_up([CHOSEN])
    assert rooms.asking_at_home() == (CONFIGURED,)
    assert Rooms((), ()).asking_at_home() == (Rooms((), ()).at(HERE, MAIN),)


def test_reports_are_asked_about_where_the_configuration_says_whose_the_site_is() -> None:
    rooms = Rooms((CONFIGURED,), ("utsunomiya",), home="discord:a")
    rooms.set_up([CHOSEN, ELSEWHERE])
    assert rooms.asking_at_home() == (CHOSEN,)
    assert rooms.asking_operators() == (CONFIGURED,)
    assert [rooms.is_home(tenant) for tenant in (A, B, Tenant("slack", "a"), Tenant("discord"), HERE)] == [
        True,
        False,
        False,
        False,
        True,
    ]


def test_a_room_of_the_configuration_that_was_set_up_anew_is_its_communitys_still(rooms: Rooms) -> None:
    rooms.set_up([replace(CONFIGURED, guild="a"), ELSEWHERE])
    assert rooms.is_home(Tenant("discord", "a"))
    assert not rooms.is_home(B)
    assert [room.name for room in rooms.asking_at_home()] == [CONFIGURED.name]


def test_of_something_that_concerns_rooms_their_own_organisers_are_asked_and_nobody_twice() -> None:
    kana = Room("discord", "1", ("kana",), organisers=("77",))
    moku, beside_moku = (Room("slack", channel, ("moku",), organisers=("88",)) for channel in ("C1", "C2"))
    nobodys = Room("slack", "C3", ("moku",))
    rooms = Rooms((kana, moku, beside_moku, nobodys), ())
    assert rooms.asking_about([moku, beside_moku]) == (moku,)
    assert rooms.asking_about([moku, kana]) == (moku, kana)
    assert rooms.asking_about([nobodys]) == (kana,)
    assert [room.name for room in rooms.asking_about([])] == ["local:main"]
    marked = replace(nobodys, asks=True)
    assert Rooms((kana, moku, marked), ()).asking_about([moku, kana]) == (marked,)
