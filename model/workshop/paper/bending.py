"""How paper that does not lie flat shifts what is printed on it: a smooth surface through the markers."""

import numpy as np
from numpy.typing import NDArray

from model.workshop.paper import layout

Places = NDArray[np.floating]  # (n, 2), in millimetres from the page's upper left corner

UNIT = 100.0  # mm
STIFF = 1e-2  # what the surface may miss of a marker, against its being bent: a tenth of a millimetre is noise


class Bend:
    """A thin-plate spline (Duchon, 1977) over quadratic terms: a curl is quadratic, a fold is what is left of it."""

    def __init__(self, printed: Places, seen: Places) -> None:
        self._printed = np.asarray(printed, np.float64)
        count, curl = len(printed), _curl(self._printed)
        system = np.zeros((count + curl.shape[1],) * 2)
        system[:count, :count] = _plate(self._printed, self._printed) + STIFF * np.eye(count)
        system[:count, count:], system[count:, :count] = curl, curl.T
        known = np.zeros((len(system), 2))
        known[:count] = np.asarray(seen, np.float64) - self._printed
        self._weights = np.linalg.lstsq(system, known, rcond=None)[0]

    def away(self, places: Places) -> NDArray[np.float64]:
        """(n, 2): how far from its place on flat paper each of these lies, in millimetres."""
        terms = np.hstack([_plate(np.asarray(places, np.float64), self._printed), _curl(places)])
        return np.asarray(terms @ self._weights, np.float64)


def _plate(places: Places, centres: Places) -> NDArray[np.float64]:
    square = ((places[:, np.newaxis] - centres[np.newaxis]) ** 2).sum(axis=2) / UNIT**2
    return np.asarray(square * np.log(np.maximum(square, 1e-12)) / 2, np.float64)


def _curl(places: Places) -> NDArray[np.float64]:
    x, y = (places - np.array([layout.WIDTH, layout.HEIGHT]) / 2).T / UNIT
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1).astype(np.float64)
