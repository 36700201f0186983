"""Pictures without writing, and what `find_ink` leaves of them: faces, grain, landscapes, grids, shadows, print."""

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import BlankImage, Grey, Ink, find_ink, shrink
from model.labels import NOT_HIRAGANA
from model.preprocess import fit
from model.segmentation.segment import one_character

SIDE = 96
SIZE, INK_SIZE = 80, 64

Field = NDArray[np.float32]  # (96, 96), about 0 dark to 1 light; what goes beyond is cut off


def _grid() -> tuple[Field, Field]:
    rows, columns = np.mgrid[:SIDE, :SIDE].astype(np.float32) / SIDE
    return columns, rows


_X, _Y = _grid()


def _along(rng: np.random.Generator) -> Field:
    angle = rng.uniform(0, 2 * np.pi)
    return np.asarray(np.cos(angle) * (_X - 0.5) + np.sin(angle) * (_Y - 0.5), np.float32)


def _clouds(rng: np.random.Generator) -> Field:
    """Noise whose spectrum falls with the frequency, as that of natural scenes does (Field, 1987)."""
    steepness = rng.uniform(0.5, 1.0)
    field = np.full((SIDE, SIDE), 0.5, np.float32)
    for octave in range(1, 6):
        cells = rng.normal(0, 0.5 * steepness**octave, (2**octave + 1,) * 2).astype(np.float32)
        field += np.asarray(cv2.resize(cells, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR), np.float32)
    return field


def _landscape(rng: np.random.Generator) -> Field:
    field = _clouds(rng) * 0.3 + 0.6 - 0.2 * _Y
    horizon = 0.5 + 0.25 * (_clouds(rng)[0] - 0.5) + rng.uniform(-0.2, 0.2)
    field[horizon[None, :] < _Y] -= rng.uniform(0.2, 0.5)
    return np.asarray(field + 0.3 * (_clouds(rng) - 0.5) * (_Y > 0.5), np.float32)


def _wood(rng: np.random.Generator) -> Field:
    rings = rng.uniform(4, 14) * (_along(rng) + 0.2 * (_clouds(rng) - 0.5))
    return np.asarray(0.6 + rng.uniform(0.1, 0.3) * np.sin(2 * np.pi * rings) + 0.1 * (_clouds(rng) - 0.5), np.float32)


def _grain(rng: np.random.Generator) -> Field:
    """Bare paper, a wall, cloth: a lamp to one side, and noise."""
    noise = rng.normal(0, rng.uniform(0.03, 0.3), (SIDE, SIDE)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), rng.uniform(0.4, 2.5))
    return np.asarray(0.6 + 0.5 * _along(rng) + 2 * soft, np.float32)


def _checks(rng: np.random.Generator) -> Field:
    cells, turn = rng.uniform(3, 10), rng.uniform(0, np.pi / 2)
    across = np.cos(turn) * _X + np.sin(turn) * _Y
    down = np.cos(turn) * _Y - np.sin(turn) * _X
    dark = (np.floor(across * cells) + np.floor(down * cells)) % 2
    return np.asarray(0.9 - rng.uniform(0.3, 0.8) * dark, np.float32)


def _bars(rng: np.random.Generator) -> Field:
    """Stripes, blinds, fences, the bars of a grid, bricks."""
    along, part = _along(rng) * rng.uniform(4, 12), rng.uniform(0.15, 0.6)
    dark = (along % 1 < part).astype(np.float32)
    if rng.random() < 0.5:
        dark = np.maximum(dark, (_along(rng) * rng.uniform(3, 12)) % 1 < part)
    return np.asarray(0.9 - rng.uniform(0.3, 0.8) * dark, np.float32)


def _print(rng: np.random.Generator) -> Field:
    """Lines of text too small to read."""
    page = np.full((SIDE, SIDE), 0.95, np.float32)
    height = int(rng.integers(2, 6))
    for top in range(int(rng.integers(2, 8)), SIDE - height - 2, height + int(rng.integers(2, 6))):
        line = rng.random((height, SIDE)) < rng.uniform(0.3, 0.6)
        words = np.repeat(rng.random(SIDE // 8) < 0.85, 8)
        ends = np.arange(SIDE) < SIDE * rng.uniform(0.5, 1.0)
        page[top : top + height] -= 0.8 * (line & words & ends & (np.arange(SIDE) > 4))
    return np.asarray(cv2.GaussianBlur(page, (0, 0), rng.uniform(0.3, 0.9)), np.float32)


def _blobs(rng: np.random.Generator) -> Field:
    """Things on a table: stones, coins, fruit, stains."""
    page = np.full((SIDE, SIDE), rng.uniform(0.6, 1.0), np.float32)
    for _ in range(int(rng.integers(3, 12))):
        _ellipse(page, rng.uniform(0.1, 0.9, 2), rng.uniform(0.04, 0.22, 2), rng.uniform(0, 180), rng.uniform(0, 0.7))
    return np.asarray(cv2.GaussianBlur(page, (0, 0), rng.uniform(0.3, 3)), np.float32)


def _shapes(rng: np.random.Generator) -> Field:
    """Large surfaces with hard or soft edges: furniture, buildings, shadows."""
    page = np.full((SIDE, SIDE), rng.uniform(0.6, 1.0), np.float32)
    for _ in range(int(rng.integers(3, 8))):
        corners = rng.uniform(-0.2, 1.2, (int(rng.integers(3, 6)), 2)) * SIDE
        cv2.fillPoly(page, [corners.astype(np.int32)], float(rng.uniform(0, 1)))
    return np.asarray(cv2.GaussianBlur(page, (0, 0), rng.uniform(0.3, 3)), np.float32)


def _face(rng: np.random.Generator) -> Field:
    """Hair, skin, eyes under brows, the shadow of a nose, a mouth."""
    page = np.asarray(rng.uniform(0.3, 0.95) + 0.3 * _along(rng), np.float32)
    centre, size = np.array([0.5, 0.52]) + rng.normal(0, 0.05, 2), rng.uniform(0.22, 0.4)
    hair, skin = rng.uniform(0.0, 0.4), rng.uniform(0.45, 0.95)

    def part(x: float, y: float, width: float, height: float, level: float) -> None:
        shift = rng.normal(0, 0.015, 2)
        _ellipse(page, centre + np.array([x, y]) * size + shift, np.array([width, height]) * size, 0, level)

    part(0, 1.8, rng.uniform(1.2, 2.0), 0.8, rng.uniform(0, 1))  # shoulders
    part(0, -0.25, 0.95, 1.15, hair)
    part(0, 0.1, 0.75, 1.0, skin)
    for side in (-0.33, 0.33):
        part(side, -0.3, 0.2, 0.04, hair)
        part(side, -0.1, 0.15, rng.uniform(0.05, 0.1), 0.1)
    part(rng.uniform(-0.05, 0.05), 0.25, 0.12, 0.06, 0.75 * skin)
    part(0, 0.6, rng.uniform(0.2, 0.4), rng.uniform(0.04, 0.14), rng.uniform(0.3, 0.6) * skin)
    shaded = page * (1 + rng.uniform(0, 0.8) * _along(rng))
    return np.asarray(cv2.GaussianBlur(shaded, (0, 0), rng.uniform(0.4, 2)), np.float32)


def _ellipse(
    page: Field, centre: NDArray[np.floating], radii: NDArray[np.floating], angle: float, level: float
) -> None:
    x, y = (int(value * SIDE) for value in centre)
    across, down = (max(1, int(value * SIDE)) for value in radii)
    cv2.ellipse(page, (x, y), (across, down), angle, 0, 360, level, -1, cv2.LINE_AA)


KINDS: dict[str, Callable[[np.random.Generator], Field]] = {
    function.__name__.lstrip("_"): function
    for function in (_clouds, _landscape, _wood, _grain, _checks, _bars, _print, _blobs, _shapes, _face)
}


def photograph_texture(kind: str, rng: np.random.Generator) -> Grey:
    """A picture of something else than writing, small or less small: (48 to 96, the same) uint8.

    Args: kind: a key of KINDS.
    """
    field = KINDS[kind](rng) + rng.standard_normal((SIDE, SIDE), np.float32) * np.float32(rng.uniform(0, 0.03))
    picture = np.clip(field * rng.uniform(150, 255), 0, 255).astype(np.uint8)
    return shrink(picture, int(rng.integers(SIDE // 2, SIDE + 1)))


@dataclass(frozen=True)
class Textures:
    """A source of what looks like ink on a picture without writing: one item for each kind of picture."""

    name: str = "textures"
    labels: NDArray[np.int64] = field(init=False)
    writers: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Count one item for each kind."""
        object.__setattr__(self, "labels", np.full(len(KINDS), NOT_HIRAGANA, np.int64))
        object.__setattr__(self, "writers", tuple(f"texture:{kind}" for kind in KINDS))

    def ink(self, item: int, rng: np.random.Generator) -> Ink:
        """The ink that is found in a new picture of the kind: (80, 80) uint8."""
        while True:
            try:
                ink, box = one_character(find_ink(photograph_texture(self.writers[item].partition(":")[2], rng)))
            except BlankImage:  # an even surface, which needs no refusing
                continue
            return (fit(ink, box, SIZE, INK_SIZE) * 255).astype(np.uint8)
