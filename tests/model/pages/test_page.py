import cv2
import numpy as np
import pytest

from model.pages.page import find_page
from model.preprocess import BlankImage
from tests.model.pages.test_transcribe import LETTER, sheet


def test_every_stroke_is_a_piece_in_its_place() -> None:
    page = find_page(sheet("いこ"))
    assert len(page.pieces.areas) == 4
    assert page.scale == 1.0
    assert set(np.unique(page.owners)) == {0, 1, 2, 3, 4}
    for number, (x, y, width, height) in enumerate(page.pieces.boxes.tolist(), start=1):
        rows, columns = np.nonzero(page.pieces.numbers == number)
        assert (columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1) == (x, y, width, height)


def test_about_how_large_letters_are() -> None:
    assert 0.5 * LETTER < find_page(sheet("とんこつ", "うしつく")).letter < 1.1 * LETTER


def test_a_blank_sheet_has_no_writing() -> None:
    with pytest.raises(BlankImage):
        find_page(np.full((400, 600), 240, np.uint8))


def test_specks_are_no_pieces() -> None:
    picture = sheet("とんこつ")
    before = len(find_page(picture).pieces.areas)
    picture[10:13, 10:13] = 40
    assert len(find_page(picture).pieces.areas) == before


def test_ruled_lines_are_taken_away_and_strokes_stay_whole() -> None:
    picture = sheet("とんこつ", "うしつく")
    pieces = len(find_page(picture).pieces.areas)
    for y in range(30, picture.shape[0], 77):
        np.minimum(picture[y : y + 2], 190, out=picture[y : y + 2])
    assert len(find_page(picture).pieces.areas) == pieces


@pytest.mark.parametrize("angle", [-6, 6])
def test_how_far_the_sheet_is_turned(angle: float) -> None:
    picture = np.pad(sheet("とんこつうしつく", "うしとんこつとん"), 150, constant_values=245)
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1.0)
    turned = np.asarray(cv2.warpAffine(picture, matrix, (width, height), borderValue=245), np.uint8)
    assert np.degrees(find_page(turned).turn) == pytest.approx(angle, abs=1.5)
