import cv2
import numpy as np
from numpy.typing import NDArray

from model.parts import exchange_parts, move_parts
from tests.model.drawings import drawn


def _ink(label: str) -> NDArray[np.uint8]:
    return np.asarray(255 - drawn(label, 80, paper=255, ink=0), np.uint8)


def _bars(*bars: tuple[int, int, int, int], pen: int = 5) -> NDArray[np.uint8]:
    """Straight strokes from x, y to x, y."""
    ink = np.zeros((80, 80), np.uint8)
    for x0, y0, x1, y1 in bars:
        cv2.line(ink, (x0, y0), (x1, y1), 255, pen)
    return ink


LEANING, UPRIGHT = _bars((10, 10, 20, 70), (60, 10, 70, 50)), _bars((15, 10, 15, 70), (65, 10, 65, 50))


def test_parts_move_on_their_own_and_one_part_alone_stays() -> None:
    rng = np.random.default_rng(4)
    two, one = _ink("い"), _ink("し")
    moved = [move_parts(two, rng) for _ in range(10)]
    assert len({ink.tobytes() for ink in moved}) == 10
    assert all(0.6 < ink.sum() / two.sum() < 1.4 for ink in moved)
    assert np.array_equal(move_parts(one, rng), one)


def test_each_part_comes_from_one_of_two_writers() -> None:
    rng = np.random.default_rng(1)
    found = {exchange_parts(LEANING, UPRIGHT, rng).tobytes() for _ in range(40)}
    left, right = np.zeros((80, 80), bool), np.zeros((80, 80), bool)
    left[:, :40] = right[:, 40:] = True
    mixed = [np.where(left, LEANING, UPRIGHT), np.where(right, LEANING, UPRIGHT)]
    assert found == {ink.tobytes() for ink in (LEANING, UPRIGHT, *mixed)}


def test_nothing_is_exchanged_with_a_character_of_other_parts() -> None:
    rng = np.random.default_rng(2)
    joined = _bars((15, 10, 15, 70), (15, 70, 65, 10), (65, 10, 65, 50))
    with_a_dot = _bars((15, 10, 15, 70), (65, 30, 66, 30))
    in_rows = _bars((40, 10, 79, 10), (40, 75, 79, 75))
    for other in (joined, with_a_dot, in_rows):
        assert all(exchange_parts(LEANING, other, rng) is LEANING for _ in range(5))
        assert all(exchange_parts(other, LEANING, rng) is other for _ in range(5))
