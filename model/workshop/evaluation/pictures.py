"""The pictures that a model is judged by: the real data at hand, or those in any file or folder."""

import json
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.classifier import CARD
from model.errors import DamagedFile
from model.labels import LABELS, UnknownLabel, label_of
from model.packed import read_arrays
from model.workshop.errors import WorkshopError
from model.workshop.sources.catalogue import real_file
from model.workshop.sources.folders import IMAGES, read_folders
from model.workshop.sources.members import read_members, samples_folders
from model.workshop.sources.negatives import evaluation_negatives
from model.workshop.sources.npz import read_npz
from model.workshop.sources.stored import NO_LETTER, Written
from model.workshop.training.dataset import group_of

EVALUATION_SEED = 2017  # training uses others
NEGATIVES = 300  # of a kind
MEMBERS = "members"  # the catalogue's name for their samples


class UnreadablePictures(WorkshopError):
    """A path holds no pictures in a form that is read here: it is not there, empty or something else."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """A set of pictures to read, with their labels."""

    name: str
    written: Sequence[Written]
    left_out: dict[str, int] = field(default_factory=dict)  # label that is no hiragana -> how many pictures have it

    def notes(self) -> list[str]:
        """A sentence for each label whose pictures are left out."""
        return [
            f"{self.name}: the pictures under {label!r} ({times:,}) are left out: it is none of the {len(LABELS)} "
            "hiragana that a model reads"
            for label, times in self.left_out.items()
        ]


def held_out_by(models: Iterable[Path]) -> list[str]:
    """The groups of writers that none of some model files was trained on, as the cards beside them say.

    Of the members at hand, a model that never practised with members' samples has seen none.
    """
    cards = [json.loads((model.parent / CARD).read_text(encoding="utf-8")) for model in models]
    members = {group_of(picture.writer) for picture in members_at_hand()}
    held_out = []
    for training in (card.get("training", {}) for card in cards):
        strangers = set() if MEMBERS in training.get("sources", [MEMBERS]) else members
        held_out.append(strangers.union(training.get("held_out", ())))
    return sorted(set.intersection(*held_out))


def unseen_pictures(held_out: Sequence[str]) -> list[Pictures]:
    """The real pictures at hand that no training with these held-out groups has seen; none without real data.

    A set for each group, for some of them may have chosen when the training stopped; members are one set, for there
    may be many.
    """
    sets = []
    if (scans := real_file("hiragana", "raw_train.zip")).is_file():
        sets += _by_group("scans", read_folders(scans), held_out)
    if (sheets := real_file("hiragana", "train.npz")).is_file():
        sets += _by_group("black and white", read_npz(sheets), held_out)
    if (dev := real_file("hiragana", "dev.npz")).is_file():
        sets.append(Pictures("dev", list(read_npz(dev))))
    if its := [picture for picture in members_at_hand() if group_of(picture.writer) in held_out]:
        sets.append(Pictures(MEMBERS, its))
    return sets


def members_at_hand() -> list[Written]:
    """What members wrote and gave, without what is no hiragana; none where no folder of it is at hand."""
    found = chain.from_iterable(map(read_members, samples_folders()))
    return [picture for picture in found if picture.character != NO_LETTER]


def _by_group(name: str, found: Iterable[Written], groups: Sequence[str]) -> list[Pictures]:
    written = list(found)
    sets = [(group, [picture for picture in written if group_of(picture.writer) == group]) for group in groups]
    return [Pictures(f"{name} {group.rpartition(':')[2]}", its) for group, its in sets if its]


def negatives_beside(pictures: Iterable[Pictures]) -> dict[str, list[NDArray[np.uint8]]]:
    """Pictures that show no hiragana, by their kind; the same each time where the same data is at hand.

    Args: pictures: to be read with them. There are as many of each kind, at most NEGATIVES: whoever has ten of their
        own should not wait for two thousand others.
    """
    strokes = real_file("strokes", "all.tdic")
    count = min(NEGATIVES, sum(len(some.written) for some in pictures))
    return evaluation_negatives(EVALUATION_SEED, strokes if strokes.is_file() else None, count)


def pictures_in(path: Path) -> list[Pictures]:
    """The pictures of a folder or zip with a folder for each character, or of an `.npz`; there, a set for each source.

    Pictures whose label is no hiragana are counted and left out.

    Raises: UnreadablePictures: there are none; the message says what is expected.
    """
    if path.suffix.lower() in IMAGES and path.is_file():
        raise UnreadablePictures(
            f"{path} is one picture, and nothing says what it shows: put it into a folder named after its character, "
            "and name the folder above (FOLDER, for FOLDER/あ/1.png)"
        )
    try:
        found = list(_read(path))
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise UnreadablePictures(f"{path} cannot be read: {error}") from error
    sets = [_of_known_labels(name, written) for name, written in found]
    if not any(pictures.written for pictures in sets):
        named = ", ".join(sorted({label for pictures in sets for label in pictures.left_out})[:8])
        raise UnreadablePictures(
            f"{path} holds no picture of a hiragana{named and f', but of {named}'}: a folder or zip needs a folder for "
            "each character (あ/1.png), an .npz the fields images, label and writer"
        )
    return sets


def _read(path: Path) -> Iterable[tuple[str, list[Written]]]:
    if path.suffix.lower() != ".npz":
        yield path.name, list(read_folders(path))
        return
    written = list(read_npz(path))
    sources = _sources(path, len(written))
    for source in np.unique(sources):
        name = str(source) if source == path.stem else f"{path.stem}: {source}"
        yield name, [picture for picture, its in zip(written, sources, strict=True) if its == source]


def _sources(path: Path, count: int) -> NDArray[Any]:
    """(count,) where each picture of an `.npz` is from, as its field `source` says; without one, all from the file."""
    with np.load(path) as packed:
        if "source" not in packed:
            return np.full(count, path.stem)
    (sources,) = read_arrays(path, "source")
    if sources.shape != (count,):
        raise DamagedFile(
            f"there are {count} images, and the field source is {sources.shape}: pack it again with a source for each "
            "image"
        )
    return sources


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
