import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from model.classifier import load
from model.preprocess import Located, preprocess
from model.second_look import by_colour, in_the_middle, on_the_sheet, other_ways
from tests.model.drawings import STROKES, drawn


def _coloured(label: str, pen: tuple[int, int, int], paper: tuple[int, int, int]) -> NDArray[np.uint8]:
    share = drawn(label, 240, ink=0, paper=255)[:, :, None] / 255
    return (share * np.array(paper) + (1 - share) * np.array(pen)).astype(np.uint8)


def _on_a_table(picture: NDArray[np.uint8], table: int = 60) -> NDArray[np.uint8]:
    photo = np.full((600, 800, 3), table, np.uint8)
    photo[200:440, 480:720] = picture
    lamp = np.linspace(1.0, 0.7, 800)[None, :, None]
    return np.asarray(photo * lamp, np.uint8)


def _sees(found: Located, label: str) -> bool:
    expected = preprocess(drawn(label, 240))
    return float(np.abs(found.input - expected).mean()) < 0.05


def test_in_even_light_there_is_no_second_look() -> None:
    assert list(other_ways(drawn("い"))) == []


@pytest.mark.parametrize("label", ["い", "う", "と"])
def test_a_pen_as_bright_as_its_paper_is_told_by_its_colour(label: str) -> None:
    view = by_colour(_coloured(label, (210, 120, 120), (120, 160, 120)))
    assert view is not None
    shown = cv2.threshold(view.grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1]
    wanted = cv2.threshold(drawn(label, 240), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1]
    assert np.mean(shown != wanted) < 0.03


def test_a_grey_picture_has_no_colours() -> None:
    assert by_colour(drawn("い")) is None


@pytest.mark.parametrize("label", sorted(STROKES))
def test_a_sheet_is_cut_out_of_a_dark_table_and_its_character_keeps_its_place(label: str) -> None:
    photo = _on_a_table(np.dstack([drawn(label, 240)] * 3))
    assert any(_sees(found, label) for found in other_ways(photo))
    view = on_the_sheet(np.asarray(photo[:, :, 0], np.uint8))
    assert view is not None
    assert abs(view.x - 480) < 20
    assert abs(view.y - 200) < 20


def test_the_middle_of_a_picture_knows_where_it_was() -> None:
    view = in_the_middle(np.zeros((100, 200), np.uint8))
    assert (view.grey.shape, view.x, view.y) == ((60, 120), 40, 20)


@pytest.mark.parametrize("label", ["い", "こ", "へ"])
def test_a_photo_of_a_sheet_on_a_dark_table_is_read_where_it_lies(label: str) -> None:
    glyph = load().glyph(_on_a_table(np.dstack([drawn(label, 240)] * 3)))
    assert glyph.candidates[0].label == label
    x, y, width, height = glyph.box
    assert 480 <= x < x + width <= 720
    assert 200 <= y < y + height <= 440
