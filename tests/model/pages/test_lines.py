import numpy as np
import pytest

from model.pages.lines import layouts_of
from model.pages.page import find_page
from tests.model.pages.test_transcribe import LETTER, sheet


@pytest.mark.parametrize("vertical", [False, True], ids=["rows", "columns"])
def test_a_line_is_longer_than_thick_and_runs_that_way(vertical: bool) -> None:
    (lines,) = layouts_of(find_page(sheet("とんこつ", vertical=vertical)))
    assert [line.vertical for line in lines] == [vertical]
    assert lines[0].thickness < 1.1 * LETTER


def test_pieces_come_in_the_order_of_reading() -> None:
    (line,) = layouts_of(find_page(sheet("いつつくし")))[0]
    middles = line.starts + line.ends
    assert (np.diff(middles) >= 0).all()


@pytest.mark.parametrize("vertical", [False, True], ids=["rows", "columns"])
def test_the_strokes_of_one_letter_are_no_lines_of_their_own(vertical: bool) -> None:
    word = "ここここ" if not vertical else "いいいい"
    assert len(layouts_of(find_page(sheet(word, vertical=vertical)))[0]) == 1


def test_rows_come_from_the_top_and_columns_from_the_right() -> None:
    rows = layouts_of(find_page(sheet("うしとんこつ", "つくしうしと", "いこいつくし")))[0]
    page = find_page(sheet("うしとんこつ", "つくしうしと", "いこいつくし", vertical=True))
    columns = layouts_of(page)[0]
    assert [line.vertical for line in (*rows, *columns)] == [False] * 3 + [True] * 3
    across = [page.pieces.boxes[line.pieces, 0].mean() for line in columns]
    assert across == sorted(across, reverse=True)


def test_a_square_of_letters_may_be_read_both_ways() -> None:
    layouts = layouts_of(find_page(sheet("うん", "とし", gap=1.3, leading=1.3)))
    assert {lines[0].vertical for lines in layouts} == {False, True}


@pytest.mark.parametrize("vertical", [False, True], ids=["rows", "columns"])
def test_in_squares_lines_have_more_room_between_them_than_letters(vertical: bool) -> None:
    words = ["うしとんこつ", "つくしうしと"]
    (lines,) = layouts_of(find_page(sheet(*words, vertical=vertical, gap=1.45, leading=2.0)))
    assert [line.vertical for line in lines] == [vertical] * 2


def test_letters_as_far_apart_in_rows_as_in_columns_may_be_read_both_ways() -> None:
    layouts = layouts_of(find_page(sheet("うんとうん", "とうんうと", "うとうんう", gap=1.5, leading=1.5)))
    assert {lines[0].vertical for lines in layouts} == {False, True}
