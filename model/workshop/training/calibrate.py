"""One temperature makes probabilities honest (Guo et al., 2017): of the answers given 80 %, eight in ten are right."""

import numpy as np
from numpy.typing import NDArray

from model.labels import NOT_HIRAGANA

REFUSED = 0.004  # of real hiragana, by the threshold of refusal; with 0.005 more letters of words were lost
REFUSE_FROM_AT_LEAST = 0.1  # what is less likely than this to be something else is not refused, whatever else


def softmax(logits: NDArray[np.float32], temperature: float = 1.0) -> NDArray[np.float32]:
    """Probabilities of (n, classes) logits; a temperature below 1 makes them bolder."""
    scaled = logits / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


def find_temperature(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """The temperature under which the right labels are likeliest.

    Args: logits: (n, classes) of images that were not trained on. labels: (n,).
    Returns: 0.2 to 3.0, in steps of 0.01.
    """

    def surprise(temperature: float) -> float:
        right = softmax(logits, temperature)[np.arange(len(labels)), labels]
        return float(-np.log(np.maximum(right, 1e-9)).mean())

    return min((round(0.2 + 0.01 * step, 2) for step in range(281)), key=surprise)


def find_refusal(logits: NDArray[np.float32], temperature: float) -> float:
    """The probability of being no hiragana from which a picture is refused, so that few hiragana are.

    Args: logits: (n, NOT_HIRAGANA + 1) of hiragana that were not trained on.
    """
    other = softmax(logits, temperature)[:, NOT_HIRAGANA]
    return round(max(REFUSE_FROM_AT_LEAST, float(np.quantile(other, 1 - REFUSED))), 3)


def calibration_error(confidence: NDArray[np.float32], right: NDArray[np.bool_], bins: int = 10) -> float:
    """The expected calibration error, 0 to 1: how far confidence is from the share of right answers, over `bins`."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(float(confidence[place == b].mean()) - float(right[place == b].mean())) * np.mean(place == b)
        for b in np.unique(place)
    ]
    return float(sum(gaps))
