import json
from dataclasses import replace

from model.reading import Candidate, Glyph, Reading, text_of

SURE = Glyph((1, 2, 30, 40), (Candidate("あ", 0.98123), Candidate("お", 0.01)), "sure")
NOTHING = Glyph((0, 0, 9, 9), (), "not_hiragana")


def test_a_reading_travels_as_the_json_that_others_rely_on() -> None:
    assert json.loads(json.dumps(Reading((SURE,), "あ", 4.1234).to_json())) == {
        "glyphs": [
            {
                "box": [1, 2, 30, 40],
                "candidates": [{"label": "あ", "probability": 0.9812}, {"label": "お", "probability": 0.01}],
                "verdict": "sure",
            }
        ],
        "text": "あ",
        "elapsed_ms": 4.12,
    }


def test_the_text_has_a_sign_for_what_is_no_hiragana_and_keeps_points() -> None:
    scribble = Glyph((0, 0, 9, 9), (Candidate("ぬ", 0.1),), "not_hiragana")
    stop = Glyph((0, 0, 9, 9), (), "not_hiragana", point="。")
    assert text_of((SURE, scribble, NOTHING, SURE, stop)) == "あ〓〓あ。"
    assert text_of((scribble, NOTHING, stop)) == ""
    glyphs = Reading((SURE, stop), "あ。", 1.0).to_json()["glyphs"]
    assert [found.get("point") for found in glyphs] == [None, "。"]


def test_a_small_kana_is_written_small_in_text_and_told_in_json() -> None:
    kitte = tuple(Glyph((0, 0, 9, 9), (Candidate(label, 1.0),), "sure") for label in "きつて")
    small = replace(kitte[1], small=True)
    reading = Reading((kitte[0], small, kitte[2]), text_of((kitte[0], small, kitte[2])), 1.0).to_json()
    assert reading["text"] == "きって"
    assert [glyph.get("small") for glyph in reading["glyphs"]] == [None, True, None]
    assert reading["glyphs"][1]["candidates"][0]["label"] == "つ"


def test_a_letter_decided_to_be_full_size_says_so() -> None:
    assert replace(SURE, small=False).text == "あ"
    assert Reading((replace(SURE, small=False),), "あ", 1.0).to_json()["glyphs"][0]["small"] is False


def test_a_glyph_without_candidates_has_no_best_one() -> None:
    assert NOTHING.best is None
    assert SURE.best == Candidate("あ", 0.98123)
