"""Images packed into one file by NumPy: fields `images` (n, h, w) uint8, `label` and `writer`, first axis aligned."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from model.sources.stored import Written


def read_npz(path: Path) -> Iterator[Written]:
    """The images of an `.npz`, in the file's order.

    Raises: OSError: no such file. KeyError: a field is missing.
    """
    with np.load(path) as packed:
        images, labels, writers = packed["images"], packed["label"], packed["writer"]
    for image, label, writer in zip(images, labels, writers, strict=True):
        yield Written(image, str(label), str(writer))
