"""Where the pen went down and up: people lengthen, hook, shorten and join these ends, and nothing else so freely."""

from dataclasses import dataclass
from itertools import pairwise
from math import cos, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import Ink

MOST_ENDS = 10  # a hiragana has at most four strokes, two ticks among them; the rest are spurs
LOOK_BACK = 7  # pixels of the line that give its direction at the end
GROWTH = 0.25  # of the size of the part that a line belongs to: a tick of ゛ stays a tick
_NEIGHBOURS = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], np.float32)


@dataclass(frozen=True, slots=True)
class LineEnds:
    """The ends of the lines in one image of a character."""

    places: NDArray[np.float32]  # (k, 2): x, y
    directions: NDArray[np.float32]  # (k, 2): of length 1, the way the pen would go on
    room: NDArray[np.float32]  # (k,): pixels that the line there may grow by without becoming another sign
    width: float  # of the pen, in pixels


def find_line_ends(ink: Ink) -> LineEnds:
    """The ends of the lines in an image.

    Args: ink: (h, w) uint8, 0 paper to 255 ink.
    """
    from skimage.morphology import skeletonize  # of the extra `train`, which the bot does without

    mask = ink > 110
    line: NDArray[np.bool_] = skeletonize(mask)  # type: ignore[no-untyped-call]
    length = max(1, int(line.sum()))
    width = max(1.0, 0.8 * float(mask.sum()) / length)  # the soft rim of the line counts in the mask
    around = cv2.filter2D(line.astype(np.float32), -1, _NEIGHBOURS, borderType=cv2.BORDER_CONSTANT)
    rows, columns = np.nonzero(line & (around == 1))
    points = np.stack(np.nonzero(line)[::-1], axis=1).astype(np.float32)
    _, numbers, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8))
    kept = []
    for x, y in zip(columns, rows, strict=True):
        direction = _direction(np.array([x, y], np.float32), points)
        if direction is not None:
            kept.append((x, y, *direction, GROWTH * stats[numbers[y, x], 2:4].max()))
    table = np.asarray(kept[:MOST_ENDS], np.float32).reshape(-1, 5)
    return LineEnds(table[:, :2], table[:, 2:4], table[:, 4], width)


def _direction(end: NDArray[np.float32], points: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """The way the pen goes on at an end, or None where the line is a dot or a spur at a crossing."""
    away = end - points
    near = away[np.hypot(away[:, 0], away[:, 1]) <= LOOK_BACK]
    if not LOOK_BACK * 0.6 <= len(near) <= LOOK_BACK * 1.6:
        return None
    mean = near.mean(axis=0)
    return np.asarray(mean / max(1e-6, float(np.hypot(*mean))), np.float32)


def vary_line_ends(ink: Ink, ends: LineEnds, rng: np.random.Generator) -> Ink:
    """Another ending here and there: longer, hooked, shorter, or run on into the next line.

    Args: ink: (h, w) uint8, which is not changed. ends: of it.
    Returns: (h, w) uint8.
    """
    count = len(ends.places)
    if not count:
        return ink
    changed, haste = ink.copy(), rng.uniform(0, 0.5)
    for end in np.flatnonzero(rng.random(count) < haste):
        if rng.random() < 0.25:
            _shorten(changed, ends, int(end), rng)
        else:
            _lengthen(changed, ends, int(end), rng)
    if count > 1 and rng.random() < 0.07:
        _join(changed, ends, rng)
    return changed


def _shorten(ink: Ink, ends: LineEnds, end: int, rng: np.random.Generator) -> None:
    back = ends.places[end] - ends.directions[end] * rng.uniform(-1, 2)
    radius = ends.width / 2 + rng.uniform(0, 0.5 * float(ends.room[end]))
    cv2.circle(ink, (round(float(back[0])), round(float(back[1]))), max(1, round(min(radius, 5))), 0, -1)


def _lengthen(ink: Ink, ends: LineEnds, end: int, rng: np.random.Generator) -> None:
    """The line goes on for a while, or turns back in a hook."""
    hooked = rng.random() < 0.35 and ends.room[end] > 8
    turn = rng.choice([-1, 1]) * rng.uniform(80, 150) if hooked else rng.normal(0, 35)
    length = min(ends.width + rng.exponential(4.5), float(ends.room[end]), 16.0)
    directions = [_turned(ends.directions[end], radians(turn * part)) for part in (0.3, 0.7, 1.0)]
    points = np.concatenate([[ends.places[end]], ends.places[end] + np.cumsum(directions, axis=0) * length / 3])
    _pull(ink, points, ends.width, rng.uniform(0.4, 0.9))


def _join(ink: Ink, ends: LineEnds, rng: np.random.Generator) -> None:
    """The pen is not lifted between two lines: a thin stroke runs from one end to another, if they are close."""
    first, other = rng.choice(len(ends.places), 2, replace=False)
    start, end = ends.places[first], ends.places[other]
    if float(np.hypot(*(end - start))) < 0.4 * max(ink.shape):
        middle = (start + end) / 2 + rng.normal(0, 2.5, 2)
        thin = rng.uniform(0.3, 0.8)
        _pull(ink, np.array([start, middle, end]), ends.width * thin, 1.0)


def _pull(ink: Ink, points: NDArray[np.floating], width: float, thinner: float) -> None:
    """Draw a line through points, as dark as the one that it goes on from, `thinner` of the width at its end."""
    x, y = np.round(points[0]).clip(0, np.array(ink.shape[::-1]) - 1).astype(int).tolist()
    shade = int(ink[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3].max())
    fine, stroke = np.round(points * 8).astype(np.int32).tolist(), np.zeros_like(ink)
    for part, (start, end) in enumerate(pairwise(fine), 1):
        thickness = max(1, int(width * (1 - (1 - thinner) * part / len(fine))))
        cv2.line(stroke, start, end, shade, thickness, cv2.LINE_AA, shift=3)
    np.maximum(ink, stroke, out=ink)


def _turned(direction: NDArray[np.float32], angle: float) -> NDArray[np.float32]:
    x, y = direction.tolist()
    return np.array([cos(angle) * x - sin(angle) * y, sin(angle) * x + cos(angle) * y], np.float32)
