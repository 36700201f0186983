"""Characters drawn stroke by stroke: tomoe_data's pen movements, each time written by a slightly different hand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import Ink
from model.labels import HANDAKUTEN, INDEX, LABELS, UNMARKED
from model.sources.marks import Line, Points, dakuten, handakuten

TABLET = 320.0  # tomoe_data's coordinates run from 0 to this
CANVAS = 112
# Strokes that many people write without lifting the pen after the one before: a ふ of one line and two dots.
RUN_ON = {"ふ": 1, "き": 3, "さ": 2, "こ": 1, "り": 1, "に": 2, "た": 3}
STEPS = 8  # points that the spline passes through between two of the file's


@dataclass(frozen=True)
class StrokeDrawings:
    """A source that draws: the labels whose strokes are known, and those that a mark makes of them."""

    name: str
    forms: dict[str, list[list[Points]]]  # label without a mark -> its forms, each a list of strokes
    labels: NDArray[np.int64] = field(init=False)
    writers: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Count one item for each label that can be drawn."""
        items = [label for label in LABELS if UNMARKED.get(label, label) in self.forms]
        object.__setattr__(self, "labels", np.asarray([INDEX[label] for label in items], np.int64))
        object.__setattr__(self, "writers", tuple(f"strokes:{self.name}" for _ in items))

    def ink(self, item: int, rng: np.random.Generator) -> Ink:
        """Write the item anew: (112, 112) uint8."""
        label = LABELS[self.labels[item]]
        letter = UNMARKED.get(label, label)
        forms = self.forms[letter]
        lines = write(forms[int(rng.integers(len(forms)))], rng, RUN_ON.get(letter))
        return draw(_marked(label, lines, rng) if label in UNMARKED else lines, rng)


def read_tdic(path: Path) -> dict[str, list[list[Points]]]:
    """The characters of a tomoe_data file: for each its forms, which are smooth strokes (n, 2) in a square of side 1.

    Raises: OSError: no such file.
    """
    forms: dict[str, list[list[Points]]] = {}
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        lines = block.strip().splitlines()
        if len(lines) > 2 and len(lines[0]) == 1:  # 旧「ね」 is an old form, and longer
            forms.setdefault(lines[0], []).append(list(_strokes(lines[2:])))
    return forms


def _strokes(lines: list[str]) -> Iterator[Points]:
    for line in lines:
        pairs = re.findall(r"\((-?\d+) (-?\d+)\)", line)
        if len(pairs) > 1:
            yield spline(np.array(pairs, np.float32) / TABLET)


def spline(points: Points) -> Points:
    """A smooth line through sparse points, (n, 2) -> (8 (n - 1) + 1, 2): Catmull and Rom, 1974."""
    padded = np.concatenate([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, STEPS, endpoint=False, dtype=np.float32)[:, None]
    pieces = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        pieces.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.concatenate([*pieces, points[-1:]]).astype(np.float32)


def write(form: list[Points], rng: np.random.Generator, run_on: int | None = None) -> list[Line]:
    """The strokes of a character as another hand would write them: each moved, turned, stretched and bent a little.

    Args: form: the strokes. run_on: the number of one that is often joined to the one before it.
    """
    haste = rng.uniform(0.3, 1.5)
    strokes = [_another_hand(stroke, haste, rng) for stroke in form]
    joined: list[Points] = []
    for number, stroke in enumerate(strokes):
        if joined and rng.random() < (0.3 if number == run_on else 0.05) * haste:  # in haste the pen is not lifted
            joined[-1] = np.concatenate([joined[-1], stroke])
        else:
            joined.append(stroke)
    return [Line(stroke) for stroke in joined]


def _another_hand(stroke: Points, haste: float, rng: np.random.Generator) -> Points:
    count = len(stroke)
    start = int(rng.integers(0, 1 + count // 14)) if count > 14 else 0
    end = count - (int(rng.integers(0, 1 + count // 10)) if count > 14 else 0)
    points = stroke[start:end]
    middle = points.mean(axis=0)
    angle, stretch = rng.normal(0, 0.08 * haste), 1 + rng.normal(0, 0.08 * haste, 2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    way = np.linspace(0, 1, len(points))[:, None]
    room = min(1.0, float(np.ptp(points, axis=0).max()) / 0.5)  # a dot has no room to bend
    bend = sum(rng.normal(0, 0.014 * haste * room, 2) * np.sin(np.pi * k * way + rng.uniform(0, 6)) for k in (1, 2, 3))
    moved = middle + rng.normal(0, 0.022 * haste, 2) + ((points - middle) * stretch) @ turn.T + bend
    if rng.random() < 0.25:  # the pen overshoots
        moved = np.concatenate([moved, moved[-1:] + (moved[-1] - moved[-3]) * rng.uniform(0.3, 1.5)])
    return np.asarray(moved, np.float32)


def _marked(label: str, letter: list[Line], rng: np.random.Generator) -> list[Line]:
    points = np.concatenate([line.points for line in letter])
    low, high = points.min(axis=0), points.max(axis=0)
    corner = np.array([high[0] + rng.uniform(-0.06, 0.15), low[1] + rng.uniform(-0.08, 0.1)], np.float32)
    return letter + (handakuten if label in HANDAKUTEN else dakuten)(corner, rng)


def draw(lines: list[Line], rng: np.random.Generator) -> Ink:
    """Draw lines with one pen: (112, 112) uint8, 0 paper to 255 ink, centred, the longer side about 90 pixels."""
    points = np.concatenate([line.points for line in lines])
    low, high = points.min(axis=0), points.max(axis=0)
    scale = 90 / max(1e-3, float((high - low).max()))
    shift = CANVAS / 2 - scale * (low + high) / 2
    width = int(rng.choice([2, 3, 3, 4, 4, 5, 6, 7, 9, 11]))
    ink = np.zeros((CANVAS, CANVAS), np.uint8)
    for line in lines:
        place = np.round((line.points * scale + shift) * 16).astype(np.int32)[None]
        cv2.polylines(ink, place, False, 255, width, cv2.LINE_AA, shift=4)
        if line.filled:
            cv2.fillPoly(ink, place, 255, cv2.LINE_AA, shift=4)
    return ink
