"""What of a picture decided: parts of the ink are erased, and the network is asked again.

Occlusion, after Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks" (2014), with a soft eraser: a
hard one leaves edges that look like ends of strokes. Where there is no ink nothing is erased, and nothing is asked.
"""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from model.classifier import Classifier
from model.labels import INDEX, LABELS
from model.preprocess import INPUT_SIZE

ERASER = 4.0  # standard deviation in pixels of the input: about as broad as a stroke and its surroundings
STRIDE = 3
LEAST_INK = 0.5  # pixels of ink under the eraser; with less, the answer could not change

Heat = NDArray[np.float32]


class Occlusion:
    """The network's answers to one picture with a part erased, asked once for any number of labels."""

    def __init__(self, classifier: Classifier, picture: NDArray[np.float32]) -> None:
        """Ask some hundred times. Args: picture: (48, 48, 1), as the network reads it."""
        self._inked = picture[:, :, 0] > 0
        self._whole = classifier.logits(picture)
        self._erased = np.stack(
            [
                classifier.logits(picture * (1 - eraser[:, :, np.newaxis]))
                if float(np.vdot(eraser, picture)) >= LEAST_INK
                else self._whole
                for eraser in _erasers()
            ]
        )

    def heat(self, label: str | None = None, against: str | None = None) -> Heat:
        """How much each point speaks for a label.

        Args: label: by default what is read. against: another label, to ask what tells the two apart; by default
            everything else.
        Returns: (48, 48) float32 in natural logarithms of odds: by so much the odds for the label fall if the ink is
            erased there. Negative where ink speaks against the label, 0 where there is no ink.
        Raises: KeyError: no such label.
        """
        chosen = INDEX[label] if label else int(np.argmax(self._whole[: len(LABELS)]))
        whole = _odds(self._whole[np.newaxis], chosen, against)
        falls = (whole - _odds(self._erased, chosen, against)).reshape(INPUT_SIZE // STRIDE, INPUT_SIZE // STRIDE)
        heat = cv2.resize(falls, (INPUT_SIZE, INPUT_SIZE), interpolation=cv2.INTER_LINEAR)
        return np.asarray(heat * self._inked, np.float32)


@cache
def _erasers() -> NDArray[np.float32]:
    """(n, 48, 48): how much is erased, 0 to 1, one for each place."""
    line = np.arange(INPUT_SIZE, dtype=np.float32)
    across = np.exp(-((line - np.arange(STRIDE // 2, INPUT_SIZE, STRIDE)[:, np.newaxis]) ** 2) / (2 * ERASER**2))
    erasers = across[:, np.newaxis, :, np.newaxis] * across[np.newaxis, :, np.newaxis, :]
    return np.asarray(erasers.reshape(-1, INPUT_SIZE, INPUT_SIZE), np.float32)


def _odds(logits: NDArray[np.float32], label: int, against: str | None) -> NDArray[np.float32]:
    """(n, outputs) -> (n,) the logarithm of the odds for a label."""
    if against:
        return np.asarray(logits[:, label] - logits[:, INDEX[against]], np.float32)
    others = np.delete(logits, label, axis=1)
    return np.asarray(logits[:, label] - np.logaddexp.reduce(others, axis=1), np.float32)
