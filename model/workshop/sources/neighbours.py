"""Letters that stand close together: no single letter, and a picture of them must not be read as one."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import Ink
from model.labels import NOT_HIRAGANA
from model.segmentation.pieces import mask_of
from model.workshop.sources.stored import STORED_INK, StoredImages

MOST = 3  # letters
NEAREST, FURTHEST = -0.06, 0.3  # of a letter, between the inks of two
SIZE_SPREAD = 0.12  # of the logarithm
OFF_THE_LINE = 0.08  # of a letter


@dataclass(frozen=True)
class Neighbours:
    """A source that writes two or three of another source's letters in a row or a column."""

    name: str
    letters: StoredImages
    labels: NDArray[np.int64] = field(init=False)
    writers: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Make an item of each letter, to which others are set."""
        object.__setattr__(self, "labels", np.full(len(self.letters.labels), NOT_HIRAGANA, np.int64))
        object.__setattr__(self, "writers", self.letters.writers)

    def ink(self, item: int, rng: np.random.Generator) -> Ink:
        """The letter with one or two others beside or below it: (h, w) uint8, about 64 pixels for each."""
        others = rng.integers(0, len(self.labels), int(rng.integers(1, MOST))).tolist()
        letters = [_cut_out(self.letters.ink(letter, rng), rng) for letter in (item, *others)]
        if rng.random() < 0.5:
            return _in_row(letters, rng)
        return np.ascontiguousarray(_in_row([letter.T for letter in letters], rng).T)


def _cut_out(ink: Ink, rng: np.random.Generator) -> Ink:
    """The ink's box, a little larger or smaller than it was."""
    x, y, width, height = cv2.boundingRect(mask_of(ink))
    scale = float(np.exp(rng.normal(0, SIZE_SPREAD)))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(ink[y : y + height, x : x + width], size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _in_row(letters: Sequence[Ink], rng: np.random.Generator) -> Ink:
    """Letters from the left to the right, about on a line."""
    gaps = np.round(STORED_INK * rng.uniform(NEAREST, FURTHEST, len(letters))).astype(int)
    steps = [letter.shape[1] + gap for letter, gap in zip(letters, gaps, strict=True)]
    tops = [rng.normal(0, OFF_THE_LINE * STORED_INK) - letter.shape[0] / 2 for letter in letters]
    places = np.round(np.column_stack([tops, np.cumsum([0, *steps[:-1]])])).astype(int)
    places -= places.min(axis=0)
    ends = [place + letter.shape for place, letter in zip(places, letters, strict=True)]
    row = np.zeros(np.max(ends, axis=0), np.uint8)
    for letter, (top, left) in zip(letters, places.tolist(), strict=True):
        place = row[top : top + letter.shape[0], left : left + letter.shape[1]]
        np.maximum(place, letter, out=place)
    return row
