import numpy as np
import pytest

from model.calibrate import calibration_error, find_temperature, softmax
from model.classifier import load
from model.evaluate import Pictures, count, evaluate, hardships
from model.sources.stored import Written
from tests.model.drawings import STROKES, drawn

DRAWINGS = Pictures("drawings", [Written(drawn(label, 120), label, "test") for label in STROKES])


def test_figures_count_what_was_read() -> None:
    answers = [
        [("あ", 0.9), ("お", 0.1)],
        [("お", 0.7), ("あ", 0.2)],
        [("い", 0.5), ("り", 0.5)],
        [],
    ]
    figures = count("some", ["あ", "あ", "い", "い"], answers)
    assert (figures.images, figures.classes) == (4, 2)
    assert (figures.top1, figures.top5, figures.macro) == (0.5, 0.75, 0.5)
    assert figures.per_class == {"あ": 0.5, "い": 0.5}
    assert (figures.sure, figures.right_when_sure) == (0.5, 0.5)
    assert figures.confusions == [("あ", "お", 1), ("い", "", 1)]


def test_macro_weighs_every_class_the_same() -> None:
    right, wrong = [("あ", 1.0)], [("お", 1.0)]
    assert count("some", ["あ"] * 9 + ["い"], [right] * 9 + [wrong]).macro == 0.5


def test_the_shipped_model_reads_our_drawings_whatever_happens_to_them() -> None:
    classifier = load()
    assert evaluate(classifier, DRAWINGS).top1 == 1
    for name, change in hardships().items():
        assert evaluate(classifier, DRAWINGS, change).top1 >= 0.75, name


def test_a_small_kana_and_a_katakana_twin_are_right_when_read_as_their_full_form() -> None:
    written = [Written(drawn("つ", 90), "っ", "test"), Written(drawn("へ", 90), "ヘ", "test")]
    assert evaluate(load(), Pictures("twins", written)).top1 == 1


def test_probabilities_add_up_and_a_low_temperature_makes_them_bolder() -> None:
    logits = np.array([[2.0, 1.0, 0.0]], np.float32)
    assert softmax(logits).sum() == pytest.approx(1)
    assert softmax(logits, 0.5)[0, 0] > softmax(logits)[0, 0]


def test_the_temperature_makes_overconfident_answers_honest() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 5, 4000)
    honest = np.log(np.full((4000, 5), 0.1, np.float32))
    honest[np.arange(4000), np.where(rng.random(4000) < 0.6, truth, rng.integers(0, 5, 4000))] = np.log(0.6)
    temperature = find_temperature(honest * 2.5, truth)
    assert temperature > 1.8
    confidence = softmax(honest * 2.5, temperature)
    right = confidence.argmax(axis=1) == truth
    assert calibration_error(confidence.max(axis=1), right) < 0.03
    assert calibration_error(softmax(honest * 2.5).max(axis=1), right) > 0.2
