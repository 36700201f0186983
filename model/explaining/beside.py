"""A drawing beside the shapes that it is compared with: what was asked for, and what it was read as."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from model.explaining import tendencies
from model.ink import Ink
from model.reading import Box
from model.rendering.canvas import AGAINST, FOR, INK, MUTED, RIM, Canvas, Caption, Colour, Rgb
from model.rendering.cut_out import cut_out

SIDE, MARGIN, GAP, CAPTION = 200, 24, 20, 28
INSIDE = 16  # of a cell: between its rim and what stands in it

DRAWN = Caption("あなたの字", "your drawing")
ASKED = Caption("お題の典型", "what was asked for")
READ = Caption("こう見えました", "what it was read as")


def beside(image: NDArray[np.uint8], box: Box, labels: Sequence[str]) -> Rgb:
    """A character as it was drawn, and beside it the most typical shape of each label.

    Args: image: (h, w) grey or (h, w, 3) RGB, uint8. box: where the character is, as in its Glyph. labels: one or two:
        what was asked for, and what it was read as.
    Returns: (276, w, 3) uint8 RGB.
    Raises: BlankImage: nothing is written in the box. KeyError: no such label. NotSurveyed: the shapes are missing.
    """
    cells: list[tuple[Caption, Ink, Colour, Colour]] = [(DRAWN, _squared(cut_out(image, box, SIDE)), INK, RIM)]
    for label, caption, colour in zip(labels, (ASKED, READ), (FOR, AGAINST), strict=False):
        cells.append((caption, tendencies.typical(label), colour, colour))
    canvas = Canvas(2 * MARGIN + len(cells) * (SIDE + GAP) - GAP, 2 * MARGIN + CAPTION + SIDE)
    for number, (caption, ink, colour, rim) in enumerate(cells):
        x = MARGIN + number * (SIDE + GAP)
        canvas.text(x, MARGIN, caption, colour=MUTED)
        canvas.card(x, MARGIN + CAPTION, SIDE, SIDE, rim)
        canvas.ink(x + INSIDE, MARGIN + CAPTION + INSIDE, SIDE - 2 * INSIDE, ink, colour)
    return canvas.pixels()


def _squared(grey: NDArray[np.uint8]) -> Ink:
    """A character on paper of its own size as ink in the middle of a square, neither stretched nor straightened."""
    height, width = grey.shape
    side = max(height, width)
    square = np.zeros((side, side), np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = ~grey
    return square
