"""The pieces of ink on a page of writing, without what is printed on the paper and without what lies around it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import BlankImage, Grey, Ink, find_ink, find_lines, shrink
from model.preprocess import FINE_LINE, WORKING_SIZE, only_ink_is_dark
from model.segmentation.pieces import Pieces, pieces_of
from model.segmentation.printed import without_print
from model.segmentation.segment import EDGE_STEP
from model.segmentation.turn import turn_of

PAGE_SIZES = (640, 1280)  # of the longer side; the larger one where letters come out smaller than SMALLEST_LETTER
SMALLEST_LETTER = 42  # pixels, as many as the network sees
SPECK = 0.08  # of a letter; the dots of ゛ are larger
TURNED_FROM = 12  # pieces: fewer do not tell how a line runs
MOST_PIECES = 1350  # 300 letters have about three each; what is smaller in a page of more is texture


@dataclass(frozen=True, slots=True)
class Page:
    """A picture's ink, cut into connected pieces."""

    ink: Ink  # (h, w), 0 paper to 255 ink
    owners: NDArray[np.int32]  # (h, w): which piece each point belongs to, soft edges included; 0 is paper
    pieces: Pieces
    scale: float  # pixels of the picture in one of the page's
    turn: float  # radians that lines of writing or of print go down to the right

    @property
    def letter(self) -> float:
        """About how large a letter is, in pixels."""
        return letter_of(self.pieces)


def letter_of(pieces: Pieces) -> float:
    """The longer side of the pieces that most of the ink is in."""
    order = np.argsort(pieces.sides, kind="stable")
    mass = np.cumsum(pieces.areas[order])
    return float(pieces.sides[order][np.searchsorted(mass, 0.6 * mass[-1])])


def find_page(grey: Grey, reverse: bool = False) -> Page:
    """The writing in a picture, in as much detail as reading needs.

    Args: grey: (h, w) uint8. reverse: of a photo, as in `find_lines`.
    Raises: BlankImage: nothing stands out from the paper.
    """
    even = only_ink_is_dark(shrink(grey, WORKING_SIZE))
    for size in PAGE_SIZES:
        working = shrink(grey, size)
        last = size == PAGE_SIZES[-1] or working.shape == grey.shape
        try:
            page = _page(working, even, reverse, grey.shape[0] / working.shape[0])
        except BlankImage:
            if last:
                raise
            continue
        if last or page.letter >= SMALLEST_LETTER or len(page.pieces.areas) > MOST_PIECES // 2:
            break
    return page


def _page(grey: Grey, even: bool, reverse: bool, scale: float) -> Page:
    if even:
        ink, foreign = find_ink(grey), None
    else:
        lines = find_lines(grey, FINE_LINE, reverse)
        ink, foreign = lines.ink, lines.surface
    ink, mask = without_print(ink)
    pieces = pieces_of(mask)
    kept = _written(pieces, ink, foreign)
    if not kept.any():
        raise BlankImage("there is nothing written on the page")
    letter = letter_of(Pieces(pieces.numbers, pieces.boxes[kept], pieces.areas[kept]))
    pieces = _only(pieces, kept & (pieces.sides >= SPECK * letter))
    turn = turn_of(pieces.numbers > 0) if len(pieces.areas) >= TURNED_FROM else 0.0
    return Page(ink, _owners(pieces), pieces, scale, turn)


def _only(pieces: Pieces, kept: NDArray[np.bool_]) -> Pieces:
    table = np.concatenate(([0], np.where(kept, np.cumsum(kept), 0))).astype(np.int32)
    return Pieces(np.take(table, pieces.numbers), pieces.boxes[kept], pieces.areas[kept])


def _owners(pieces: Pieces) -> NDArray[np.int32]:
    grown = cv2.dilate(pieces.numbers.astype(np.uint16), np.ones((3, 3), np.uint8))
    owners = grown.astype(np.int32)
    np.copyto(owners, pieces.numbers, where=pieces.numbers > 0)
    return owners


def _written(pieces: Pieces, ink: Ink, surface: Grey | None) -> NDArray[np.bool_]:
    """(n,) what may be writing: no specks, no edge of the sheet, nothing that fills the rim."""
    height, width = ink.shape
    sides = pieces.sides
    kept = (pieces.areas >= 4) & (sides >= max(3.0, 0.004 * max(height, width)))
    if len(sides) > MOST_PIECES:
        kept &= pieces.areas >= np.partition(pieces.areas, -MOST_PIECES)[-MOST_PIECES]
    wide, high = pieces.boxes[:, 2:].T
    rim = np.concatenate([pieces.numbers[side] for side in (0, -1)] + [pieces.numbers[:, side] for side in (0, -1)])
    touch = np.bincount(rim, minlength=len(sides) + 1)[1:]
    on_rim = touch > 0
    kept &= touch <= (0.13 if surface is None else 0.05) * max(height, width)
    kept &= ~(on_rim & (np.minimum(wide, high) <= 4))
    kept &= ~_straight(pieces, max(height, width))
    if surface is not None and kept.any():
        inside = np.flatnonzero(pieces.numbers)
        numbers = pieces.numbers.ravel()[inside]

        def total(values: NDArray[np.uint8]) -> NDArray[np.float64]:
            return np.bincount(numbers, values.ravel()[inside], len(sides) + 1)[1:].astype(np.float64)

        steps = cv2.morphologyEx(surface, cv2.MORPH_GRADIENT, np.ones((5, 5), np.uint8))
        on_edge = total((steps > cv2.convertScaleAbs(surface, alpha=EDGE_STEP)).view(np.uint8)) > 0.6 * pieces.areas
        bright = total(surface) / np.maximum(1, pieces.areas)
        dark = total(ink) / np.maximum(1, pieces.areas)
        weight = dark**2 * pieces.areas * np.where(on_edge, 0.0, 1.0) * np.where(on_rim, 0.3, 1.0) * kept
        weight = weight * (bright / bright.max()) ** 1.5
        if weight.max() > 0:
            order = np.argsort(-weight, kind="stable")
            heavy = order[: int(np.searchsorted(np.cumsum(weight[order]), 0.7 * weight.sum())) + 1]
            usual_dark, usual_bright = np.median(dark[heavy]), np.median(bright[heavy])
            kept &= ~on_edge & (dark > 0.5 * usual_dark) & (bright > 0.45 * usual_bright)
    return np.asarray(kept, np.bool_)


def _straight(pieces: Pieces, longest: int) -> NDArray[np.bool_]:
    """(n,) straight and thin lines, longer than a stroke: what is left of print."""
    wide, high = pieces.boxes[:, 2:].T
    diagonal = np.hypot(wide, high)
    return np.asarray(
        (diagonal > 0.3 * longest) & (pieces.areas < 0.03 * diagonal**2) & (np.minimum(wide, high) < 0.2 * diagonal),
        np.bool_,
    )
