import numpy as np
import pytest
from numpy.typing import NDArray

from model import tendencies
from model.attribution import decisive, what_decided
from model.classifier import Classifier, load
from model.ink import BlankImage
from model.labels import INDEX
from model.preprocess import preprocess
from model.tendencies import as_input
from tests.model.drawings import drawn


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load()


class OneEyed(Classifier):
    """Takes ink on the left for い and ink on the right for し."""

    def __init__(self) -> None:
        pass

    def logits(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        answer = np.zeros(75, np.float32)
        answer[INDEX["い"]] = picture[:, :24].sum() / 20
        answer[INDEX["し"]] = picture[:, 24:].sum() / 20
        return answer


def test_the_ink_that_a_classifier_looks_at_decides() -> None:
    picture = preprocess(drawn("い"))
    heat = decisive(OneEyed(), picture, "い", against="し")
    left, right = heat[:, :18], heat[:, 30:]
    assert left.max() > 0.1
    assert left.min() >= 0
    assert right.min() < -0.1
    assert right.max() <= 0


def test_paper_decides_nothing() -> None:
    picture = preprocess(drawn("い"))
    assert not decisive(OneEyed(), picture)[picture[:, :, 0] == 0].any()


def test_the_ring_tells_pa_from_ha(classifier: Classifier) -> None:
    pa = as_input(tendencies.typical("ぱ"))
    heat = decisive(classifier, pa, "ぱ", against="は")
    row, column = np.unravel_index(int(np.argmax(heat)), heat.shape)
    assert row < 24
    assert column > 24


def test_heat_lies_on_the_ink_of_a_large_picture(classifier: Classifier) -> None:
    picture = np.full((400, 700, 3), 240, np.uint8)
    picture[120:320, 420:620] = drawn("こ", 200)[:, :, np.newaxis]
    heat = what_decided(classifier, picture)
    assert heat.shape == (400, 700)
    assert heat.dtype == np.float32
    warm = np.abs(heat) > 0.2 * np.abs(heat).max()
    assert warm.any()
    assert picture[:, :, 0][warm].mean() < 160
    assert not heat[:, :400].any()


def test_the_same_question_gets_the_same_answer(classifier: Classifier) -> None:
    assert np.array_equal(what_decided(classifier, drawn("と")), what_decided(classifier, drawn("と")))


def test_a_blank_picture_and_an_unknown_label_are_said(classifier: Classifier) -> None:
    with pytest.raises(BlankImage):
        what_decided(classifier, np.full((80, 80), 255, np.uint8))
    with pytest.raises(KeyError):
        what_decided(classifier, drawn("と"), "猫")
