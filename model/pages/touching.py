"""Letters that touch, cut apart: where a long piece of ink hangs together by one point of a stroke, or is thinnest.

More cuts than letters do no harm: of all ways to put the parts together again, the lattice takes the one that reads
best.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from model.pages.page import Page
from model.segmentation.pieces import Pieces

Mask = NDArray[np.uint8]  # (h, w), 0 or 1

LONGEST_PIECE = 0.7  # letters: a longer one may be two
DETAIL = 48  # pixels: letters are no larger while their necks are looked for
LONGEST_CHAIN = 12.0  # letters: a longer one is no writing
MOST_PLACES = 48  # tried in a piece
SMALLEST_PART = 0.2  # of a letter, along the line
OVERLAP = 0.12  # of a letter: parts beside each other share no more than this of the line
THINNEST = 0.16  # of a letter: where a line is cut straight across, no more ink is crossed


def cut_touching(
    page: Page, pieces: NDArray[np.intp], letter: float, vertical: bool, is_one: Callable[[int], bool]
) -> tuple[Page, NDArray[np.intp], NDArray[np.intp]]:
    """The page with long pieces cut, so that letters that touch can be told apart.

    Args: pieces: of the line. letter: pixels. vertical: which way the line runs. is_one: asked of a long
            piece, whether it is surely a character as it is.
    Returns: the page, the line's pieces in no order, and for each piece of the page the one that it was cut from.
    """
    lengths = page.pieces.boxes[pieces, 3 if vertical else 2]
    long = pieces[(lengths > LONGEST_PIECE * letter) & (lengths < LONGEST_CHAIN * letter)]
    origins = np.arange(len(page.pieces.areas))
    if not len(long):
        return page, pieces, origins
    owners, boxes, areas = page.owners.copy(), list(page.pieces.boxes), list(page.pieces.areas)
    for piece in (number for number in long.tolist() if not is_one(number)):
        window = _window(page.pieces.boxes[piece])
        own = page.owners[window] == piece + 1
        mask = (own & (page.pieces.numbers[window] > 0)).view(np.uint8)
        first, *others = [part.T if vertical else part for part in _parts(mask.T if vertical else mask, letter)]
        boxes[piece], areas[piece] = _measured(first, window)
        for part in others:
            owners[window][own & (_with_edges(part, mask) > 0)] = len(boxes) + 1
            box, area = _measured(part, window)
            boxes.append(box)
            areas.append(area)
        origins = np.concatenate([origins, np.full(len(others), piece)])
    added = np.arange(len(page.pieces.areas), len(areas))
    cut = Pieces(page.pieces.numbers, np.asarray(boxes, np.int32), np.asarray(areas, np.int32))
    return replace(page, owners=owners, pieces=cut), np.concatenate([pieces, added]), origins


def _window(box: NDArray[np.int32]) -> tuple[slice, slice]:
    x, y, width, height = box.tolist()
    return slice(max(0, y - 1), y + height + 1), slice(max(0, x - 1), x + width + 1)


def _measured(part: Mask, window: tuple[slice, slice]) -> tuple[NDArray[np.int32], np.int32]:
    """The box of a part on its page, and how many points it has."""
    x, y, width, height = cv2.boundingRect(np.ascontiguousarray(part))
    return np.asarray((x + window[1].start, y + window[0].start, width, height), np.int32), np.int32(part.sum())


def _with_edges(part: Mask, whole: Mask) -> Mask:
    """The part with its soft edges, which lie outside of the whole."""
    grown = cv2.dilate(np.ascontiguousarray(part), np.ones((3, 3), np.uint8))
    return np.where(whole > 0, part, grown).astype(np.uint8)


def _parts(mask: Mask, letter: float) -> list[Mask]:
    """A piece of a row, cut until no part is long or none can be cut."""
    if _length(mask) <= LONGEST_PIECE * letter:
        return [mask]
    halves = _torn(np.ascontiguousarray(mask), letter) or _cut_across(mask, letter)
    return [part for half in halves for part in _parts(half, letter)] if halves else [mask]


def _length(mask: Mask) -> int:
    columns = np.flatnonzero(mask.any(axis=0))
    return int(columns[-1] - columns[0] + 1) if len(columns) else 0


def _torn(mask: Mask, letter: float) -> tuple[Mask, Mask] | None:
    """What hangs on the two sides of the point of a stroke at which they overlap least."""
    scale = min(1.0, DETAIL / letter)
    size = tuple(max(1, round(side * scale)) for side in mask.shape[::-1])
    small = cv2.resize(mask * np.uint8(255), size, interpolation=cv2.INTER_AREA)
    beyond = _right_of_neck((small >= 64).view(np.uint8), scale * letter)
    if beyond is None:
        return None
    side = np.asarray(cv2.resize(beyond, mask.shape[::-1], interpolation=cv2.INTER_NEAREST), np.uint8)
    left, right = mask & (1 - side), mask & side
    return (left, right) if left.any() and right.any() else None


def _right_of_neck(mask: Mask, letter: float) -> Mask | None:
    """Where the right one of two parts is, with its soft edges."""
    depth = np.asarray(cv2.distanceTransform(np.pad(mask, 1), cv2.DIST_L2, 3), np.float32)[1:-1, 1:-1]
    ridge = (mask > 0) & (depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8)))
    if not ridge.any():
        return None
    radius = 1.2 * float(np.median(depth[ridge])) + 1
    best, found = OVERLAP * letter, None
    for x, y in _places(ridge, radius, letter):
        without = mask.copy()
        cv2.circle(without, (x, y), round(radius), 0, -1)
        count, numbers, stats, _ = cv2.connectedComponentsWithStats(without, connectivity=8)
        overlap, right = _sides(np.asarray(stats[1:count], np.int32), SMALLEST_PART * letter)
        if overlap < best:
            side = np.concatenate(([False], right))[numbers]
            side |= (mask > without) & (np.arange(mask.shape[1]) >= x)
            best, found = overlap, side
    if found is None:
        return None
    grown = cv2.dilate(found.view(np.uint8), np.ones((3, 3), np.uint8))
    return np.where((mask > 0) & ~found, 0, grown).astype(np.uint8)


def _places(ridge: NDArray[np.bool_], radius: float, letter: float) -> Iterator[tuple[int, int]]:
    """Points in the middle of strokes, some way apart."""
    y, x = np.nonzero(ridge)
    inner = (x >= SMALLEST_PART * letter) & (x < ridge.shape[1] - SMALLEST_PART * letter)
    cells = (x[inner] / radius).astype(np.int64) * 4096 + (y[inner] / radius).astype(np.int64)
    _, first = np.unique(cells, return_index=True)
    first = first[:: max(1, -(-len(first) // MOST_PLACES))]
    yield from zip(x[inner][first].tolist(), y[inner][first].tolist(), strict=True)


def _sides(stats: NDArray[np.int32], smallest: float) -> tuple[float, NDArray[np.bool_]]:
    """How far the left parts reach beyond where the right ones begin, divided best, and which are right."""
    starts, ends = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_LEFT] + stats[:, cv2.CC_STAT_WIDTH]
    order = np.argsort(starts + ends)
    best, right = np.inf, np.zeros(len(stats), np.bool_)
    for number in range(1, len(order)):
        left, other = order[:number], order[number:]
        reach, begin = ends[left].max(), starts[other].min()
        if min(reach - starts[left].min(), ends[other].max() - begin) >= smallest and reach - begin < best:
            best = float(reach - begin)
            right = np.isin(np.arange(len(stats)), other)
    return best, right


def _cut_across(mask: Mask, letter: float) -> tuple[Mask, ...] | None:
    """The piece cut straight where the fewest points are."""
    columns = np.flatnonzero(mask.any(axis=0))
    profile = np.convolve(mask[:, columns[0] : columns[-1] + 1].sum(axis=0), np.ones(3) / 3, mode="same")
    margin = max(2, round(SMALLEST_PART * letter))
    inner = profile[margin:-margin]
    if not len(inner) or inner.min() > THINNEST * letter:
        return None
    at = int(columns[0]) + margin + int(np.argmin(inner))
    right = np.arange(mask.shape[1]) >= at
    return np.where(right, 0, mask).astype(np.uint8), np.where(right, mask, 0).astype(np.uint8)
