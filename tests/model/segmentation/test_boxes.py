import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from model.segmentation.boxes import box_lines
from model.segmentation.printed import without_print
from tests.model.drawings import drawn

BOX, LETTER = 80, 52


def boxes(columns: int, rows: int, turn: float = 0.0) -> NDArray[np.uint8]:
    """Rows of boxes side by side, with room between the rows, as a mask."""
    page = np.zeros((700, 900), np.uint8)
    for row in range(rows):
        for column in range(columns):
            x, y = 100 + column * BOX, 80 + row * 2 * BOX
            cv2.rectangle(page, (x, y), (x + BOX, y + BOX), 255, 2)
    return turned(page, turn)


def letters(word: str, columns: int, down: int = 0, turn: float = 0.0) -> NDArray[np.uint8]:
    """A letter in the middle of each box, or so many pixels below it, as a mask."""
    page = np.zeros((700, 900), np.uint8)
    for number, label in enumerate(word):
        x, y = 114 + number % columns * BOX, 94 + number // columns * 2 * BOX + down
        page[y : y + LETTER, x : x + LETTER] = ~drawn(label, LETTER, ink=0, paper=255)
    return np.asarray(turned(page, turn) > 100, np.uint8) * np.uint8(255)


def turned(page: NDArray[np.uint8], angle: float) -> NDArray[np.uint8]:
    matrix = cv2.getRotationMatrix2D((450, 350), angle, 1.0)
    return np.asarray(cv2.warpAffine(page, matrix, (900, 700), flags=cv2.INTER_NEAREST), np.uint8)


@pytest.mark.parametrize("turn", [0.0, 3.0, -5.0])
def test_the_lines_of_boxes_are_found_and_the_letters_in_them_are_not(turn: float) -> None:
    printed, written = boxes(5, 2, turn), letters("いうくこしつとへんい", 5, turn=turn)
    lines = box_lines(np.maximum(printed, written)) > 0
    assert lines[printed > 0].mean() > 0.97
    assert lines[(written > 0) & (printed == 0)].mean() < 0.02


def test_strokes_across_a_line_are_kept_and_the_line_is_not() -> None:
    printed, written = boxes(5, 1), letters("しいしいし", 5, down=-24)
    assert (printed & written).any()
    _, mask = without_print(np.maximum(printed, written))
    assert (mask[written > 0] > 0).mean() > 0.85
    assert (mask[(printed > 0) & (cv2.dilate(written, np.ones((7, 7), np.uint8)) == 0)] > 0).mean() < 0.05


def test_squared_paper_has_no_boxes_to_write_in() -> None:
    squares = np.zeros((700, 900), np.uint8)
    squares[::BOX], squares[:, ::BOX] = 255, 255
    assert not box_lines(np.maximum(squares, letters("いうくこし", 5))).any()


@pytest.mark.parametrize("word", ["", "のぬるまみ"])
def test_letters_alone_and_blank_pages_have_none(word: str) -> None:
    page = np.zeros((700, 900), np.uint8)
    for number in range(len(word)):
        cv2.circle(page, (150 + 150 * number, 300), 50, 255, 6)  # the loop of a large の
    assert not box_lines(page).any()
