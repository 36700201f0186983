import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from model.finder.views import Handwriting, View, by_colour, handwriting, mended, on_the_sheet, written_part
from model.segmentation.pieces import mask_of, pieces_of
from tests.model.drawings import STROKES, drawn, on_a_table, small_on_a_sheet


def _coloured(label: str, pen: tuple[int, int, int], paper: tuple[int, int, int]) -> NDArray[np.uint8]:
    share = drawn(label, 240, ink=0, paper=255)[:, :, None] / 255
    return (share * np.array(paper) + (1 - share) * np.array(pen)).astype(np.uint8)


def test_the_written_part_leaves_nothing_out() -> None:
    sheet = small_on_a_sheet("い")
    sheet[900:940, 800:840] = drawn("し", 40)
    view = written_part(sheet)
    assert view is not None
    assert view.x < 500
    assert view.y < 700
    assert view.x + view.picture.shape[1] > 840
    assert view.y + view.picture.shape[0] > 940


@pytest.mark.parametrize("side", [600, 1600])
def test_writing_that_fills_a_sheet_has_no_smaller_part(side: int) -> None:
    assert written_part(drawn("い", side)) is None


def test_a_blank_sheet_has_no_written_part() -> None:
    grain = np.random.default_rng(5).normal(230, 3, (1200, 1600))
    assert written_part(grain.astype(np.uint8)) is None


@pytest.mark.parametrize("label", ["い", "う", "と"])
def test_a_pen_as_bright_as_its_paper_is_told_by_its_colour(label: str) -> None:
    view = by_colour(_coloured(label, (210, 120, 120), (120, 160, 120)))
    assert view is not None
    shown = cv2.threshold(view.picture, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1]
    wanted = cv2.threshold(drawn(label, 240), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1]
    assert np.mean(shown != wanted) < 0.03


def test_a_grey_picture_has_no_colours() -> None:
    assert by_colour(drawn("い")) is None


@pytest.mark.parametrize("label", sorted(STROKES))
def test_a_sheet_is_cut_out_of_a_dark_table_and_keeps_its_place(label: str) -> None:
    view = on_the_sheet(np.asarray(on_a_table(np.dstack([drawn(label, 240)] * 3))[:, :, 0], np.uint8))
    assert view is not None
    assert abs(view.x - 480) < 20
    assert abs(view.y - 200) < 20


def test_of_a_photo_the_writing_alone_is_seen_in_its_place() -> None:
    photo = on_a_table(np.dstack([np.hstack([drawn("い", 120), drawn("と", 120)])] * 3), place=(480, 300))
    found = handwriting(photo)
    assert found is not None
    view = found.plain
    assert view is not None
    ink = np.full((600, 800), 255, np.uint8)
    height, width = (round(side * view.scale) for side in view.picture.shape)
    ink[view.y : view.y + height, view.x : view.x + width] = cv2.resize(view.picture, (width, height))
    wanted = np.full((600, 800), 255, np.uint8)
    wanted[300:420, 480:720] = np.hstack([drawn("い", 120), drawn("と", 120)])
    assert ((ink < 128) & (wanted < 128)).sum() > 0.7 * (wanted < 128).sum()
    assert ((ink < 128) & (cv2.erode(wanted, np.ones((9, 9), np.uint8)) >= 128)).sum() < 0.05 * (wanted < 128).sum()


def test_dashes_are_mended_to_the_strokes_that_they_were() -> None:
    word = np.hstack([drawn("い", 240), drawn("と", 240)])
    word[5::16] = word[6::16] = word[7::16] = 255
    found = handwriting(on_a_table(np.dstack([word] * 3), place=(240, 240)))
    assert found is not None
    dashed = found.plain
    assert dashed is not None
    many, few = (len(pieces_of(mask_of(~view.picture)).areas) for view in (dashed, mended(dashed)))
    assert few <= 6 < 20 <= many


def test_on_a_bare_table_nothing_is_written() -> None:
    assert handwriting(np.full((300, 400, 3), 90, np.uint8)) is None


def seen(corner: tuple[int, int], size: tuple[int, int], points: tuple[int, int], *letters: int) -> Handwriting:
    """A look at a part of a photo with letters of 60 pixels in a row, from so many pixels of the photo on."""
    x, y = corner
    part = np.zeros((size[1], size[0], 3), np.uint8)
    for letter in letters:
        part[300 - y : 360 - y, letter - x : letter + 60 - x] = 255
    likely = cv2.resize(part[:, :, 0], points, interpolation=cv2.INTER_AREA)
    return Handwriting(View(part, x, y), np.asarray(likely, np.uint8))


@pytest.mark.parametrize(
    ("letters", "missed"), [((200, 300, 400), 0.0), ((200, 400), 1 / 3), ((400,), 2 / 3), ((), 1.0)]
)
def test_a_look_from_afar_misses_the_letters_that_only_the_one_from_near_shows(
    letters: tuple[int, ...], missed: float
) -> None:
    near = seen((150, 250), (400, 200), (60, 37), 200, 300, 400)
    assert seen((30, 10), (800, 640), (80, 80), *letters).misses(near) == pytest.approx(missed, abs=0.03)


def test_where_nothing_is_seen_from_near_nothing_is_missed() -> None:
    assert seen((0, 0), (800, 640), (80, 80), 200).misses(seen((150, 250), (400, 200), (60, 37))) == 0
