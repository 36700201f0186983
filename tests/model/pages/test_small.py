from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from model.labels import FULL_FORMS, LABELS
from model.pages.small import PROPORTIONS, are_small, marked_small
from model.reading import Box, Candidate, Glyph, text_of
from model.workshop.sources.fonts import font_files
from tests.model.drawings import drawn

WORDS = "きって しゃしん つくえ いつつ りょこう がっこう ゆうびん へいわ ちょっと おやつ ゆっくり".split()
SQUARE = 200


def placed(ink_boxes: list[Box], vertical: bool) -> list[Box]:
    """Boxes inside their own squares, moved one after the other along the line."""
    moved = []
    for i, (x, y, width, height) in enumerate(ink_boxes):
        right, down = (0, i * SQUARE) if vertical else (i * SQUARE, 0)
        moved.append((x + right, y + down, width, height))
    return moved


def read(boxes: list[Box], word: str) -> str:
    glyphs = tuple(
        Glyph(box, (Candidate(FULL_FORMS.get(character, character), 0.9),), "sure")
        for box, character in zip(boxes, word, strict=True)
    )
    return text_of(marked_small(glyphs))


def box_by_hand(character: str, vertical: bool) -> Box:
    """As a child is taught: a small kana sits low in its square, and in a column up and to the right."""
    full = FULL_FORMS.get(character, character)
    rows, columns = np.nonzero(drawn(full, SQUARE) < 128)
    scale = 0.65 if full != character else 1.0
    room = SQUARE * (1 - scale)
    left, top = (room * 0.85, room * 0.2) if vertical else (room * 0.5, room * 0.85)
    width, height = np.ptp(columns) * scale, np.ptp(rows) * scale
    return int(left + columns.min() * scale), int(top + rows.min() * scale), int(width), int(height)


@pytest.mark.parametrize("vertical", [False, True], ids=["row", "column"])
@pytest.mark.parametrize("word", "いっこ いつつ くつ つくし こっつん へっこん しっこ こいし ういんく".split())
def test_small_kana_are_told_in_letters_drawn_by_hand(word: str, vertical: bool) -> None:
    assert read(placed([box_by_hand(c, vertical) for c in word], vertical), word) == word


@pytest.mark.parametrize("vertical", [False, True], ids=["row", "column"])
def test_what_everybody_writes_is_not_taken_for_a_loanword(vertical: bool) -> None:
    x, y, width, height = box_by_hand("う", vertical)
    little = (int(0.15 * SQUARE + 0.7 * x), int(0.15 * SQUARE + 0.7 * y), int(0.7 * width), int(0.7 * height))
    boxes = [box_by_hand(character, vertical) for character in "こと"]
    assert read(placed([*boxes, little], vertical), "ことう") == "ことう"


FACES = ["klee", "kiloji", "maruberi", "yomogi", "kurenaido", "yuji-mai", "noto-sans", "mincho", "yusei"]


def faces() -> list[Path]:
    found = font_files()
    return [file for name in FACES for file in [f for f in found if name in str(f).lower()][:1]]


def box_in_font(font: ImageFont.FreeTypeFont, character: str, vertical: bool) -> Box:
    picture = Image.new("L", (SQUARE, SQUARE), 0)
    # The font's own vertical forms need a shaping library: small kana are moved to the right and up by hand.
    shift = 0.1 * font.size if vertical and character in FULL_FORMS else 0.0
    at = (SQUARE / 2 + shift, SQUARE / 2 - shift)
    ImageDraw.Draw(picture).text(at, character, font=font, fill=255, anchor="mm")
    left, top, right, bottom = picture.point(lambda value: 255 * (value > 100)).getbbox() or (0, 0, 1, 1)
    return left, top, right - left, bottom - top


@pytest.mark.skipif(not faces(), reason="no Japanese font is installed")
@pytest.mark.parametrize("vertical", [False, True], ids=["row", "column"])
@pytest.mark.parametrize("word", WORDS)
def test_small_kana_are_told_in_the_fonts_at_hand(word: str, vertical: bool) -> None:
    for file in faces():
        font = ImageFont.truetype(str(file), 160)
        boxes = [box_in_font(font, c, vertical) for c in word]
        assert read(placed(boxes, vertical), word) == word, file.name


def test_a_line_that_slants_does_not_make_its_end_small() -> None:
    word = "しついこくつ"
    boxes = placed([box_by_hand(c, False) for c in word], False)
    assert read([(x, y + int(0.25 * x), w, h) for x, y, w, h in boxes], word) == word


@pytest.mark.parametrize("size", [0.05, 0.3, 7])
def test_the_size_of_the_picture_does_not_matter(size: float) -> None:
    boxes = placed([box_by_hand(c, False) for c in "しっこ"], False)
    assert are_small([(int(x * size), int(y * size), int(w * size), int(h * size)) for x, y, w, h in boxes], "しつこ")[
        1
    ]


def test_a_letter_alone_has_no_scale() -> None:
    assert are_small([], []) == []
    assert are_small([(0, 0, 50, 40)], ["つ"]) == [None]


def test_letters_without_a_small_form_are_not_asked() -> None:
    assert are_small([(0, 0, 80, 80), (100, 0, 60, 60)], ["き", "て"]) == [None, None]


def test_what_is_no_hiragana_gives_no_scale() -> None:
    scribble = Glyph((0, 0, 300, 300), (Candidate("ぬ", 0.1),), "not_hiragana")
    letter = Glyph((320, 40, 80, 70), (Candidate("つ", 0.9),), "sure")
    assert [glyph.small for glyph in marked_small((scribble, letter))] == [None, None]


def test_boxes_without_extent_are_answered_too() -> None:
    assert are_small([(5, 5, 0, 0), (5, 5, 0, 0)], ["つ", "や"]) == [False, False]


def test_every_label_has_its_proportions() -> None:
    assert sorted(entry.split()[0] for line in PROPORTIONS.split("\n") for entry in line.split("|") if entry) == sorted(
        LABELS
    )
