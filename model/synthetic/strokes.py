"""Characters drawn stroke by stroke: known pen movements, each time written by a slightly different hand."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from math import cos, sin
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import Ink
from model.labels import HANDAKUTEN, INDEX, LABELS, UNMARKED
from model.synthetic.marks import Line, Points, dakuten, handakuten

FORMS = Path(__file__).parent / "forms.tdic"  # our own: what people write and tomoe_data lacks, like わ with a curl
TABLET = 320.0  # the coordinates of both run from 0 to this
CANVAS = 112
# Strokes that many people write without lifting the pen after the one before: a ふ of one line and two dots.
RUN_ON = dict(zip("ふきさこりいにたなけはほゆ", (1, 3, 2, 1, 1, 1, 2, 3, 3, 1, 1, 1, 1), strict=True))
RUNS_ON, SELDOM = 0.45, 0.06  # of those that write in the greatest haste
DOT = 0.22  # of the square: no stroke, but one of the two dots of a ふ
SMALL, FREE = 0.32, 0.3  # of the square: a dash like that of う; how often people put it where and as they like
SPAN = 90  # pixels of the canvas that a letter's longer side takes
WIDTHS = (2, 3, 3, 4, 4, 5, 6, 7, 9, 11, 14)  # of pens, in pixels of the canvas
STEPS = 8  # points that the spline passes through between two of the file's
_WAVES = np.array([1.0, 2.0, 3.0])  # half waves along a stroke that bend it


@dataclass(frozen=True)
class Stroke:
    """One movement of the pen as a file has it, and what is asked of it each time that it is written."""

    points: Points  # in a square of side 1

    @cached_property
    def middle(self) -> Points:
        """The mean of its points, (2,)."""
        return np.asarray(self.points.mean(axis=0), np.float32)

    @cached_property
    def size(self) -> float:
        """The longer side of its box."""
        return float(np.ptp(self.points, axis=0).max())

    @cached_property
    def waves(self) -> NDArray[np.float64]:
        """(n, 3): how far each of the half waves that bend it has come at each point, in radians."""
        return np.asarray(np.linspace(0, np.pi, len(self.points))[:, np.newaxis] * _WAVES, np.float64)

    @cached_property
    def loop(self) -> tuple[int, int]:
        """The numbers of the two points between which it first closes a loop; 0 and 0 where it does not."""
        apart = np.abs(self.points[:, None] - self.points[None]).max(axis=2)
        between = np.subtract.outer(np.arange(len(self.points)), np.arange(len(self.points)))
        late, early = np.nonzero((between > 12) & (apart < 0.025))
        return (int(early[0]), int(late[0])) if len(late) else (0, 0)


Forms = dict[str, list[list[Stroke]]]  # character -> its forms, each a list of strokes


@dataclass(frozen=True)
class StrokeDrawings:
    """A source that draws: the labels whose strokes are known, and those that a mark makes of them."""

    name: str
    forms: Forms  # of the labels without a mark
    run_on: Mapping[str, int] = field(default_factory=lambda: RUN_ON)  # label -> a stroke often joined to the last one
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
        lines = write(forms[int(rng.integers(len(forms)))], rng, self.run_on.get(letter))
        width = WIDTHS[int(rng.integers(len(WIDTHS)))]
        return draw(_marked(label, lines, width, rng) if label in UNMARKED else lines, rng, width)


def read_tdic(path: Path) -> Forms:
    """The forms of each character in a file like tomoe_data's: smooth strokes, (n, 2) in a square of side 1.

    Raises: OSError: no such file.
    """
    forms: Forms = {}
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        lines = block.strip().splitlines()
        if len(lines) > 2 and len(lines[0]) == 1:  # 旧「ね」 is an old form, and longer
            forms.setdefault(lines[0], []).append(list(_strokes(lines[2:])))
    return forms


def _strokes(lines: list[str]) -> Iterator[Stroke]:
    for line in lines:
        pairs = re.findall(r"\((-?\d+) (-?\d+)\)", line)
        if len(pairs) > 1:
            yield Stroke(spline(np.array(pairs, np.float32) / TABLET))


def spline(points: Points) -> Points:
    """A smooth line through sparse points, (n, 2) -> (8 (n - 1) + 1, 2): Catmull and Rom, 1974."""
    padded = np.concatenate([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, STEPS, endpoint=False, dtype=np.float32)[:, None]
    pieces = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        pieces.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.concatenate([*pieces, points[-1:]]).astype(np.float32)


def write(form: list[Stroke], rng: np.random.Generator, run_on: int | None = None) -> list[Line]:
    """The strokes of a character as another hand would write them: each moved, turned, stretched and bent a little.

    Args: form: the strokes. run_on: the number of one that is often joined to the one before it.
    """
    haste = rng.uniform(0.3, 1.8)
    strokes = [_another_hand(stroke, haste, rng) for stroke in form]
    joined: list[Points] = []
    for number, stroke in enumerate(strokes):
        if joined and rng.random() < (RUNS_ON if number == run_on else SELDOM) * haste / 1.5:  # the pen is not lifted
            joined[-1] = np.concatenate([joined[-1], stroke])
        else:
            joined.append(stroke)
    return [Line(_ended(_begun(stroke, haste, rng), haste, rng)) for stroke in joined]


def _begun(stroke: Points, haste: float, rng: np.random.Generator) -> Points:
    """People set the pen down as freely as they lift it: the bar of a よ may begin left of the other stroke."""
    return _ended(stroke[::-1], haste, rng)[::-1] if rng.random() < 0.4 else stroke


def _another_hand(stroke: Stroke, haste: float, rng: np.random.Generator) -> Points:
    if stroke.size < SMALL and rng.random() < FREE:
        return _freely(stroke, rng)
    points = resize_loop(stroke, rng) if rng.random() < 0.5 else stroke.points
    angle, stretch = rng.normal(0, 0.085 * haste), 1 + rng.normal(0, 0.085 * haste, 2)
    turn = np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]])
    room = min(1.0, stroke.size / 0.5)  # a dot has no room to bend, but wanders
    bend = np.sin(stroke.waves + rng.uniform(0, 6, 3)) @ rng.normal(0, 0.016 * haste * room, (3, 2))
    shift = rng.normal(0, (0.024 if stroke.size > DOT else 0.036) * haste, 2)
    return np.asarray(stroke.middle + shift + ((points - stroke.middle) * stretch) @ turn + bend, np.float32)


def _freely(stroke: Stroke, rng: np.random.Generator) -> Points:
    """A dash put where it falls, steep or flat, long or short, straight or bent: seldom much so, but then really."""
    far, slant, length, bend = np.split(rng.standard_t(3, 5).clip(-4, 4), (2, 3, 4))
    angle, stretch = np.deg2rad(13 * float(slant[0])), float(np.exp(0.2 * length[0]))
    turn = np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]])
    away = (stroke.points - stroke.middle) @ turn * stretch
    bow = np.sin(stroke.waves[:, :1]) * away[-1, ::-1] * [-1, 1] * 0.2 * bend[0]
    return np.asarray(stroke.middle + 0.04 * far + away + bow, np.float32)


def resize_loop(stroke: Stroke, rng: np.random.Generator) -> Points:
    """The first loop of a stroke made smaller or larger: みず in haste has loops like dots; (n, 2)."""
    start, end = stroke.loop
    if end - start < 5:
        return stroke.points
    changed, crossing = stroke.points.copy(), stroke.points[start]
    changed[start:end] = crossing + (changed[start:end] - crossing) * rng.uniform(0.4, 1.3, 2)
    return changed


def _ended(stroke: Points, haste: float, rng: np.random.Generator) -> Points:
    """Begun late, lifted early, overshot, or with a hook into the air."""
    count = len(stroke)
    if count > 14:
        start, end = rng.integers(0, 1 + count // 14), rng.integers(0, 1 + count // 9)
        stroke = stroke[int(start) : count - int(end)]
    choice = rng.random()
    if choice >= 0.2 + 0.12 * haste:
        return np.asarray(stroke, np.float32)
    size, away = float(np.ptp(stroke, axis=0).max()), stroke[-1] - stroke[-3]
    away = away / max(1e-6, float(np.hypot(*away)))
    if choice < 0.2:
        more = away[np.newaxis] * size * rng.uniform(0.05, 0.3)
    else:
        turn = np.deg2rad(rng.choice([-1, 1]) * rng.uniform(60, 150))
        back = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ away
        more = np.outer([0.5, 1], (back + away * [0.3, 0.3]) * size * rng.uniform(0.06, 0.25))
    return np.concatenate([stroke, stroke[-1] + more]).astype(np.float32)


def _marked(label: str, letter: list[Line], width: int, rng: np.random.Generator) -> list[Line]:
    points = np.concatenate([line.points for line in letter])
    low, high = points.min(axis=0), points.max(axis=0)
    pen = width * float((high - low).max()) / SPAN
    corner = np.array([high[0] + pen / 2 + rng.uniform(-0.06, 0.15), low[1] + rng.uniform(-0.08, 0.1)], np.float32)
    return letter + (handakuten if label in HANDAKUTEN else dakuten)(corner, rng, pen)


def draw(lines: list[Line], rng: np.random.Generator, width: int | None = None) -> Ink:
    """Draw lines with one pen: (112, 112) uint8, 0 paper to 255 ink, centred, the longer side about 90 pixels.

    Args: width: of the pen, in pixels; any of WIDTHS by default.
    """
    points = np.concatenate([line.points for line in lines])
    low, high = points.min(axis=0), points.max(axis=0)
    scale = SPAN / max(1e-3, float((high - low).max()))
    shift = CANVAS / 2 - scale * (low + high) / 2
    width = width or WIDTHS[int(rng.integers(len(WIDTHS)))]
    brush = width > 3 and rng.random() < 0.3
    ink = np.zeros((CANVAS, CANVAS), np.uint8)
    for line in lines:
        place = np.round((line.points * scale + shift) * 16).astype(np.int32)
        if brush:
            _brush(ink, place, width, rng)
        else:
            cv2.polylines(ink, [place], False, 255, width, cv2.LINE_AA, shift=4)
        if line.filled:
            cv2.fillPoly(ink, [place], 255, cv2.LINE_AA, shift=4)
    return ink


def _brush(ink: Ink, place: NDArray[np.int32], width: int, rng: np.random.Generator) -> None:
    """A line that swells and thins out."""
    cuts = [(len(place) - 1) * part // 5 for part in range(6)]
    for (start, end), press in zip(pairwise(cuts), rng.uniform(0.4, 1.3, 5), strict=True):
        if end > start:
            thickness = max(1, round(width * press))
            cv2.polylines(ink, [place[start : end + 1]], False, 255, thickness, cv2.LINE_AA, shift=4)
