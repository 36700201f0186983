"""The marks ゛ and ゜ as people write them: fanned, parallel or run together; open, closed, filled, tiny, touching."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import Ink
from model.segmentation.pieces import mask_of

JOINED = 0.07  # of the ゛: two ticks that ran together
STROKES = 3  # of these: the letter and two ticks
PIECE = 0.02  # of the ink; less is grain

Points = NDArray[np.float32]  # (n, 2): x, y in a square of side 1, y downwards


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of the pen."""

    points: Points
    filled: bool = False  # a ring that was written so small that it closed


def dakuten(corner: Points, rng: np.random.Generator, pen: float = 0.0) -> list[Line]:
    """The two ticks of ゛ about `corner`, (2,): seldom nearer to each other than the pen, of this width, is broad."""
    length = max(rng.uniform(0.07, 0.17), pen * rng.uniform(1.3, 2.2))
    angle = rng.normal(55, 18)  # degrees below the horizontal: most people pull the ticks down to the right
    apart = rng.uniform(0.03, 0.11)
    fan = rng.normal(0, 8)
    across = np.array([np.cos(np.deg2rad(angle - 90)), np.sin(np.deg2rad(angle - 90))])
    lines: list[NDArray[np.floating]] = []
    for side in (-0.5, 0.5):
        turned = np.deg2rad(angle + side * 2 * fan)
        along = np.array([np.cos(turned), np.sin(turned)])
        middle = corner + side * 2 * apart * across * 0.7 + rng.normal(0, 0.012, 2)
        half = along * length * rng.uniform(0.8, 1.2) / 2
        bend = across * rng.normal(0, 0.01)
        lines.append(np.array([middle - half, middle + bend, middle + half], np.float32))
    if rng.random() >= JOINED:
        missing = max(0.0, pen * rng.uniform(1.4, 2.6) + 0.012 - _distance(*lines)) * across
        lines = [line + side * missing for side, line in zip((-0.5, 0.5), lines, strict=True)]
    return [Line(np.asarray(line, np.float32)) for line in lines]


def _distance(*ticks: NDArray[np.floating]) -> float:
    """Where two lines of three points come nearest."""
    first, other = (np.linspace(tick[:-1], tick[1:], 5).reshape(-1, 2) for tick in ticks)
    return float(np.hypot(*(first[:, np.newaxis] - other).T).min())


def shows_both_ticks(ink: Ink) -> bool:
    """True where the two ticks of a づ or a じ stand apart from each other and from the letter.

    Args: ink: (h, w) uint8, 0 paper to 255 ink.
    """
    areas = cv2.connectedComponentsWithStats(mask_of(ink, 111))[2][1:, cv2.CC_STAT_AREA]
    return bool(np.count_nonzero(areas > PIECE * areas.sum()) >= STROKES)


def handakuten(corner: Points, rng: np.random.Generator, pen: float = 0.0) -> list[Line]:
    """The ring of ゜ about `corner`, (2,), which a pen of this width seldom fills."""
    radius = max(rng.uniform(0.03, 0.09), pen * rng.uniform(0.7, 1.4))
    closed = rng.random() < 0.6
    turn = rng.uniform(0.75, 0.97) if not closed else rng.uniform(1.0, 1.15)
    start = rng.uniform(0, 2 * np.pi)
    angles = start + np.linspace(0, 2 * np.pi * turn, 16) * rng.choice([-1, 1])
    oval = radius * np.array([rng.uniform(0.8, 1.15), rng.uniform(0.8, 1.15)])
    wobble = 1 + rng.normal(0, 0.05, (16, 1))
    ring = corner + np.stack([np.cos(angles), np.sin(angles)], axis=1) * oval * wobble
    return [Line(ring.astype(np.float32), filled=bool(closed and rng.random() < 0.25))]
