"""What training shows of two letters, source by source, one above the other: where one looks like the other, it lies.

No table tells that. A network learnt to read う as づ from a mixture in which a third of the ゛ had run into one tick;
on this sheet one sees it in a minute.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from model.labels import INDEX
from model.rendering.canvas import MUTED, Canvas, Rgb
from model.synthetic.augment import degrade
from model.workshop.sources import Source
from model.workshop.training.dataset import can_be_told

COLUMNS, ATTEMPTS = 18, 200
SIDE, GAP = 72, 4
LEFT, TOP, ROW = 120, 20, 2 * (SIDE + GAP) + 14


def pair_sheet(sources: Sequence[Source], letters: str, seed: int = 0) -> Rgb:
    """A sheet with 18 pictures of each of two letters for each source that has one of them, degraded as in training.

    Raises: KeyError: a letter is none of LABELS.
    """
    labels, rng = [INDEX[letter] for letter in letters], np.random.default_rng(seed)
    having = [source for source in sources if np.isin(labels, source.labels).any()]
    canvas = Canvas(LEFT + COLUMNS * (SIDE + GAP) + TOP, 2 * TOP + len(having) * ROW)
    for number, source in enumerate(having):
        top = TOP + number * ROW
        canvas.text(TOP, top + SIDE, source.name, 16, MUTED, "lm")
        for line, label in enumerate(labels):
            for column, picture in enumerate(_degraded(source, label, rng)):
                canvas.picture(LEFT + column * (SIDE + GAP), top + line * (SIDE + GAP), SIDE, picture)
    return canvas.pixels()


def _degraded(source: Source, label: int, rng: np.random.Generator) -> Iterator[NDArray[np.uint8]]:
    items = np.flatnonzero(source.labels == label)
    inks = (source.ink(int(rng.choice(items)), rng) for _ in range(ATTEMPTS if len(items) else 0))
    for ink in islice((ink for ink in inks if can_be_told(label, ink)), COLUMNS):
        yield degrade(ink, rng)
