"""The pieces of ink on a page of writing, without what is printed on the paper and without what lies around it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import BlankImage, Grey, Ink, find_ink, find_lines, shrink
from model.preprocess import FINE_LINE, WORKING_SIZE, only_ink_is_dark
from model.segment import EDGE_STEP, INK_FROM, Pieces, pieces_of

PAGE_SIZES = (640, 1280)  # of the longer side; the larger one where letters come out smaller than SMALLEST_LETTER
SMALLEST_LETTER = 42  # pixels, as many as the network sees
CRUMB = 0.035  # of the page: a shorter piece that lies on a printed line is a part of it
SPECK = 0.08  # of a letter; the dots of ゛ are larger
MOST_PIECES = 450  # a hundred letters have about three each; what is smaller in a page of more is texture
LONG = 0.6  # of the page's side: a connected piece longer than this may be a ruled line
PRINT_FROM = 45  # of 255: a fine line is fainter than this where it falls between two points, and comes out in dashes
FAINTEST_WRITING = 215  # of 255; printed lines are mostly fainter than what is written on them


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
    ink, mask = _without_print(ink)
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


def _without_print(ink: Ink) -> tuple[Ink, NDArray[np.uint8]]:
    """The ink and its mask without ruled lines and squares: all that is as faint as they are, and all that is straight.

    Strokes that cross a line are kept whole.
    """
    mask, faintest = _mask(ink, INK_FROM), _mask(ink, PRINT_FROM)
    if not _has_long_piece(faintest):
        return ink, mask
    printed = _printed_lines(faintest)
    if not cv2.countNonZero(printed):
        return ink, mask
    line = round(max(float(np.percentile(ink[printed > 0], 88)) + 8, INK_FROM))
    written, strong = cv2.subtract(mask, printed), _mask(ink, min(line, 255))
    if line < FAINTEST_WRITING:
        stronger = cv2.countNonZero(cv2.bitwise_and(written, strong)) > 0.6 * cv2.countNonZero(written)
        strokes = strong if stronger else cv2.bitwise_or(written, strong)
    else:
        strokes = cv2.bitwise_and(cv2.morphologyEx(written, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)), mask)
    ink = np.where((printed > 0) & (strokes == 0), 0, ink).astype(np.uint8)
    return ink, _without_crumbs(np.asarray(strokes, np.uint8), printed)


def _without_crumbs(mask: NDArray[np.uint8], printed: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Without what is left of a printed line beside it: pieces that lie on it and are no thicker."""
    count, numbers, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    shares = np.bincount(numbers[printed > 0], minlength=count) / stats[:, cv2.CC_STAT_AREA]
    small = stats[:, cv2.CC_STAT_WIDTH : cv2.CC_STAT_HEIGHT + 1].max(axis=1) < CRUMB * max(mask.shape)
    on_line = (shares > 0.9) | ((shares > 0.6) & small)
    on_line[0] = False
    return np.where(on_line[numbers], 0, mask).astype(np.uint8)


def _mask(ink: Ink, threshold: int) -> NDArray[np.uint8]:
    return (ink >= threshold).view(np.uint8) * np.uint8(255)


def _has_long_piece(mask: NDArray[np.uint8]) -> bool:
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return bool((stats[1:, 2:4].max(axis=1) > LONG * max(mask.shape)).any())


def _printed_lines(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Straight lines that go on for half of the page, in the two directions in which paper is printed."""
    height, width = mask.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), np.degrees(turn_of(mask > 0)), 1.0)
    turned = np.asarray(cv2.warpAffine(mask, matrix, (width, height), flags=cv2.INTER_NEAREST), np.uint8)
    lines = cv2.bitwise_or(_level_lines(turned), np.ascontiguousarray(_level_lines(np.ascontiguousarray(turned.T)).T))
    back = cv2.warpAffine(lines, matrix, (width, height), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
    return np.asarray(cv2.dilate(back, np.ones((3, 3), np.uint8)), np.uint8)


def _level_lines(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    size = max(15, round(0.1 * max(mask.shape)))
    thick = cv2.dilate(mask, np.ones((3, 1), np.uint8))  # a photo's lines are not quite level
    runs = np.asarray(cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, size), np.uint8)), np.uint8)
    joined = cv2.morphologyEx(runs, cv2.MORPH_CLOSE, np.ones((3, size), np.uint8))
    _, numbers, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    long = (stats[:, cv2.CC_STAT_WIDTH] > 0.45 * mask.shape[1]) & (stats[:, cv2.CC_STAT_HEIGHT] < size)
    long[0] = False
    return np.asarray(long[numbers].view(np.uint8) * np.uint8(255), np.uint8)


TURNS = np.radians(np.arange(-14, 14.25, 0.5))
TURNED_FROM = 12  # pieces: fewer do not tell how a line runs
POINTS = 3000


def turn_of(inked: NDArray[np.bool_]) -> float:
    """The angle, in radians, at which ink gathers in rows and columns most; 0 where it hardly matters."""
    y, x = np.nonzero(inked)
    step = max(1, len(x) // POINTS)
    y, x = y[::step].astype(np.float64), x[::step].astype(np.float64)
    y, x = y - y.mean(), x - x.mean()
    bins = max(1.0, max(inked.shape) / 240)
    scores = np.asarray([_gathering(x, y, angle, bins) for angle in TURNS])
    scores *= 1 - 0.1 * np.abs(TURNS / TURNS[0])
    best = int(np.argmax(scores))
    return float(TURNS[best]) if scores[best] > 1.05 * scores[len(TURNS) // 2] else 0.0


def _gathering(x: NDArray[np.float64], y: NDArray[np.float64], angle: float, bins: float) -> float:
    along = x * np.cos(angle) + y * np.sin(angle)
    across = y * np.cos(angle) - x * np.sin(angle)
    total = 0.0
    for places in (along, across):
        counts = np.bincount(((places - places.min()) / bins).astype(np.int64)).astype(np.float64)
        total += float((counts**2).sum()) / len(x)
    return total
