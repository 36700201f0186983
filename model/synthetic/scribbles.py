"""What people draw where no character was asked for: waves, loops, hatchings, crossings-out, faces, stars, arrows.

A single plain stroke may well be し つ く へ or そ, so each drawing here turns many times, closes, or has many strokes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from model.ink import Ink
from model.labels import NOT_HIRAGANA
from model.synthetic.marks import Line, Points
from model.synthetic.strokes import draw, spline

Drawing = Iterable[NDArray[np.floating]]  # strokes, each (n, 2), of any scale


def _turned(strokes: Drawing, angle: float, stretch: float = 1.0) -> list[NDArray[np.floating]]:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return [stroke * (1.0, stretch) @ turn.T for stroke in strokes]


def _arc(centre: tuple[float, float], radius: float, start: float = 0, turn: float = 2 * np.pi) -> NDArray[np.floating]:
    angles = start + np.linspace(0, turn, 20)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1) * radius + centre


def _straight(*points: tuple[float, float]) -> NDArray[np.floating]:
    return np.array(points, float)


def _wave(rng: np.random.Generator) -> Drawing:
    cycles = rng.uniform(3, 9)
    t = np.linspace(0, 1, int(cycles * 9))
    height = rng.uniform(0.05, 0.3) * (1 + rng.uniform(-0.8, 1) * t)
    return _turned([np.stack([t, height * np.sin(2 * np.pi * cycles * t)], axis=1)], rng.normal(0, 0.5))


def _zigzag(rng: np.random.Generator) -> Drawing:
    count = int(rng.integers(7, 26))
    points = np.stack([np.linspace(0, 1, count), np.arange(count) % 2 * rng.uniform(0.15, 1.0)], axis=1)
    points += rng.normal(0, 0.03, points.shape)
    return _turned([spline(points.astype(np.float32)) if rng.random() < 0.5 else points], rng.uniform(0, np.pi))


def _spiral(rng: np.random.Generator) -> Drawing:
    turns = rng.uniform(3, 6)
    t = np.linspace(rng.uniform(0, 0.15), 1, int(turns * 16))
    angles = 2 * np.pi * turns * t * rng.choice([-1, 1]) + rng.uniform(0, 6)
    return _turned([np.stack([np.cos(angles) * t, np.sin(angles) * t], axis=1)], 0.0, rng.uniform(0.6, 1.2))


def _loops(rng: np.random.Generator) -> Drawing:
    """A line that winds: a spring, or a signature."""
    loops = rng.uniform(3, 9)
    t = np.linspace(0, 1, int(loops * 14))
    size = rng.uniform(0.08, 0.3) * (1 + 0.5 * np.sin(rng.uniform(2, 9) * t + rng.uniform(0, 6)))
    angles = 2 * np.pi * loops * t
    points = np.stack([1.5 * t + 0.6 * size * np.cos(angles), size * np.sin(angles)], axis=1)
    underline = [_straight((0, 0.4), (1.5, rng.uniform(0.2, 0.5)))] if rng.random() < 0.3 else []
    return _turned([points, *underline], rng.normal(0, 0.3))


def _tangle(rng: np.random.Generator) -> Drawing:
    return [spline(rng.uniform(0, 1, (int(rng.integers(9, 25)), 2)).astype(np.float32))]


def _curves(rng: np.random.Generator) -> Drawing:
    return [
        spline((rng.uniform(0, 1, 2) + rng.normal(0, 0.25, (int(rng.integers(3, 7)), 2))).astype(np.float32))
        for _ in range(int(rng.integers(4, 9)))
    ]


def _sticks(rng: np.random.Generator) -> Drawing:
    return [rng.uniform(0, 1, (2, 2)) for _ in range(int(rng.integers(4, 10)))]


def _hatching(rng: np.random.Generator) -> Drawing:
    def lines(count: int) -> Drawing:
        return [_straight((x, 0), (x, 1)) + rng.normal(0, 0.04, (2, 2)) for x in np.linspace(0, 1, count)]

    count, slant = int(rng.integers(5, 13)), rng.uniform(0, np.pi)
    across = _turned(lines(count), slant + np.pi / 2) if rng.random() < 0.4 else []
    return [*_turned(lines(count), slant), *(stroke + _offset(slant) for stroke in across)]


def _offset(slant: float) -> NDArray[np.floating]:
    """What brings lines that were turned by a quarter more back over the others."""
    middle = np.array([[0.5, 0.5]])
    first, second = _turned([middle], slant)[0], _turned([middle], slant + np.pi / 2)[0]
    return np.asarray(first - second, float)


def _crossed_out(rng: np.random.Generator) -> Drawing:
    count = int(rng.integers(2, 6))
    box = [_straight((0, 0), (1, 1)), _straight((0, 1), (1, 0))]
    frame = [_straight((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))]
    mess = [*_zigzag(rng), *_zigzag(rng)]
    return [frame + box, mess, [*_tangle(rng), *_sticks(rng)][:count], [*_zigzag(rng), *box]][int(rng.integers(4))]


def _rings(rng: np.random.Generator) -> Drawing:
    centres = rng.uniform(0, 0.5, (int(rng.integers(1, 5)), 2))
    turn = 2 * np.pi * rng.uniform(1.0, 2.5)
    rings = [_arc((float(x), float(y)), rng.uniform(0.15, 0.5), rng.uniform(0, 6), turn) for x, y in centres]
    return _turned(rings, rng.uniform(0, 3), rng.uniform(0.5, 1))


def _polygon(rng: np.random.Generator) -> Drawing:
    corners = int(rng.integers(3, 8))
    angles = np.linspace(0, 2 * np.pi, corners + 1) + rng.uniform(0, 6)
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1) * rng.uniform(0.6, 1.0, (corners + 1, 1))
    points[-1] = points[0]
    return [points] if rng.random() < 0.6 else [points, points * rng.uniform(0.3, 0.8)]


def _star(rng: np.random.Generator) -> Drawing:
    tips = int(rng.integers(5, 9))
    if rng.random() < 0.5:  # in one line, through every second tip
        angles = np.arange(6) * 4 * np.pi / 5 - np.pi / 2
        return [np.stack([np.cos(angles), np.sin(angles)], axis=1) + rng.normal(0, 0.05, (6, 2))]
    angles = np.arange(2 * tips + 1) * np.pi / tips - np.pi / 2
    radii = np.where(np.arange(2 * tips + 1) % 2, rng.uniform(0.35, 0.6), 1.0)[:, None]
    return [np.stack([np.cos(angles), np.sin(angles)], axis=1) * radii]


def _heart(rng: np.random.Generator) -> Drawing:
    t = np.linspace(0, 2 * np.pi, 40) + np.pi
    points = np.stack([16 * np.sin(t) ** 3, -13 * np.cos(t) + 5 * np.cos(2 * t) + 2 * np.cos(3 * t)], axis=1) / 16
    arrow = [_straight((-1.3, 0.5), (1.3, -0.7))] if rng.random() < 0.3 else []
    return _turned([points * rng.uniform(0.8, 1.2, 2), *arrow], rng.normal(0, 0.2))


def _face(rng: np.random.Generator) -> Drawing:
    eye = rng.uniform(0.04, 0.15)
    smile = rng.uniform(0.3, 1.2)
    strokes = [_arc((0, 0), 1, rng.uniform(0, 6), 2 * np.pi * rng.uniform(0.93, 1.1))]
    strokes += [_arc((side * rng.uniform(0.3, 0.45), -0.25), eye) for side in (-1, 1)]
    strokes.append(_arc((0, 0.1), 0.5, np.pi / 2 - smile, 2 * smile))
    if rng.random() < 0.4:
        strokes.append(_straight((0, -0.1), (0.1, 0.2), (0, 0.2)))
    if rng.random() < 0.3:
        strokes += [_straight((x, -0.95), (x * 1.3, -1.3)) for x in np.linspace(-0.5, 0.5, 5)]
    return _turned(strokes, rng.normal(0, 0.15), rng.uniform(0.85, 1.25))


def _figure(rng: np.random.Generator) -> Drawing:
    arms, legs = rng.uniform(-0.6, 0.5), rng.uniform(0.2, 0.7)
    return [
        _arc((0, -1), rng.uniform(0.25, 0.5)),
        _straight((0, -0.6), (0, 0.6)),
        _straight((-0.7, arms), (0, -0.1), (0.7, arms)),
        _straight((-legs, 1.5), (0, 0.6), (legs, 1.5)),
    ]


def _arrow(rng: np.random.Generator) -> Drawing:
    head = rng.uniform(0.15, 0.4)
    tip = [_straight((1 - head, -head), (1, 0), (1 - head, head))]
    tail = [_straight((head, -head), (0, 0), (head, head))] if rng.random() < 0.3 else []
    return _turned([_straight((0, 0), (1, rng.normal(0, 0.03))), *tip, *tail], rng.uniform(0, 2 * np.pi))


def _sun(rng: np.random.Generator) -> Drawing:
    rays, inner = int(rng.integers(6, 14)), rng.uniform(0.3, 0.6)
    angles = np.linspace(0, 2 * np.pi, rays, endpoint=False) + rng.uniform(0, 1)
    if rng.random() < 0.4:  # a flower
        return [_arc((0, 0), 0.25), *(_arc((np.cos(a) * 0.65, np.sin(a) * 0.65), 0.35) for a in angles[::2])]
    return [_arc((0, 0), inner), *(np.outer([inner + 0.15, 1.0], [np.cos(a), np.sin(a)]) for a in angles)]


def _house(rng: np.random.Generator) -> Drawing:
    door = rng.uniform(0.3, 0.6)
    walls = _straight((0, 0), (0, 1), (1, 1), (1, 0), (0, 0))
    roof = _straight((-0.1, 0), (0.5, -rng.uniform(0.3, 0.8)), (1.1, 0))
    return [walls, roof, _straight((door, 1), (door, 0.5), (door + 0.2, 0.5), (door + 0.2, 1))]


def _grid(rng: np.random.Generator) -> Drawing:
    places = np.linspace(0, 1, int(rng.integers(3, 7)))
    lines = [_straight((0, p), (1, p)) for p in places] + [_straight((p, 0), (p, 1)) for p in places]
    return _turned([line + rng.normal(0, 0.02, (2, 2)) for line in lines], rng.normal(0, 0.2), rng.uniform(0.6, 1.2))


def _dots(rng: np.random.Generator) -> Drawing:
    centres = rng.uniform(0, 1, (int(rng.choice([1, 5, 6, 8, 12])), 2))
    size = rng.uniform(0.02, 0.08)
    return [_arc((float(x), float(y)), size) for x, y in centres]


KINDS: dict[str, Callable[[np.random.Generator], Drawing]] = {
    function.__name__.lstrip("_"): function
    for function in (
        *(_wave, _zigzag, _spiral, _loops, _tangle, _curves, _sticks, _hatching, _crossed_out, _rings, _polygon),
        *(_star, _heart, _face, _figure, _arrow, _sun, _house, _grid, _dots),
    )
}
FILLED = {"dots": 0.8, "heart": 0.25, "star": 0.25, "polygon": 0.3}  # how often a kind is filled in


@dataclass(frozen=True)
class Scribbles:
    """A source that scribbles: one item for each kind of drawing."""

    name: str = "scribbles"
    labels: NDArray[np.int64] = field(init=False)
    writers: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Count one item for each kind."""
        object.__setattr__(self, "labels", np.full(len(KINDS), NOT_HIRAGANA, np.int64))
        object.__setattr__(self, "writers", tuple(f"scribble:{kind}" for kind in KINDS))

    def ink(self, item: int, rng: np.random.Generator) -> Ink:
        """Draw the item anew: (112, 112) uint8."""
        kind = self.writers[item].partition(":")[2]
        filled = bool(rng.random() < FILLED.get(kind, 0.0))
        return draw([Line(_trembling(stroke, rng), filled) for stroke in KINDS[kind](rng)], rng)


def _trembling(stroke: NDArray[np.floating], rng: np.random.Generator) -> Points:
    """The stroke as a hand draws it: what is straight or round comes out a little bent."""
    way = np.linspace(0, 1, 12)
    points = np.asarray(stroke, np.float32)
    if len(points) == 2:
        points = np.stack([np.interp(way, [0, 1], points[:, axis]) for axis in (0, 1)], axis=1)
    size, phase = 0.02 * np.ptp(points, axis=0).max(), rng.uniform(0, 6, 2)
    along = np.linspace(0, rng.uniform(2, 8), len(points))[:, None]
    return np.asarray(points + size * np.sin(along + phase), np.float32)
