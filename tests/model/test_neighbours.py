import numpy as np

from model.labels import NOT_HIRAGANA
from model.segment import pieces_of
from model.sources.neighbours import Neighbours
from model.sources.stored import StoredImages, Written, store
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
    assert all(max(ink.shape) <= 192 for ink in inks)


def test_most_are_two_or_three_some_a_long_word_and_some_are_lines() -> None:
    dots = store("drawn", [Written(np.pad(np.zeros((60, 60), np.uint8), 30, constant_values=255), "つ", "w")])
    neighbours, rng = Neighbours("neighbours", dots), np.random.default_rng(4)
    sizes = np.asarray([neighbours.ink(0, rng).shape for _ in range(200)])
    short, long = np.sort(sizes, axis=1).T
    assert 0.5 < np.mean(long < 4.5 * short) < 1
    assert np.mean(long > 5 * short) > 0.05
    assert np.mean(long < 1.4 * short) > 0.05


def test_some_touch_and_some_do_not() -> None:
    only_one_piece = store("drawn", [Written(drawn("つ", 120, pen=0.1), "つ", "w")])
    neighbours, rng = Neighbours("neighbours", only_one_piece), np.random.default_rng(2)
    pieces = [len(pieces_of((neighbours.ink(0, rng) > 90).view(np.uint8)).areas) for _ in range(99)]
    assert min(pieces) < 2 <= max(pieces)


def test_the_seed_decides() -> None:
    neighbours = Neighbours("neighbours", _letters())
    one, other = (neighbours.ink(0, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(one, other)
