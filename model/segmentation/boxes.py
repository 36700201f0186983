"""Boxes to write in, one for each letter, as on manuscript paper: their lines are as short as strokes, and as dark."""

import cv2
import numpy as np
from numpy.typing import NDArray

SMALLEST = 0.04  # of the page's longer side, is a box
SQUARE, RIGHT_ANGLED = 0.85, 0.9  # its shorter side of the longer one, and its area of the rectangle around it
ALIKE = 0.1  # of their side, by which boxes of a page differ
FEW = 3  # fewer may be drawn by hand
NEXT = 1.1  # of a box's side, at most from one to the next
MOST = 5000  # holes of a page: more are those of a texture, and would take seconds
RIM = 0.1  # of a box's side, in which there may be points of its line

Contour = NDArray[np.int32]  # (n, 1, 2) x, y


def box_lines(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The lines of boxes that stand beside each other, if something is written in most of them: squared paper has none.

    Args: mask: (h, w) uint8, 255 where there is ink.
    Returns: the same, of these lines alone.
    """
    boxes = _boxes(mask)
    steps = _steps(boxes) if sum(_is_written_in(box, mask) for box in boxes) > len(boxes) / 2 else []
    lines = np.zeros_like(mask)
    if not steps:
        return lines
    side = float(np.sqrt(np.median([cv2.contourArea(box) for box in boxes])))
    broad = max(2, round(float(np.hypot(*steps[0])) - side) + 2)  # a line lies between two boxes
    # A stroke across a line opens its box, which is not found then: the boxes beside it say where it is.
    beside = [(box + step).round().astype(np.int32) for box in boxes for way in steps for step in (way, -way)]
    cv2.drawContours(lines, [*beside, *boxes], -1, 255, 2 * broad + 1)
    cv2.drawContours(lines, boxes, -1, 0, cv2.FILLED)
    cv2.drawContours(lines, boxes, -1, 255, 3)  # what is enclosed was found by these points of the line
    return np.asarray(cv2.bitwise_and(lines, mask), np.uint8)


def _boxes(mask: NDArray[np.uint8]) -> list[Contour]:
    """What lines enclose in boxes of one size, without the dents that strokes make which just reach a line."""
    if cv2.connectedComponents(cv2.bitwise_not(mask), connectivity=4)[0] > MOST:
        return []
    contours, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if tree is None:
        return []
    outer = tree[0, :, 3]
    smallest = SMALLEST * max(mask.shape)
    large = [
        hole
        for hole, around in zip(contours, outer, strict=True)
        if around >= 0 and min(cv2.boundingRect(hole)[2:]) > smallest
    ]
    boxes = [hull for hull in (cv2.convexHull(hole).astype(np.int32) for hole in large) if _is_box(hull)]
    sides = np.sqrt([cv2.contourArea(box) for box in boxes])
    return [box for box, side in zip(boxes, sides, strict=True) if abs(side / np.median(sides) - 1) < ALIKE]


def _is_box(hull: Contour) -> bool:
    shorter, longer = sorted(cv2.minAreaRect(hull)[1])
    return shorter > SQUARE * longer and cv2.contourArea(hull) > RIGHT_ANGLED * shorter * longer


def _is_written_in(box: Contour, mask: NDArray[np.uint8]) -> bool:
    x, y, width, height = cv2.boundingRect(box)
    rim = max(3, round(RIM * min(width, height)))
    return cv2.countNonZero(mask[y + rim : y + height - rim, x + rim : x + width - rim]) > 0


def _steps(boxes: list[Contour]) -> list[NDArray[np.float64]]:
    """From a box to the one beside it, to the right and down, where there are such; x and y."""
    if len(boxes) < FEW:
        return []
    middles, sizes, _ = zip(*map(cv2.minAreaRect, boxes), strict=True)
    apart = np.asarray(middles) - np.asarray(middles)[:, np.newaxis]
    x, y = apart.transpose(2, 0, 1)
    near = (np.hypot(x, y) < NEXT * float(np.median(sizes))) & ~np.eye(len(boxes), dtype=np.bool_)
    if near.any(axis=1).sum() < FEW:
        return []
    ways = [near & (x > np.abs(y)), near & (y > np.abs(x))]
    return [np.median(apart[way], axis=0) for way in ways if way.any()]
