import cv2
import numpy as np
import pytest

from model.workshop.sources.line_ends import find_line_ends, vary_line_ends
from tests.model.drawings import STROKES, drawn


def _ink(label: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(255 - drawn(label, 80, paper=255, ink=0), np.uint8)


def test_a_line_ends_where_the_pen_went_down_and_up() -> None:
    ink = np.zeros((80, 80), np.uint8)
    cv2.line(ink, (15, 40), (65, 40), 255, 5)
    ends = find_line_ends(ink)
    assert np.allclose(np.sort(ends.places[:, 0]), [15, 65], atol=4)
    assert np.allclose(np.abs(ends.places[:, 1] - 40), 0, atol=2)
    assert np.allclose(ends.directions[np.argsort(ends.places[:, 0])], [[-1, 0], [1, 0]], atol=0.3)
    assert 3 < ends.width < 6


@pytest.mark.parametrize("label", sorted(STROKES.keys() - {"ん"}))  # ん turns back upon itself in a tip
def test_every_stroke_of_a_drawing_has_two_ends(label: str) -> None:
    assert len(find_line_ends(_ink(label)).places) == 2 * len(STROKES[label])


def test_a_closed_ring_has_no_end_and_stays_as_it_is() -> None:
    ink = np.zeros((80, 80), np.uint8)
    cv2.circle(ink, (40, 40), 25, 255, 4)
    assert vary_line_ends(ink, find_line_ends(ink), np.random.default_rng(1)) is ink


@pytest.mark.parametrize("label", sorted(STROKES))
def test_other_endings_change_a_little_and_leave_the_original_alone(label: str) -> None:
    ink, rng = _ink(label), np.random.default_rng(3)
    before, ends = ink.copy(), find_line_ends(ink)
    varied = [vary_line_ends(ink, ends, rng) for _ in range(30)]
    assert np.array_equal(ink, before)
    assert len({one.tobytes() for one in varied}) > 5
    assert all(0.75 < one.sum() / ink.sum() < 1.6 for one in varied)
