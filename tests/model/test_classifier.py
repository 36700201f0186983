import hashlib
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from model.classifier import ARTIFACT, Classifier, ModelUnusable, judge, load
from model.labels import LABELS
from model.preprocess import UnreadableImage
from model.reading import Candidate
from tests.model.drawings import STROKES, drawn

BLANK = np.full((80, 120), 250, np.uint8)


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load()


@pytest.mark.parametrize("label", sorted(STROKES))
def test_a_drawn_character_is_read(classifier: Classifier, label: str) -> None:
    reading = classifier.read(drawn(label))
    assert (reading.text, reading.glyphs[0].verdict) == (label, "sure")


@pytest.mark.parametrize("label", sorted(STROKES))
def test_a_small_white_drawing_in_a_corner_of_a_large_dark_board_is_read(classifier: Classifier, label: str) -> None:
    board = np.full((1000, 1000, 3), 30, np.uint8)
    board[50:170, 800:920] = 255 - drawn(label, 120, paper=225)[:, :, None]
    assert classifier.read(board).text == label


def test_candidates_come_best_first_with_probabilities(classifier: Classifier) -> None:
    (found,) = classifier.classify([drawn("う")], top=74)
    probabilities = [candidate.probability for candidate in found]
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) == pytest.approx(1)
    assert sorted(candidate.label for candidate in found) == sorted(LABELS)


def test_every_picture_has_its_own_answer_in_order(classifier: Classifier) -> None:
    answers = classifier.classify([drawn("し"), BLANK, drawn("こ"), np.dstack([drawn("く")] * 3)], top=3)
    assert [[candidate.label for candidate in found][:1] for found in answers] == [["し"], [], ["こ"], ["く"]]
    assert [len(found) for found in answers] == [3, 0, 3, 3]


def test_nothing_asked_is_nothing_answered(classifier: Classifier) -> None:
    assert classifier.classify([]) == []


def test_blank_paper_is_no_hiragana_and_has_no_text(classifier: Classifier) -> None:
    reading = classifier.read(BLANK)
    assert reading.text == ""
    assert [(glyph.box, glyph.candidates, glyph.verdict) for glyph in reading.glyphs] == [
        ((0, 0, 120, 80), (), "not_hiragana")
    ]


def test_what_is_no_picture_is_refused(classifier: Classifier) -> None:
    with pytest.raises(UnreadableImage):
        classifier.read(np.zeros((5, 5, 4), np.uint8))


@pytest.mark.parametrize(
    ("best", "verdict"), [(0.95, "sure"), (0.6, "sure"), (0.59, "unsure"), (0.35, "unsure"), (0.34, "not_hiragana")]
)
def test_the_verdict_follows_the_best_probability(best: float, verdict: str) -> None:
    assert judge([Candidate("あ", best), Candidate("お", 0.01)], min_confidence=0.6) == verdict


def test_whoever_asks_decides_what_counts_as_sure(classifier: Classifier) -> None:
    assert classifier.read(drawn("い"), min_confidence=1.01).glyphs[0].verdict == "unsure"


def test_many_threads_get_the_answers_that_one_gets(classifier: Classifier) -> None:
    pictures = [drawn(label, side) for label in STROKES for side in (60, 120)] * 4
    alone = [classifier.classify([picture]) for picture in pictures]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda picture: classifier.classify([picture]), pictures))
    assert together == alone


def test_another_start_gives_the_same_probabilities(classifier: Classifier) -> None:
    assert load().classify([drawn("と")]) == classifier.classify([drawn("と")])


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match="cannot be used"):
        load(tmp_path / "hiragana.tflite")


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "card.json").write_bytes((ARTIFACT.parent / "card.json").read_bytes())
    (tmp_path / "hiragana.tflite").write_bytes(b"not a model at all, but long enough to look at")
    with pytest.raises(ModelUnusable, match="no LiteRT model"):
        load(tmp_path / "hiragana.tflite")


def test_a_model_for_other_labels_is_refused(tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text(json.dumps({"labels": "ab", "temperature": 1}), encoding="utf-8")
    (tmp_path / "hiragana.tflite").write_bytes(ARTIFACT.read_bytes())
    with pytest.raises(ModelUnusable, match="other labels"):
        load(tmp_path / "hiragana.tflite")


def test_the_run_time_half_loads_nothing_of_training() -> None:
    code = "import sys, model.classifier; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not {"tensorflow", "keras", "matplotlib", "typer", "rich", "PIL"} & set(done.stdout.split())


def test_the_shipped_model_is_small_and_the_one_of_its_card() -> None:
    content = ARTIFACT.read_bytes()
    card = json.loads((ARTIFACT.parent / "card.json").read_text(encoding="utf-8"))
    assert len(content) <= 1_000_000
    assert hashlib.sha256(content).hexdigest() == card["file"]["sha256"]
    prose = (ARTIFACT.parent / "card.md").read_text(encoding="utf-8")
    for name in ("Joonas Lõmps", "Brenden Lake", "kanjicanvas", "Hiroyuki Komatsu", "Permission is hereby granted"):
        assert name in prose
