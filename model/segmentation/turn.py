"""How lines of writing or of print run across a page."""

import numpy as np
from numpy.typing import NDArray

TURNS = np.radians(np.arange(-14, 14.25, 0.5))
POINTS = 3000


def turn_of(inked: NDArray[np.bool_]) -> float:
    """The angle, in radians, at which ink gathers in rows and columns most; 0 where it hardly matters."""
    y, x = np.nonzero(inked)
    step = max(1, len(x) // POINTS)
    y, x = y[::step].astype(np.float64), x[::step].astype(np.float64)
    y, x = y - y.mean(), x - x.mean()
    bins = max(1.0, max(inked.shape) / 240)
    scores = np.asarray([_gathering(x, y, angle, bins) for angle in TURNS])
    scores *= 1 - 0.1 * np.abs(TURNS / TURNS[0])
    best = int(np.argmax(scores))
    return float(TURNS[best]) if scores[best] > 1.05 * scores[len(TURNS) // 2] else 0.0


def _gathering(x: NDArray[np.float64], y: NDArray[np.float64], angle: float, bins: float) -> float:
    along = x * np.cos(angle) + y * np.sin(angle)
    across = y * np.cos(angle) - x * np.sin(angle)
    total = 0.0
    for places in (along, across):
        counts = np.bincount(((places - places.min()) / bins).astype(np.int64)).astype(np.float64)
        total += float((counts**2).sum()) / len(x)
    return total
