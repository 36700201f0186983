import numpy as np
import pytest
from numpy.typing import NDArray

from model.rendering.drawing import PAPER, SIDE, draw

HALF = SIDE / PAPER


def stroke(*points: tuple[float, float], width: float = 22) -> NDArray[np.float32]:
    return np.array([(x, y, width) for x, y in points], np.float32)


def ink_at(picture: NDArray[np.uint8], x: float, y: float) -> bool:
    return bool(picture[round(y * HALF), round(x * HALF)] < 64)


def test_a_touch_of_the_pen_leaves_a_dot_of_its_width() -> None:
    picture = draw([stroke((300, 200), width=40)])
    assert (picture < 128).sum() == pytest.approx(np.pi * (20 * HALF) ** 2, rel=0.1)
    assert ink_at(picture, 300, 200)
    assert not ink_at(picture, 200, 300)


@pytest.mark.parametrize("width", [0.01, 1, 2])
def test_the_finest_pen_leaves_a_trace(width: float) -> None:
    assert draw([stroke((300, 200), width=width)]).min() < 255
    assert draw([stroke((300, 200), (400, 200), width=width)]).min() < 128


def test_a_line_is_where_it_was_drawn_and_as_broad_as_the_pen() -> None:
    picture = draw([stroke((100, 300), (500, 300))])
    assert ink_at(picture, 100, 300)
    assert ink_at(picture, 500, 300)
    assert (picture[:, SIDE // 2] < 128).sum() == pytest.approx(22 * HALF, abs=1)


def test_a_trembling_line_stays_one() -> None:
    zigzag = [(100 + 10 * i, 300 + 40 * (-1) ** i) for i in range(40)]
    picture = draw([stroke(*zigzag)])
    assert np.ptp(np.nonzero((picture < 128).any(axis=1))[0]) > 40 * HALF


def test_a_corner_is_not_cut_off() -> None:
    there = [(100 + i, 100) for i in range(0, 400, 4)]
    down = [(500, 100 + i) for i in range(0, 400, 4)]
    assert ink_at(draw([stroke(*there, *down)]), 500, 100)


def test_a_pen_pressed_harder_writes_broader() -> None:
    harder = np.array([(100 + 4 * i, 300, 8 + i / 2) for i in range(100)], np.float32)
    picture = draw([harder])
    begun, ended = ((picture[:, round(x * HALF)] < 128).sum() for x in (120, 480))
    assert ended > 3 * begun
