"""Images packed into one file by NumPy: fields `images` (n, h, w) uint8, `label` and `writer`, first axis aligned.

Coloured images are (n, h, w, 3) RGB or (n, h, w, 4) RGBA.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.errors import DamagedFile
from model.ink import to_rgb
from model.packed import read_arrays
from model.workshop.sources.stored import Written


def read_npz(path: Path) -> Iterator[Written]:
    """The images of an `.npz`, in the file's order.

    Raises: OSError: no such file. DamagedFile: it is no `.npz`, a field is missing, `images` are no pictures, or one
        field is shorter than another.
    """
    images, labels, writers = read_arrays(path, "images", "label", "writer")
    _check(path, images, label=labels, writer=writers)
    for image, label, writer in zip(images, labels, writers, strict=True):
        yield Written(image if image.ndim == 2 else to_rgb(image), str(label), str(writer))


def _check(path: Path, images: NDArray[Any], **texts: NDArray[Any]) -> None:
    if not _are_pictures(images):
        raise DamagedFile(
            f"{path}: the field images is {images.dtype} {images.shape}, and should be uint8 (n, h, w) or "
            "(n, h, w, 3): pack it again"
        )
    for name, field in texts.items():
        if field.shape != (len(images),):
            raise DamagedFile(
                f"{path}: there are {len(images)} images, and the field {name} is {field.shape}: pack it again with a "
                f"{name} for each image"
            )


def _are_pictures(images: NDArray[Any]) -> bool:
    has_shape = images.ndim == 3 or (images.ndim == 4 and images.shape[3] in {1, 3, 4})
    return has_shape and images.dtype == np.uint8 and 0 not in images.shape[1:]
