"""The network of the 2017 hands-on (TFUG Utsunomiya #04), kept to show what has been gained since.

It is the convolutional network of TensorFlow's tutorial for MNIST, on 32 x 32 black and white pixels. As then, nobody
looks for the ink: the whole picture is shrunk, so a small or shifted character arrives small or shifted.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import to_grey
from model.preprocess import Located

INPUT_SIZE = 32


def prepare(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Shrink a picture and cut it into ink and paper with the threshold of Otsu (1979).

    Args: image: (h, w) grey or (h, w, 3) RGB, uint8, any size; dark ink on light paper: nobody foresaw
            the reverse.
    Returns: (32, 32, 1) float32, 0.0 paper or 1.0 ink; all paper where the picture has one colour.
    Raises: BlankImage: no pixels. UnreadableImage: no picture at all.
    """
    small = cv2.resize(to_grey(image), (INPUT_SIZE, INPUT_SIZE), interpolation=cv2.INTER_AREA)
    _, ink = cv2.threshold(small, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    return np.asarray(ink, np.float32)[:, :, np.newaxis]


def locate(image: NDArray[np.uint8]) -> Located:
    """The input of a picture, in the form that model.preprocess.locate gives; the box is the whole picture.

    Args, Raises: as `prepare`.
    """
    prepared = prepare(image)
    height, width = image.shape[:2]
    return Located((0, 0, width, height), prepared)
