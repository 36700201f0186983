"""Sources that were read once, kept ready: reading and cropping take a while, and the next training starts at once.

Each is one file, named after the source and the version of what is in it. The version follows from the files that were
read and from the code that read them, so nobody has to remember to raise it.
"""

import hashlib
import inspect
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np

from model import ink, labels, preprocess
from model.errors import DamagedFile
from model.packed import read_arrays
from model.segmentation import pieces, ruled, segment, surfaces
from model.workshop.sources import stored
from model.workshop.sources.stored import StoredImages

FOLDER = Path("build/data")
CROPPING = (ink, labels, pieces, preprocess, ruled, segment, surfaces, stored)  # what makes a stored image of a picture


def version(files: Sequence[Path], reader: ModuleType) -> str:
    """Ten hexadecimal digits that change when a file or the code changes.

    Args: files: what is read; size and time stand for the content, of which there may be gigabytes. reader: the module
        that reads it.
    Raises: OSError: no such file.
    """
    facts = [cv2.__version__, *(inspect.getsource(module) for module in (*CROPPING, reader))]
    for file in files:
        stat = file.stat()
        facts.append(f"{file.resolve()} {stat.st_size} {stat.st_mtime_ns}")
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:10]


def cached(
    name: str, files: Sequence[Path], reader: ModuleType, read: Callable[[], StoredImages], folder: Path | None = None
) -> StoredImages:
    """What `read` gives, read again only if the files or the code have changed since.

    Args: name: of the source. files, reader: see `version`. folder: where to keep it; FOLDER by default.
    Raises: OSError: no such file, or the folder cannot be written to. What `read` raises.
    """
    folder = folder or FOLDER
    kept = folder / f"{name}-{version(files, reader)}.npz"
    try:
        return _load(name, kept)
    except (FileNotFoundError, DamagedFile):  # never read in this version, or the disk was full then
        images = read()
    folder.mkdir(parents=True, exist_ok=True)
    for outdated in folder.glob(f"{name}-??????????.npz"):
        outdated.unlink(missing_ok=True)
    _save(images, kept)
    return images


def _load(name: str, file: Path) -> StoredImages:
    inks, classes, writers = read_arrays(file, "inks", "labels", "writers")
    return StoredImages(name, inks, classes, tuple(writers.tolist()))


def _save(images: StoredImages, file: Path) -> None:
    writers = np.asarray(images.writers, dtype=np.str_)
    half_written = file.with_suffix(f".{os.getpid()}.part")  # another process may be at the same
    try:
        with half_written.open("wb") as out:
            np.savez_compressed(out, inks=images.inks, labels=images.labels, writers=writers)
        half_written.replace(file)
    finally:
        half_written.unlink(missing_ok=True)
