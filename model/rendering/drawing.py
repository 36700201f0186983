"""A drawing as strokes -> a picture, as the page shows it: the way of the pen, and nothing made straight."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

PAPER = 600.0  # the side of the paper that strokes are drawn on
SIDE = 300  # of the picture: more than the model looks at
_FINE = 4  # bits below a pixel in which OpenCV counts
_BROADER = 1.2  # pixels by which OpenCV draws its smooth lines broader than asked for


def draw(strokes: Sequence[NDArray[np.float32]]) -> NDArray[np.uint8]:
    """Draw black strokes on white.

    Args: strokes: each (n, 3) with n > 0: x and y from 0 to PAPER, y downwards, and the width of the pen there.
    Returns: (300, 300) uint8.
    """
    picture = np.full((SIDE, SIDE), 255, np.uint8)
    for stroke in strokes:
        line = _between(stroke) * (SIDE / PAPER)
        places = np.round((line[:, :2] - 0.5) * (1 << _FINE)).astype(np.int32)  # OpenCV counts from a pixel's middle
        if len(places) == 1:
            radius = max(0, round((float(line[0, 2]) - _BROADER) * (1 << _FINE) / 2))
            cv2.circle(picture, places[0].tolist(), radius, 0, -1, cv2.LINE_AA, _FINE)
        elif np.ptp(line[:, 2]) == 0:
            cv2.polylines(picture, [places], False, 0, _thickness(line[0, 2]), cv2.LINE_AA, _FINE)
        else:
            for start, end, width in zip(places, places[1:], line[1:, 2], strict=False):
                cv2.line(picture, start.tolist(), end.tolist(), 0, _thickness(width), cv2.LINE_AA, _FINE)
    return picture


def _between(stroke: NDArray[np.float32]) -> NDArray[np.float32]:
    """The curve that the page draws, (n, 3): from middle to middle of the pen's steps, drawn towards the point between.

    Each of its quadratic curves becomes two lines.
    """
    if len(stroke) < 3:
        return stroke
    middles = (stroke[:-1] + stroke[1:]) / 2
    curved = (middles[:-1] + 2 * stroke[1:-1] + middles[1:]) / 4
    line = np.empty((2 * len(stroke) - 1, 3), np.float32)
    line[0], line[-1] = stroke[0], stroke[-1]
    line[1:-1:2], line[2:-2:2] = middles, curved
    return line


def _thickness(width: float) -> int:
    return max(1, round(float(width) - _BROADER))
