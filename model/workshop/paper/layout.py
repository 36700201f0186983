"""Where everything lies on a sheet, in millimetres from the upper left corner of an A4 page, and what its codes say.

A strip is five cells for one character, with an ArUco marker beside them that says which character it is: no cell has
to be counted from the edge of the page. The four corners carry AprilTags (Olson, 2011) with the version, the number of
strips, the number of the page and a checksum over its characters.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.labels import INDEX, LABELS
from model.workshop.errors import WorkshopError

VERSION = 1  # 0 to 3; a sheet that lies otherwise gets another one
WIDTH, HEIGHT = 210.0, 297.0
MARGIN = 12.0  # what printers leave white, and more: a marker needs paper around it
CORNER = 12.0  # the side of a corner's marker
MARKER = 9.0  # the side of a strip's marker
CELL, CELLS = 15.0, 5
ABOVE = 4.0  # room for the small letter above a cell
BESIDE = 12.0  # from the left of a strip to its first cell
COLUMNS, ROWS = 2, 11
STRIPS = COLUMNS * ROWS
FIRST_ROW, ROW = 44.0, 20.4
COLUMN = WIDTH - 2 * MARGIN - BESIDE - CELLS * CELL  # from one strip to the one beside it
CONSENT = (30.0, 27.4, 5.2)  # left, top and side of the box to tick
ALIAS = (98.0, 12.6, 84.0, 11.0)  # left, top, width and height of the place for the name
MOST_PAGES = 127

# Tags that differ in eleven bits or more for the corners; a smaller family, larger in print, for the strips.
CORNER_TAGS = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
STRIP_TAGS = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_5X5_100)

Place = tuple[float, float]
Rectangle = tuple[float, float, float, float]  # left, top, width, height

CORNERS: tuple[Place, ...] = (  # upper left of each marker: as one reads a page, then back
    (MARGIN, MARGIN),
    (WIDTH - MARGIN - CORNER, MARGIN),
    (WIDTH - MARGIN - CORNER, HEIGHT - MARGIN - CORNER),
    (MARGIN, HEIGHT - MARGIN - CORNER),
)


@dataclass(frozen=True, slots=True)
class Code:
    """What the corners of a page say."""

    version: int  # 0 to 3
    strips: int  # 1 to 22
    page: int  # 1 to 127
    checksum: int  # 0 to 16,383

    @property
    def name(self) -> str:
        """How people call the page: "04711-2" is page 2."""
        return f"{self.checksum:05d}-{self.page}"

    def tags(self) -> list[int]:
        """The numbers of the four corners' tags. The remainder by four says which corner it is."""
        parts = (self.version << 5 | self.strips, self.page, self.checksum >> 7, self.checksum & 127)
        return [4 * part + corner for corner, part in enumerate(parts)]

    @classmethod
    def of_tags(cls, tags: Sequence[int]) -> "Code":
        """The code that the four tags carry, in the order of CORNERS."""
        first, page, high, low = (tag // 4 for tag in tags)
        return cls(first >> 5, first & 31, page, high << 7 | low)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a sheet."""

    number: int  # from 1
    labels: tuple[str, ...]  # of its strips, at most 22: left to right, then down

    @property
    def code(self) -> Code:
        """What its corners say; the same characters on the same page have the same code."""
        told = f"{VERSION}:{self.number}:{''.join(self.labels)}"
        return Code(VERSION, len(self.labels), self.number, zlib.crc32(told.encode()) & 0x3FFF)


def pages_for(characters: Sequence[str], each: int = CELLS) -> list[Page]:
    """Spread characters over pages.

    Args: characters: labels, in the order wanted. each: how many cells of each, rounded up to whole strips.
    Raises: WorkshopError: nothing to print, or more than MOST_PAGES pages.
    """
    labels = [label for _ in range(-(-each // CELLS)) for label in characters]
    pages = [Page(i // STRIPS + 1, tuple(labels[i : i + STRIPS])) for i in range(0, len(labels), STRIPS)]
    if not 0 < len(pages) <= MOST_PAGES:
        raise WorkshopError(f"{len(pages)} pages cannot be numbered: 1 to {MOST_PAGES} can; ask for other characters")
    return pages


def strip_at(slot: int) -> Place:
    """The upper left corner of a strip; slots count left to right, then down, from 0."""
    return MARGIN + slot % COLUMNS * COLUMN, FIRST_ROW + slot // COLUMNS * ROW


def marker_at(slot: int) -> Place:
    """The upper left corner of a strip's marker."""
    x, y = strip_at(slot)
    return x, y + ABOVE + CELL - MARKER


def cells_at(slot: int) -> Iterator[Place]:
    """The upper left corners of a strip's five cells."""
    x, y = strip_at(slot)
    return ((x + BESIDE + cell * CELL, y + ABOVE) for cell in range(CELLS))


def square(place: Place, side: float) -> NDArray[np.float32]:
    """(4, 2): the corners of a square from its upper left one, clockwise, as OpenCV gives those of a marker."""
    return (np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * side + place).astype(np.float32)


def tag_of(label: str) -> int:
    """The number of a strip's tag. Raises: KeyError: no such label."""
    return INDEX[label]


def label_of_tag(tag: int) -> str | None:
    """The label of a strip's tag, or None: there are more tags than labels."""
    return LABELS[tag] if 0 <= tag < len(LABELS) else None
