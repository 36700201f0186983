"""A drawing beside the shapes that it is compared with: what was asked for, and what it was read as."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from model.explaining import tendencies
from model.ink import Ink
from model.reading import BESIDE, Glyph, beside_size
from model.rendering.canvas import AGAINST, FOR, INK, RIM, Canvas, Caption, Colour, Rgb
from model.rendering.cut_out import glyph_alone

INSIDE = 16  # of a cell: between its rim and what stands in it
HEAD, SIZE = 40, 24  # of a caption above its cell; chats show the picture half as large on a phone

DRAWN = Caption("あなたの字", "your drawing")
ASKED = Caption("お題の典型", "asked for")
READ = Caption("こう見えました", "read as")


def beside(image: NDArray[np.uint8], glyph: Glyph, labels: Sequence[str]) -> Rgb:
    """A character as it was drawn, and beside it the most typical shape of each label.

    Args: image: (h, w) grey or (h, w, 3) RGB, uint8. glyph: the character, of this picture's reading. labels: one or
        two: what was asked for, and what it was read as.
    Returns: (288, w, 3) uint8 RGB, its cells where `BESIDE` says.
    Raises: BlankImage: nothing is written in its box. KeyError: no such label. NotSurveyed: the shapes are missing.
    """
    side = BESIDE[0][2]
    cells: list[tuple[Caption, Ink, Colour, Colour]] = [(DRAWN, _squared(glyph_alone(image, glyph, side)), INK, RIM)]
    for label, caption, colour in zip(labels, (ASKED, READ), (FOR, AGAINST), strict=False):
        cells.append((caption, tendencies.typical(label), colour, colour))
    canvas = Canvas(*beside_size(len(cells)))
    for (caption, ink, colour, rim), (x, y, width, height) in zip(cells, BESIDE, strict=False):
        canvas.text(x, y - HEAD, caption, SIZE)
        canvas.card(x, y, width, height, rim)
        canvas.ink(x + INSIDE, y + INSIDE, width - 2 * INSIDE, ink, colour)
    return canvas.pixels()


def _squared(grey: NDArray[np.uint8]) -> Ink:
    """A character on paper of its own size as ink in the middle of a square, neither stretched nor straightened."""
    height, width = grey.shape
    side = max(height, width)
    square = np.zeros((side, side), np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = ~grey
    return square
