"""Kuzushiji-49: 28x28 images of pre-modern cursive hiragana (CODH, CC BY-SA 4.0; Clanuwat and others, 2018)."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.errors import DamagedFile
from model.packed import read_arrays
from model.workshop.sources.stored import Written

# The order of k49_classmap.csv. ゝ, the last one, repeats the character before it and is no letter.
CLASSES = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわゐゑをんゝ"
ITERATION_MARK = CLASSES.index("ゝ")
WRITER = "kuzushiji:unknown"  # the files do not say which book an image is from


def kuzushiji_files(folder: Path) -> list[Path]:
    """The images and the labels of the training half, in this order; none unless both are there."""
    pair = [folder / "k49-train-imgs.npz", folder / "k49-train-labels.npz"]
    return pair if all(file.is_file() for file in pair) else []


def read_kuzushiji(images: Path, labels: Path) -> Iterator[Written]:
    """The images of Kuzushiji-49 but ゝ, as dark ink on white, (28, 28) uint8.

    Raises: OSError: no such file. DamagedFile: a file without `arr_0`, or two that do not belong together.
    """
    (ink,), (classes,) = read_arrays(images, "arr_0"), read_arrays(labels, "arr_0")
    _check(images, ink, classes)
    for image, label in zip(ink, classes, strict=True):
        if label != ITERATION_MARK:
            yield Written(np.asarray(255 - image, np.uint8), CLASSES[label], WRITER)


def _check(file: Path, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
    if images.ndim != 3 or len(images) != len(labels):
        raise DamagedFile(f"{file}: {images.shape} images and {len(labels)} labels are no pair: fetch both again")
    if len(labels) and int(labels.max()) >= len(CLASSES):
        raise DamagedFile(f"{file}: there is a class {labels.max()}, and Kuzushiji-49 has {len(CLASSES)}")
