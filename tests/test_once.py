"""The short version of `python -m benchmarks.kill_test`: the real process, killed while busy, says everything once."""

from pathlib import Path

from benchmarks.kill_test import KillTest


def test_a_bot_killed_again_and_again_loses_nothing_and_says_nothing_twice(tmp_path: Path) -> None:
    """With a Discord that forgets nonces at once: only the look into the history keeps it at one message."""
    rooms = ("101", "102")
    outcome = KillTest(kills=6, events=2, memory=0.0, seed=7, rooms=rooms, quick=True).play(tmp_path)
    assert (outcome.lost, outcome.twice, outcome.unexpected) == ([], [], [])
    assert outcome.expected == 2 * 6 * len(rooms)
