"""The pictures on which one model is compared with another before it may take its place: generated, and small.

What is made of the answers is decided elsewhere.

Their letters are written by our own stroke generator when a model is exported, from a seed that no training uses, and
kept as clean ink. Hands, pens, light and cameras are added to them at run time, always the same, and so are the
scribbles: that takes a quarter of a second and no TensorFlow, while the finished pictures would take ten times the
room.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.classifier import ARTIFACT, Classifier
from model.errors import DamagedFile, ReaderError
from model.labels import LABELS
from model.packed import read_arrays
from model.synthetic.augment import degrade
from model.synthetic.scribbles import Scribbles

FILE = "check.npz"  # beside the model file
SEED = 0x63686B
SCRIBBLES = 120
SIDE = 64  # of the ink that is kept

Picture = NDArray[np.uint8]


class CheckSetMissing(ReaderError):
    """The file is missing or damaged: export the model again, or reinstall."""


@dataclass(frozen=True, eq=False)
class CheckSet:
    """Clean ink, (n, 64, 64) uint8, 0 paper to 255 ink, and (n,) indexes into LABELS."""

    inks: NDArray[np.uint8]
    labels: NDArray[np.uint8]

    @cached_property
    def written(self) -> Sequence[tuple[str, Picture]]:
        """Each letter as somebody photographed it, with its label; the same pictures each time."""
        rng = np.random.default_rng(SEED)
        return [(LABELS[label], degrade(ink, rng)) for ink, label in zip(self.inks, self.labels, strict=True)]

    @cached_property
    def scribbles(self) -> Sequence[Picture]:
        """What must be refused, dark on light; the same pictures each time."""
        rng, source = np.random.default_rng((SEED, 1)), Scribbles()
        items = rng.integers(0, len(source.labels), SCRIBBLES)
        return [np.asarray(255 - source.ink(int(item), rng), np.uint8) for item in items]

    def save(self, file: Path) -> None:
        """Write the letters to an .npz file."""
        np.savez_compressed(file, inks=self.inks, labels=self.labels)


def load(file: Path = ARTIFACT.parent / FILE) -> CheckSet:
    """The set that ships with the model, or that of another file. Raises: CheckSetMissing."""
    try:
        return CheckSet(*read_arrays(file, "inks", "labels"))
    except (OSError, DamagedFile) as error:
        raise CheckSetMissing(f"{error}, export the model again, or reinstall") from error


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
