"""The connected pieces of ink in a picture."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import Ink

INK_FROM = 90  # of 255: what counts as ink when its pieces are looked for


@dataclass(frozen=True, slots=True)
class Pieces:
    """The connected pieces of ink: piece i has number i + 1 in the map."""

    numbers: NDArray[np.int32]  # (h, w); 0 is paper
    boxes: NDArray[np.int32]  # (n, 4): x, y, width, height
    areas: NDArray[np.int32]  # (n,) pixels

    @property
    def ends(self) -> NDArray[np.int32]:
        """(n, 2) the corner of each box where x and y are highest."""
        return self.boxes[:, :2] + self.boxes[:, 2:]

    @property
    def sides(self) -> NDArray[np.int32]:
        """(n,) the longer side of each piece."""
        return np.maximum(self.boxes[:, 2], self.boxes[:, 3])


def mask_of(ink: Ink, threshold: int = INK_FROM) -> NDArray[np.uint8]:
    """Where there is ink, (h, w): 255 from `threshold` on, and 0."""
    return np.asarray(cv2.threshold(ink, threshold - 1, 255, cv2.THRESH_BINARY)[1], np.uint8)


def pieces_of(mask: NDArray[np.uint8]) -> Pieces:
    """The connected pieces of a mask, (h, w) uint8, 0 for paper."""
    # OpenCV's own choice of algorithm takes three times as long on one thread.
    count, numbers, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_32S, cv2.CCL_GRANA)
    return Pieces(
        np.asarray(numbers, np.int32),
        np.asarray(stats[1:count, : cv2.CC_STAT_AREA], np.int32),
        np.asarray(stats[1:count, cv2.CC_STAT_AREA], np.int32),
    )


def corners(pieces: Pieces, kept: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The two corners, x and y, of the box around the pieces that `kept`, (n,), marks."""
    return pieces.boxes[kept, :2].min(axis=0), pieces.ends[kept].max(axis=0)
