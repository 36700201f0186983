import numpy as np
import pytest

from model.classifier import Classifier, load
from model.pages.lines import layouts_of
from model.pages.page import Page, find_page
from model.pages.touching import cut_touching
from model.segmentation.pieces import pieces_of
from tests.model.pages.test_transcribe import LETTER, sheet


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load()


def touching(word: str) -> Page:
    page = find_page(np.pad(sheet(word, vertical=True, gap=0.66), 40, constant_values=245))
    assert page.pieces.sides.max() > LETTER, "the letters do not touch"
    return page


@pytest.mark.parametrize("word", ["うん", "とん", "とし"])
def test_letters_that_touch_are_told_apart(classifier: Classifier, word: str) -> None:
    touching(word)
    picture = np.pad(sheet(word, vertical=True, gap=0.66), 40, constant_values=245)
    assert classifier.read(picture).text == word


@pytest.mark.parametrize("word", ["うん", "とん", "とし"])
def test_no_ink_is_lost_and_none_is_counted_twice(word: str) -> None:
    page = touching(word)
    (line,) = layouts_of(page)[0]
    cut, pieces, origins = cut_touching(page, line.pieces, LETTER, True, lambda piece: False)
    assert len(pieces) > len(line.pieces)
    assert sorted(pieces) == list(range(len(cut.pieces.areas)))
    assert cut.pieces.areas.sum() == page.pieces.areas.sum()
    assert ((cut.owners > 0) == (page.owners > 0)).all()
    for piece, origin in enumerate(origins):
        assert set(page.owners[cut.owners == piece + 1]) <= {origin + 1}


def test_what_is_surely_a_character_is_not_cut() -> None:
    page = touching("とん")
    (line,) = layouts_of(page)[0]
    cut, pieces, _ = cut_touching(page, line.pieces, LETTER, True, lambda piece: True)
    assert np.array_equal(pieces, line.pieces)
    assert np.array_equal(cut.owners, page.owners)


def test_short_pieces_stay_whole() -> None:
    page = find_page(sheet("いこ"))
    (line,) = layouts_of(page)[0]
    cut, pieces, origins = cut_touching(page, line.pieces, 2.0 * LETTER, False, lambda piece: False)
    assert cut is page
    assert np.array_equal(pieces, line.pieces)
    assert origins.tolist() == list(range(len(page.pieces.areas)))


@pytest.mark.parametrize("margin", [0, 1, 10])
@pytest.mark.parametrize("shape", [(1, 300), (20, 200), (60, 600)])
@pytest.mark.parametrize("letter", [60.0, 100.0, 400.0])
def test_a_solid_bar_is_cut_or_left_whole(shape: tuple[int, int], margin: int, letter: float) -> None:
    mask = np.pad(np.ones(shape, np.uint8), margin)
    pieces = pieces_of(mask)
    cut, found, _ = cut_touching(
        Page(mask * 255, pieces.numbers, pieces, 1.0, 0.0), np.array([0]), letter, False, lambda piece: False
    )
    assert 1 <= len(found) <= 20
    assert cut.pieces.areas[found].sum() == mask.sum()
