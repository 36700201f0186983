import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from model.segmentation.printed import strongest, without_ruled_lines, without_squares
from tests.model.drawings import drawn

SIDE, LINE, PEN = 900, 110, 255


def lettered(*labels: str, side: int = 120) -> NDArray[np.uint8]:
    """Letters in rows of five, as ink, 0 paper to 255."""
    ink = np.zeros((SIDE, SIDE), np.uint8)
    for number, label in enumerate(labels):
        x, y = 80 + 150 * (number % 5), 60 + 150 * (number // 5)
        ink[y : y + side, x : x + side] = ~drawn(label, side, ink=0, paper=255)
    return ink


def ruled(*, slope: float, fan: float, levels: int = 9) -> NDArray[np.uint8]:
    """Lines that go down to the right by `slope`, each by `fan` more than the one above it."""
    ink = np.zeros((SIDE, SIDE), np.uint8)
    for number in range(levels):
        y, down = 40 + 95 * number, round((slope + fan * number) * SIDE)
        cv2.line(ink, (0, y), (SIDE, y + down), LINE, 3, cv2.LINE_AA)
    return ink


WORD = lettered(*"いうくこしつとへんいうくこしつ")
WRITTEN = WORD > 100


@pytest.mark.parametrize("gap", [0, 30], ids=["whole", "broken"])
@pytest.mark.parametrize("way", ["rows", "columns"])
@pytest.mark.parametrize(("slope", "fan"), [(0.0, 0.0), (0.15, 0.0), (-0.05, 0.012)])
def test_ruled_lines_go_and_what_is_written_on_them_stays(way: str, slope: float, fan: float, gap: int) -> None:
    rules = ruled(slope=slope, fan=fan)
    rules[:, 430 : 430 + gap] = 0
    rules = rules if way == "rows" else np.ascontiguousarray(rules.T)
    found = without_ruled_lines(np.maximum(WORD, rules)) > 60
    assert found[WRITTEN].mean() > 0.95
    beside = (rules > 60) & (cv2.dilate(WRITTEN.view(np.uint8), np.ones((9, 9), np.uint8)) == 0)
    assert found[beside].mean() < 0.05


def test_the_line_of_a_margin_goes_too() -> None:
    margin = np.zeros_like(WORD)
    cv2.line(margin, (40, 0), (60, SIDE), LINE, 3, cv2.LINE_AA)
    found = without_ruled_lines(np.maximum(np.maximum(WORD, ruled(slope=0.02, fan=0.0)), margin)) > 60
    assert found[margin > 60].mean() < 0.1


def test_large_letters_have_no_ruled_lines() -> None:
    large = np.zeros((SIDE, SIDE), np.uint8)
    for number, label in enumerate("いしつこ"):
        large[450 * (number // 2) :, 450 * (number % 2) :][:440, :440] = ~drawn(label, 440, ink=0, paper=255)
    assert without_ruled_lines(large) is large


def squares(step: int, line: int = LINE) -> NDArray[np.uint8]:
    ink = np.zeros((SIDE, SIDE), np.uint8)
    ink[step // 2 :: step] = ink[:, step // 2 :: step] = line
    return cv2.dilate(ink, np.ones((3, 3), np.uint8)) if step > 20 else ink


def test_squares_stay_where_ruled_lines_are_looked_for() -> None:
    squared = np.maximum(WORD, squares(95))
    assert without_ruled_lines(squared) is squared


def test_squares_go_where_they_are_looked_for_and_what_is_written_in_them_stays() -> None:
    both = squares(95)
    found = without_squares(np.maximum(WORD, both))
    assert found is not None
    assert (found > 60)[WRITTEN].mean() > 0.9
    beside = (both > 60) & (cv2.dilate(WRITTEN.view(np.uint8), np.ones((9, 9), np.uint8)) == 0)
    assert (found > 60)[beside].mean() < 0.05


@pytest.mark.parametrize("paper", [np.zeros_like(WORD), ruled(slope=0.02, fan=0.0)], ids=["plain", "ruled"])
def test_other_paper_has_no_squares(paper: NDArray[np.uint8]) -> None:
    assert without_squares(np.maximum(WORD, paper)) is None


@pytest.mark.parametrize("step", [6, 12, 40])
def test_of_the_strongest_ink_letters_stay_and_not_the_finest_squares(step: int) -> None:
    fine = squares(step)
    fine[np.random.default_rng(step).random(fine.shape) < 0.5] = 0  # as a camera loses them
    found = strongest(np.maximum(WORD, fine))
    assert found is not None
    assert (found > 60)[WRITTEN].mean() > 0.95
    beside = (fine > 60) & (cv2.dilate(WRITTEN.view(np.uint8), np.ones((9, 9), np.uint8)) == 0)
    assert (found > 60)[beside].mean() < 0.01


def test_a_blank_sheet_stays_blank() -> None:
    blank = np.zeros((300, 200), np.uint8)
    assert without_ruled_lines(blank) is blank
    assert without_squares(blank) is None
    assert strongest(blank) is None


def test_without_faint_ink_around_it_all_writing_is_strong() -> None:
    assert strongest(WORD) is None
