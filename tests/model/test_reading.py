import json

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


def test_the_text_leaves_out_what_is_no_hiragana() -> None:
    scribble = Glyph((0, 0, 9, 9), (Candidate("ぬ", 0.1),), "not_hiragana")
    assert text_of((SURE, scribble, NOTHING, SURE)) == "ああ"


def test_a_glyph_without_candidates_has_no_best_one() -> None:
    assert NOTHING.best is None
    assert SURE.best == Candidate("あ", 0.98123)
