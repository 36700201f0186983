"""Photos to practise finding on: letters on a sheet or a board, among other things, in any light.

A phone squeezes what it sees into the square view. Nothing here is shared with `model.workshop.evaluation.photographs`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.finder.square import MAP_SIZE, VIEW_SIZE
from model.ink import Ink
from model.workshop.training.scenery import (
    BOARD,
    Camera,
    Cover,
    Scenery,
    any_colour,
    side_of,
    square_at,
    with_pen,
)

SCENERY = Scenery(VIEW_SIZE)
CLOSE = 0.3  # of the scenes are seen from as near as the nearest view of a photo
LONGEST_LINE = 8  # letters


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo, and where something is written in it."""

    picture: NDArray[np.uint8]  # (160, 160, 3) RGB
    written: NDArray[np.float32]  # (80, 80, 2), 0 to 1: strokes of letters; the hull around each of them


def draw_scene(letters: Sequence[Ink], rng: np.random.Generator, close: float = CLOSE) -> Photo:
    """A letter, a word or a page, and what lies around it.

    Args: letters: at least one, (h, w) uint8 each, 0 paper to 255 ink. rng: decides everything else. close: how likely
        it is seen from near, 0 to 1.
    """
    middles = _layout(len(letters), rng)
    reach = np.abs(middles).max(axis=0) + 1
    camera = _camera(reach, close, rng)
    covers = [
        SCENERY.written(with_pen(ink, rng), square_at(middle, camera))
        for ink, middle in zip(letters, middles, strict=True)
    ]
    board = rng.random() < BOARD
    paper = any_colour(rng, 0.08, 0.4) if board else any_colour(rng, 0.6, 1.0)
    scene = SCENERY.on_table(SCENERY.sheet(paper, 0.1 if board else 0.35, camera, rng), reach, camera, rng)
    scene = SCENERY.write(scene, np.max(covers, axis=0), paper, board, rng)
    return Photo(SCENERY.taken(SCENERY.lit(scene, rng), side_of(square_at(middles[0], camera)), rng), _maps(covers))


def _layout(letters: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """(n, 2): the middles of letters on the sheet, around 0, in lines across or down of LONGEST_LINE at most."""
    fewest = -(-letters // LONGEST_LINE)
    lines = int(rng.integers(fewest, max(fewest, letters // 3) + 1))
    line, number = np.divmod(np.arange(letters), -(-letters // lines))
    middles = np.column_stack([number * rng.uniform(1.9, 2.6), line * rng.uniform(2.2, 4.5)])
    middles += rng.normal(0, 0.08, middles.shape) - (middles.min(axis=0) + middles.max(axis=0)) / 2
    return middles if rng.random() < 0.5 else middles[:, ::-1]


def _camera(reach: NDArray[np.float64], close: float, rng: np.random.Generator) -> Camera:
    """A letter is a tenth of the photo's shorter side or nearly all of it; the phone is turned and tilted a little.

    Args: reach: how far the writing goes from the middle of the sheet, across and down; it fits in. close: as for
        `draw_scene`.
    """
    short = rng.choice([9 / 16, 3 / 4, 1.0, rng.uniform(0.5, 1.0)])
    frame = np.array([1.0, short] if rng.random() < 0.5 else [short, 1.0])
    near = np.log(0.4 if rng.random() < close else 0.1)
    side = float(min(short * np.exp(rng.uniform(near, np.log(0.95))), *(0.95 * frame / reach))) / 2
    turn = np.deg2rad(rng.normal(0, 9))
    matrix = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]]) * [side, side, 1]
    matrix[2, :2] = rng.normal(0, 0.25, 2) * side
    free = np.maximum(0, frame / 2 - 1.1 * side * reach)
    matrix[:2, 2] = frame / 2 + rng.uniform(-1, 1, 2) * free
    return np.asarray(np.diag([VIEW_SIZE / frame[0], VIEW_SIZE / frame[1], 1]) @ matrix, np.float64)


def _maps(covers: list[Cover]) -> NDArray[np.float32]:
    strokes = np.max(covers, axis=0)
    hulls = np.zeros((VIEW_SIZE, VIEW_SIZE), np.float32)
    for cover in covers:
        points = cv2.findNonZero((cover > 0.3).view(np.uint8))
        if points is not None:
            cv2.fillConvexPoly(hulls, cv2.convexHull(points), 1.0)
    maps = cv2.resize(np.dstack([1.5 * strokes, hulls]), (MAP_SIZE, MAP_SIZE), interpolation=cv2.INTER_AREA)
    return np.asarray(np.minimum(maps, 1), np.float32)
