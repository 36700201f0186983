from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from model.detector.detect import KINDS, MOST_FOUND, UNIT, Detection, Kind, each_once, peaks, shipped
from model.detector.ink_boxes import fitted
from model.detector.looks import find_characters
from model.detector.view import MAP_SIZE, STRIDE, VIEW_SIZE, ViewPlace
from tests.model.drawings import STROKES, drawn

FOUND = Detection(10, 20, 30, 40, Kind.HIRAGANA, 0.9)


def test_a_peak_is_a_character_with_its_box_and_kind() -> None:
    answer = np.full((MAP_SIZE, MAP_SIZE, KINDS + 4), -9, np.float32)
    answer[20, 30, :] = -9, 2, -9, 0.5, 0.25, np.log(32 / UNIT), np.log(8 / UNIT)
    answer[20, 31, Kind.OTHER] = 1  # its slope
    (found,) = peaks(answer, least=0.5)
    assert found.kind is Kind.OTHER
    assert found.likely == pytest.approx(1 / (1 + np.exp(-2)))
    assert found.middle == pytest.approx((30.5 * STRIDE, 20.25 * STRIDE))
    assert (found.width, found.height) == pytest.approx((32, 8))
    assert peaks(answer, least=0.95) == []


def test_what_is_found_twice_counts_once_and_what_is_beside_it_as_well() -> None:
    again, beside = replace(FOUND, x=12, likely=0.8), replace(FOUND, x=42, likely=0.3)
    assert each_once([again, beside, FOUND]) == [FOUND, beside]
    many = [replace(FOUND, x=100.0 * number) for number in range(2 * MOST_FOUND)]
    assert each_once(many) == many[:MOST_FOUND]
    assert FOUND.shares(replace(FOUND, x=25)) == pytest.approx(0.5)
    assert FOUND.reaches(replace(FOUND, x=45), margin=6)
    assert not FOUND.reaches(replace(FOUND, x=45), margin=4)


@pytest.mark.parametrize("is_board", [False, True])
def test_most_letters_of_a_page_are_found_and_nothing_else(is_board: bool) -> None:
    page = np.full((400, 500), 235, np.uint8)
    middles = [(60 + 70 * column, 60 + 80 * row) for row in range(4) for column in range(6)]
    for (x, y), label in zip(middles, sorted(STROKES) * 3, strict=False):
        page[y - 25 : y + 25, x - 25 : x + 25] = drawn(label, 50, ink=40, paper=235)
    shown = np.asarray(255 - page if is_board else page, np.uint8)
    found = fitted(shown, find_characters(shipped(), shown))
    there = [middle for middle in middles if any(np.hypot(*np.subtract(middle, d.middle)) < 15 for d in found)]
    assert len(there) >= 20
    assert len(found) <= 1.25 * len(there)


def test_nothing_is_found_on_blank_paper() -> None:
    assert shipped().look(np.full((300, 400), 230, np.uint8), ViewPlace(0, 0, 0.5), least=0.3) == []


def test_threads_may_share_a_detector() -> None:
    views = [np.random.default_rng(seed).normal(size=(VIEW_SIZE, VIEW_SIZE, 1)).astype(np.float32) for seed in range(6)]
    alone = [shipped().answer(view) for view in views]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(shipped().answer, views))
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))
