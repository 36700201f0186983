import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from model.classifier import load
from model.preprocess import Located, locate, preprocess
from model.reading import overlap
from model.second_look import SecondLook, by_colour, on_the_sheet, written_part
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


def test_in_a_drawing_nothing_more_is_to_be_seen() -> None:
    look = SecondLook(drawn("い"), is_photo=False)
    assert look.written is None
    assert list(look.ways()) == []
    assert locate(drawn("い")).clean


def test_in_a_photo_the_finder_is_asked_and_there_it_is_looked_at_closely() -> None:
    photo = _on_a_table(np.dstack([drawn("こ", 240)] * 3))
    look, place = SecondLook(photo), (480 + 52, 200 + 58, 140, 136)
    assert not locate(photo).clean
    assert look.written is not None
    assert overlap(look.written.box, place) > 0.5
    assert any(overlap(way.box, place) > 0.8 and _sees(way, "こ") for way in look.ways())


def _small_on_a_sheet(label: str, light_on_dark: bool = False) -> NDArray[np.uint8]:
    sheet = np.full((1200, 1600), 245, np.uint8)
    sheet[700:740, 500:540] = drawn(label, 40)
    return ~sheet if light_on_dark else sheet


@pytest.mark.parametrize("light_on_dark", [False, True])
@pytest.mark.parametrize("label", ["い", "う", "と", "ん"])
def test_a_small_character_on_a_blank_sheet_is_found(label: str, light_on_dark: bool) -> None:
    sheet = _small_on_a_sheet(label, light_on_dark)
    glyph = load().glyph(sheet)
    assert (glyph.text, glyph.verdict) == (label, "sure")
    x, y, width, height = glyph.box
    assert 500 <= x < x + width <= 540
    assert 700 <= y < y + height <= 740


def test_the_written_part_leaves_nothing_out() -> None:
    sheet = _small_on_a_sheet("い")
    sheet[900:940, 800:840] = drawn("し", 40)
    view = written_part(sheet)
    assert view is not None
    assert view.x < 500
    assert view.y < 700
    assert view.x + view.grey.shape[1] > 840
    assert view.y + view.grey.shape[0] > 940


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
    shown = cv2.threshold(view.grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1]
    wanted = cv2.threshold(drawn(label, 240), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1]
    assert np.mean(shown != wanted) < 0.03


def test_a_grey_picture_has_no_colours() -> None:
    assert by_colour(drawn("い")) is None


@pytest.mark.parametrize("label", sorted(STROKES))
def test_a_sheet_is_cut_out_of_a_dark_table_and_its_character_keeps_its_place(label: str) -> None:
    photo = _on_a_table(np.dstack([drawn(label, 240)] * 3))
    assert any(_sees(found, label) for found in SecondLook(photo).ways())
    view = on_the_sheet(np.asarray(photo[:, :, 0], np.uint8))
    assert view is not None
    assert abs(view.x - 480) < 20
    assert abs(view.y - 200) < 20


@pytest.mark.parametrize("label", ["い", "こ", "へ"])
def test_a_photo_of_a_sheet_on_a_dark_table_is_read_where_it_lies(label: str) -> None:
    glyph = load().glyph(_on_a_table(np.dstack([drawn(label, 240)] * 3)))
    assert glyph.candidates[0].label == label
    x, y, width, height = glyph.box
    assert 480 <= x < x + width <= 720
    assert 200 <= y < y + height <= 440


@pytest.mark.parametrize("marked", [True, False])
def test_a_mark_that_is_faint_at_first_sight_is_looked_for_once_more(marked: bool) -> None:
    photo = np.full((600, 800), 60, np.uint8)
    photo[100:500, 150:650] = 235
    photo[200:400, 280:480] = drawn("と", 200, pen=0.08, ink=30, paper=235)
    for x in (484, 508) if marked else ():
        cv2.line(photo, (x, 205), (x + 10, 232), 47, 3, cv2.LINE_AA)
    glyph = load().glyph((photo * np.linspace(1.0, 0.6, 800)).astype(np.uint8))
    assert (glyph.text, glyph.verdict) == ("ど" if marked else "と", "sure")
    assert (glyph.box[0] + glyph.box[2] > 484) == marked


@pytest.mark.parametrize("label", sorted(STROKES))
def test_the_corners_of_a_sheet_on_a_dark_table_are_not_ink(label: str) -> None:
    photo = np.full((500, 700), 70, np.uint8)
    photo[60:420, 120:520] = 235
    photo[140:340, 220:420] = drawn(label, 200, ink=40, paper=235)
    seen, plain = load().locate(photo).input, preprocess(drawn(label, 200))
    assert np.linalg.norm(seen - plain) < 0.4 * np.linalg.norm(plain)
    assert load().glyph(photo).text == label
