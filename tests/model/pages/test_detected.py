from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from model.character import Character, Sign
from model.classifier import load
from model.detector.detect import Detection, Kind
from model.labels import LABELS
from model.pages.detected import Transcript, read_detected, signs_among, where_found, with_signs
from model.pages.two_letters import two_letters
from tests.model.drawings import drawn

LETTER = 100
CLASSIFIER = load()


def row_of(*letters: str) -> tuple[NDArray[np.uint8], list[Detection]]:
    """Letters side by side, and where they are."""
    paper = np.full((LETTER + 40, LETTER * len(letters) + 40), 245, np.uint8)
    found = []
    for number, letter in enumerate(letters):
        x = 20 + LETTER * number
        paper[20 : 20 + LETTER, x : x + LETTER] = drawn(letter, LETTER)
        found.append(Detection(x + 8, 28, LETTER - 16, LETTER - 16, Kind.HIRAGANA, 0.9))
    return paper, found


def point(paper: NDArray[np.uint8], x: int, y: int, ring: bool = False) -> Detection:
    """Write 、 or 。 with its corner there."""
    down, across = np.mgrid[:16, :16]
    far = np.hypot(down - 7.5, across - 7.5)
    ink = (far < 8) & (far > 5) if ring else abs(down - across) < 3
    paper[y : y + 16, x : x + 16][ink] = 20
    return Detection(x, y, 16, 16, Kind.POINT, 0.9)


def spelled(lines: Transcript) -> str:
    signs = {"": "〓"}
    return "/".join(
        "".join(signs.get(s.point, s.point) if isinstance(s, Sign) else "か" for s in line) for line in lines
    )


@pytest.mark.parametrize(("ring", "sign"), [(False, "、"), (True, "。")])
def test_a_comma_and_a_full_stop_are_told_apart(ring: bool, sign: str) -> None:
    paper, found = row_of("い", "こ")
    found.append(point(paper, 20 + 2 * LETTER, 95, ring))
    assert spelled(read_detected(paper, found, CLASSIFIER.one)) == f"かか{sign}"


@pytest.mark.parametrize(("x", "y"), [(2, 95), (20 + 2 * LETTER, 25)], ids=["before the line", "above its middle"])
def test_a_speck_where_no_point_can_be_is_none(x: int, y: int) -> None:
    paper, found = row_of("い", "こ")
    found.append(point(paper, x, y))
    assert spelled(read_detected(paper, found, CLASSIFIER.one)) == "かか"


def row_with_a_pile() -> tuple[NDArray[np.uint8], list[Detection]]:
    """A row of い, a pile of strokes and つ; the pile was found as no hiragana."""
    paper, (first, second, third) = row_of("い", "こ", "つ")
    paper[28:112, 128:212] = 245
    paper[40:100:6, 130:210] = 20
    return paper, [first, Detection(*second.box, Kind.OTHER, 0.9), third]


def test_what_the_reader_knows_is_hiragana_and_anything_else_a_sign() -> None:
    paper, (first, second, _) = row_with_a_pile()
    lines = read_detected(paper, [Detection(*first.box, Kind.OTHER, 0.6), second], CLASSIFIER.one)
    assert spelled(lines) == "か〓"
    assert isinstance(lines[0][0], Character)
    assert lines[0][1].box == second.box


def test_a_sign_takes_the_place_of_what_was_read_there() -> None:
    paper, found = row_with_a_pile()
    there = [Detection(*detection.box, Kind.HIRAGANA, 0.9) for detection in found]
    signs = signs_among(paper, found, CLASSIFIER.one)
    assert spelled(with_signs(read_detected(paper, there, CLASSIFIER.one), signs)) == "か〓か"


def test_what_is_not_surely_a_sign_takes_no_place() -> None:
    paper, found = row_with_a_pile()
    unsure = [Detection(*detection.box, Kind.OTHER, 0.3) for detection in found]
    assert signs_among(paper, unsure, CLASSIFIER.one) == []


def test_what_is_read_as_hiragana_is_no_sign() -> None:
    paper, found = row_of("い", "こ")
    assert signs_among(paper, [Detection(*found[1].box, Kind.OTHER, 0.8)], CLASSIFIER.one) == []


def test_what_was_read_where_nothing_was_found_is_left_out() -> None:
    paper, found = row_of("い", "こ", "つ")
    lines = read_detected(paper, found, CLASSIFIER.one)
    assert where_found(lines, [found[0], found[2]]) == [[lines[0][0], lines[0][2]]]
    assert where_found(lines, []) == [[]]


@pytest.mark.parametrize("letter", ["い", "こ", "う"])
def test_a_letter_is_read_in_its_own_box_where_that_of_its_ink_lacks_a_part(letter: str) -> None:
    paper, (first, whole) = row_of("つ", letter)
    part = replace(whole, width=whole.width / 2) if letter == "い" else replace(whole, height=whole.height / 3)
    (line,) = read_detected(paper, [first, replace(part, own=whole)], CLASSIFIER.one)
    assert [LABELS[seen.label] for seen in line if isinstance(seen, Character)] == ["つ", letter]


def as_one(first: Detection, second: Detection) -> Detection:
    """A box around both."""
    x, y = min(first.x, second.x), min(first.y, second.y)
    right = max(first.x + first.width, second.x + second.width)
    below = max(first.y + first.height, second.y + second.height)
    return Detection(x, y, right - x, below - y, Kind.HIRAGANA, 0.6)


@pytest.mark.parametrize("down", [False, True], ids=["in a row", "in a column"])
def test_two_letters_that_were_found_as_one_are_read_as_two(down: bool) -> None:
    paper, found = row_of("い", "こ", "つ", "い", "こ")
    if down:
        paper = np.vstack(np.hsplit(paper[:, 20:-20], 5))
        found = [Detection(8, 28 + 140 * number, 84, 84, Kind.HIRAGANA, 0.9) for number in range(5)]
    (line,) = read_detected(paper, [*found[:3], as_one(*found[3:])], CLASSIFIER.one)
    assert [LABELS[seen.label] for seen in line if isinstance(seen, Character)] == list("いこついこ")


def test_a_long_drawing_is_not_read_as_two_letters() -> None:
    paper, found = row_of("い", "こ", "つ", "い", "こ")
    paper[28:112, 20 + 3 * LETTER :] = 245
    paper[40:100:6, 30 + 3 * LETTER : 5 * LETTER] = 20
    (line,) = read_detected(paper, [*found[:3], as_one(*found[3:])], CLASSIFIER.one)
    assert len(line) <= 4


def test_specks_that_were_found_as_letters_are_not_divided() -> None:
    paper = np.full((100, 100), 245, np.uint8)
    specks = [Detection(10, 10 * number, 3, 1, Kind.HIRAGANA, 0.6) for number in range(1, 8)]
    for speck in (specks[0], replace(specks[0], width=6), replace(specks[0], height=3)):
        assert two_letters(paper, speck, [speck, *specks[1:]], lambda *_: pytest.fail("nothing is to be read")) == ()


@pytest.mark.parametrize(
    ("light", "read"), [("", "いこついこ"), ("つ", "いこいこ"), ("いつ", "いこついこ"), ("いこつ", "いこついこ")]
)
def test_the_few_that_are_light_where_the_others_are_dark_are_a_pattern(light: str, read: str) -> None:
    paper, found = row_of("い", "こ", "つ", "い", "こ")
    for number, letter in enumerate("いこついこ"):
        if letter in light:
            part = paper[20 : 20 + LETTER, 20 + LETTER * number : 20 + LETTER * (number + 1)]
            part[:] = 255 - part
    lines = read_detected(paper, found, CLASSIFIER.one)
    assert "".join(LABELS[seen.label] for line in lines for seen in line if isinstance(seen, Character)) == read
