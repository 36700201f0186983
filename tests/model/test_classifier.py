import hashlib
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from model.classifier import ARTIFACT, CARD, Calibration, Classifier, ModelUnusable, load
from model.finder.find import FILE as FINDER
from model.labels import INDEX, LABELS, NOT_HIRAGANA
from model.network import Network
from model.preprocess import BlankImage, UnreadableImage
from tests.model.drawings import STROKES, drawn, on_a_table

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


def test_one_look_gives_the_character_and_what_the_network_saw(classifier: Classifier) -> None:
    glyph, found = classifier.look(drawn("う"), top=3)
    assert glyph == classifier.glyph(drawn("う"), top=3)
    assert (found.input == classifier.locate(drawn("う")).input).all()
    with pytest.raises(BlankImage):
        classifier.look(BLANK)


def test_candidates_come_best_first_with_probabilities(classifier: Classifier) -> None:
    (found,) = classifier.classify([drawn("う")], top=74)
    probabilities = [candidate.probability for candidate in found]
    assert probabilities == sorted(probabilities, reverse=True)
    assert 0.5 < sum(probabilities) <= 1 + 1e-6  # the rest is the probability that it is no hiragana
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
        classifier.read(np.zeros((5, 5, 2), np.uint8))


TILTS = 3  # of what is not known at once: upright, and tilted to either side


class _Answering:
    """Stands in for LiteRT's interpreter: the given probabilities in turn, and the last ones from then on."""

    def __init__(self, *answers: dict[int, float]) -> None:
        self._answers = list(answers)

    def allocate_tensors(self) -> None: ...
    def set_tensor(self, index: int, value: object) -> None: ...
    def invoke(self) -> None: ...
    def get_input_details(self) -> list[dict[str, int]]:
        return [{"index": 0}]

    get_output_details = get_input_details

    def get_tensor(self, index: int) -> object:
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        chances = np.full(NOT_HIRAGANA + 1, 1e-6, np.float32)
        chances[list(answer)] = list(answer.values())
        return np.log(chances)[np.newaxis]


@pytest.mark.parametrize(
    ("best", "other", "verdict"),
    [
        (0.95, 0.01, "sure"),
        (0.61, 0.29, "sure"),
        (0.59, 0.29, "unsure"),
        (0.35, 0.29, "unsure"),
        (0.65, 0.31, "not_hiragana"),
        (0.01, 0.95, "not_hiragana"),
    ],
)
def test_a_verdict_follows_from_how_likely_the_best_is_and_that_it_is_something_else(
    best: float, other: float, verdict: str
) -> None:
    rest = {1: 1 - best - other}
    classifier = Classifier(Network(_Answering({0: best, NOT_HIRAGANA: other, **rest}), Calibration(refuse_from=0.3)))
    glyph = classifier.glyph(drawn("い"), min_confidence=0.6)
    assert glyph.verdict == verdict
    assert max(candidate.probability for candidate in glyph.candidates if candidate.label == "あ") == pytest.approx(
        best, rel=1e-3
    )


@pytest.mark.parametrize(
    ("best", "other", "verdict"),
    [
        ("つ", "づ", "unsure"),
        ("い", "じ", "unsure"),
        ("ぱ", "ば", "unsure"),
        ("ゔ", "う", "unsure"),
        ("い", "り", "sure"),
    ],
)
def test_a_mark_in_doubt_makes_a_likely_letter_unsure(best: str, other: str, verdict: str) -> None:
    answer = _Answering({INDEX[best]: 0.92, INDEX[other]: 0.07})
    classifier = Classifier(Network(answer, Calibration(refuse_from=0.3)))
    for top in (1, 5):
        glyph = classifier.glyph(drawn("い"), top=top)
        assert (glyph.text, glyph.verdict, len(glyph.candidates)) == (best, verdict, top)


def test_of_a_photo_the_first_view_that_is_known_counts_and_else_the_mean_of_all() -> None:
    photo = on_a_table(np.dstack([drawn("い", 240)] * 3))
    first, letter, other = {0: 0.9, NOT_HIRAGANA: 0.1}, {1: 0.96, NOT_HIRAGANA: 0.04}, {2: 0.1, NOT_HIRAGANA: 0.9}
    known = Classifier(Network(_Answering(*[first] * TILTS, letter, other))).glyph(photo)
    assert (known.candidates[0].label, known.verdict) == (LABELS[1], "sure")
    assert known.candidates[0].probability == pytest.approx(0.96, abs=0.01)
    unknown = Classifier(Network(_Answering(*[first] * TILTS, other), Calibration(refuse_from=0.5))).glyph(photo)
    assert (unknown.candidates[0].label, unknown.verdict) == (LABELS[0], "not_hiragana")
    assert unknown.candidates[0].probability < 0.5


def test_what_is_not_known_at_once_is_tilted_and_the_mean_answer_counts() -> None:
    upright, left, right = {0: 0.9, 1: 0.1}, {0: 0.1, 1: 0.9}, {0: 0.2, 1: 0.8}
    doubted = Classifier(Network(_Answering(upright, left, right))).glyph(drawn("い"))
    odds = ((0.9 * 0.1 * 0.2) / (0.1 * 0.9 * 0.8)) ** (1 / 3)
    assert (doubted.candidates[0].label, doubted.candidates[1].label) == (LABELS[1], LABELS[0])
    assert doubted.candidates[1].probability == pytest.approx(odds / (1 + odds), abs=0.001)
    known = Classifier(Network(_Answering({0: 0.96, 1: 0.04}, left, right))).glyph(drawn("い"))
    assert known.candidates[0].probability == pytest.approx(0.96, abs=0.001)


def test_what_is_refused_is_not_in_the_text() -> None:
    reading = Classifier(Network(_Answering({0: 0.1, NOT_HIRAGANA: 0.9}), Calibration(refuse_from=0.3))).read(
        drawn("い")
    )
    assert (reading.text, reading.glyphs[0].verdict) == ("", "not_hiragana")


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


def test_a_picture_without_pixels_is_blank(classifier: Classifier) -> None:
    nothing = np.zeros((0, 40), np.uint8)
    for ask in (classifier.read, classifier.glyph, lambda image: classifier.classify([image])):
        with pytest.raises(BlankImage, match="no pixels"):
            ask(nothing)


def test_a_missing_model_is_named_and_so_is_a_missing_card(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match=r"cannot be used.*hiragana\.tflite'"):
        load(tmp_path / "hiragana.tflite")
    (tmp_path / "hiragana.tflite").write_bytes(ARTIFACT.read_bytes())
    with pytest.raises(ModelUnusable, match=r"cannot be used.*card\.json'"):
        load(tmp_path / "hiragana.tflite")


def test_a_missing_finder_is_named_before_the_first_photo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("model.classifier.FINDER", tmp_path / "finder.tflite")
    with pytest.raises(ModelUnusable, match=r"finder\.tflite is missing"):
        load()


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


@pytest.mark.parametrize("card", ["[]", "null", "3", "", "{", "[" * 100_000, b"\xff\xfe\xff"])
def test_a_card_that_is_no_card_is_damaged(tmp_path: Path, card: str | bytes) -> None:
    (tmp_path / CARD).write_bytes(card if isinstance(card, bytes) else card.encode())
    (tmp_path / "hiragana.tflite").write_bytes(ARTIFACT.read_bytes())
    with pytest.raises(ModelUnusable, match=r"card\.json is damaged \(.+\): export it again"):
        load(tmp_path / "hiragana.tflite")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"temperature": None}, "temperature is None, and no number"),
        ({"temperature": "warm"}, "temperature is 'warm', and no number"),
        ({"temperature": True}, "temperature is True"),
        ({"temperature": 0}, "is to be above 0"),
        ({"temperature": -0.5}, "is to be above 0"),
        ({"temperature": float("nan")}, "temperature is nan"),
        ({"temperature": float("inf")}, "temperature is inf"),
        ({"temperature": 10**400}, "too large"),
        ({"refuse_from": None}, "refuse_from is None"),
        ({"refuse_from": 1.5}, "from 0 to 1"),
        ({"refuse_from": -0.1}, "from 0 to 1"),
        ({"network": ["hiragana"]}, r"network is \['hiragana'\], and no name"),
    ],
)
def test_a_card_that_says_the_impossible_is_damaged(tmp_path: Path, change: dict[str, object], reason: str) -> None:
    file = _with_card(tmp_path, {"labels": "".join(LABELS), "temperature": 1.0, **change})
    with pytest.raises(ModelUnusable, match=rf"card\.json is damaged \(.*{reason}.*\): export it again"):
        load(file)


def test_a_card_needs_a_temperature_and_can_do_without_the_rest(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match="temperature is missing"):
        load(_with_card(tmp_path, {"labels": "".join(LABELS)}))
    assert load(_with_card(tmp_path, {"labels": "".join(LABELS), "temperature": 1})).read(drawn("い")).text == "い"


def _with_card(folder: Path, card: dict[str, object]) -> Path:
    (folder / CARD).write_text(json.dumps(card), encoding="utf-8")
    (folder / "hiragana.tflite").write_bytes(ARTIFACT.read_bytes())
    return folder / "hiragana.tflite"


@pytest.mark.parametrize(
    ("source", "network"),
    [(FINDER, "hiragana"), (FINDER, "classic"), (ARTIFACT, "classic")],
    ids=["the finder", "the finder as classic", "the shipped one as classic"],
)
def test_the_file_of_another_network_is_refused_before_the_first_picture(
    tmp_path: Path, source: Path, network: str
) -> None:
    file = _with_card(tmp_path, {"labels": "".join(LABELS), "temperature": 1, "network": network})
    file.write_bytes(source.read_bytes())
    with pytest.raises(ModelUnusable, match=rf"hiragana\.tflite: this is no {network} network"):
        load(file)


def test_the_run_time_half_loads_nothing_of_training() -> None:
    code = "import sys, model.classifier; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not {"tensorflow", "keras", "matplotlib", "typer", "rich", "PIL"} & set(done.stdout.split())


def test_the_shipped_model_is_small_and_the_one_of_its_card() -> None:
    content = ARTIFACT.read_bytes()
    card = json.loads((ARTIFACT.parent / "card.json").read_text(encoding="utf-8"))
    assert len(content) <= 1_000_000
    assert card["file"]["otherwise"] <= 0.001
    assert hashlib.sha256(content).hexdigest() == card["file"]["sha256"]
    prose = (ARTIFACT.parent / "card.md").read_text(encoding="utf-8")
    for name in ("Joonas Lõmps", "Brenden Lake", "kanjicanvas", "Hiroyuki Komatsu", "Permission is hereby granted"):
        assert name in prose
