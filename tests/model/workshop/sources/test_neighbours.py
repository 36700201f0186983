import numpy as np

from model.labels import NOT_HIRAGANA
from model.segmentation.pieces import pieces_of
from model.workshop.sources.neighbours import Neighbours
from model.workshop.sources.stored import StoredImages, Written, store
from tests.model.drawings import drawn


def _letters() -> StoredImages:
    return store("drawn", [Written(drawn(label, 120), label, f"w{label}") for label in "くしつとへ"])


def test_each_letter_gets_others_beside_or_below_it_and_is_none_any_more() -> None:
    letters = _letters()
    neighbours, rng = Neighbours("neighbours", letters), np.random.default_rng(1)
    assert neighbours.labels.tolist() == [NOT_HIRAGANA] * 5
    assert neighbours.writers == letters.writers
    inks = [neighbours.ink(item % 5, rng) for item in range(40)]
    assert len({ink.tobytes() for ink in inks}) == 40
    assert any(ink.shape[1] > 1.5 * ink.shape[0] for ink in inks)
    assert any(ink.shape[0] > 1.5 * ink.shape[1] for ink in inks)
    single = np.mean([np.count_nonzero(ink > 128) for ink in letters.inks])
    assert 1.6 * single < np.mean([np.count_nonzero(ink > 128) for ink in inks]) < 3.4 * single


def test_some_touch_and_some_do_not() -> None:
    only_one_piece = store("drawn", [Written(drawn("つ", 120, pen=0.1), "つ", "w")])
    neighbours, rng = Neighbours("neighbours", only_one_piece), np.random.default_rng(2)
    pieces = [len(pieces_of((neighbours.ink(0, rng) > 90).view(np.uint8)).areas) for _ in range(40)]
    assert min(pieces) < 2 <= max(pieces) <= 3


def test_the_seed_decides() -> None:
    neighbours = Neighbours("neighbours", _letters())
    one, other = (neighbours.ink(0, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(one, other)
