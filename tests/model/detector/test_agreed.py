from dataclasses import replace

import pytest

from model.detector.agreed import AGREED, MOST_IN_ONE, agreed
from model.detector.detect import Detection, Kind

FOUND = Detection(10, 20, 30, 40, Kind.HIRAGANA, 0.9)


def test_a_box_is_the_mean_of_what_the_looks_show_and_the_likelier_count_more() -> None:
    wider = replace(FOUND, x=4, width=42, likely=0.3)
    (found,) = agreed([[FOUND], [wider]])
    assert (found.x, found.width, found.y, found.height) == pytest.approx((8.5, 33, 20, 40))
    assert found.kind is Kind.HIRAGANA
    assert found.likely == pytest.approx(0.6)


def test_what_one_look_alone_shows_counts_where_it_is_likely_enough() -> None:
    others = 2
    assert agreed([[replace(FOUND, likely=AGREED * (others + 1) - 0.01)], *[[]] * others]) == []
    assert len(agreed([[replace(FOUND, likely=AGREED * (others + 1) + 0.01)], *[[]] * others])) == 1


def test_one_look_counts_once_and_neighbours_stay_apart() -> None:
    twice, beside = replace(FOUND, x=12, likely=0.8), replace(FOUND, x=42)
    found = agreed([[FOUND, twice, beside], [FOUND, beside]])
    assert [seen.x for seen in found] == pytest.approx([10, 42])
    assert [seen.likely for seen in found] == pytest.approx([0.9, 0.9])


def test_most_of_the_looks_say_of_what_kind_it_is_but_a_point_is_no_part_of_a_character() -> None:
    other, point = replace(FOUND, kind=Kind.OTHER, likely=0.6), replace(FOUND, kind=Kind.POINT)
    assert [seen.kind for seen in agreed([[FOUND], [other], [other]])] == [Kind.OTHER]
    assert {seen.kind for seen in agreed([[FOUND], [point]])} == {Kind.HIRAGANA, Kind.POINT}


def test_what_a_stranger_sends_is_bounded_and_nothing_is_nothing() -> None:
    many = [replace(FOUND, x=100.0 * number) for number in range(2 * MOST_IN_ONE)]
    assert len(agreed([many])) == MOST_IN_ONE
    assert agreed([[], []]) == []
