"""What the network has learned, as facts that ship beside the model: average and typical shapes, confusions, exemplars.

They are surveyed once, from what training sees (`survey`); looking them up needs none of that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from model.classifier import ARTIFACT, Classifier
from model.errors import DamagedFile, ReaderError
from model.ink import Ink
from model.labels import INDEX, LABELS
from model.packed import read_arrays
from model.preprocess import INPUT_SIZE

FILE = "tendencies.npz"  # beside the model file


class NotSurveyed(ReaderError):
    """The facts are missing or damaged: `python -m model tendencies --survey` makes them anew."""


@dataclass(frozen=True, eq=False)
class Tendencies:
    """Pictures are (n, 48, 48) uint8, as the network reads them: 0 paper to 255 ink, the ink centred."""

    averages: NDArray[np.uint8]  # one a label: the mean of what training sees
    exemplars: NDArray[np.uint8]  # generated from fonts and strokes; of each label the most typical comes first
    exemplar_labels: NDArray[np.uint8]  # (n,) indexes into LABELS, rising
    confusion: NDArray[np.float32]  # (74, 74): of pictures of the row's label, the share read as the column's
    lookalikes: NDArray[np.uint8]  # (n, 3, 48, 48): generated pictures nearest to each frequent confusion
    lookalike_pairs: NDArray[np.uint8]  # (n, 2): written and read

    def typical(self, label: str) -> Ink:
        """The shape that the network finds most ordinary, (48, 48) uint8. Raises: KeyError: no such label."""
        return np.asarray(self.exemplars[np.searchsorted(self.exemplar_labels, INDEX[label])], np.uint8)

    def average(self, label: str) -> Ink:
        """The mean of a label's pictures, (48, 48) uint8. Raises: KeyError: no such label."""
        return np.asarray(self.averages[INDEX[label]], np.uint8)

    def confused_with(self, label: str, top: int = 5) -> list[tuple[str, float]]:
        """What pictures of a label are taken for instead, and how large a share of them, 0 to 1; most frequent first.

        Of poor pictures, that is, degraded as in training: of good ones, hardly any is misread.
        Raises: KeyError: no such label.
        """
        shares = self.confusion[INDEX[label]].copy()
        shares[INDEX[label]] = 0
        return [(LABELS[i], float(shares[i])) for i in np.argsort(-shares, kind="stable")[:top] if shares[i] > 0]

    def pairs(self, top: int = 20) -> list[tuple[str, str, float]]:
        """The most frequent confusions: written, read, share of the pictures of what was written."""
        return [(LABELS[i], LABELS[j], float(self.confusion[i, j])) for i, j in most_confused(self.confusion, top)]

    def examples(self, written: str, read: str) -> NDArray[np.uint8]:
        """Generated pictures of one label that look most like another, (n, 48, 48); none of a pair that is rare."""
        chosen = (self.lookalike_pairs == (INDEX[written], INDEX[read])).all(axis=1)
        return np.asarray(self.lookalikes[chosen].reshape(-1, INPUT_SIZE, INPUT_SIZE), np.uint8)

    def save(self, file: Path) -> None:
        """Write the facts to an .npz file."""
        np.savez_compressed(file, **{field.name: getattr(self, field.name) for field in fields(self)})


def most_confused(confusion: NDArray[np.float32], top: int) -> list[tuple[int, int]]:
    """The rows and columns of the largest entries beside the diagonal, largest first."""
    beside = confusion * (1 - np.eye(len(confusion), dtype=np.float32))
    order = np.argsort(-beside, axis=None, kind="stable")[:top]
    return [(int(i), int(j)) for i, j in zip(*np.unravel_index(order, beside.shape), strict=True)]


@cache
def load(file: Path = ARTIFACT.parent / FILE) -> Tendencies:
    """The facts that ship with the model, or those of another file.

    Raises: NotSurveyed: there are none, or they are damaged.
    """
    try:
        return Tendencies(*read_arrays(file, *(field.name for field in fields(Tendencies))))
    except (OSError, DamagedFile) as error:
        raise NotSurveyed(f"{error}, or run `python -m model tendencies --survey`") from error


def typical(label: str) -> Ink:
    """`Tendencies.typical` of the shipped model."""
    return load().typical(label)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An exemplar that the network finds similar to a picture."""

    label: str
    image: Ink  # (48, 48)
    likeness: float  # cosine of the two answers, -1 to 1


def nearest(classifier: Classifier, picture: NDArray[np.float32], k: int = 5) -> list[Neighbour]:
    """The exemplars nearest to a picture in the space of the network's answers, the most similar first.

    Args: picture: (48, 48, 1), as the network reads it. k: how many.
    Raises: NotSurveyed: the exemplars are missing.
    """
    known = load()
    likeness = _exemplar_directions(classifier, known) @ directions([classifier.logits(picture)])[0]
    best = np.argsort(-likeness, kind="stable")[:k]
    return [Neighbour(LABELS[known.exemplar_labels[i]], known.exemplars[i], float(likeness[i])) for i in best]


def directions(logits: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The network's answers as unit vectors, (n, outputs): what they say, however loudly."""
    answers = np.stack(logits)
    answers = answers - answers.mean(axis=1, keepdims=True)
    return np.asarray(answers / np.linalg.norm(answers, axis=1, keepdims=True).clip(1e-6), np.float32)


_known_directions: WeakKeyDictionary[Classifier, NDArray[np.float32]] = WeakKeyDictionary()


def _exemplar_directions(classifier: Classifier, known: Tendencies) -> NDArray[np.float32]:
    """Answered once for each classifier, some tens of milliseconds, so that any model file can be asked."""
    if classifier not in _known_directions:
        _known_directions[classifier] = directions([classifier.logits(as_input(ink)) for ink in known.exemplars])
    return _known_directions[classifier]


def as_input(ink: Ink) -> NDArray[np.float32]:
    """A stored picture as the network reads it, (48, 48) uint8 -> (48, 48, 1) float32 from 0 to 1."""
    return np.asarray(ink[:, :, np.newaxis] / np.float32(255), np.float32)
