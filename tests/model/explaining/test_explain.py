from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from model.classifier import Classifier, load
from model.explaining.explain import explain
from model.ink import BlankImage
from model.reading import Reading
from model.rendering import canvas
from model.rendering.canvas import AGAINST, FOR, Canvas
from tests.model.drawings import drawn


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load()


def test_an_explanation_is_one_picture_the_same_each_time(classifier: Classifier) -> None:
    picture = explain(classifier, drawn("う"))
    assert (picture.shape, picture.dtype) == ((612, 960, 3), np.uint8)
    assert np.array_equal(picture, explain(classifier, drawn("う")))


def test_two_characters_have_two_explanations(classifier: Classifier) -> None:
    assert not np.array_equal(explain(classifier, drawn("う")), explain(classifier, drawn("つ")))


def test_a_photograph_in_colour_is_explained_too(classifier: Classifier) -> None:
    assert explain(classifier, np.dstack([drawn("ん", 300)] * 3)).shape == (612, 960, 3)


def test_a_blank_picture_cannot_be_explained(classifier: Classifier) -> None:
    with pytest.raises(BlankImage):
        explain(classifier, np.full((100, 100), 250, np.uint8))


class Halves(Classifier):
    """Reads the left half of a picture and the right one."""

    def __init__(self, classifier: Classifier) -> None:
        self.__dict__.update(classifier.__dict__)

    def read(self, image: NDArray[np.uint8], top: int = 5, min_confidence: float = 0.6) -> Reading:
        middle = image.shape[1] // 2
        left, right = self.glyph(image[:, :middle], top), self.glyph(image[:, middle:], top)
        x, y, width, height = right.box
        return Reading((left, replace(right, box=(x + middle, y, width, height))), "", 0.0)


@pytest.mark.parametrize("paper", [245, 120])
def test_one_of_several_characters_is_explained_as_if_it_stood_alone(classifier: Classifier, paper: int) -> None:
    letters = ("つ", "ん")
    both = np.hstack([drawn(letter, paper=paper) for letter in letters])
    alone = [explain(classifier, drawn(letter, paper=paper)).astype(int) for letter in letters]
    for glyph, picture in enumerate(explain(Halves(classifier), both, i).astype(int) for i in range(2)):
        assert np.abs(picture - alone[glyph]).mean() < 3
        assert np.abs(picture - alone[1 - glyph]).mean() > 6


def test_a_character_that_is_not_there_cannot_be_explained(classifier: Classifier) -> None:
    with pytest.raises(BlankImage, match="no character 2"):
        explain(classifier, drawn("う"), glyph=1)


def test_without_a_japanese_font_captions_are_english(classifier: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canvas, "JAPANESE_FONTS", ())
    canvas._japanese_font.cache_clear()
    canvas._font.cache_clear()
    try:
        assert str(canvas.Caption("決め手", "what decided")) == "what decided"
        assert explain(classifier, drawn("う")).shape == (612, 960, 3)
    finally:
        monkeypatch.undo()
        canvas._japanese_font.cache_clear()
        canvas._font.cache_clear()


def test_heat_is_warm_for_and_cold_against() -> None:
    sheet = Canvas(48, 48)
    heat = np.concatenate([np.full((48, 24), 5), np.full((48, 24), -5)], axis=1).astype(np.float32)
    sheet.heat(0, 0, 48, np.full((48, 48), 255, np.uint8), heat, strongest=5)
    assert tuple(sheet.pixels()[24, 4]) == FOR
    assert tuple(sheet.pixels()[24, 44]) == AGAINST
