"""Real letters with a mark drawn beside them: a scan of は becomes ば and ぱ, with all the ways to write ゛ and ゜."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import Ink
from model.labels import HANDAKUTEN, INDEX, LABELS, UNMARKED
from model.synthetic.marks import Line, dakuten, handakuten
from model.workshop.sources.stored import STORED_INK, STORED_SIZE, StoredImages

MARGIN = 16  # around the letter, for a mark that stands outside of it


@dataclass(frozen=True)
class MarkedLetters:
    """A source that writes ゛ and ゜ on another source's letters."""

    name: str
    letters: StoredImages
    labels: NDArray[np.int64] = field(init=False)
    writers: tuple[str, ...] = field(init=False)
    _letter_of: NDArray[np.int64] = field(init=False)  # (n,) the item of `letters` under each mark

    def __post_init__(self) -> None:
        """Make an item of each letter with each mark that it takes."""
        pairs = [
            (item, INDEX[marked])
            for item, label in enumerate(self.letters.labels)
            for marked, letter in UNMARKED.items()
            if INDEX[letter] == label
        ]
        items, labels = np.asarray(pairs, np.int64).reshape(-1, 2).T
        object.__setattr__(self, "labels", labels)
        object.__setattr__(self, "_letter_of", items)
        object.__setattr__(self, "writers", tuple(self.letters.writers[item] for item in items))

    def ink(self, item: int, rng: np.random.Generator) -> Ink:
        """The letter with a mark drawn anew: (112, 112) uint8."""
        letter = int(self._letter_of[item])
        ink = np.pad(self.letters.ink(letter, rng), MARGIN)
        corner = _corner(ink, rng)
        mark = handakuten if LABELS[self.labels[item]] in HANDAKUTEN else dakuten
        width = self.letters.line_ends[letter].width
        pen = width * rng.uniform(0.6, 1.1)
        return _drawn(ink, mark(corner, rng, pen / STORED_INK), pen)


def _corner(ink: Ink, rng: np.random.Generator) -> NDArray[np.float32]:
    """Where the mark goes, in sides of the letter's box from its corner: about the top right of the letter."""
    x, y, width, _ = cv2.boundingRect((ink > 90).view(np.uint8))
    room = np.array([x + width - MARGIN - (STORED_SIZE - STORED_INK) / 2, y - MARGIN - (STORED_SIZE - STORED_INK) / 2])
    return np.asarray(room / STORED_INK + [rng.uniform(-0.1, 0.1), rng.uniform(-0.06, 0.12)], np.float32)


def _drawn(ink: Ink, lines: list[Line], width: float) -> Ink:
    shade, origin = int(np.partition(ink, -60, axis=None)[-60]), MARGIN + (STORED_SIZE - STORED_INK) / 2
    marks = np.zeros_like(ink)
    for line in lines:
        place = np.round((line.points * STORED_INK + origin) * 16).astype(np.int32)
        cv2.polylines(marks, [place], False, shade, max(1, round(width)), cv2.LINE_AA, shift=4)
        if line.filled:
            cv2.fillPoly(marks, [place], shade, cv2.LINE_AA, shift=4)
    return np.maximum(ink, marks)
