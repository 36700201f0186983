"""What the detector sees: a square part of a picture."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import Grey

VIEW_SIZE = 256  # pixels
STRIDE = 4  # of them for each point of the answer
MAP_SIZE = VIEW_SIZE // STRIDE
FLATTEST = 4.0  # of 255: the noise of a blank picture is not blown up


@dataclass(frozen=True, slots=True)
class ViewPlace:
    """A square part of a picture, which may reach beyond it."""

    x: float  # of its corner, in pixels of the picture
    y: float
    scale: float  # pixels of the view for each pixel of the picture

    @property
    def side(self) -> float:
        """In pixels of the picture."""
        return VIEW_SIZE / self.scale

    def cut_out(self, grey: Grey) -> Grey:
        """(256, 256): this part of a picture; beyond the picture its rim goes on."""
        side, x, y = round(self.side), int(self.x), int(self.y)
        left, top = max(0, x), max(0, y)
        part = grey[top : max(top + 1, y + side), left : max(left + 1, x + side)]
        width, height = (min(VIEW_SIZE, max(1, round(length * self.scale))) for length in part.shape[::-1])
        how = cv2.INTER_AREA if self.scale < 1 else cv2.INTER_LINEAR
        small = np.asarray(cv2.resize(part, (width, height), interpolation=how), np.uint8)
        above = min(round((top - y) * self.scale), VIEW_SIZE - height)
        before = min(round((left - x) * self.scale), VIEW_SIZE - width)
        rims = above, VIEW_SIZE - above - height, before, VIEW_SIZE - before - width
        return np.asarray(cv2.copyMakeBorder(small, *rims, cv2.BORDER_REPLICATE), np.uint8)


def as_seen(view: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
    """What the network reads of a view, (256, 256) of brightness: (256, 256, 1), mean 0 and standard deviation 1."""
    brightness = view.astype(np.float32)
    even = (brightness - brightness.mean()) / max(float(brightness.std()), FLATTEST)
    return np.asarray(even[:, :, np.newaxis], np.float32)
