"""What the network sees of a character that is tilted a little, for where it has doubts."""

import cv2
import numpy as np
from numpy.typing import NDArray

ANGLE = 5.0  # degrees, to either side


def tilt(picture: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """A preprocessed picture, tilted to the left and to the right.

    Args: picture: (side, side, 1), 0.0 paper to 1.0 ink.
    Returns: two such pictures.
    """
    return [_turned(picture, angle) for angle in (ANGLE, -ANGLE)]


def _turned(picture: NDArray[np.float32], angle: float) -> NDArray[np.float32]:
    side = picture.shape[0]
    matrix = cv2.getRotationMatrix2D(((side - 1) / 2,) * 2, angle, 1.0)
    # Cubic: what a linear turn blurs is read no better than the picture itself.
    turned = cv2.warpAffine(picture[:, :, 0], matrix, (side, side), flags=cv2.INTER_CUBIC)
    return np.clip(turned, 0.0, 1.0, dtype=np.float32)[:, :, np.newaxis]
