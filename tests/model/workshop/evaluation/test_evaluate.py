import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from model.classifier import load
from model.preprocess import locate
from model.reading import Candidate, Verdict
from model.workshop.evaluation.evaluate import evaluate, read, refusals, sample
from model.workshop.evaluation.figures import Answer, count
from model.workshop.evaluation.hardships import SLOW, framed, hardships
from model.workshop.evaluation.pictures import Pictures, UnreadablePictures, held_out_by, pictures_in, unseen_pictures
from model.workshop.evaluation.resampling import compare, range_of_share
from model.workshop.sources.stored import Written
from model.workshop.training.calibrate import calibration_error, find_temperature, softmax
from tests.model.drawings import STROKES, drawn

DRAWINGS = Pictures("drawings", [Written(drawn(label, 120), label, "test") for label in STROKES])


def answered(written: str, *candidates: tuple[str, float], writer: str = "a", verdict: Verdict = "sure") -> Answer:
    return Answer(written, writer, tuple(Candidate(*candidate) for candidate in candidates), verdict)


def test_figures_count_what_was_read() -> None:
    figures = count(
        "some",
        [
            answered("あ", ("あ", 0.9), ("お", 0.1)),
            answered("あ", ("お", 0.7), ("あ", 0.2), writer="b"),
            answered("い", ("い", 0.5), ("り", 0.5), verdict="unsure"),
            answered("い", writer="b", verdict="not_hiragana"),
        ],
    )
    assert (figures.images, figures.classes, figures.writers) == (4, 2, 2)
    assert (figures.top1, figures.top5, figures.macro) == (0.5, 0.75, 0.5)
    assert figures.per_class == {"あ": 0.5, "い": 0.5}
    assert (figures.sure, figures.right_when_sure, figures.refused) == (0.5, 0.5, 0.25)
    assert figures.confusions == [("あ", "お", 1), ("い", "", 1)]
    assert (figures.worst_writer, figures.mean_writer) == (("b", 0.0), 0.5)
    assert figures.top1_range is None  # two writers say nothing about a third
    assert json.loads(json.dumps(figures.to_json()))["per_writer"] == {"b": 0.0, "a": 1.0}


def test_macro_weighs_every_class_the_same() -> None:
    assert count("some", [answered("あ", ("あ", 1.0))] * 9 + [answered("い", ("お", 1.0))]).macro == 0.5


def test_a_range_is_wider_where_the_errors_are_one_writers() -> None:
    writers = [f"w{i // 50}" for i in range(500)]
    spread, one_hand = np.ones(500, bool), np.ones(500, bool)
    spread[::50], one_hand[:10] = False, False
    low, high = range_of_share(spread, writers) or (0, 0)
    assert low < 0.98 < high
    assert (range_of_share(one_hand, writers) or (1, 1))[0] < low - 0.01


def test_faultless_reading_still_has_a_range() -> None:
    low, high = range_of_share(np.ones(100, bool), [f"w{i % 5}" for i in range(100)]) or (0, 0)
    assert 0.95 < low < 0.98
    assert high == 1


def test_a_gain_that_every_writer_has_is_none_of_chance() -> None:
    writers = [f"w{i // 20}" for i in range(400)]
    first = np.arange(400) % 20 >= 2
    gain = compare(first, np.ones(400, bool), writers)
    assert gain.gain == pytest.approx(0.1)
    assert gain.verdict == "real"
    assert str(gain) == "+10.00 points (p < 0.001)"
    assert gain.range == pytest.approx((0.1, 0.1))


def test_a_gain_that_is_one_writers_is_noise() -> None:
    writers = [f"w{i // 20}" for i in range(400)]
    first = np.ones(400, bool)
    first[:15] = False
    gain = compare(first, np.ones(400, bool), writers)
    assert gain.verdict == "noise"
    assert str(gain).startswith("+3.75 points (noise, p = ")
    assert compare(first, first, writers).gain == 0


def test_few_writers_never_tell_two_models_apart() -> None:
    gain = compare(np.zeros(300, bool), np.ones(300, bool), ["w1", "w2", "w3"] * 100)
    assert (gain.gain, gain.verdict, gain.range) == (1, "too few writers to tell", None)


def test_the_shipped_model_reads_our_drawings_whatever_happens_to_them() -> None:
    classifier = load()
    assert evaluate(classifier, DRAWINGS).top1 == 1
    for name, change in hardships().items():
        if name not in SLOW:  # a photo can be beyond reading: what is asked of many of them stands with the real data
            assert evaluate(classifier, DRAWINGS, change).top1 >= 0.75, name


@pytest.mark.parametrize("share", [1.0, 0.6, 0.4])
def test_a_framed_character_keeps_its_pixels_and_takes_its_share(share: float) -> None:
    image = np.dstack([drawn("こ", 120)] * 3)
    changed = framed(image, share)
    _, _, width, height = locate(image).box
    assert changed.shape == (*[round(max(width, height) / share)] * 2, 3)
    found = locate(changed).box
    assert found[2:] == pytest.approx((width, height), abs=3)
    assert found[0] + found[2] / 2 == pytest.approx(changed.shape[1] / 2, abs=3)


def test_a_hardship_changes_a_picture_in_the_same_way_each_time() -> None:
    for name, change in hardships().items():
        assert np.array_equal(change(drawn("う", 80)), change(drawn("う", 80))), name


@pytest.mark.parametrize("name", hardships())
def test_every_hardship_changes_coloured_pictures_too(name: str) -> None:
    grey = drawn("い", 120)
    changed = hardships()[name](np.stack([grey] * 3, axis=2))
    assert changed.dtype == np.uint8
    assert changed.std() > 5


def test_a_slow_hardship_is_tried_on_pictures_from_the_whole_set() -> None:
    some = sample(DRAWINGS, 4)
    assert len(some.written) == 4
    assert (some.written[0], some.written[-1]) == (DRAWINGS.written[0], DRAWINGS.written[-1])
    assert sample(DRAWINGS, 200).written == DRAWINGS.written


def test_every_model_answers_about_the_same_pictures() -> None:
    first, second = read([load(), load()], DRAWINGS)
    assert first == second
    assert [answer.written for answer in first] == [written.character for written in DRAWINGS.written]


def test_refusal_is_counted_for_each_kind() -> None:
    blank = np.full((60, 60), 240, np.uint8)
    paper, letters = refusals(load(), {"paper": [blank, blank], "hiragana": [drawn("い"), blank]})
    assert (paper.kind, paper.images, paper.refused, paper.sure) == ("paper", 2, 1, 0)
    assert (letters.refused, letters.sure) == (0.5, 0.5)


def test_a_folder_for_each_character_is_read_and_what_is_no_hiragana_is_named(tmp_path: Path) -> None:
    for label in ("い", "っ", "cats"):
        (tmp_path / label).mkdir()
        for number in range(2):
            cv2.imencode(".png", drawn("い", 60))[1].tofile(tmp_path / label / f"anna_{number}.png")
    (found,) = pictures_in(tmp_path)
    assert found.left_out == {"cats": 2}
    assert [(one.character, one.writer) for one in found.written] == [("い", "anna")] * 2 + [("っ", "anna")] * 2


def test_a_letter_with_its_mark_apart_is_read_as_the_letter(tmp_path: Path) -> None:
    images = np.stack([drawn("い", 64)] * 2)
    np.savez(tmp_path / "mac.npz", images=images, label=np.array(["が", "か\u3099"]), writer=np.array(["p", "p"]))
    (found,) = pictures_in(tmp_path / "mac.npz")
    assert (found.left_out, evaluate(load(), found).classes) == ({}, 1)


def test_an_npz_of_several_sources_is_judged_source_by_source(tmp_path: Path) -> None:
    images = np.stack([drawn(label, 64) for label in ("い", "う", "と")])
    fields = {"images": images, "label": ["い", "う", "と"], "writer": ["p", "q", "r"]}
    np.savez(tmp_path / "both.npz", **fields, source=["pens", "screens", "pens"])
    np.savez(tmp_path / "plain.npz", **fields)
    assert [(one.name, len(one.written)) for one in pictures_in(tmp_path / "both.npz")] == [
        ("both: pens", 2),
        ("both: screens", 1),
    ]
    assert [one.name for one in pictures_in(tmp_path / "plain.npz")] == ["plain"]
    (tmp_path / "plain.npz").rename(tmp_path / "UP.NPZ")
    assert [one.name for one in pictures_in(tmp_path / "UP.NPZ")] == ["UP"]


@pytest.mark.parametrize("source", ["pens", ["pens"]])
def test_an_npz_without_a_source_for_each_picture_is_named(tmp_path: Path, source: str | list[str]) -> None:
    images = np.stack([drawn(label, 64) for label in ("い", "う")])
    np.savez(tmp_path / "some.npz", images=images, label=["い", "う"], writer=["p", "q"], source=source)
    with pytest.raises(UnreadablePictures, match=r"some\.npz .*there are 2 images, and the field source is"):
        pictures_in(tmp_path / "some.npz")


def test_members_are_strangers_to_a_model_that_held_them_out_or_was_never_given_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cv2.imwrite(str(tmp_path / "1.png"), drawn("い", 60))
    lines = [{"image": "1.png", "label": label, "writer": writer, "consent": True} for label, writer in ("いm", "×n")]
    lines.append({**lines[0], "writer": "o"})
    (tmp_path / "samples.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    monkeypatch.setenv("TSUDOI_SAMPLES", str(tmp_path))
    monkeypatch.delenv("TSUDOI_REAL_DATA", raising=False)
    cards = {"ours": {"sources": ["members"], "held_out": ["member:o"]}, "others": {"sources": ["scans"]}}
    for name, training in cards.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "card.json").write_text(json.dumps({"training": training}), encoding="utf-8")
    ours, others = (tmp_path / name / "hiragana.tflite" for name in cards)
    assert held_out_by([others]) == ["member:m", "member:o"]
    assert held_out_by([others, ours]) == ["member:o"]
    (members,) = unseen_pictures(held_out_by([ours]))
    assert [(one.character, one.writer) for one in members.written] == [("い", "member:o")]


def test_paths_without_pictures_say_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePictures, match="a folder for each character"):
        pictures_in(tmp_path)
    (tmp_path / "broken.npz").write_bytes(b"no")
    for name in ("broken.npz", "nowhere.npz", "nowhere"):
        with pytest.raises(UnreadablePictures, match=name):
            pictures_in(tmp_path / name)


@pytest.mark.parametrize("name", ["1.png", "1.JPG"])
def test_one_picture_has_no_label_until_it_lies_in_a_folder(tmp_path: Path, name: str) -> None:
    cv2.imwrite(str(tmp_path / name), drawn("い", 60))
    with pytest.raises(UnreadablePictures, match=r"is one picture.*name the folder above \(FOLDER, for FOLDER/あ/1"):
        pictures_in(tmp_path / name)


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
