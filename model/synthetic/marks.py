"""The marks ゛ and ゜ as people write them: fanned, parallel or run together; open, closed, filled, tiny, touching."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]  # (n, 2): x, y in a square of side 1, y downwards


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of the pen."""

    points: Points
    filled: bool = False  # a ring that was written so small that it closed


def dakuten(corner: Points, rng: np.random.Generator) -> list[Line]:
    """The two ticks of ゛ about `corner`, (2,)."""
    length = rng.uniform(0.07, 0.17)
    angle = rng.normal(55, 18)  # degrees below the horizontal: most people pull the ticks down to the right
    apart = rng.uniform(0.03, 0.11)
    fan = rng.normal(0, 8)
    lines = []
    for side in (-0.5, 0.5):
        turned = np.deg2rad(angle + side * 2 * fan)
        along = np.array([np.cos(turned), np.sin(turned)])
        across = np.array([np.cos(np.deg2rad(angle - 90)), np.sin(np.deg2rad(angle - 90))])
        middle = corner + side * 2 * apart * across * 0.7 + rng.normal(0, 0.012, 2)
        half = along * length * rng.uniform(0.8, 1.2) / 2
        bend = across * rng.normal(0, 0.01)
        lines.append(Line(np.array([middle - half, middle + bend, middle + half], np.float32)))
    return lines


def handakuten(corner: Points, rng: np.random.Generator) -> list[Line]:
    """The ring of ゜ about `corner`, (2,)."""
    radius = rng.uniform(0.03, 0.09)
    closed = rng.random() < 0.6
    turn = rng.uniform(0.75, 0.97) if not closed else rng.uniform(1.0, 1.15)
    start = rng.uniform(0, 2 * np.pi)
    angles = start + np.linspace(0, 2 * np.pi * turn, 16) * rng.choice([-1, 1])
    oval = radius * np.array([rng.uniform(0.8, 1.15), rng.uniform(0.8, 1.15)])
    wobble = 1 + rng.normal(0, 0.05, (16, 1))
    ring = corner + np.stack([np.cos(angles), np.sin(angles)], axis=1) * oval * wobble
    return [Line(ring.astype(np.float32), filled=bool(closed and rng.random() < 0.35))]
