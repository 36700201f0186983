import numpy as np
import pytest

from model.classifier import Classifier, load
from model.rendering.cut_out import glyph_alone
from tests.model.pages.test_transcribe import sheet

LINES = "いつこしと", "うしとんこ", "つくしとい"


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load()


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_page_on_its_side_or_upside_down_is_read_as_if_it_stood_upright(classifier: Classifier, turns: int) -> None:
    upright = np.pad(sheet(*LINES), ((0, 40), (30, 0)), constant_values=245)
    page = np.ascontiguousarray(np.rot90(upright, -turns))
    reading, expected = classifier.read(page), classifier.read(upright)
    assert reading.text == expected.text == "".join(LINES)
    for glyph, as_it_stood in zip(reading.glyphs, expected.glyphs, strict=True):
        assert glyph.turned == turns
        alone, expected_alone = glyph_alone(page, glyph), glyph_alone(upright, as_it_stood)
        assert alone.shape == expected_alone.shape
        assert np.abs(alone.astype(int) - expected_alone).mean() < 2  # shrunk in another direction


def test_a_page_that_stands_upright_is_not_turned(classifier: Classifier) -> None:
    assert {glyph.turned for glyph in classifier.read(sheet(*LINES)).glyphs} == {0}


def test_in_another_format_only_what_was_turned_says_so(classifier: Classifier) -> None:
    page = sheet(*LINES)
    assert "turned" not in classifier.read(page).to_json()["glyphs"][0]
    assert classifier.read(np.ascontiguousarray(np.rot90(page))).to_json()["glyphs"][0]["turned"] == 3
