"""The pictures that a model is judged by: the real data at hand, or those in any file or folder."""

import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from model.dataset import group_of
from model.labels import UnknownLabel, label_of
from model.sources.catalogue import real_file
from model.sources.folders import read_folders
from model.sources.npz import read_npz
from model.sources.stored import Written


class UnreadablePictures(Exception):
    """A path holds no pictures in a form that is read here: it is not there, empty or something else."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """A set of pictures to read, with their labels."""

    name: str
    written: Sequence[Written]
    left_out: dict[str, int] = field(default_factory=dict)  # label that is no hiragana -> how many pictures have it


def unseen_pictures(held_out: Sequence[str]) -> list[Pictures]:
    """The real pictures at hand that no training with these held-out groups has seen; none without real data."""
    strangers = set(held_out)
    sets = []
    if (scans := real_file("hiragana", "raw_train.zip")).is_file():
        sets.append(Pictures("held-out scans", [w for w in read_folders(scans) if group_of(w.writer) in strangers]))
    if (sheets := real_file("hiragana", "train.npz")).is_file():
        sets.append(
            Pictures("held-out black and white", [w for w in read_npz(sheets) if group_of(w.writer) in strangers])
        )
    if (dev := real_file("hiragana", "dev.npz")).is_file():
        sets.append(Pictures("dev", list(read_npz(dev))))
    return sets


def pictures_in(path: Path) -> list[Pictures]:
    """The pictures of a folder or zip with a folder for each character, or of an `.npz`; there, a set for each source.

    Pictures whose label is no hiragana are counted and left out.

    Raises: UnreadablePictures: there are none; the message says what is expected.
    """
    try:
        found = list(_read(path))
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise UnreadablePictures(f"{path} cannot be read: {error}") from error
    sets = [_of_known_labels(name, written) for name, written in found]
    if not any(pictures.written for pictures in sets):
        raise UnreadablePictures(
            f"{path} holds no picture of a hiragana: a folder or zip needs a folder for each character (あ/1.png), "
            "an .npz the fields images, label and writer"
        )
    return sets


def _read(path: Path) -> Iterable[tuple[str, list[Written]]]:
    if path.suffix != ".npz":
        yield path.name, list(read_folders(path))
        return
    written = list(read_npz(path))
    with np.load(path) as packed:
        sources = packed["source"] if "source" in packed else np.full(len(written), path.stem)
    for source in np.unique(sources):
        name = str(source) if source == path.stem else f"{path.stem}: {source}"
        yield name, [one for one, its in zip(written, sources, strict=True) if its == source]


def _of_known_labels(name: str, found: Iterable[Written]) -> Pictures:
    kept, left_out = [], Counter[str]()
    for written in found:
        try:
            label_of(written.character)
        except UnknownLabel:
            left_out[written.character] += 1
        else:
            kept.append(written)
    return Pictures(name, kept, dict(left_out))
