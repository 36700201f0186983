"""Ruled lines and what lies along a picture's rim, which are no strokes; and the strokes that look like them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import Ink
from model.segmentation.pieces import Pieces, corners, mask_of

RULE_LENGTH = 0.92  # of the picture's side: what runs from rim to rim is a ruled line or the edge of a sheet
RULE_WIDTH = 0.07  # of the picture's other side: a stroke of へ that runs from rim to rim is higher than this
STROKE_WIDTH = 0.14  # of the same: no straight stroke is broader
SAME_PEN, SAME_INK = 0.6, 0.85  # of the thickness, and of the darkness, of other strokes
FADED = 0.75  # of a line's darkness, at its end
CLOSE = 0.06  # of the picture's longer side: no further from the rim, a character is cut out close


def without_rules(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
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


def is_rule(pieces: Pieces, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """(n,) which pieces are ruled lines, or lie along the rim. `shape`: of the picture."""
    return _is_line(pieces, shape, RULE_WIDTH) | is_rim(pieces, shape)


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


def is_rim(pieces: Pieces, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Slivers along the rim: the edge of the sheet, a neighbour's stroke."""
    starts, size, band = pieces.boxes[:, :2], np.array(shape[1::-1]), 0.04 * min(shape[:2])
    return np.asarray(((pieces.ends <= band) | (starts >= size - band)).any(axis=1), np.bool_)


def holds_straight_stroke(pieces: Pieces, ink: Ink) -> bool:
    """Whether the one line from rim to rim ends there, and is drawn with the pen of the rest: a に cut out close."""
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


def is_last_side(pieces: Pieces, kept: NDArray[np.bool_], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """(n,) which pieces lie along the one rim that those kept do not reach: of a は cut out close, the first stroke."""
    size, near = np.array(shape[1::-1]), CLOSE * max(shape[:2])
    start, end = corners(pieces, kept)
    reached = np.concatenate([start <= near, end >= size - near])
    if np.count_nonzero(reached) != 3:
        return np.zeros_like(kept)
    at_rim = np.hstack([pieces.boxes[:, :2] <= near, pieces.ends >= size - near])
    return np.asarray(at_rim[:, ~reached][:, 0], np.bool_)
