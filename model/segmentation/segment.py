"""Where the one character of an upload is: its ink without specks, ruled lines and the rim of the picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import BlankImage, Ink, Lines
from model.reading import Box
from model.segmentation.pieces import Pieces, corners, mask_of, pieces_of
from model.segmentation.ruled import holds_straight_stroke, is_last_side, is_rim, is_rule, without_rules

SPECK = 0.045  # of the character's longer side; the smallest real part, a dot of ゛, is about twice that
FAR = 0.45  # of the longer side of the character's body; a small piece further away than this belongs to something else
EDGE_STEP = 0.2  # of the brightness; between a sheet and the table, or at the edge of a shadow
BESIDE = 0.05  # of the character's weight: the heaviest stroke of another one weighs more than this


def one_character(ink: Ink) -> tuple[Ink, Box]:
    """The ink of the character alone, and its box.

    Args: ink: (h, w) uint8, 0 paper to 255 ink, of a picture that holds one character.
    Returns: (h, w) uint8 with everything else wiped to 0, and the box x, y, w, h around what is left.
    Raises: BlankImage: no piece of ink is more than a speck or a ruled line.
    """
    mask = mask_of(ink)
    pieces = pieces_of(mask)
    if holds_straight_stroke(pieces, ink):
        kept = _belongs(pieces, ~is_rim(pieces, ink.shape), ink.shape)
    else:
        unruled = without_rules(mask)
        pieces = pieces if unruled is mask else pieces_of(unruled)
        kept = _belongs(pieces, ~is_rule(pieces, ink.shape), ink.shape)
    if not kept.any():
        raise BlankImage("there is no ink but specks and ruled lines")
    start, end = corners(pieces, kept)
    ink = ink if kept.all() else _wipe(ink, pieces, kept)
    return ink, _box_between(start, end)


def written_among(lines: Lines) -> tuple[Ink, Box, bool]:
    """The character among what is narrow in a photo: the darkest group of lines that lie close together.

    Args: lines: of a picture that shows more than the sheet, or a sheet with shadows.
    Returns: as `one_character`, and whether nothing that was left out can be a stroke of another character.
    Raises: as `one_character`.
    """
    pieces = pieces_of(without_rules(mask_of(lines.ink)))
    if not len(pieces.areas):
        raise BlankImage("there is no ink but specks and ruled lines")
    weights, foreign = _weigh(pieces, lines)
    kept = _group(pieces, weights, foreign)
    alone = bool(weights[~kept].max(initial=0.0) < BESIDE * weights[kept].sum())
    start, end = corners(pieces, kept)
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
    outside = (touch > 0.13 * max(lines.ink.shape)) | is_rule(pieces, lines.ink.shape)
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
        start, end = corners(pieces, kept)
        reach, whole = float((end - start).max()), float(weights[kept].sum())
        gaps = _gaps(pieces, start, end)
        dots = (gaps <= 0.4 * reach) & (weights >= 0.01 * whole) & (pieces.sides >= SPECK * reach)
        strokes = (gaps <= reach) & (weights >= 0.2 * whole)
        grown = kept | ((dots | strokes) & ~foreign)
        if (grown == kept).all():
            break
        kept = grown
    return np.asarray(kept, np.bool_)


def _box_between(start: NDArray[np.int32], end: NDArray[np.int32]) -> Box:
    (x0, y0), (x1, y1) = start.tolist(), end.tolist()
    return x0, y0, x1 - x0, y1 - y0


def holds_all(ink: Ink, box: Box) -> bool:
    """Whether hardly any ink, of (h, w), lies outside of a box."""
    x, y, width, height = box
    mask = mask_of(ink)
    return cv2.countNonZero(mask[y : y + height, x : x + width]) >= 0.99 * cv2.countNonZero(mask)


def shows_the_same(ink: Ink, other: Ink) -> bool:
    """Whether two pictures of ink, (h, w) each, mark the same places."""
    first, second = mask_of(ink), mask_of(other)
    both, either = cv2.countNonZero(cv2.bitwise_and(first, second)), cv2.countNonZero(cv2.bitwise_or(first, second))
    return bool(both > 0.85 * either)


def _belongs(pieces: Pieces, kept: NDArray[np.bool_], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """(n,) which of the pieces `kept`, no rules, are the character's, and what belongs to them."""
    if not kept.any():
        return kept
    if not kept.all():
        kept = kept | is_last_side(pieces, kept, shape)
    start, end = _body(pieces, kept)
    reach = float((end - start).max())
    small = pieces.sides < max(2.0, SPECK * reach)
    far = (_gaps(pieces, start, end) > FAR * reach) & (pieces.sides < 0.3 * reach)
    return np.asarray(kept & ~small & ~far, np.bool_)


def _body(pieces: Pieces, kept: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Two corners of the box around the large pieces: い has two of them, and ふ four; ゛ is none."""
    return corners(pieces, kept & (pieces.areas >= 0.1 * pieces.areas[kept].max()))


def _gaps(pieces: Pieces, start: NDArray[np.int32], end: NDArray[np.int32]) -> NDArray[np.int32]:
    """(n,) how far each piece is from the box between two corners; 0 where they overlap."""
    apart = np.maximum(pieces.boxes[:, :2] - end, start - pieces.ends)
    return np.asarray(apart.max(axis=1, initial=0), np.int32)


def _wipe(ink: Ink, pieces: Pieces, kept: NDArray[np.bool_]) -> Ink:
    # The soft edge of a piece lies outside its number: the piece is wiped a little wider, but not into what is kept.
    table = np.concatenate(([0], np.where(kept, 1, 2))).astype(np.uint8)
    kinds = table[pieces.numbers]
    wiped = cv2.dilate((kinds == 2).view(np.uint8), np.ones((5, 5), np.uint8))
    spared = cv2.dilate((kinds == 1).view(np.uint8), np.ones((3, 3), np.uint8))
    return np.where((wiped > 0) & (spared == 0), 0, ink).astype(np.uint8)
