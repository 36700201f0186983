"""From clean ink to a picture as people send it: another hand, pen, paper and light, a camera and JPEG."""

from math import cos, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import Ink
from model.synthetic.grain import grain

PICTURE_SIZE = 96

Picture = NDArray[np.uint8]


def degrade(ink: Ink, rng: np.random.Generator) -> Picture:
    """One picture of the character.

    Args: ink: (h, w) uint8, 0 paper to 255 ink, one character with a margin.
    Returns: (96, 96) uint8, mostly dark on light.
    """
    drawn = change_pen(bend(ink, rng), rng)
    if rng.random() < 0.3:
        return np.asarray(cv2.bitwise_not(drawn), np.uint8)
    return photograph(drawn, rng)


def untouched(ink: Ink, rng: np.random.Generator) -> Picture:
    """The character as it is, dark on light: what training without augmentation sees, to show what that buys."""
    return np.asarray(cv2.bitwise_not(ink), np.uint8)


def bend(ink: Ink, rng: np.random.Generator) -> Ink:
    """Another hand: turned, slanted, stretched, moved, and bent smoothly; (96, 96)."""
    angle = radians(rng.uniform(-28, 28) if rng.random() < 0.4 else rng.normal(0, 6))
    slant, cover = rng.normal(0, 0.13), rng.uniform(0.62, 1.02)
    across, down = (np.exp(rng.normal(0, 0.11, 2)) / cover * max(ink.shape) / PICTURE_SIZE).tolist()
    wander = _wander(rng)
    room = 0.5 * max(0.0, 1.05 - cover)
    x, y = (PICTURE_SIZE * (0.5 + room * rng.uniform(-1, 1, 2))).tolist()  # of the character's middle
    a, b = across * (cos(angle) + slant * sin(angle)), down * (slant * cos(angle) - sin(angle))
    c, d = across * sin(angle), down * cos(angle)
    height, width = ink.shape
    matrix = np.array([[a, b, width / 2 - a * x - b * y], [c, d, height / 2 - c * x - d * y]])
    seen = cv2.transform(_GRID + wander, matrix)
    drawn = cv2.remap(ink, seen, None, cv2.INTER_LINEAR)  # type: ignore[call-overload]  # x and y in one map
    return np.asarray(drawn, np.uint8)


def _grid() -> NDArray[np.float32]:
    rows, columns = np.mgrid[:PICTURE_SIZE, :PICTURE_SIZE]
    return np.stack([columns, rows], axis=2).astype(np.float32)


_GRID = _grid()
_X, _Y = (np.ascontiguousarray(_GRID[:, :, axis]) / PICTURE_SIZE - 0.5 for axis in (0, 1))


def _wander(rng: np.random.Generator) -> NDArray[np.float32]:
    """A smooth random shift of every point; coarse fields lean whole parts, fine ones make the line tremble."""
    cells = (3, 4, 5, 7)[int(rng.integers(4))]
    strength = rng.uniform(0, 1.5) * 6.0 / cells
    field = rng.normal(0, strength, (cells, cells, 2)).astype(np.float32)
    return np.asarray(cv2.resize(field, (PICTURE_SIZE, PICTURE_SIZE), interpolation=cv2.INTER_CUBIC), np.float32)


def change_pen(ink: Ink, rng: np.random.Generator) -> Ink:
    """Another pen: broader, finer, or dry, so that the line has gaps."""
    choice = rng.random()
    size = int(rng.integers(2, 4))
    if choice < 0.22:
        ink = np.asarray(cv2.dilate(ink, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))), np.uint8)
    elif choice < 0.40:
        finer = cv2.erode(ink, np.ones((2, 2), np.uint8))
        if float(finer.sum()) > 0.45 * float(ink.sum()):  # otherwise the line itself would vanish
            ink = np.asarray(finer, np.uint8)
    if rng.random() < 0.2:
        cells = int(rng.integers(20, 60))
        texture = rng.uniform(rng.uniform(0.2, 0.7), 1.2, (cells, cells)).astype(np.float32)
        dry = cv2.resize(texture, (PICTURE_SIZE, PICTURE_SIZE), interpolation=cv2.INTER_LINEAR)
        ink = np.clip(ink * dry, 0, 255).astype(np.uint8)
    return ink


def photograph(ink: Ink, rng: np.random.Generator) -> Picture:
    """Ink on paper, lit unevenly, taken with a camera and packed."""
    paper = rng.uniform(130, 255)
    strength = rng.uniform(0.3, 1.0)
    picture = np.asarray(paper * (1 - strength * ink.astype(np.float32) / 255), np.float32)
    if rng.random() < 0.2:
        _rule(picture, rng)
    if rng.random() < 0.5:
        picture *= _light(rng)
    if rng.random() < 0.4:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.6)), np.float32)
    if rng.random() < 0.15:
        picture = _coarse(picture, rng)
    if rng.random() < 0.6:
        picture += grain(picture.shape, rng) * np.float32(rng.uniform(0.5, 0.02 * paper + 2))
    if rng.random() < 0.12:
        _specks(picture, rng)
    return _packed(np.clip(picture, 0, 255).astype(np.uint8), rng)


def _light(rng: np.random.Generator) -> NDArray[np.float32]:
    """A lamp to one side, and sometimes the edge of a shadow across the paper."""
    angle = rng.uniform(0, 2 * np.pi)
    along = cos(angle) * _X + sin(angle) * _Y
    light = 1 + rng.uniform(0, 0.6) * along - 0.3
    if rng.random() < 0.4:
        softness, edge = rng.uniform(0.04, 0.3), rng.uniform(-0.4, 0.4)
        light = light * (1 - rng.uniform(0.1, 0.5) / (1 + np.exp(-(along - edge) / softness)))
    return np.asarray(light, np.float32)


def _rule(picture: NDArray[np.float32], rng: np.random.Generator) -> None:
    """Lines of a notebook, down or across or both; mostly fainter than the ink."""
    level, apart, broad = rng.uniform(0.6, 0.95), int(rng.integers(18, 70)), int(rng.choice([1, 1, 1, 2]))
    directions = (rng.random(2) < 0.6) if rng.random() < 0.7 else (True, True)
    for lines, drawn in zip((picture, picture.T), directions, strict=True):
        for at in range(int(rng.integers(0, apart)), PICTURE_SIZE, apart) if drawn else ():
            lines[at : at + broad] *= level


def _specks(picture: NDArray[np.float32], rng: np.random.Generator) -> None:
    for _ in range(int(rng.integers(1, 6))):
        x, y = (int(value) for value in rng.integers(0, PICTURE_SIZE, 2))
        cv2.circle(picture, (x, y), int(rng.integers(0, 2)), float(rng.uniform(0, 150)), -1)


def _coarse(picture: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    side = int(rng.integers(26, 64))
    small = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (PICTURE_SIZE, PICTURE_SIZE), interpolation=cv2.INTER_LINEAR), np.float32)


def _packed(picture: Picture, rng: np.random.Generator) -> Picture:
    if rng.random() < 0.3:
        _, packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))])
        picture = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    return np.asarray(cv2.bitwise_not(picture), np.uint8) if rng.random() < 0.1 else picture
