"""How a character is written, stroke by stroke, for those who learn it. Drawn from KanjiVG, if its package is there."""

from collections.abc import Sequence

import cv2
import numpy as np

from model.ink import Ink
from model.rendering.canvas import FAINT, FOR, INK, MUTED, RIM, Canvas, Rgb
from model.synthetic.kanjivg import kanjivg_file, read_kanjivg
from model.synthetic.marks import Points

# KanjiVG's licence asks that this stands wherever its strokes are shown.
ATTRIBUTION = "Strokes: KanjiVG © Ulrich Apel · kanjivg.tagaini.net · CC BY-SA 3.0 · redrawn"
HOW_TO_GET = "pip install fonttools kanjivg"

CELL, GAP, MARGIN, FOOT = 132, 12, 20, 34
NARROWEST = 470  # room for the attribution
PEN, DOT = 0.05, 0.045  # of a cell's side: the width of a stroke, and the radius of the point where it begins
DETAIL = 3  # drawn so many times larger, and shrunk: smooth edges


def is_installed() -> bool:
    """Whether the strokes are there to be drawn."""
    return kanjivg_file("あ") is not None


def strokes_of(character: str) -> list[Points]:
    """The strokes of a character in writing order, each (n, 2) from where the pen is set down, in a square of side 1.

    Returns: none where the package is not installed, or does not have the character.
    Raises: DamagedFile: its file has no strokes.
    """
    file = kanjivg_file(character)
    return [stroke.points for stroke in read_kanjivg([file])[character][0]] if file else []


def draw_stroke_order(characters: Sequence[str]) -> Rgb | None:
    """Each character in a row of its own, one cell a stroke: what is written, the stroke to write now, what follows.

    Returns: (h, w, 3) uint8 RGB, the attribution at its foot; None where no strokes are known of any of them.
    Raises: DamagedFile: a file has no strokes.
    """
    rows = [strokes for character in characters if (strokes := strokes_of(character))]
    if not rows:
        return None
    width = max(NARROWEST, 2 * MARGIN - GAP + max(map(len, rows)) * (CELL + GAP))
    canvas = Canvas(width, MARGIN + len(rows) * (CELL + GAP) + FOOT)
    for row, strokes in enumerate(rows):
        left = (width + GAP - len(strokes) * (CELL + GAP)) // 2
        for number in range(len(strokes)):
            _step(canvas, left + number * (CELL + GAP), MARGIN + row * (CELL + GAP), strokes, number)
    canvas.text(width // 2, MARGIN + len(rows) * (CELL + GAP) + 8, ATTRIBUTION, 12, MUTED, "mm")
    return canvas.pixels()


def _step(canvas: Canvas, x: int, y: int, strokes: Sequence[Points], number: int) -> None:
    """The cell in which one stroke is to be written."""
    canvas.card(x, y, CELL, CELL)
    canvas.ink(x, y, CELL, _guides(), RIM)
    canvas.ink(x, y, CELL, _drawn(strokes[number + 1 :]), FAINT)
    canvas.ink(x, y, CELL, _drawn(strokes[:number]), INK)
    canvas.ink(x, y, CELL, _drawn(strokes[number : number + 1], DOT), FOR)
    canvas.text(x + 10, y + 8, number + 1, 16, FOR)


def _drawn(strokes: Sequence[Points], dot: float = 0.0) -> Ink:
    """Strokes as ink, (n, n) uint8, each with a point of so large a radius where it begins."""
    side = CELL * DETAIL
    ink = np.zeros((side, side), np.uint8)
    for stroke in strokes:
        places = np.round(stroke * side).astype(np.int32)
        cv2.polylines(ink, [places], False, 255, round(PEN * side), cv2.LINE_AA)
        if dot:
            cv2.circle(ink, (int(places[0, 0]), int(places[0, 1])), round(dot * side), 255, -1, cv2.LINE_AA)
    return ink


def _guides() -> Ink:
    """The dashed cross of a practice sheet."""
    line = np.arange(CELL) // 4 % 2 * np.uint8(255)
    ink = np.zeros((CELL, CELL), np.uint8)
    ink[CELL // 2, 8:-8] = line[8:-8]
    ink[8:-8, CELL // 2] = line[8:-8]
    return ink
