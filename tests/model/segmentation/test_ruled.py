import cv2
import numpy as np
import pytest

from model.ink import BlankImage
from model.preprocess import locate
from tests.model.drawings import drawn

ALONE = locate(drawn("い", 240)).box


def test_ruled_lines_are_not_part_of_a_character() -> None:
    picture = drawn("い", 240)
    picture[20:22] = 120
    picture[222:224] = 120
    assert np.allclose(locate(picture).box, ALONE, atol=2)


def test_a_ruled_line_through_a_character_is_cut_away() -> None:
    picture = drawn("い", 240)
    picture[119:121] = 110
    assert np.allclose(locate(picture).box, ALONE, atol=4)


def test_the_edge_of_the_sheet_is_not_part_of_a_character() -> None:
    picture = drawn("い", 240)
    picture[:, 237:] = 40
    assert np.allclose(locate(picture).box, ALONE, atol=2)


@pytest.mark.parametrize("thickness", [4, 8])
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_straight_stroke_along_the_rim_of_what_is_cut_out_close_belongs_to_the_character(
    side: str, thickness: int
) -> None:
    picture = drawn("こ", 240)
    x, y, width, height = locate(picture).box
    picture[y : y + height, x - 40 : x - 40 + thickness] = 20  # a に, of upright lines
    close = picture[y : y + height, x - 40 : x + width]
    seen = locate(close if side == "left" else np.ascontiguousarray(close[:, ::-1]))
    assert np.allclose(seen.box, (0, 0, width + 40, height), atol=2)


def test_a_neighbours_stroke_on_the_rim_is_not_part_of_a_character_with_room_around_it() -> None:
    picture = drawn("い", 240)
    picture[30:210, :6] = 20
    assert np.allclose(locate(picture).box, ALONE, atol=2)


def test_a_sheet_with_nothing_but_ruled_lines_is_blank() -> None:
    sheet = np.full((240, 240), 245, np.uint8)
    sheet[40:240:40] = 150
    with pytest.raises(BlankImage):
        locate(sheet)


@pytest.mark.parametrize("thickness", [6, 9])
def test_a_straight_stroke_as_long_as_the_picture_belongs_to_the_character_where_it_ends(thickness: int) -> None:
    picture = drawn("こ", 240, scale=0.75, pen=0.05)
    x, y, width, height = locate(picture).box
    upright = cv2.line(picture, (x - 30, y - 8), (x - 30, y + height + 8), 20, thickness)  # a に
    close = upright[y - 9 - thickness // 2 : y + height + 9 + thickness // 2, x - 60 : x + width + 30]
    assert locate(close).box[0] < 40


def test_a_ruled_line_drawn_with_the_same_pen_is_not_part_of_a_character() -> None:
    picture = drawn("い", 240)
    picture[:, 20:29] = 20
    assert np.allclose(locate(picture).box, ALONE, atol=2)
