"""In which lines, and in what order, characters stand whose boxes are known: rows, columns, or blocks of either."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from model.reading import Box

NEIGHBOURS = 2.0  # letters from box to box, at most: what is further away belongs to another block
BESIDE = 0.35  # of the smaller of two sides is shared by characters of one line
POINT = 0.8  # letters: as large as this 、 and 。 count, for they stand in a corner of their squares

Boxes = NDArray[np.float64]  # (n, 4): left, top, right, bottom
Numbers = NDArray[np.intp]


def in_lines(written: Sequence[Box], points: Sequence[bool]) -> list[list[int]]:
    """In which lines characters stand: rows from the top, columns from the right, block after block.

    Args: written: the box of each. points: which of them are 、 or 。. Returns: their numbers, in reading order.
    """
    if not written:
        return []
    sides = [max(box[2:]) for box, is_point in zip(written, points, strict=True) if not is_point]
    letter = float(np.median(sides or 1))
    boxes = np.array([_ends(*at, POINT * letter * is_point) for at, is_point in zip(written, points, strict=True)])
    right, below = _next(boxes, letter), _next(boxes[:, [1, 0, 3, 2]], letter)
    blocks = [_lines_of(block, boxes, right, below) for block in _joined(len(boxes), [*_pairs(right), *_pairs(below)])]
    blocks.sort(key=lambda block: (boxes[block[0], 1].min() // (2 * letter), boxes[block[0], 0].min()))
    return [line for block in blocks for line in block]


def _ends(x: int, y: int, width: int, height: int, least: float) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a box that is at least so large."""
    across, down = max(0.0, least - width) / 2, max(0.0, least - height) / 2
    return x - across, y - down, x + width + across, y + height + down


def _next(boxes: Boxes, letter: float) -> tuple[Numbers, NDArray[np.float64]]:
    """For each character the next one to the right, -1 for none, and how far it is, in letters.

    Given boxes with x and y exchanged: the next one below.
    """
    left, top, right, bottom = boxes.T
    shared = np.minimum(bottom, bottom[:, None]) - np.maximum(top, top[:, None])
    height = bottom - top
    is_beside = shared > BESIDE * np.minimum(height, height[:, None])
    middles = (left + right) / 2
    gaps = np.where(is_beside & (middles > middles[:, None]), left - right[:, None], np.inf) / letter
    numbers = gaps.argmin(axis=1)
    nearest = gaps[np.arange(len(boxes)), numbers]
    return np.where(nearest < NEIGHBOURS, numbers, -1), nearest


def _pairs(following: tuple[Numbers, NDArray[np.float64]]) -> Iterator[tuple[int, int]]:
    yield from ((number, int(after)) for number, after in enumerate(following[0]) if after >= 0)


def _joined(count: int, pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """The groups that pairs make of so many characters."""
    groups = {number: {number} for number in range(count)}
    for first, other in pairs:
        if groups[first] is not groups[other]:
            groups[first] |= groups[other]
            for number in groups[other]:
                groups[number] = groups[first]
    return [sorted(group) for group in {id(group): group for group in groups.values()}.values()]


def _lines_of(
    block: list[int],
    boxes: Boxes,
    right: tuple[Numbers, NDArray[np.float64]],
    below: tuple[Numbers, NDArray[np.float64]],
) -> list[list[int]]:
    """The lines of a block, which run the way in which its characters stand closer together."""
    is_down = int((below[1][block] < right[1][block]).sum()) > int((right[1][block] <= below[1][block]).sum())
    along, across = (1, 0) if is_down else (0, 1)
    inside = set(block)
    pairs = [pair for pair in _pairs(below if is_down else right) if inside.issuperset(pair)]
    position = {number: place for place, number in enumerate(block)}
    lines = _joined(len(block), [(position[first], position[other]) for first, other in pairs])
    lines = [sorted((block[place] for place in line), key=lambda number: boxes[number, along]) for line in lines]
    return sorted(lines, key=lambda line: float(boxes[line, across].mean()), reverse=is_down)
