"""A found page -> its cells: the ink alone, without the printed guides, and whether there is any."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import Grey
from model.workshop.paper import layout
from model.workshop.paper.finding import SCALE, FoundPage

RIM = 0.7  # mm within a cell's line that are cut off with it
CROSS = 0.8  # mm on both sides of a guide in which faint grey may be the guide
REACH = 1.8  # mm that the end of a stroke may reach into the cell beside its own
GRAIN = (0.08, 0.16)  # shares of the light that paper may take, and from which on it is ink
GUIDE = (0.2, 0.34)  # the same where a guide is printed
FAINT, DARKEST = 0.1, 0.16  # the shares that a line takes with all of its length, and somewhere
LEAST_INK = 1.2  # mm², of a written cell; a small へ with a fine, pale pencil has two
LEAST_LENGTH = 3.0  # mm from one end of the ink to the other
SPECK = 0.15  # mm²; smaller than a dot of ゛
TICK, LEAST_TICK = 0.2, 1.2  # the share that it takes, and its mm² of ink in the box for consent
LINES = 0.6  # mm that the lines of the box may reach into it


@dataclass(frozen=True, eq=False)
class Cell:
    """A cell in which something is written."""

    slot: int  # of its strip on the page
    number: int  # in the strip, from 0
    label: str | None  # what should stand there; None where the strip's marker cannot be read
    picture: Grey  # (136, 136) uint8, ink on white


def written_cells(page: FoundPage) -> Iterator[Cell]:
    """The cells with ink in them, in the order of the page; empty ones are dropped."""
    for slot, label in enumerate(page.labels):
        for number, place in enumerate(layout.cells_at(slot)):
            picture = _cut(page.picture, place)
            if has_ink(picture):
                yield Cell(slot, number, label, picture)


def has_consent(page: FoundPage) -> bool:
    """Whether the box is ticked: some ink within its lines is enough."""
    x, y, side = layout.CONSENT
    inside = _without_rims(_part(page.picture, x + 0.8, y + 0.8, side - 1.6, side - 1.6), LINES)
    return float(np.count_nonzero(_soft_ink(inside) > TICK * 255)) / SCALE**2 >= LEAST_TICK


def alias_line(page: FoundPage) -> Grey:
    """The place where the writer's name stands, (h, w) uint8, for a person to read."""
    return _part(page.picture, *layout.ALIAS)


def has_ink(picture: Grey) -> bool:
    """Whether a cell holds more than a speck: (h, w) uint8 with SCALE pixels for a millimetre, ink on white."""
    dark = _soft_ink(picture)
    count, numbers, stats, _ = cv2.connectedComponentsWithStats((dark > FAINT * 255).astype(np.uint8), connectivity=8)
    darkest = np.zeros(count)
    np.maximum.at(darkest, np.asarray(numbers, np.int32), dark)
    parts = [
        stats[i]
        for i in range(1, count)
        if stats[i, cv2.CC_STAT_AREA] >= SPECK * SCALE**2 and darkest[i] > DARKEST * 255
    ]
    if sum(int(part[cv2.CC_STAT_AREA]) for part in parts) < LEAST_INK * SCALE**2:
        return False
    low = np.min([part[:2] for part in parts], axis=0)
    high = np.max([part[:2] + part[2:4] for part in parts], axis=0)
    return bool((high - low).max() >= LEAST_LENGTH * SCALE)


def _soft_ink(picture: Grey) -> Grey:
    """How dark it is, without the grain of a dark room."""
    return np.asarray(cv2.GaussianBlur(255 - picture, (0, 0), 0.1 * SCALE), np.uint8)


def _part(page: Grey, x: float, y: float, width: float, height: float) -> Grey:
    left, top, right, bottom = (round(value * SCALE) for value in (x, y, x + width, y + height))
    return np.asarray(page[top:bottom, left:right], np.uint8)


def _cut(page: Grey, place: layout.Place) -> Grey:
    """What is written in a cell, (136, 136) uint8: paper and guides become white, ink stays as dark as it was."""
    side = layout.CELL - 2 * RIM
    dark = 1 - _part(page, place[0] + RIM, place[1] + RIM, side, side).astype(np.float32) / 255
    low, high = (np.where(_near_guide(dark.shape[0]), *pair) for pair in zip(GUIDE, GRAIN, strict=True))
    kept = dark * np.clip((dark - low) / (high - low), 0, 1)
    return _without_rims(np.asarray(np.round(255 * (1 - kept)), np.uint8), REACH)


def _without_rims(picture: Grey, reach: float) -> Grey:
    """What only reaches in from outside, no further than so many mm, is wiped away: lines, and ends of strokes."""
    rim = round(reach * SCALE)
    _, numbers = cv2.connectedComponents((picture < 240).astype(np.uint8), connectivity=8)
    edges = np.concatenate([numbers[0], numbers[-1], numbers[:, 0], numbers[:, -1]])
    outer = np.setdiff1d(edges, np.append(numbers[rim:-rim, rim:-rim], 0))
    return np.where(np.isin(numbers, outer), 255, picture).astype(np.uint8)


def _near_guide(side: int) -> NDArray[np.bool_]:
    away = np.abs(np.arange(side) - side / 2) < CROSS * SCALE
    return np.asarray(away[:, np.newaxis] | away[np.newaxis, :], np.bool_)
