"""The short version of `python -m benchmarks.kill_test`: the real process, killed while busy, says everything once."""

from pathlib import Path

import pytest

from benchmarks.kill_test import KillTest
from tests.conftest import POSTGRES


def test_a_bot_killed_again_and_again_loses_nothing_and_says_nothing_twice(tmp_path: Path) -> None:
    """With a Discord that forgets nonces at once: only the look into the history keeps it at one message."""
    rooms = ("101", "102")
    outcome = KillTest(kills=6, events=2, memory=0.0, seed=7, rooms=rooms, quick=True).play(tmp_path)
    assert (outcome.lost, outcome.twice, outcome.unexpected) == ([], [], [])
    assert outcome.expected == 2 * 6 * len(rooms)


@pytest.mark.minutes
@pytest.mark.skipif(not POSTGRES, reason="set TSUDOI_TEST_POSTGRES to a PostgreSQL that may be emptied")
def test_three_processes_on_one_store_lose_nothing_and_say_nothing_twice_when_any_is_killed(tmp_path: Path) -> None:
    """What a dead one had claimed is taken over by another, which finds in the history whether it was said."""
    rooms, shared = ("101", "102", "103"), {"processes": 3, "postgres": POSTGRES}
    outcome = KillTest(kills=5, events=2, memory=0.0, seed=7, rooms=rooms, quick=True, **shared).play(tmp_path)
    assert (outcome.lost, outcome.twice, outcome.unexpected) == ([], [], [])
    assert outcome.expected == 2 * 6 * len(rooms)
