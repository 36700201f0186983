"""A drawing beside usual shapes."""

import numpy as np
import pytest

from model.explaining.beside import beside
from model.ink import BlankImage
from model.reading import BESIDE, Box, Glyph, beside_size

DRAWN, *_ = BESIDE


def a_stroke() -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    image = np.full((200, 100), 250, np.uint8)
    image[20:180, 45:55] = 20
    return image


def at(box: Box) -> Glyph:
    return Glyph(box, (), "sure")


@pytest.mark.parametrize("labels", [("し",), ("つ", "し")])
def test_the_drawing_stands_first_and_a_shape_follows_for_each_label(labels: tuple[str, ...]) -> None:
    sheet = beside(a_stroke(), at((45, 20, 10, 160)), labels)
    width, height = beside_size(1 + len(labels))
    assert sheet.shape == (height, width, 3)
    dark = (sheet.astype(int).sum(axis=2) < 300).any(axis=0)  # the ink of the drawing, and of nothing else
    end = DRAWN[0] + DRAWN[2]
    assert dark[DRAWN[0] : end].any()
    assert not dark[end:].any()


def test_the_drawing_keeps_its_proportions() -> None:
    sheet = beside(a_stroke(), at((45, 20, 10, 160)), ("し",)).astype(int).sum(axis=2)
    x, y, side, _ = DRAWN
    rows, columns = np.nonzero(sheet[y : y + side, x : x + side] < 300)
    assert 10 < np.ptp(rows) / np.ptp(columns) < 22  # 160 to 10, its edges softened


def test_where_nothing_is_written_there_is_nothing_to_show() -> None:
    with pytest.raises(BlankImage):
        beside(np.full((100, 100), 250, np.uint8), at((10, 10, 50, 50)), ("あ",))
