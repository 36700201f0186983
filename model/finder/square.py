"""How the finder sees a picture: whole, small and square."""

import cv2
import numpy as np
from numpy.typing import NDArray

VIEW_SIZE = 160  # pixels of what the network reads; a letter of a tenth of the photo still has its strokes
MAP_SIZE = VIEW_SIZE // 2  # of what it answers
STROKES, HULLS = 0, 1  # channels of the answer: the ink of letters, and the area inside the hull of each
ENOUGH = 3 * VIEW_SIZE  # pixels of a side; of a larger picture every few are looked at
FLATTEST = 4.0  # of 255: the noise of a blank picture is not blown up


def view_of(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What the network reads: the picture squeezed into a square, for strokes stay strokes. (160, 160, 3).

    Args: picture: (h, w, 3) RGB uint8.
    Returns: mean 0, standard deviation 1: the light of the room says nothing.
    """
    step = max(1, min(picture.shape[:2]) // ENOUGH)
    fewer = np.ascontiguousarray(picture[::step, ::step])
    small = cv2.resize(fewer, (VIEW_SIZE, VIEW_SIZE), interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray((small - small.mean()) / max(float(small.std()), FLATTEST), np.float32)
