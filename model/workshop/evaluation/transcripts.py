"""How well whole pages are read: composed ones, in hands that no training has seen."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from rich.progress import Progress

from model.classifier import Classifier
from model.workshop.evaluation.composed_pages import STYLES, Hand, Page, compose

SEED = 1103


@dataclass(frozen=True, slots=True)
class PageFigures:
    """What came of the pages of one style; shares are 0 to 1."""

    style: str
    vertical: bool
    pages: int
    characters: int
    error_rate: float  # characters wrong, missing or too many, of those written
    exact: float  # pages without any error
    miscounted: float  # pages on which another number of characters was found
    ms: float  # a page, median

    def to_json(self) -> dict[str, Any]:
        """The figures with four decimals."""
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(self).items()}


def read_pages(classifier: Classifier, hands: Sequence[Hand], each: int, progress: Progress) -> list[PageFigures]:
    """Read `each` pages of every style, in rows and in columns; the same pages each time for the same hands."""
    kinds = [(style, vertical) for style in STYLES for vertical in (False, True)]
    return [
        _figures(classifier, hands, style, vertical, each)
        for style, vertical in progress.track(kinds, description="reading pages")
    ]


def _figures(classifier: Classifier, hands: Sequence[Hand], style: str, vertical: bool, each: int) -> PageFigures:
    pages = [compose_one(hands, style, vertical, number) for number in range(each)]
    readings = [classifier.read(page.image) for page in pages]
    errors = [edits(page.text, reading.text) for page, reading in zip(pages, readings, strict=True)]
    characters = sum(len(page.text) for page in pages)
    miscounted = [len(page.text) != len(reading.glyphs) for page, reading in zip(pages, readings, strict=True)]
    return PageFigures(
        style,
        vertical,
        each,
        characters,
        sum(errors) / characters,
        errors.count(0) / each,
        float(np.mean(miscounted)),
        float(np.median([reading.elapsed_ms for reading in readings])),
    )


def compose_one(hands: Sequence[Hand], style: str, vertical: bool, number: int) -> Page:
    """One of the pages that a model is judged by."""
    rng = np.random.default_rng((SEED, list(STYLES).index(style), vertical, number))
    return compose(hands[int(rng.integers(len(hands)))], STYLES[style], vertical, rng)


def edits(wanted: str, found: str) -> int:
    """How many characters must be changed, added or taken away to make one text of the other (Levenshtein, 1966)."""
    row = list(range(len(found) + 1))
    for number, character in enumerate(wanted, start=1):
        above, row = row, [number]
        for place, other in enumerate(found):
            row.append(min(above[place + 1] + 1, row[place] + 1, above[place] + (character != other)))
    return row[-1]
