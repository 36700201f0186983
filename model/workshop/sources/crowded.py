"""Letters as a box cuts them out of a page: with bits of what stands beside them, or a speck. They are what they were.

Where a letter takes a mark, nothing lies at the place of the mark but a speck no larger than the pen; and no つ gets a
dash above it, no し one at its right, which would make others of them.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import Ink
from model.labels import INDEX, UNMARKED
from model.segmentation.pieces import mask_of
from model.workshop.sources.stored import StoredImages

MARGIN = 14  # pixels around the letter
SPECKS = 0.3  # of the letters have a speck, the others a bit of another letter
NEAREST, NEAR = 3, 9  # pixels between the letter and a bit that is near; others lie anywhere up to the picture's rim
THICKEST = 10  # pixels that are seen of a bit
MARKS_PLACE = 0.35  # of the letter's width, from the right
SIDES = ("top", "right", "bottom", "left")
CHANGED_BY = {INDEX["つ"]: "top", INDEX["し"]: "right", INDEX["り"]: "right", INDEX["く"]: "right"}
_TAKES_MARK = frozenset(INDEX[letter] for letter in UNMARKED.values())


@dataclass(frozen=True)
class Crowded:
    """A source that sets bits and specks beside another source's letters."""

    name: str
    letters: StoredImages

    @property
    def labels(self) -> NDArray[np.int64]:
        """(n,) those of the letters."""
        return self.letters.labels

    @property
    def writers(self) -> tuple[str, ...]:
        """(n) those of the letters."""
        return self.letters.writers

    def ink(self, item: int, rng: np.random.Generator) -> Ink:
        """The letter, and what is not of it: (108, 108) uint8."""
        ink = np.pad(self.letters.ink(item, rng), MARGIN)
        if rng.random() < SPECKS:
            return _with_speck(ink, self.letters.line_ends[item].width, rng)
        label = int(self.labels[item])
        side = SIDES[int(rng.integers(len(SIDES)))]
        if CHANGED_BY.get(label) == side:
            return ink
        other = self.letters.inks[int(rng.integers(len(self.labels)))]
        return _with_bit(ink, np.asarray(other, np.uint8), side, label in _TAKES_MARK, rng)


def _with_speck(ink: Ink, pen: float, rng: np.random.Generator) -> Ink:
    """A round dot of at most the pen's width: where a mark would stand, or anywhere."""
    x, y, width, height = cv2.boundingRect(mask_of(ink))
    corner, size = np.array([x, y]), np.array([width, height])
    at_mark = corner + size * [1, 0] + rng.normal(0, 6, 2)
    place = at_mark if rng.random() < 0.5 else corner + rng.random(2) * size
    speck, shade = np.zeros_like(ink), int(ink.max() * rng.uniform(0.5, 1))
    centre = (round(float(place[0]) * 8), round(float(place[1]) * 8))
    cv2.circle(speck, centre, round(4 * pen * rng.uniform(0.4, 1.0)), shade, -1, cv2.LINE_AA, shift=3)
    return np.maximum(ink, speck)


def _with_bit(ink: Ink, other: Ink, side: str, takes_mark: bool, rng: np.random.Generator) -> Ink:
    """The edge of another letter beyond one side of this one; a picture that is turned has that side at its top."""
    turns = SIDES.index(side)
    turned = np.ascontiguousarray(np.rot90(ink, turns))
    x, y, width, _ = cv2.boundingRect(mask_of(turned))
    cut = other[_edge(other) :][: int(rng.integers(2, THICKEST + 1))]
    furthest = NEAR if rng.random() < 0.5 else max(NEAR, y - 2)
    bottom = y - int(rng.integers(NEAREST, furthest + 1))
    cut = cut[: max(0, bottom)]
    beside = np.zeros_like(turned)
    left = int(np.clip(x + rng.integers(-width // 2, width // 2 + 1), 0, turned.shape[1] - cut.shape[1]))
    beside[max(0, bottom - len(cut)) : max(0, bottom), left : left + cut.shape[1]] = cut[::-1]
    if takes_mark and side == "top":
        beside[:, round(x + width * (1 - MARKS_PLACE)) :] = 0
    if takes_mark and side == "right":
        beside[:, : round(x + width * MARKS_PLACE)] = 0
    return np.ascontiguousarray(np.rot90(np.maximum(turned, beside), -turns))


def _edge(ink: Ink) -> int:
    """The first row with ink."""
    return int(np.argmax((ink > 90).any(axis=1)))
