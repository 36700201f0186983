import numpy as np
from numpy.typing import NDArray

from model.workshop.sources.parts import move_parts
from tests.model.drawings import drawn


def _ink(label: str) -> NDArray[np.uint8]:
    return np.asarray(255 - drawn(label, 80, paper=255, ink=0), np.uint8)


def test_parts_move_on_their_own_and_one_part_alone_stays() -> None:
    rng = np.random.default_rng(4)
    two, one = _ink("い"), _ink("し")
    moved = [move_parts(two, rng) for _ in range(10)]
    assert len({ink.tobytes() for ink in moved}) == 10
    assert all(0.6 < ink.sum() / two.sum() < 1.4 for ink in moved)
    assert np.array_equal(move_parts(one, rng), one)
