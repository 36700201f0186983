import cv2
import numpy as np
import pytest

from model.classifier import load
from model.finder.character_views import CharacterViews
from model.preprocess import Located, locate, preprocess
from model.reading import overlap
from tests.model.drawings import STROKES, drawn, on_a_table, small_on_a_sheet


def _sees(found: Located, label: str) -> bool:
    expected = preprocess(drawn(label, 240))
    return float(np.abs(found.input - expected).mean()) < 0.05


def test_in_a_drawing_nothing_more_is_to_be_seen() -> None:
    views = CharacterViews(drawn("い"), locate(drawn("い")))
    assert views.written is None
    assert list(views.located()) == []
    assert locate(drawn("い")).clean


def test_of_a_drawing_it_is_asked_whether_something_is_written_elsewhere() -> None:
    sheet = np.full((300, 300), 240, np.uint8)
    sheet[150:270, 150:270] = drawn("い", 120)
    there = locate(sheet)
    elsewhere = Located((10, 10, 60, 60), there.input, clean=True)
    assert CharacterViews(sheet, there).written is None
    written = CharacterViews(sheet, elsewhere).written
    assert written is not None
    assert overlap(written.box, there.box) > 0.5


def test_in_a_photo_the_finder_is_asked_and_there_it_is_looked_at_closely() -> None:
    photo = on_a_table(np.dstack([drawn("こ", 240)] * 3))
    views, place = CharacterViews(photo), (480 + 52, 200 + 58, 140, 136)
    assert not locate(photo).clean
    assert views.written is not None
    assert overlap(views.written.box, place) > 0.5
    assert any(overlap(found.box, place) > 0.8 and _sees(found, "こ") for found in views.located())


@pytest.mark.parametrize("light_on_dark", [False, True])
@pytest.mark.parametrize("label", ["い", "う", "と", "ん"])
def test_a_small_character_on_a_blank_sheet_is_found(label: str, light_on_dark: bool) -> None:
    sheet = small_on_a_sheet(label, light_on_dark)
    glyph = load().glyph(sheet)
    assert (glyph.text, glyph.verdict) == (label, "sure")
    x, y, width, height = glyph.box
    assert 500 <= x < x + width <= 540
    assert 700 <= y < y + height <= 740


@pytest.mark.parametrize("label", sorted(STROKES))
def test_a_character_is_seen_on_a_sheet_on_a_dark_table(label: str) -> None:
    photo = on_a_table(np.dstack([drawn(label, 240)] * 3))
    assert any(_sees(found, label) for found in CharacterViews(photo).located())


@pytest.mark.parametrize("label", ["い", "こ", "へ"])
def test_a_photo_of_a_sheet_on_a_dark_table_is_read_where_it_lies(label: str) -> None:
    glyph = load().glyph(on_a_table(np.dstack([drawn(label, 240)] * 3)))
    assert glyph.candidates[0].label == label
    x, y, width, height = glyph.box
    assert 480 <= x < x + width <= 720
    assert 200 <= y < y + height <= 440


@pytest.mark.parametrize("marked", [True, False])
def test_a_mark_that_is_faint_at_first_is_looked_for_once_more(marked: bool) -> None:
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
