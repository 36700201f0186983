import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from model.finder.pen import pen_lines
from model.ink import BlankImage
from model.preprocess import BROAD_LINE
from tests.model.drawings import drawn


def _photo(ink: int = 30, paper: int = 220) -> NDArray[np.uint8]:
    """A letter on squared paper, a shadow's edge across its corner."""
    photo = np.full((480, 480, 3), paper, np.uint8)
    photo[120:360, 120:360] = drawn("と", 240, ink=ink, paper=paper)[:, :, None]
    photo[20::60] = photo[:, 40::60] = (ink + 2 * paper) // 3
    photo[:100, :100] //= 2
    return photo


def _seen(side: int = 80) -> NDArray[np.uint8]:
    """As a finder answers that is sure of the letter."""
    likely = np.pad(255 - drawn("と", 240, ink=0, paper=255), 120)
    return np.asarray(cv2.resize(likely, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


@pytest.mark.parametrize(("ink", "paper"), [(30, 220), (220, 50)])
def test_the_lines_are_those_of_the_letter_alone_dark_or_light(ink: int, paper: int) -> None:
    lines = pen_lines(_photo(ink, paper), _seen(), 192, BROAD_LINE)
    assert (lines.shape, lines.dtype) == ((192, 192), np.uint8)
    wanted, found = _seen(192) > 128, lines > 128
    assert (wanted & found).sum() > 0.8 * wanted.sum()
    far = cv2.dilate(wanted.view(np.uint8), np.ones((13, 13), np.uint8)) == 0
    assert not found[far].any()


def test_a_part_keeps_the_proportions_of_its_picture() -> None:
    photo = np.pad(_photo(), ((0, 0), (0, 480), (0, 0)), mode="edge")
    seen = np.pad(_seen(), ((0, 0), (0, 80)))
    assert pen_lines(photo, seen, 192, BROAD_LINE).shape == (96, 192)


@pytest.mark.parametrize("level", [0, 255])
def test_where_nothing_stands_out_from_the_paper_there_are_no_lines(level: int) -> None:
    with pytest.raises(BlankImage):
        pen_lines(_photo(), np.full((80, 80), level, np.uint8), 192, BROAD_LINE)
