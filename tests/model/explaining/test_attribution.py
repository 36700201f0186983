import numpy as np
import pytest
from numpy.typing import NDArray

from model.classifier import Classifier, load
from model.explaining import tendencies
from model.explaining.attribution import Occlusion
from model.explaining.tendencies import as_input
from model.labels import INDEX
from model.preprocess import preprocess
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
    heat = Occlusion(OneEyed(), picture).heat("い", against="し")
    left, right = heat[:, :18], heat[:, 30:]
    assert left.max() > 0.1
    assert left.min() >= 0
    assert right.min() < -0.1
    assert right.max() <= 0


def test_paper_decides_nothing() -> None:
    picture = preprocess(drawn("い"))
    assert not Occlusion(OneEyed(), picture).heat()[picture[:, :, 0] == 0].any()


def test_the_ring_tells_pa_from_ha(classifier: Classifier) -> None:
    pa = as_input(tendencies.typical("ぱ"))
    heat = Occlusion(classifier, pa).heat("ぱ", against="は")
    row, column = np.unravel_index(int(np.argmax(heat)), heat.shape)
    assert row < 24
    assert column > 24


def test_the_same_question_gets_the_same_answer(classifier: Classifier) -> None:
    to = preprocess(drawn("と"))
    assert np.array_equal(Occlusion(classifier, to).heat(), Occlusion(classifier, to).heat("と"))


def test_an_unknown_label_is_said(classifier: Classifier) -> None:
    with pytest.raises(KeyError):
        Occlusion(classifier, preprocess(drawn("と"))).heat("猫")
