import cv2
import numpy as np
import pytest

from model.reading import Candidate, Glyph, Reading, Verdict
from model.rendering.canvas import FOR, MUTED
from model.rendering.numbered import LONGEST, numbered

BOXES = [(60, 80, 90, 100), (170, 85, 80, 95), (270, 90, 95, 90)]


def reading(*boxes: tuple[int, int, int, int], verdict: Verdict = "sure") -> Reading:
    return Reading(tuple(Glyph(box, (Candidate("い", 0.9),), verdict) for box in boxes), "い" * len(boxes), 1.0)


def pixels_of(picture: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int((np.abs(picture.astype(int) - colour).max(axis=2) < 12).sum())


@pytest.mark.parametrize("size", [(1600, 2400, 3), (300, 400, 3), (300, 400)])
def test_the_picture_comes_out_about_1200_pixels_long_and_in_colour(size: tuple[int, ...]) -> None:
    drawn = numbered(np.full(size, 240, np.uint8), reading(*BOXES))
    assert drawn.dtype == np.uint8
    assert drawn.shape[2] == 3
    assert LONGEST <= max(drawn.shape) <= LONGEST + 140


@pytest.mark.parametrize("paper", [250, 128, 10])
def test_boxes_and_numbers_stand_out_on_any_paper(paper: int) -> None:
    plain, drawn = (numbered(np.full((300, 400), paper, np.uint8), one) for one in (reading(), reading(*BOXES)))
    assert pixels_of(plain, FOR) == 0
    assert pixels_of(drawn, FOR) > 3000
    assert pixels_of(drawn, (255, 255, 255)) > 500


def test_no_number_hides_writing() -> None:
    writing = np.full((400, 500), 245, np.uint8)
    boxes = [(x, y, 60, 60) for y in (40, 115, 190) for x in (40, 115, 190, 265)]
    for x, y, width, height in boxes:
        writing[y : y + height, x : x + width] = 30
    drawn = numbered(writing, reading(*boxes))
    dark = cv2.countNonZero((drawn.max(axis=2) < 60).view(np.uint8))
    scale = LONGEST / 500
    assert dark > 0.97 * len(boxes) * (60 * scale) ** 2


def test_what_is_no_hiragana_has_a_grey_box() -> None:
    drawn = numbered(np.full((300, 400), 250, np.uint8), reading(*BOXES, verdict="not_hiragana"))
    assert pixels_of(drawn, FOR) == 0
    assert pixels_of(drawn, MUTED) > 1000


def test_points_have_no_box() -> None:
    paper = np.full((300, 400), 250, np.uint8)
    point = Glyph(BOXES[0], (), "not_hiragana", point="。")
    assert pixels_of(numbered(paper, Reading((point,), "", 1.0)), MUTED) == 0


def test_a_hundred_boxes_at_the_rim_are_numbered_too() -> None:
    boxes = [(10 * (i % 10), 10 * (i // 10), 9, 9) for i in range(100)]
    assert numbered(np.full((100, 100, 3), 200, np.uint8), reading(*boxes)).shape[2] == 3


def test_each_character_has_a_number_of_its_own() -> None:
    one, two = (numbered(np.full((300, 400), 250, np.uint8), reading(*BOXES[:n])) for n in (1, 2))
    assert not np.array_equal(one, two)
