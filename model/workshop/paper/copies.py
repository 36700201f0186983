"""Whether two pages are one sheet of paper: the same handwriting, photographed or imported twice, is added once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import Grey
from model.workshop.paper.cells import Cell

Where = tuple[int, int]  # slot and number of a cell

SOFT = 6.0  # pixels: photos of a paper agree to about half a millimetre
ALIKE = 0.75  # correlation; photos of one paper reach 0.95, two papers by one hand 0.2, even of し and つ


@dataclass(frozen=True, eq=False)
class KeptPaper:
    """A page that was added before."""

    writer: str
    day: str
    cells: Mapping[Where, Grey]


def is_same_paper(cells: Iterable[Cell], kept: Mapping[Where, Grey]) -> bool:
    """Whether most of the cells that both have hold the same ink."""
    both = [(cell.picture, kept[cell.slot, cell.number]) for cell in cells if (cell.slot, cell.number) in kept]
    return bool(both) and float(np.median([_correlation(*pair) for pair in both])) > ALIKE


def _correlation(first: Grey, second: Grey) -> float:
    if first.shape != second.shape or first.min() == first.max() or second.min() == second.max():
        return 0.0
    return float(np.corrcoef(_softened(first), _softened(second))[0, 1])


def _softened(picture: Grey) -> NDArray[np.float32]:
    return cv2.GaussianBlur(picture, (0, 0), SOFT).astype(np.float32).ravel()
