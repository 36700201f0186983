"""What the worker processes draw of samples. Letters are drawn as their typical shapes, so that no font is needed."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from bot.handwriting.rules.teaching import NOT_HIRAGANA
from bot.handwriting.workers.pictures import encode_png
from model.explaining import tendencies
from model.labels import CHART, INDEX, VOICED
from model.rendering.canvas import AGAINST, FOR, INK, MUTED, RIM, Canvas, Colour

MARGIN, GAP = 20, 10
SIDE = 96  # of a sample
COLUMNS = 6
CELL_WIDE, CELL_HIGH = 62, 106


def sheet(tiles: Sequence[tuple[bytes, str, str, str]]) -> bytes:
    """Show samples, PNG: each with number, picture, label, what was read where that is another, and writer or ""."""
    columns = max(1, min(COLUMNS, len(tiles)))
    wide, high = SIDE + 2 * GAP, SIDE + 62
    rows = max(1, -(-len(tiles) // columns))
    canvas = Canvas(2 * MARGIN + columns * (wide + GAP) - GAP, 2 * MARGIN + rows * (high + GAP) - GAP)
    for i, (png, label, said, writer) in enumerate(tiles):
        x, y = MARGIN + i % columns * (wide + GAP), MARGIN + i // columns * (high + GAP)
        canvas.card(x, y, wide, high, AGAINST if said != label else RIM)
        canvas.picture(x + GAP, y + 22, SIDE, _square(png))
        canvas.text(x + 8, y + 5, i + 1, 15, INK)
        canvas.text(x + wide - 8, y + 7, writer, 12, MUTED, "ra")
        _letter(canvas, x + 8, y + high - 40, 34, label, INK)
        if said != label:
            canvas.arrow(x + 48, y + high - 23, 22)
            _letter(canvas, x + 76, y + high - 40, 34, said, AGAINST)
    return encode_png(canvas.pixels())


def chart(used: Mapping[str, int], waiting: Mapping[str, int], thin: int) -> bytes:
    """Show how many samples each character has, in the order of the fifty sounds; thin ones have a warm rim, PNG."""
    space = 20
    width = 2 * MARGIN + len(CHART) * (CELL_WIDE + 6) - 6 + space
    canvas = Canvas(width, 2 * MARGIN + 5 * (CELL_HIGH + 6) - 6)
    for i, column in enumerate(CHART):
        x = width - MARGIN - CELL_WIDE - i * (CELL_WIDE + 6) - (space if i >= VOICED else 0)
        for j, label in enumerate(column):
            if label in INDEX:
                y = MARGIN + j * (CELL_HIGH + 6)
                _cell(canvas, x, y, label, used.get(label, 0), waiting.get(label, 0), thin)
    return encode_png(canvas.pixels())


def _cell(canvas: Canvas, x: int, y: int, label: str, used: int, waiting: int, thin: int) -> None:
    is_thin = used < thin
    canvas.card(x, y, CELL_WIDE, CELL_HIGH, FOR if is_thin else RIM)
    _letter(canvas, x + 11, y + 4, 40, label, INK)
    canvas.text(x + CELL_WIDE // 2, y + 44, used, 26, FOR if is_thin else INK, "ma")
    if waiting:
        canvas.text(x + CELL_WIDE // 2, y + 76, f"+{waiting}", 20, MUTED, "ma")


def _letter(canvas: Canvas, x: int, y: int, side: int, label: str, colour: Colour) -> None:
    if label == NOT_HIRAGANA:
        canvas.text(x + side // 2, y + side // 2, "X", side * 2 // 3, colour, "mm")
    else:
        canvas.ink(x, y, side, tendencies.typical(label), colour)


def _square(png: bytes) -> NDArray[np.uint8]:
    """Return a grey picture with white beside it, so that it is as wide as it is high."""
    grey = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        return np.full((SIDE, SIDE), 255, np.uint8)
    height, width = grey.shape
    side = max(height, width)
    square = np.full((side, side), 255, np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = grey
    return square
