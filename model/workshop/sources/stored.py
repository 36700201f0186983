"""Images that are kept as they are: scans, drawings, rendered fonts. The real ones differ only in where they lie."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from model.ink import BlankImage, Ink, find_ink, shrink, to_grey
from model.labels import INDEX, NOT_HIRAGANA, label_of
from model.preprocess import fit
from model.segmentation.segment import one_character
from model.workshop.sources.line_ends import LineEnds, find_line_ends, vary_line_ends
from model.workshop.sources.parts import move_parts

STORED_SIZE = 80  # finer than the network's input, so that an image can be turned and bent before it is read
STORED_INK = 64
NO_LETTER = "×"  # the character of what is no hiragana
AS_IT_IS = 0.5  # of the times that an image is asked for


@dataclass(frozen=True, slots=True)
class Written:
    """One image as it was found."""

    image: NDArray[np.uint8]  # (h, w) or (h, w, 3), any size
    character: str  # or NO_LETTER
    writer: str


@dataclass(frozen=True)
class StoredImages:
    """A source whose images lie in memory."""

    name: str
    inks: NDArray[np.uint8]  # (n, 80, 80), 0 paper to 255 ink
    labels: NDArray[np.int64]  # (n,)
    writers: tuple[str, ...]

    @cached_property
    def line_ends(self) -> tuple[LineEnds, ...]:
        """(n) where the lines of each image end."""
        return tuple(find_line_ends(ink) for ink in self.inks)

    def ink(self, item: int, rng: np.random.Generator) -> Ink:
        """The item, or as its writer might put it down another time: its parts moved, its lines ended otherwise."""
        ink = np.asarray(self.inks[item], np.uint8)
        return ink if rng.random() < AS_IT_IS else move_parts(vary_line_ends(ink, self.line_ends[item], rng), rng)

    def select(self, chosen: NDArray[np.bool_]) -> "StoredImages":
        """The items where `chosen`, (n,) bool, is true."""
        kept = np.flatnonzero(chosen)
        return StoredImages(self.name, self.inks[kept], self.labels[kept], tuple(self.writers[i] for i in kept))


def store(name: str, found: Iterable[Written]) -> StoredImages:
    """Bring images of any size into one; an image without ink is left out.

    Raises: UnknownLabel: an image has a character that the network does not know.
    """
    inks, labels, writers = [], [], []
    for written in found:
        try:
            inks.append(_cropped(written.image))
        except BlankImage:
            continue
        labels.append(NOT_HIRAGANA if written.character == NO_LETTER else INDEX[label_of(written.character)])
        writers.append(written.writer)
    stacked = np.stack(inks) if inks else np.zeros((0, STORED_SIZE, STORED_SIZE), np.uint8)
    return StoredImages(name, stacked, np.asarray(labels, np.int64), tuple(writers))


def _cropped(image: NDArray[np.uint8]) -> Ink:
    ink, box = one_character(find_ink(shrink(to_grey(image), 4 * STORED_INK)))
    return (fit(ink, box, STORED_SIZE, STORED_INK) * 255).astype(np.uint8)
