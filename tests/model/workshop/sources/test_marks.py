"""The marks ゛ and ゜: two ticks stand apart by more than the pen, and つ with a single one is no づ."""

import numpy as np
import pytest

from model.ink import Ink
from model.labels import INDEX, LABELS
from model.synthetic.marks import Line, dakuten, handakuten, shows_both_ticks
from model.synthetic.strokes import FORMS, StrokeDrawings, draw, read_tdic
from model.workshop.sources.crowded import Crowded
from model.workshop.sources.stored import StoredImages, Written, store
from model.workshop.training.dataset import Mixture
from tests.model.drawings import drawn

CORNER = np.array([0.8, 0.2], np.float32)


def _nearest(lines: list[Line]) -> float:
    one, other = (np.linspace(line.points[:-1], line.points[1:], 20).reshape(-1, 2) for line in lines)
    return float(np.hypot(*(one[:, None] - other[None]).T).min())


@pytest.mark.parametrize("pen", [0.02, 0.05, 0.12])
def test_the_two_ticks_seldom_stand_nearer_than_the_pen_is_broad(pen: float) -> None:
    rng = np.random.default_rng(1)
    apart = [_nearest(dakuten(CORNER, rng, pen)) > pen for _ in range(400)]
    assert np.mean(apart) > 0.92


def test_a_broad_pen_writes_a_ring_that_stays_open() -> None:
    rng = np.random.default_rng(2)
    rings = [handakuten(CORNER, rng, 0.12)[0].points for _ in range(50)]
    assert min(float(np.ptp(ring, axis=0).max()) for ring in rings) > 0.12


def _tsu(*ticks: list[tuple[float, float]]) -> Ink:
    curve = [(0.1, 0.4), (0.5, 0.3), (0.7, 0.5), (0.5, 0.8), (0.2, 0.9)]
    lines = [Line(np.asarray(line, np.float32)) for line in (curve, *ticks)]
    return draw(lines, np.random.default_rng(3), 3)


def test_two_ticks_that_ran_together_are_one() -> None:
    first, second, beside = [(0.8, 0.1), (0.85, 0.2)], [(0.95, 0.08), (1.0, 0.18)], [(0.81, 0.1), (0.86, 0.2)]
    assert shows_both_ticks(_tsu(first, second))
    assert not shows_both_ticks(_tsu(first, beside))
    assert not shows_both_ticks(_tsu(first))


def test_training_shows_no_zu_whose_ticks_ran_together() -> None:
    forms = StrokeDrawings("forms", read_tdic(FORMS), run_on={})
    mixture, rng = Mixture((forms,), (1.0,)), np.random.default_rng(4)
    assert all(shows_both_ticks(mixture.ink(INDEX["づ"], rng)) for _ in range(30))


@pytest.fixture
def letters() -> StoredImages:
    return store("drawn", [Written(drawn(label, 120), label, f"w{label}") for label in "くしつとへい"])


def test_what_stands_beside_a_letter_leaves_it_what_it_is(letters: StoredImages) -> None:
    crowded, rng = Crowded("crowded", letters), np.random.default_rng(5)
    assert [LABELS[label] for label in crowded.labels] == list("くしつとへい")
    assert crowded.writers == letters.writers
    inks = [crowded.ink(4, rng) for _ in range(60)]
    assert all(ink.shape == (108, 108) and ink.dtype == np.uint8 for ink in inks)
    assert len({ink.tobytes() for ink in inks}) > 40


def test_no_tsu_gets_a_dash_above_it(letters: StoredImages) -> None:
    crowded, rng = Crowded("crowded", letters), np.random.default_rng(6)
    tsu = list(letters.labels).index(INDEX["つ"])
    above = [np.count_nonzero(crowded.ink(tsu, rng)[:20, 30:78] > 90) for _ in range(60)]
    assert max(above) < 60, "a speck has fewer pixels than a dash"
