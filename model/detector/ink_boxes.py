"""Boxes that fit: each character's box drawn around the pieces of ink that are closer to it than to any other."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from model.detector.detect import Detection, Kind, each_once
from model.ink import BlankImage, Grey, Ink, find_lines, shrink
from model.segmentation.pieces import Pieces, mask_of, pieces_of

TURNS = 2  # a box that fits better tells its neighbours' pieces better from its own
LETTER = 40  # pixels of a letter, as its pieces are looked at
AROUND = 1.1  # letters from a character's middle: so far its pieces may be
NEIGHBOURS = 3.0  # letters: whose pieces else they may be
BROADEST = 0.2  # of a letter: a pen's line
FAR, FAR_AND_CUT = 0.3, 0.1  # letters from a box to the points of a piece of it, on the mean; of one at the rim
SPECK = 5  # pixels
SMALLEST, LARGEST = 0.3, 1.6  # letters: another box than that is no better
# Of the network's own box: a smaller one lacks the faint strokes of a pencil. Of 50 pages 96.4 -> 97.4 % of the letters
# were found with it, and 93.1 -> 93.9 % read right (December 2026).
LEAST = 0.5


def fitted(grey: Grey, found: Sequence[Detection], beside: Sequence[Detection] = ()) -> list[Detection]:
    """The characters with the boxes of their ink, each once; points stay as they are. `beside`: others, which fit.

    Of 435 letters in 13 photos of pages, 60 % were read right in the network's own boxes, and 69 % in these (December
    2026, while it was being trained).
    """
    points = [detection for detection in found if detection.kind is Kind.POINT]
    characters = [detection for detection in found if detection.kind is not Kind.POINT]
    for _ in range(TURNS):
        characters = each_once(_fitted(grey, detection, [*characters, *beside]) for detection in characters)
    return characters + points


def _fitted(grey: Grey, detection: Detection, others: Sequence[Detection]) -> Detection:
    near = [other for other in others if _distance(detection, other) < NEIGHBOURS * detection.longer]
    letter = max(detection.longer, float(np.median([other.longer for other in near])))
    x0, y0 = (max(0, int(middle - AROUND * letter)) for middle in detection.middle)
    x1, y1 = (int(middle + AROUND * letter) + 1 for middle in detection.middle)
    part = shrink(np.ascontiguousarray(grey[y0:y1, x0:x1]), round(2 * AROUND * LETTER))
    scale = part.shape[1] / (min(x1, grey.shape[1]) - x0)
    pieces = _pieces(part, BROADEST * letter * scale / max(part.shape))
    boxes = np.array([(d.x, d.y, d.x + d.width, d.y + d.height) for d in near])
    own = _own(pieces, (boxes - [x0, y0, x0, y0]) * scale, near.index(detection), letter * scale)
    if not own.any():
        return detection
    (left, top), (right, bottom) = pieces.boxes[own, :2].min(axis=0) / scale, pieces.ends[own].max(axis=0) / scale
    width, height = float(right - left), float(bottom - top)
    is_less = width * height < LEAST * detection.width * detection.height
    if is_less or not SMALLEST * letter < max(width, height) < LARGEST * letter:
        return detection
    own_box = detection.own or detection
    return replace(detection, x=float(x0 + left), y=float(y0 + top), width=width, height=height, own=own_box)


def _distance(detection: Detection, other: Detection) -> float:
    return float(np.abs(np.subtract(detection.middle, other.middle)).max())


def _pieces(part: Grey, broadest: float) -> Pieces:
    try:
        ink: Ink = find_lines(part, broadest).ink
    except BlankImage:
        ink = np.zeros(part.shape, np.uint8)
    return pieces_of(mask_of(ink))


def _own(pieces: Pieces, boxes: NDArray[np.float64], number: int, letter: float) -> NDArray[np.bool_]:
    """(pieces,) which belong to one of the boxes, (n, 4) left, top, right and bottom in pixels of the pieces."""
    own = np.zeros(len(pieces.areas), bool)
    at_rim = (pieces.boxes[:, :2] == 0).any(axis=1) | (pieces.ends == pieces.numbers.shape[::-1]).any(axis=1)
    for piece in np.flatnonzero(pieces.areas >= SPECK):
        down, across = np.nonzero(pieces.numbers == piece + 1)
        beside = np.maximum(0, np.maximum(boxes[:, :1] - across, across - boxes[:, 2:3]))
        above = np.maximum(0, np.maximum(boxes[:, 1:2] - down, down - boxes[:, 3:]))
        far = np.hypot(beside, above).mean(axis=1) / letter
        own[piece] = far.argmin() == number and far[number] < (FAR_AND_CUT if at_rim[piece] else FAR)
    return own
