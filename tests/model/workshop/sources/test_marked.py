import numpy as np

from model.labels import INDEX, LABELS
from model.workshop.sources.marked import MarkedLetters
from model.workshop.sources.redrawn import Redrawn
from model.workshop.sources.stored import StoredImages, Written, store
from tests.model.drawings import drawn


def _letters() -> StoredImages:
    return store("drawn", [Written(drawn(label, 120), label, f"w{label}") for label in "くしつとへい"])


def test_letters_that_take_a_mark_get_every_one_they_take() -> None:
    marked = MarkedLetters("marked", _letters())
    assert sorted(LABELS[label] for label in marked.labels) == sorted("ぐじづどべぺ")
    assert marked.writers[list(marked.labels).index(INDEX["ぐ"])] == "wく"


def test_a_mark_is_drawn_at_the_top_right_and_never_twice_the_same() -> None:
    marked, rng = MarkedLetters("marked", _letters()), np.random.default_rng(5)
    item = list(marked.labels).index(INDEX["ぐ"])
    inks = [marked.ink(item, rng) for _ in range(12)]
    assert len({ink.tobytes() for ink in inks}) == 12
    for ink in inks:
        assert ink.shape == (112, 112)
        assert np.count_nonzero(ink[:56, 60:] > 90) > 8


def test_a_bold_letter_is_redrawn_with_thin_and_thick_pens() -> None:
    bold = store("bold", [Written(drawn("つ", 120, pen=0.14), "つ", "w")])
    redrawn, rng = Redrawn("redrawn", bold), np.random.default_rng(6)
    weights = [np.count_nonzero(redrawn.ink(0, rng) > 128) for _ in range(20)]
    assert min(weights) < 0.4 * np.count_nonzero(bold.inks[0] > 128)
    assert max(weights) > 2 * min(weights)
