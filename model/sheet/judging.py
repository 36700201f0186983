"""What the model says to each cell: where it reads something else than what should stand there, a person decides."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from model.classifier import Classifier
from model.labels import LABELS
from model.reading import Glyph
from model.sheet.cells import Cell

BELIEVED = 0.1  # of what should stand there: below this the model contradicts


@dataclass(frozen=True, eq=False)
class Judged:
    """A cell and what the model reads in it."""

    cell: Cell
    glyph: Glyph
    is_doubtful: bool

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
    padded = ((cell, np.pad(cell.picture, 8, constant_values=255)) for cell in cells)
    return [_judged(cell, classifier.glyph(picture, len(LABELS))) for cell, picture in padded]


def _judged(cell: Cell, glyph: Glyph) -> Judged:
    believed = next((one.probability for one in glyph.candidates if one.label == cell.label), 0.0)
    is_best = glyph.best is not None and glyph.best.label == cell.label
    contradicted = glyph.verdict == "not_hiragana" or (not is_best and believed < BELIEVED)
    return Judged(cell, glyph, cell.label is None or contradicted)
