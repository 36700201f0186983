"""Images packed into one file by NumPy: fields `images` (n, h, w) uint8, `label` and `writer`, first axis aligned."""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.sources import DamagedSource
from model.sources.stored import Written


def read_npz(path: Path) -> Iterator[Written]:
    """The images of an `.npz`, in the file's order.

    Raises: OSError: no such file. DamagedSource: it is no `.npz`, a field is missing, or one is shorter than another.
    """
    images, labels, writers = read_arrays(path, "images", "label", "writer")
    if not len(images) == len(labels) == len(writers):
        raise DamagedSource(f"{path}: {len(images)} images, {len(labels)} labels and {len(writers)} writers")
    for image, label, writer in zip(images, labels, writers, strict=True):
        yield Written(image, str(label), str(writer))


def read_arrays(path: Path, *fields: str) -> list[NDArray[Any]]:
    """The named fields of an `.npz`.

    Raises: OSError: no such file. DamagedSource: it is no `.npz`, or a field is missing.
    """
    try:
        with path.open("rb") as file, np.load(file) as packed:
            return [packed[field] for field in fields]
    except KeyError as error:
        raise DamagedSource(f"{path} lacks the field {error.args[0]!r}") from error
    except (ValueError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DamagedSource(f"{path} is no whole .npz file ({error}): fetch it again") from error
