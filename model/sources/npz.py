"""Images packed into one file by NumPy: fields `images` (n, h, w) uint8, `label` and `writer`, first axis aligned.

Coloured images are (n, h, w, 3) RGB or (n, h, w, 4) RGBA.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.ink import to_rgb
from model.sources import DamagedSource
from model.sources.stored import Written


def read_npz(path: Path) -> Iterator[Written]:
    """The images of an `.npz`, in the file's order.

    Raises: OSError: no such file. DamagedSource: it is no `.npz`, a field is missing, `images` are no pictures, or one
        field is shorter than another.
    """
    images, labels, writers = read_arrays(path, "images", "label", "writer")
    _check(path, images, label=labels, writer=writers)
    for image, label, writer in zip(images, labels, writers, strict=True):
        yield Written(image if image.ndim == 2 else to_rgb(image), str(label), str(writer))


def _check(path: Path, images: NDArray[Any], **texts: NDArray[Any]) -> None:
    if not _are_pictures(images):
        raise DamagedSource(
            f"{path}: the field images is {images.dtype} {images.shape}, and should be uint8 (n, h, w) or "
            "(n, h, w, 3): pack it again"
        )
    for name, field in texts.items():
        if field.shape != (len(images),):
            raise DamagedSource(
                f"{path}: there are {len(images)} images, and the field {name} is {field.shape}: pack it again with a "
                f"{name} for each image"
            )


def _are_pictures(images: NDArray[Any]) -> bool:
    has_shape = images.ndim == 3 or (images.ndim == 4 and images.shape[3] in {1, 3, 4})
    return has_shape and images.dtype == np.uint8 and 0 not in images.shape[1:]


def read_arrays(path: Path, *fields: str) -> list[NDArray[Any]]:
    """The named fields of an `.npz`.

    Raises: OSError: no such file. DamagedSource: it is no `.npz`, or a field is missing.
    """
    try:
        with path.open("rb") as file, np.load(file) as packed:
            missing = [field for field in fields if field not in packed]
            found = [packed[field] for field in fields if field in packed]
    except OSError:
        raise
    except Exception as error:  # zip and NumPy meet damaged bytes with whatever they happen to raise
        raise DamagedSource(f"{path} is no whole .npz file ({error}): fetch it again") from error
    if missing:
        lacking = " and ".join(f"the field {name!r}" for name in missing)
        raise DamagedSource(f"{path} lacks {lacking}: fetch it, or pack it again with {', '.join(fields)}")
    return found
