import pytest

from model.pages.arrange import in_lines
from model.reading import Box

SIDE = 20


def at(x: float, y: float, side: float = 1.0) -> Box:
    return round(x * SIDE), round(y * SIDE), round(side * SIDE), round(side * SIDE)


def order(places: list[tuple[float, float]]) -> list[list[int]]:
    return in_lines([at(*place) for place in places], [False] * len(places))


def test_nothing_has_no_lines() -> None:
    assert in_lines([], []) == []


def test_rows_are_read_from_the_top_and_from_the_left() -> None:
    assert order([(2.4, 0), (0, 0), (1.2, 0.2), (1.2, 2), (0, 2)]) == [[1, 2, 0], [4, 3]]


def test_columns_are_read_from_the_right_and_from_the_top() -> None:
    assert order([(2, 1.2), (2, 0), (0, 0), (0.1, 1.2), (0, 2.4)]) == [[1, 0], [2, 3, 4]]


def test_a_row_may_climb() -> None:
    assert order([(number * 1.2, -0.2 * number) for number in range(8)]) == [list(range(8))]


def test_blocks_beside_each_other_keep_their_own_lines() -> None:
    rows = [(x * 1.2, y * 1.8) for y in range(3) for x in range(3)]
    columns = [(8 + x * 1.8, y * 1.2) for x in (1, 0) for y in range(3)]
    assert order([*rows, *columns]) == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11], [12, 13, 14]]


@pytest.mark.parametrize("apart", [1.1, 1.5, 2.5])
def test_one_row_of_any_pitch_is_one_line(apart: float) -> None:
    assert order([(0, 0), (apart, 0), (2 * apart, 0)]) == [[0, 1, 2]]


def test_a_comma_or_a_full_stop_stands_in_the_line_that_it_belongs_to() -> None:
    row = [at(0, 0), at(1.2, 0), at(2.3, 0.85, 0.2), at(2.8, 0), at(0, 1.8)]
    assert in_lines(row, [False, False, True, False, False]) == [[0, 1, 2, 3], [4]]
    column = [at(2, 0), at(2, 1.2), at(2.8, 2.3, 0.2), at(2, 2.8), at(0.2, 0)]
    assert in_lines(column, [False, False, True, False, False]) == [[0, 1, 2, 3], [4]]
