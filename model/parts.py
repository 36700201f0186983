"""The parts of a character, moved and exchanged: people keep the strokes and are free with the space between them."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import Ink
from model.segment import mask_of

MOST_PARTS = 7  # ぼ in seven separate strokes; more pieces than that are the grain of a pencil
SAME_STROKE = 2.5  # times as much ink: two writers' strokes differ so; a dot and a stroke, or a speck, differ more
SMALL = 0.12  # of the character's ink: dots and the ticks of ゛ wander further than strokes


def move_parts(ink: Ink, rng: np.random.Generator) -> Ink:
    """Each connected part shifted, turned and scaled a little; some touch afterwards.

    Args: ink: (h, w) uint8, 0 paper to 255 ink, which is not changed.
    Returns: (h, w) uint8.
    """
    parts = find_parts(ink)
    if not parts.are_strokes:
        return ink
    freedom = rng.uniform(0, 1.6)
    moved = np.zeros_like(ink)
    for part, area in enumerate(parts.areas):
        loose = 1.6 if area < SMALL * parts.areas.sum() else 1.0
        matrix = _another_place(parts.centres[part], freedom * loose, ink.shape, rng)
        alone = _soft(ink, parts.numbers, part + 1)
        np.maximum(moved, cv2.warpAffine(alone, matrix, ink.shape[::-1], flags=cv2.INTER_LINEAR), out=moved)
    return moved


def exchange_parts(ink: Ink, other: Ink, rng: np.random.Generator) -> Ink:
    """The same character with some of its parts as another writer made them.

    Args: ink, other: (h, w) uint8, 0 paper to 255 ink, of one character, whose box fills both alike.
    Returns: (h, w) uint8; `ink` itself where the two were not written in the same parts.
    """
    ours, theirs = find_parts(ink), find_parts(other)
    if not ours.are_strokes or len(ours.areas) != len(theirs.areas):
        return ink
    nearest = np.linalg.norm(ours.centres[:, np.newaxis] - theirs.centres, axis=2).argmin(axis=1)
    larger = np.maximum(ours.areas, theirs.areas[nearest]) / np.minimum(ours.areas, theirs.areas[nearest])
    if len(set(nearest.tolist())) < len(nearest) or larger.max() > SAME_STROKE:
        return ink
    mixed = np.zeros_like(ink)
    for part, taken in enumerate(rng.random(len(nearest)) < 0.5):
        alone = _soft(other, theirs.numbers, int(nearest[part]) + 1) if taken else _soft(ink, ours.numbers, part + 1)
        np.maximum(mixed, alone, out=mixed)
    return mixed


@dataclass(frozen=True, slots=True)
class Parts:
    """The connected parts of a character: part i has number i + 1 in the map."""

    numbers: NDArray[np.int32]  # (h, w); 0 is paper
    areas: NDArray[np.int32]  # (n,) pixels
    centres: NDArray[np.float64]  # (n, 2): x, y

    @property
    def are_strokes(self) -> bool:
        """Whether there are several, and not so many that they are the grain of a pencil."""
        return bool(2 <= np.count_nonzero(self.areas > 4) <= MOST_PARTS)


def find_parts(ink: Ink) -> Parts:
    """The parts of (h, w) uint8, 0 paper to 255 ink."""
    mask = mask_of(ink, 91)
    _, numbers, stats, centres = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_32S, cv2.CCL_GRANA)
    areas = np.asarray(stats[1:, cv2.CC_STAT_AREA], np.int32)
    return Parts(np.asarray(numbers, np.int32), areas, np.asarray(centres[1:], np.float64))


def _soft(ink: Ink, numbers: NDArray[np.int32], part: int) -> Ink:
    """One part with its soft rim, which lies outside of its number."""
    rim = cv2.dilate((numbers == part).view(np.uint8), np.ones((3, 3), np.uint8))
    return np.where((rim > 0) & ((numbers == part) | (numbers == 0)), ink, 0).astype(np.uint8)


def _another_place(
    centre: NDArray[np.float64], freedom: float, shape: tuple[int, ...], rng: np.random.Generator
) -> NDArray[np.float64]:
    turn, scale = rng.normal(0, 6 * freedom), np.exp(rng.normal(0, 0.07 * freedom))
    matrix = np.asarray(cv2.getRotationMatrix2D((float(centre[0]), float(centre[1])), turn, scale), np.float64)
    matrix[:, 2] += rng.normal(0, 0.022 * max(shape) * freedom, 2)
    return matrix
