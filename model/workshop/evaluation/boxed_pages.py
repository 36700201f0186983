"""How well photographed pages are read whose characters have boxes: which are found, and which are read right.

A folder holds the photos and pages.csv, with the columns `file` and `characters`: "あ 10 20 30 40; い …", each with
x, y, width and height in pixels.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from model.classifier import Classifier
from model.reading import Box, Glyph, overlap
from model.workshop.errors import WorkshopError

PAGES = "pages.csv"
SHARED = 0.25  # of what two boxes cover together: people draw boxes loosely


class NoPages(WorkshopError):
    """A folder holds no pages with boxes, or its list is damaged."""


@dataclass(frozen=True, slots=True)
class BoxedPage:
    """A photo, and what is written where in it."""

    file: Path
    characters: tuple[tuple[str, Box], ...]

    def image(self) -> NDArray[np.uint8]:
        """(h, w, 3) RGB uint8."""
        with Image.open(self.file) as picture:
            return np.asarray(ImageOps.exif_transpose(picture).convert("RGB"))


@dataclass(frozen=True, slots=True)
class BoxedFigures:
    """What came of such pages. The shares are of the characters written; `extra` may exceed 1."""

    pages: int
    characters: int
    found: float
    right: float
    extra: float  # characters that were read where none is
    confused: dict[str, int] = field(default_factory=dict)  # "い>り" -> how often, of those found

    @property
    def error_rate(self) -> float:
        """Characters wrong, missing or too many, of those written."""
        return 1 - self.right + self.extra

    def to_json(self) -> dict[str, Any]:
        """The figures with four decimals."""
        shares = {"found": self.found, "right": self.right, "extra": self.extra, "error_rate": self.error_rate}
        return asdict(self) | {name: round(share, 4) for name, share in shares.items()}


def boxed_pages(folder: Path) -> list[BoxedPage]:
    """The pages of a folder. Raises: NoPages."""
    try:
        with (folder / PAGES).open(encoding="utf-8", newline="") as lines:
            pages = [
                BoxedPage(folder / row["file"], tuple(_written(row["characters"]))) for row in csv.DictReader(lines)
            ]
    except (OSError, KeyError, ValueError, UnicodeDecodeError) as error:
        raise NoPages(
            f"{folder / PAGES} cannot be read ({error!r}): it needs the columns file and characters"
        ) from error
    if not pages:
        raise NoPages(f"{folder / PAGES} lists no page")
    return pages


def _written(listed: str) -> Iterator[tuple[str, Box]]:
    for entry in listed.split(";"):
        label, *box = entry.split()
        x, y, width, height = (round(float(value)) for value in box)
        yield label, (x, y, width, height)


def read_boxed(classifier: Classifier, pages: Iterable[BoxedPage]) -> BoxedFigures:
    """Read pages and compare. Raises: OSError: a photo is missing or damaged."""
    photos = number = found = right = extra = 0
    confused: Counter[str] = Counter()
    for page in pages:
        glyphs = [glyph for glyph in classifier.read(page.image()).glyphs if glyph.text and not glyph.point]
        pairs = matched([box for _, box in page.characters], [glyph.box for glyph in glyphs])
        read = [(page.characters[written][0], _label(glyphs[given])) for written, given in pairs]
        photos, number = photos + 1, number + len(page.characters)
        found, extra = found + len(pairs), extra + len(glyphs) - len(pairs)
        right += sum(wanted == given for wanted, given in read)
        confused.update(f"{wanted}>{given}" for wanted, given in read if wanted != given)
    return BoxedFigures(photos, number, found / number, right / number, extra / number, dict(confused.most_common()))


def _label(glyph: Glyph) -> str:
    return glyph.best.label if glyph.best else ""


def matched(written: Sequence[Box], given: Sequence[Box]) -> list[tuple[int, int]]:
    """Pairs of boxes that cover the same, each in one pair at most, the closest first."""
    shares = np.array([[overlap(box, other) for other in given] for box in written]).reshape(len(written), len(given))
    pairs = []
    while shares.size and shares.max() >= SHARED:
        first, second = map(int, np.unravel_index(shares.argmax(), shares.shape))
        pairs.append((first, second))
        shares[first], shares[:, second] = 0, 0
    return pairs
