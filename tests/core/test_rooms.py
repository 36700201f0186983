"""Rooms: what stands over what, who decides, and what one guild may not see of another."""

from dataclasses import replace

import pytest

from bot.core.room import LOCAL, MAIN, MANAGERS, Room
from bot.core.rooms import Rooms

CONFIGURED = Room("discord", "1", ("utsunomiya",), organisers=("77",))
CHOSEN = Room("discord", "2", ("group=tfug",), organisers=(MANAGERS,), guild="a")
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
    assert not rooms.at("discord", "1", "a").announces


def test_what_is_watched_follows_the_rooms(rooms: Rooms) -> None:
    assert rooms.sources == ("utsunomiya", "group=tfug", "keyword=python")
    rooms.set_up([ELSEWHERE])
    assert rooms.sources == ("utsunomiya", "keyword=python")
    assert rooms.following({"group=tfug"}) == ()


def test_a_channel_without_a_room_is_answered_about_what_its_own_guild_follows(rooms: Rooms) -> None:
    assert rooms.at("discord", "9", "a").follows == ("group=tfug",)
    assert rooms.at("discord", "9", "c").follows == ("utsunomiya",)


def test_a_room_has_its_guild_also_where_it_was_configured_without_one(rooms: Rooms) -> None:
    assert rooms.at("discord", "1", "a") == replace(CONFIGURED, guild="a")
    assert rooms.at("discord", "2", "b").guild == CHOSEN.guild == "a"


def test_a_guild_sees_its_own_rooms_and_the_configured_ones_among_its_channels(rooms: Rooms) -> None:
    assert rooms.of_guild("discord", "a", ["1", "2", "3"]) == (CONFIGURED, CHOSEN)
    assert rooms.of_guild("discord", "b", ["3"]) == (ELSEWHERE,)


def test_organisers_are_asked_in_every_guild_that_follows_the_source_and_in_no_other(rooms: Rooms) -> None:
    rooms.set_up([CHOSEN, replace(ELSEWHERE, follows=("group=tfug",))])
    assert {room.channel for room in rooms.asking(["group=tfug"])} == {"2", "3"}
    assert rooms.asking(["utsunomiya"]) == (CONFIGURED,)
    assert rooms.asking(["nothing"]) == (rooms.at(LOCAL, MAIN),)


def test_at_home_are_the_configured_rooms_and_the_only_guild(rooms: Rooms) -> None:
    assert rooms.asking() == (CONFIGURED,)
    rooms.set_up([CHOSEN])
    assert rooms.asking() == (CONFIGURED, CHOSEN)
