"""The pictures on which one model is compared with another before it may take its place: generated, and small.

Their letters are written by our own stroke generator when a model is exported, from a seed that no training uses, and
kept as clean ink. Hands, pens, light and cameras are added to them at run time, always the same, and so are the
scribbles: that takes a quarter of a second and no TensorFlow, while the finished pictures would take ten times the
room.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from model.classifier import ARTIFACT
from model.ink import Ink
from model.labels import LABELS
from model.sources import DamagedSource
from model.sources.npz import read_arrays
from model.sources.scribbles import Scribbles
from model.sources.strokes import StrokeDrawings
from model.training.augment import degrade

FILE = "check.npz"  # beside the model file
SEED = 0x63686B
PER_LABEL, SCRIBBLES = 6, 120
SIDE = 64  # of the ink that is kept
LEVELS = 16  # shades of it

Picture = NDArray[np.uint8]


class CheckSetMissing(Exception):
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


def write_check_set(source: StrokeDrawings) -> CheckSet:
    """Have the generator write each letter that it knows some times; the same strokes give the same set."""
    rng = np.random.default_rng((SEED, 2))
    items = np.repeat(np.arange(len(source.labels)), PER_LABEL)
    inks = np.stack([_kept(source.ink(int(item), rng)) for item in items])
    return CheckSet(inks, np.asarray(source.labels[items], np.uint8))


def _kept(ink: Ink) -> Ink:
    smaller = cv2.resize(ink, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(smaller // LEVELS * LEVELS, np.uint8)


def load(file: Path = ARTIFACT.parent / FILE) -> CheckSet:
    """The set that ships with the model, or that of another file. Raises: CheckSetMissing."""
    try:
        return CheckSet(*read_arrays(file, "inks", "labels"))
    except (OSError, DamagedSource) as error:
        raise CheckSetMissing(f"{error}, export the model again, or reinstall") from error
