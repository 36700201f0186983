"""What the detector should answer: a peak in the middle of each character, and there its box.

As CenterNet does (Zhou, Wang and Krähenbühl, 2019).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.detector.detect import KINDS, UNIT
from model.detector.view import MAP_SIZE, STRIDE, as_seen
from model.workshop.training.detector.pages import Writing, draw_page
from model.workshop.training.detector.views import Shown, draw_view

SHOWN = 2  # times a page is shown: to write it takes longer than to take its picture
WHOLE, SEEN = 0.7, 0.15  # share of a character's ink: with less it need not be found, with less still it counts as none
BROAD, NARROWEST = 0.11, 0.7  # standard deviation of a peak: of the box's longer side, and in points at least
COUNTS, CENTRE, GEOMETRY = KINDS, KINDS + 1, slice(KINDS + 2, KINDS + 6)  # channels after the peaks
CHANNELS = KINDS + 6
BRIGHTNESS = np.asarray([0.299, 0.587, 0.114], np.float32)  # of red, green and blue
DOWN, ACROSS = np.mgrid[:MAP_SIZE, :MAP_SIZE].astype(np.float32)

# (n, 256, 256, 1) views; (n, 64, 64, 9): peaks of each kind, which points count, which are middles, offsets, log sizes
Lesson = tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class PageViews:
    """Views of pages, as many as wanted."""

    writing: Writing

    def batch(self, size: int, rng: np.random.Generator, settled: bool = False) -> Lesson:
        """`size` views of half as many pages. `settled` says nothing here."""
        pages = [draw_page(self.writing, rng) for _ in range(0, size, SHOWN)]
        views = [draw_view(pages[number // SHOWN], rng) for number in range(size)]
        inputs = [as_seen(view.picture @ BRIGHTNESS) for view in views]
        return np.stack(inputs), np.stack([wanted(view.shown) for view in views])


def wanted(shown: Iterable[Shown]) -> NDArray[np.float32]:
    """(64, 64, 9): the answer for a view."""
    answer = np.zeros((MAP_SIZE, MAP_SIZE, CHANNELS), np.float32)
    answer[:, :, COUNTS] = 1
    for character in sorted(shown, key=lambda character: character.seen):
        x, y, width, height = np.divide(character.box, STRIDE).tolist()
        if character.seen < WHOLE:
            if character.seen > SEEN:
                rows, columns = (slice(max(0, int(a - 1)), int(a + b + 1)) for a, b in ((y, height), (x, width)))
                answer[rows, columns, COUNTS] = 0
            continue
        middle = x + width / 2, y + height / 2
        column, row = map(int, middle)
        if 0 <= column < MAP_SIZE and 0 <= row < MAP_SIZE:
            spread = max(NARROWEST, BROAD * max(width, height))
            peak = np.exp(-((ACROSS - column) ** 2 + (DOWN - row) ** 2) / (2 * spread**2))
            np.maximum(answer[:, :, character.kind], peak, out=answer[:, :, character.kind])
            answer[row, column, [COUNTS, CENTRE, character.kind]] = 1
            sizes = np.log(np.maximum(character.box[2:], 2) / UNIT)
            answer[row, column, GEOMETRY] = *(np.subtract(middle, (column, row))), *sizes
    return answer
