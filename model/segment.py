"""Where the one character of an upload is: its ink without specks, ruled lines and the rim of the picture."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import BlankImage, Ink, Lines
from model.reading import Box

INK_FROM = 90  # of 255: what counts as ink when its pieces are looked for
SPECK = 0.045  # of the character's longer side; the smallest real part, a dot of ゛, is about twice that
FAR = 0.45  # of the longer side of the character's body; a small piece further away than this belongs to something else
RULE_LENGTH = 0.92  # of the picture's side: what runs from rim to rim is a ruled line or the edge of a sheet
EDGE_STEP = 0.2  # of the brightness; between a sheet and the table, or at the edge of a shadow
BESIDE = 0.05  # of the character's weight: the heaviest stroke of another one weighs more than this
CLOSE = 0.06  # of the picture's longer side: no further from the rim, a character is cut out close
SAME_PEN, SAME_INK = 0.6, 0.85  # of the thickness, and of the darkness, of other strokes
RULE_WIDTH = 0.07  # of the picture's other side: a stroke of へ that runs from rim to rim is higher than this
FADED = 0.75  # of a line's darkness, at its end
STROKE_WIDTH = 0.14  # of the same: no straight stroke is broader


@dataclass(frozen=True, slots=True)
class Pieces:
    """The connected pieces of ink: piece i has number i + 1 in the map."""

    numbers: NDArray[np.int32]  # (h, w); 0 is paper
    boxes: NDArray[np.int32]  # (n, 4): x, y, width, height
    areas: NDArray[np.int32]  # (n,) pixels

    @property
    def ends(self) -> NDArray[np.int32]:
        """(n, 2) the corner of each box where x and y are highest."""
        return np.asarray(self.boxes[:, :2] + self.boxes[:, 2:], np.int32)

    @property
    def sides(self) -> NDArray[np.int32]:
        """(n,) the longer side of each piece."""
        return np.asarray(self.boxes[:, 2:].max(axis=1), np.int32)


def one_character(ink: Ink) -> tuple[Ink, Box]:
    """The ink of the character alone, and its box.

    Args: ink: (h, w) uint8, 0 paper to 255 ink, of a picture that holds one character.
    Returns: (h, w) uint8 with everything else wiped to 0, and the box x, y, w, h around what is left.
    Raises: BlankImage: no piece of ink is more than a speck or a ruled line.
    """
    mask = mask_of(ink)
    pieces = pieces_of(mask)
    if _holds_straight_stroke(pieces, ink):
        kept = _belongs(pieces, ~_is_rim(pieces, ink.shape), ink.shape)
    else:
        unruled = _without_rules(mask)
        pieces = pieces if unruled is mask else pieces_of(unruled)
        kept = _belongs(pieces, ~_is_rule(pieces, ink.shape), ink.shape)
    if not kept.any():
        raise BlankImage("there is no ink but specks and ruled lines")
    start, end = _corners(pieces, kept)
    ink = ink if kept.all() else _wipe(ink, pieces, kept)
    return ink, _box_between(start, end)


def written_among(lines: Lines) -> tuple[Ink, Box, bool]:
    """The character among what is narrow in a photo: the darkest group of lines that lie close together.

    Args: lines: of a picture that shows more than the sheet, or a sheet with shadows.
    Returns: as `one_character`, and whether nothing that was left out can be a stroke of another character.
    Raises: as `one_character`.
    """
    pieces = pieces_of(_without_rules(mask_of(lines.ink)))
    if not len(pieces.areas):
        raise BlankImage("there is no ink but specks and ruled lines")
    weights, foreign = _weigh(pieces, lines)
    kept = _group(pieces, weights, foreign)
    alone = bool(weights[~kept].max(initial=0.0) < BESIDE * weights[kept].sum())
    start, end = _corners(pieces, kept)
    ink = lines.ink if kept.all() else _wipe(lines.ink, pieces, kept)
    return ink, _box_between(start, end), alone


def _weigh(pieces: Pieces, lines: Lines) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(n,) how likely each piece is written: dark, and on the brightest surface; (n,) which surely are not."""
    weights = _sums(pieces, lines.ink) ** 2 / pieces.areas
    bright = _sums(pieces, lines.surface) / pieces.areas
    weights *= (bright / bright.max()) ** 1.5
    steps = cv2.morphologyEx(lines.surface, cv2.MORPH_GRADIENT, np.ones((5, 5), np.uint8))
    on_edge = _sums(pieces, (steps > EDGE_STEP * lines.surface).view(np.uint8)) > 0.6 * pieces.areas
    rim = np.concatenate([pieces.numbers[side] for side in (0, -1)] + [pieces.numbers[:, side] for side in (0, -1)])
    touch = np.bincount(rim, minlength=len(pieces.areas) + 1)[1:]
    outside = (touch > 0.13 * max(lines.ink.shape)) | _is_rule(pieces, lines.ink.shape)
    weights *= np.where(on_edge, 0.05, 1.0) * np.where(outside, 0.1, 1.0) * np.where(touch > 0, 0.5, 1.0)
    return weights, on_edge | outside


def _sums(pieces: Pieces, values: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(n,) the sum of `values`, (h, w), over each piece."""
    inside = pieces.numbers > 0
    return np.bincount(pieces.numbers[inside], values[inside], len(pieces.areas) + 1)[1:].astype(np.float64)


def _group(pieces: Pieces, weights: NDArray[np.float64], foreign: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n,) the heaviest piece, what belongs to it, what belongs to these, and so on."""
    kept = np.arange(len(weights)) == np.argmax(weights)
    for _ in range(6):
        start, end = _corners(pieces, kept)
        reach, whole = float((end - start).max()), float(weights[kept].sum())
        gaps = _gaps(pieces, start, end)
        dots = (gaps <= 0.4 * reach) & (weights >= 0.01 * whole) & (pieces.sides >= SPECK * reach)
        strokes = (gaps <= reach) & (weights >= 0.2 * whole)
        grown = kept | ((dots | strokes) & ~foreign)
        if (grown == kept).all():
            break
        kept = grown
    return np.asarray(kept, np.bool_)


def _corners(pieces: Pieces, kept: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    return pieces.boxes[kept, :2].min(axis=0), pieces.ends[kept].max(axis=0)


def _box_between(start: NDArray[np.int32], end: NDArray[np.int32]) -> Box:
    (x0, y0), (x1, y1) = start.tolist(), end.tolist()
    return x0, y0, x1 - x0, y1 - y0


def holds_all(ink: Ink, box: Box) -> bool:
    """Whether hardly any ink, of (h, w), lies outside of a box."""
    x, y, width, height = box
    mask = mask_of(ink)
    return cv2.countNonZero(mask[y : y + height, x : x + width]) >= 0.99 * cv2.countNonZero(mask)


def shows_the_same(one: Ink, other: Ink) -> bool:
    """Whether two pictures of ink, (h, w) each, mark the same places."""
    first, second = mask_of(one), mask_of(other)
    both, either = cv2.countNonZero(cv2.bitwise_and(first, second)), cv2.countNonZero(cv2.bitwise_or(first, second))
    return bool(both > 0.85 * either)


def is_bold(ink: Ink, width: float) -> bool:
    """Whether what is broader than `width`, a share of the longer side, was written: it is evenly dark and no surface.

    A surface comes in from the rim, fades, or is a whole sheet.
    """
    broad, side = _broad(ink, width, cv2.BORDER_REPLICATE), max(ink.shape)
    core = ink[cv2.erode(broad, np.ones((3, 3), np.uint8)) > 0]
    if core.size < 0.001 * ink.size or np.percentile(core, 15) < 225:
        return False
    thickness = float(cv2.distanceTransform(broad, cv2.DIST_L2, 3).max())
    return thickness < 0.17 * side and not _is_surface(ink, broad)


def shows_surface(ink: Ink, width: float) -> bool:
    """Whether a sheet, or what comes in from the rim and is broader than `width`, is taken for ink."""
    mask = mask_of(ink)
    # Where hardly any ink lies on the rim, what is broad of it does not, either.
    return _is_surface(ink, _broad(ink, width, cv2.BORDER_CONSTANT) if _lies_on_rim(mask) else mask)


def _broad(ink: Ink, width: float, border: int) -> NDArray[np.uint8]:
    kernel = np.ones((max(3, round(width * max(ink.shape))),) * 2, np.uint8)
    mask = mask_of(ink)
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel, borderType=border, borderValue=0), np.uint8)


def _is_surface(ink: Ink, broad: NDArray[np.uint8]) -> bool:
    mask = mask_of(ink)
    return cv2.countNonZero(mask) > 0.55 * mask.size or _lies_on_rim(broad) or _is_sheet(mask)


def _lies_on_rim(mask: NDArray[np.uint8]) -> bool:
    rim = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    return bool(cv2.countNonZero(rim) >= 0.1 * rim.size)


def _is_sheet(mask: NDArray[np.uint8]) -> bool:
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    largest = max(contours, key=cv2.contourArea)
    area, narrowest = cv2.contourArea(largest), 0.25 * max(mask.shape)
    if area <= 0.85 * narrowest**2:
        return False
    width, height = cv2.minAreaRect(largest)[1]
    return bool(min(width, height) > narrowest and area > 0.85 * width * height)


def mask_of(ink: Ink, threshold: int = INK_FROM) -> NDArray[np.uint8]:
    """Where there is ink, (h, w): 255 from `threshold` on, and 0."""
    return np.asarray(cv2.threshold(ink, threshold - 1, 255, cv2.THRESH_BINARY)[1], np.uint8)


def pieces_of(mask: NDArray[np.uint8]) -> Pieces:
    """The connected pieces of a mask, (h, w) uint8, 0 for paper."""
    # OpenCV's own choice of algorithm takes three times as long on one thread.
    count, numbers, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_32S, cv2.CCL_GRANA)
    return Pieces(
        np.asarray(numbers, np.int32),
        np.asarray(stats[1:count, : cv2.CC_STAT_AREA], np.int32),
        np.asarray(stats[1:count, cv2.CC_STAT_AREA], np.int32),
    )


def _without_rules(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Cut the ruled lines that touch a stroke: straight runs from rim to rim, where nothing stands on them."""
    height, width = mask.shape
    if min(height, width) < 32:
        return mask
    if int(cv2.reduce(mask, 1, cv2.REDUCE_AVG).max()) > 255 * (1 - 3 / width):
        mask = _cut_rows(mask)
    if int(cv2.reduce(mask, 0, cv2.REDUCE_AVG).max()) > 255 * (1 - 3 / height):
        mask = np.ascontiguousarray(_cut_rows(np.ascontiguousarray(mask.T)).T)
    return mask


def _cut_rows(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    rules = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, mask.shape[1] - 2), np.uint8))
    if cv2.countNonZero(rules) > 0.2 * mask.size:
        return mask  # too broad for a line: a surface
    strokes = cv2.erode(mask, np.ones((7, 1), np.uint8))
    across = cv2.dilate(strokes, np.ones((9, 3), np.uint8))
    return np.asarray(cv2.subtract(mask, cv2.subtract(rules, across)), np.uint8)


def _holds_straight_stroke(pieces: Pieces, ink: Ink) -> bool:
    """Whether the one line from rim to rim ends there, and is drawn with the pen of all the rest: a に cut out close."""
    lines = _is_line(pieces, ink.shape, STROKE_WIDTH)
    if np.count_nonzero(lines) != 1 or lines.all():
        return False
    inside = pieces.numbers > 0
    on_line = lines[pieces.numbers[inside] - 1]
    depths, darkness = cv2.distanceTransform(mask_of(ink), cv2.DIST_L2, 3)[inside], ink[inside]
    thickness = depths[on_line].mean() / depths[~on_line].mean()
    same = SAME_PEN < thickness < 1 / SAME_PEN and darkness[on_line].mean() > SAME_INK * darkness[~on_line].mean()
    return bool(same and _ends(pieces.boxes[lines][0], ink))


def _ends(box: NDArray[np.int32], ink: Ink) -> bool:
    """Whether a line of the full length of a picture fades where it meets the rim, as no ruled line does."""
    x, y, width, height = box.tolist()
    if height > width:
        along, before, after = ink[:, x : x + width].max(axis=1), y, y + height
    else:
        along, before, after = ink[y : y + height].max(axis=0), x, x + width
    return bool(min(along[0], along[-1]) < FADED * np.median(along[before:after]))


def _belongs(pieces: Pieces, kept: NDArray[np.bool_], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """(n,) which of the pieces `kept`, no rules, are the character's, and what belongs to them."""
    if not kept.any():
        return kept
    if not kept.all():
        kept = kept | _is_last_side(pieces, kept, shape)
    start, end = _body(pieces, kept)
    reach = float((end - start).max())
    small = pieces.sides < max(2.0, SPECK * reach)
    far = (_gaps(pieces, start, end) > FAR * reach) & (pieces.sides < 0.3 * reach)
    return np.asarray(kept & ~small & ~far, np.bool_)


def _body(pieces: Pieces, kept: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Two corners of the box around the large pieces: い has two of them, and ふ four; ゛ is none."""
    return _corners(pieces, kept & (pieces.areas >= 0.1 * pieces.areas[kept].max()))


def _gaps(pieces: Pieces, start: NDArray[np.int32], end: NDArray[np.int32]) -> NDArray[np.int32]:
    """(n,) how far each piece is from the box between two corners; 0 where they overlap."""
    apart = np.maximum(pieces.boxes[:, :2] - end, start - pieces.ends)
    return np.asarray(apart.max(axis=1, initial=0), np.int32)


def _is_rule(pieces: Pieces, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    return _is_line(pieces, shape, RULE_WIDTH) | _is_rim(pieces, shape)


def _is_line(pieces: Pieces, shape: tuple[int, ...], width: float) -> NDArray[np.bool_]:
    """(n,) which pieces run from rim to rim, straight. `width`: a share of the picture's other side."""
    if min(shape[:2]) < 32:
        return np.zeros(len(pieces.areas), np.bool_)
    sizes, size = pieces.boxes[:, 2:], np.array(shape[1::-1])
    long = sizes >= RULE_LENGTH * size
    if not long.any():
        return np.zeros(len(sizes), np.bool_)
    thin = sizes <= np.maximum(2.0, width * size)
    return np.asarray((long & thin[:, ::-1]).any(axis=1), np.bool_)


def _is_last_side(pieces: Pieces, kept: NDArray[np.bool_], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """(n,) which pieces lie along the one rim that those kept do not reach: of a は cut out close, the first stroke."""
    size, near = np.array(shape[1::-1]), CLOSE * max(shape[:2])
    start, end = _corners(pieces, kept)
    reached = np.concatenate([start <= near, end >= size - near])
    if np.count_nonzero(reached) != 3:
        return np.zeros_like(kept)
    at_rim = np.hstack([pieces.boxes[:, :2] <= near, pieces.ends >= size - near])
    return np.asarray(at_rim[:, ~reached][:, 0], np.bool_)


def _is_rim(pieces: Pieces, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Slivers along the rim: the edge of the sheet, a neighbour's stroke."""
    starts, size, band = pieces.boxes[:, :2], np.array(shape[1::-1]), 0.04 * min(shape[:2])
    return np.asarray(((pieces.ends <= band) | (starts >= size - band)).any(axis=1), np.bool_)


def _wipe(ink: Ink, pieces: Pieces, kept: NDArray[np.bool_]) -> Ink:
    # The soft edge of a piece lies outside its number: the piece is wiped a little wider, but not into what is kept.
    table = np.concatenate(([0], np.where(kept, 1, 2))).astype(np.uint8)
    kinds = table[pieces.numbers]
    wiped = cv2.dilate((kinds == 2).view(np.uint8), np.ones((5, 5), np.uint8))
    spared = cv2.dilate((kinds == 1).view(np.uint8), np.ones((3, 3), np.uint8))
    return np.where((wiped > 0) & (spared == 0), 0, ink).astype(np.uint8)
