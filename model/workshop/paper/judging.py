"""What the model says to each cell: where it reads something else than what should stand there, a person decides."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from model.classifier import Classifier
from model.ink import Grey
from model.reading import Glyph
from model.workshop.paper.cells import Cell
from model.workshop.paper.finding import SCALE

LONG, GAP = 8.5, 0.8  # mm of a straight slanting line, as letters have hardly two; and what the pen may leave out of it
STEEP = (25, 65)  # degrees


@dataclass(frozen=True, eq=False)
class Judged:
    """A cell and what the model reads in it."""

    cell: Cell
    glyph: Glyph
    is_doubtful: bool
    is_crossed_out: bool = False

    @property
    def said(self) -> str:
        """The character that the model reads; empty where it sees no hiragana."""
        return "" if self.glyph.verdict == "not_hiragana" or not self.glyph.best else self.glyph.best.label

    @property
    def share(self) -> float:
        """How sure the model is of what it reads, 0 to 1."""
        return self.glyph.best.probability if self.glyph.best else 0.0


def judge(classifier: Classifier, cells: Iterable[Cell]) -> list[Judged]:
    """Ask the model about cells; those without a label are doubtful whatever it says."""
    return [_judged(cell, classifier.glyph(np.pad(cell.picture, 8, constant_values=255))) for cell in cells]


def _judged(cell: Cell, glyph: Glyph) -> Judged:
    best = "" if glyph.verdict == "not_hiragana" or glyph.best is None else glyph.best.label
    crossed_out = is_crossed_out(cell.picture)
    return Judged(cell, glyph, cell.label is None or best != cell.label or crossed_out, crossed_out)


def is_crossed_out(picture: Grey) -> bool:
    """Whether two long straight lines slant through a cell, one each way: its writer wants it left out.

    Args: picture: (h, w) uint8 with SCALE pixels for a millimetre, ink on white.
    """
    ink = np.where(picture < 225, 255, 0).astype(np.uint8)
    lines = cv2.HoughLinesP(ink, 1, np.pi / 90, 50, minLineLength=LONG * SCALE, maxLineGap=GAP * SCALE)
    if lines is None:
        return False
    x0, y0, x1, y1 = lines.reshape(-1, 4).T.astype(np.float64)
    slant = np.rad2deg(np.arctan2(y1 - y0, x1 - x0))  # HoughLinesP goes from left to right, or straight up
    low, high = STEEP
    return bool(((slant > low) & (slant < high)).any() and ((slant < -low) & (slant > -high)).any())
