"""How well photographed lines and pages are read whose texts are known: with UNREAD for kanji, 、 and 。 included.

A folder holds the pictures and labels.csv, with the columns `file` and `text`.
"""

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from model.classifier import Classifier
from model.labels import UnknownLabel, label_of
from model.reading import UNREAD
from model.workshop.errors import WorkshopError
from model.workshop.evaluation.transcripts import edits

TEXTS = "labels.csv"
POINTS = "、。"


class NoTexts(WorkshopError):
    """A folder holds no texts, or their list is damaged."""


@dataclass(frozen=True, slots=True)
class WrittenText:
    """A picture, and what is written in it."""

    file: Path
    text: str  # hiragana, POINTS, and UNREAD for anything else


@dataclass(frozen=True, slots=True)
class TextFigures:
    """What came of such pictures."""

    pictures: int
    characters: int
    wrong: int  # characters that must be changed, added or taken away
    exact: int  # pictures

    def to_json(self) -> dict[str, Any]:
        """The figures."""
        return asdict(self)


def written_texts(folder: Path) -> list[WrittenText]:
    """The texts of a folder. Raises: NoTexts."""
    try:
        with (folder / TEXTS).open(encoding="utf-8", newline="") as lines:
            texts = [
                WrittenText(folder / row["file"], "".join(map(_readable, row["text"]))) for row in csv.DictReader(lines)
            ]
    except (OSError, KeyError, UnicodeDecodeError) as error:
        raise NoTexts(f"{folder / TEXTS} cannot be read ({error!r}): it needs the columns file and text") from error
    if not texts:
        raise NoTexts(f"{folder / TEXTS} lists no text")
    return texts


def _readable(character: str) -> str:
    try:
        label_of(character)
    except UnknownLabel:
        return character if character in POINTS else UNREAD
    return character


def read_texts(classifier: Classifier, texts: Iterable[WrittenText]) -> TextFigures:
    """Read pictures and compare. Raises: OSError: a picture is missing or damaged."""
    pictures = characters = wrong = exact = 0
    for written in texts:
        with Image.open(written.file) as picture:
            image = np.asarray(ImageOps.exif_transpose(picture).convert("RGB"))
        errors = edits(written.text, classifier.read(image).text)
        pictures, characters = pictures + 1, characters + len(written.text)
        wrong, exact = wrong + errors, exact + (not errors)
    return TextFigures(pictures, characters, wrong, exact)
