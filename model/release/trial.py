"""Two models read the same pictures. What is made of it is decided elsewhere; here they only answer."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.classifier import Classifier

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Answers:
    """What one model made of some pictures."""

    labels: tuple[str, ...]  # the best candidate of each; "" where it found no hiragana
    ms: float  # the median time a picture took it


def answers_of(classifier: Classifier, pictures: Sequence[Picture]) -> Answers:
    """Let a model read every picture as one character.

    Args: pictures: (h, w) grey or (h, w, 3) RGB, uint8.
    """
    labels, times = [], []
    for picture in pictures:
        began = time.perf_counter()
        glyph = classifier.glyph(picture)
        times.append(time.perf_counter() - began)
        labels.append("" if glyph.verdict == "not_hiragana" or glyph.best is None else glyph.best.label)
    return Answers(tuple(labels), 1000 * float(np.median(times)) if times else 0.0)
