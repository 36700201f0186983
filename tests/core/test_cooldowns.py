"""So many turns, one word about it, and then silence until time has passed."""

from datetime import timedelta

from bot.core.cooldowns import Cooldown, Turn
from tests.support.events import NOW

MINUTE = timedelta(minutes=1)


def test_who_goes_beyond_is_told_once_and_then_ignored() -> None:
    cooldown = Cooldown(2, MINUTE)
    turns = [cooldown.take("alice", NOW) for _ in range(5)]
    assert turns == [Turn.GRANTED, Turn.GRANTED, Turn.REFUSED, Turn.IGNORED, Turn.IGNORED]
    assert cooldown.take("bob", NOW) is Turn.GRANTED


def test_turns_come_back_and_so_does_the_word_about_them() -> None:
    cooldown = Cooldown(1, MINUTE)
    for begin in (NOW, NOW + MINUTE):
        assert cooldown.take("alice", begin) is Turn.GRANTED
        assert cooldown.take("alice", begin + MINUTE / 2) is Turn.REFUSED


def test_many_at_once_are_granted_whole_and_paid_for_afterwards() -> None:
    cooldown = Cooldown(3, MINUTE)
    assert cooldown.take("alice", NOW, turns=10) is Turn.GRANTED
    assert cooldown.take("alice", NOW + MINUTE / 2) is Turn.REFUSED
    assert cooldown.take("alice", NOW + MINUTE) is Turn.GRANTED


def test_who_has_been_quiet_is_forgotten() -> None:
    cooldown = Cooldown(1, MINUTE)
    for number in range(10_001):
        cooldown.take(f"member {number}", NOW)
    cooldown.take("alice", NOW + MINUTE)
    assert len(cooldown._taken) == 1
