"""The network of the 2017 hands-on (TFUG Utsunomiya #04), kept to show what has been gained since.

It is the convolutional network of TensorFlow's tutorial for MNIST, on 32 x 32 black and white pixels. As then, nobody
looks for the ink: the whole picture is shrunk, so a small or shifted character arrives small or shifted.
"""

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import to_grey
from model.labels import LABELS
from model.preprocess import Located

if TYPE_CHECKING:
    import keras

INPUT_SIZE = 32
RATE = 1e-4  # of Adam (Kingma and Ba, 2015)


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


def build(classes: int = len(LABELS)) -> "keras.Model":
    """The untrained network, compiled as then: (n, 32, 32, 1) float32 -> (n, classes) logits, for one-hot labels.

    The softmax is not part of it, since whoever reads the file applies it together with the temperature.
    """
    import keras  # here, since the reader of a trained file needs `prepare` and not a second of TensorFlow
    from keras import layers

    network = keras.Sequential(
        [
            keras.Input((INPUT_SIZE, INPUT_SIZE, 1)),
            layers.Conv2D(32, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(1024, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(classes),
        ],
        name="classic",
    )
    network.compile(
        keras.optimizers.Adam(RATE), keras.losses.CategoricalCrossentropy(from_logits=True), metrics=["accuracy"]
    )
    return network
