"""Paper and pens, simulated: a sheet as it lies there before a camera sees it, and writing as the pen leaves it."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

SHEET = 1400  # pixels of the sheet's picture
WRITTEN = 420  # the longer side of a character that is alone on it
SQUARE = 5 / 30  # five millimetres, as a share of a character of three centimetres

Colour = tuple[int, int, int]
Scene = NDArray[np.float32]  # (h, w, 3), 0 to 1, linear enough


@dataclass(frozen=True, slots=True)
class Pen:
    """What the character is written with."""

    colours: tuple[Colour, ...]
    width: tuple[float, float]  # of the line, relative to the written character's own
    opacity: tuple[float, float]
    grain: tuple[float, float]  # how much of the line the texture of the paper leaves out


@dataclass(frozen=True, slots=True)
class Paper:
    """What it is written on."""

    colours: tuple[Colour, ...]
    texture: float  # standard deviation, of 1
    pens: tuple[str, ...]


PENS = {
    "pencil": Pen(((70, 70, 74), (95, 95, 98)), (0.6, 1.0), (0.45, 0.8), (0.15, 0.5)),
    "ballpoint": Pen(((25, 25, 30), (30, 50, 130), (190, 40, 45)), (0.45, 0.75), (0.8, 1.0), (0.0, 0.1)),
    "felt pen": Pen(((20, 20, 22), (25, 60, 150), (200, 30, 40), (20, 110, 60)), (1.0, 1.7), (0.85, 1.0), (0.0, 0.05)),
    "brush": Pen(((15, 15, 18),), (1.5, 2.5), (0.9, 1.0), (0.0, 0.15)),
    "chalk": Pen(((235, 235, 230), (240, 225, 130), (240, 170, 170)), (1.0, 1.8), (0.65, 0.95), (0.2, 0.5)),
    "marker": Pen(((25, 25, 30), (30, 60, 160), (200, 35, 40)), (0.9, 1.5), (0.8, 1.0), (0.0, 0.1)),
}


@dataclass(frozen=True, slots=True)
class Writing:
    """The character as the pen left it."""

    cover: NDArray[np.float32]  # (h, w), 0 paper to 1 ink
    colour: NDArray[np.float32]  # (3,), 0 to 1


FINE = ("pencil", "ballpoint", "felt pen")
PAPERS = {
    "white": Paper(((248, 248, 246), (240, 242, 246)), 0.008, (*FINE, "brush")),
    "cream": Paper(((246, 238, 214), (250, 244, 228)), 0.01, (*FINE, "brush")),
    "recycled": Paper(((205, 203, 196), (190, 186, 176)), 0.03, FINE),
    "ruled": Paper(((248, 248, 244), (244, 240, 226)), 0.008, FINE),
    "squared": Paper(((248, 248, 246), (240, 244, 240)), 0.008, FINE),
    "sticky note": Paper(((252, 236, 120), (250, 180, 200), (180, 226, 170), (170, 214, 245)), 0.008, FINE),
    "printed back": Paper(((246, 246, 244),), 0.01, FINE),
    "blackboard": Paper(((40, 74, 58), (48, 52, 54)), 0.03, ("chalk",)),
    "whiteboard": Paper(((236, 240, 244),), 0.004, ("marker",)),
}
BOARDS = {"blackboard", "whiteboard"}  # larger than the photo


def noise(shape: tuple[int, ...], cell: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Smooth noise with spots of `cell` pixels, standard deviation about 1."""
    coarse = rng.standard_normal((int(shape[0] / cell) + 2, int(shape[1] / cell) + 2)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), np.float32)


def tint(colours: tuple[Colour, ...], rng: np.random.Generator) -> NDArray[np.float32]:
    """(3,), 0 to 1: one of the colours, never quite as given."""
    chosen = np.asarray(colours[int(rng.integers(len(colours)))], np.float32) / 255
    return np.clip(chosen + rng.normal(0, 0.015, 3), 0, 1).astype(np.float32)


def sheet_of(name: str, rng: np.random.Generator, letter: float = WRITTEN) -> Scene:
    """An empty sheet, SHEET pixels a side.

    Args: name: one of PAPERS. letter: pixels of a character on it, to which what is printed there keeps a proportion.
    """
    kind = PAPERS[name]
    fibres = noise((SHEET, SHEET), rng.uniform(2, 5), rng) * kind.texture + noise((SHEET, SHEET), 60, rng) * 0.006
    sheet = np.asarray(np.clip(tint(kind.colours, rng) * (1 + fibres[:, :, None]), 0, 1), np.float32)
    if name in PRINTS:
        PRINTS[name](sheet, rng, letter)
    return sheet


def _rules(sheet: Scene, rng: np.random.Generator, letter: float) -> None:
    """Lines of a notebook, 0.35 to 1.3 characters apart, often a red one for the margin."""
    apart, at = int(rng.uniform(0.35, 1.3) * letter), int(rng.integers(0, 150))
    colour = tint(((150, 170, 205), (165, 165, 170), (150, 195, 195)), rng)
    for y in range(at, SHEET, apart):
        cv2.line(sheet, (0, y), (SHEET, y), colour.tolist(), int(rng.integers(2, 5)), cv2.LINE_AA)
    if rng.random() < 0.3:
        x = int(rng.uniform(0.1, 0.3) * SHEET)
        cv2.line(sheet, (x, 0), (x, SHEET), (0.85, 0.5, 0.52), 3, cv2.LINE_AA)


def _squares(sheet: Scene, rng: np.random.Generator, letter: float) -> None:
    apart = max(8, int(SQUARE * letter * rng.uniform(0.7, 2.2)))
    colour, width = tint(((165, 190, 215), (180, 180, 185), (165, 205, 190)), rng), int(rng.integers(1, 4))
    for at in range(int(rng.integers(0, apart)), SHEET, apart):
        cv2.line(sheet, (0, at), (SHEET, at), colour.tolist(), width, cv2.LINE_AA)
        cv2.line(sheet, (at, 0), (at, SHEET), colour.tolist(), width, cv2.LINE_AA)


def _shine_through(sheet: Scene, rng: np.random.Generator, letter: float) -> None:
    """The print of the other side: mirrored words, faint and soft."""
    back = np.zeros((SHEET, SHEET), np.uint8)
    size = rng.uniform(0.8, 1.6)
    for y in range(30, SHEET, int(45 * size)):
        x = int(rng.integers(20, 80))
        while x < SHEET - 80:
            word = "".join(rng.choice(list("abcdefghilmnoprstuvw"), int(rng.integers(2, 9))))
            cv2.putText(back, word, (x, y), cv2.FONT_HERSHEY_COMPLEX, size, 255, 2, cv2.LINE_AA)
            x += int(cv2.getTextSize(word, cv2.FONT_HERSHEY_COMPLEX, size, 2)[0][0] + 20 * size)
    soft = cv2.GaussianBlur(np.ascontiguousarray(back[:, ::-1]).astype(np.float32) / 255, (0, 0), 3)
    sheet *= 1 - np.float32(rng.uniform(0.06, 0.16)) * soft[:, :, None]


def _smears(sheet: Scene, rng: np.random.Generator, letter: float) -> None:
    """What the cloth left on a board."""
    wiped = cv2.blur(np.abs(noise((SHEET, SHEET), 30, rng)), (int(rng.integers(60, 300)), 9))
    sheet += np.float32(rng.uniform(0.01, 0.06)) * wiped[:, :, None]


PRINTS: dict[str, Callable[[Scene, np.random.Generator, float], None]] = {
    "ruled": _rules,
    "squared": _squares,
    "printed back": _shine_through,
    "blackboard": _smears,
}


def write(stroke: NDArray[np.float32], pen: Pen, rng: np.random.Generator) -> Writing:
    """Write over a stroke, (h, w) 0 paper to 1 ink, with a pen as broad as it is."""
    cover = _with_pen(stroke, pen, rng) * np.float32(rng.uniform(*pen.opacity))
    return Writing(cover, tint(pen.colours, rng))


def _with_pen(stroke: NDArray[np.float32], pen: Pen, rng: np.random.Generator) -> NDArray[np.float32]:
    inside = cv2.distanceTransform((stroke > 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    half = float(np.percentile(inside[inside > 0], 85)) if inside.any() else 1.0
    grow = half * (rng.uniform(*pen.width) - 1)
    grow = max(grow, 2.5 - half)
    size = int(2 * round(min(abs(grow), 22)) + 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    if grow > 0:
        line = np.asarray(cv2.dilate(stroke, kernel), np.float32)
    else:
        line = np.maximum(
            np.asarray(cv2.erode(stroke, kernel), np.float32), _middle_line(np.asarray(inside, np.float32))
        )
    pressure = 1 + 0.12 * noise(line.shape, 70, rng)
    gaps = (noise(line.shape, 3.0, rng) > rng.uniform(0.6, 1.5)) * np.float32(rng.uniform(*pen.grain))
    return np.clip(cv2.GaussianBlur(line * (1 - gaps), (0, 0), 1.0) * pressure, 0, 1).astype(np.float32)


def _middle_line(inside: NDArray[np.float32]) -> NDArray[np.float32]:
    """What must stay of a line however fine the pen is, (h, w) 0 to 1: the ridge of its distance from the paper."""
    highest = cv2.dilate(inside, np.ones((5, 5), np.uint8))
    ridge = ((inside > 0) & (inside >= highest - 0.75)).astype(np.float32)
    soft = cv2.GaussianBlur(cv2.dilate(ridge, np.ones((3, 3), np.uint8)), (0, 0), 1.0)
    return np.asarray(np.clip(soft * 1.3, 0, 1), np.float32)
