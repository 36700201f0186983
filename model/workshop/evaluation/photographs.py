"""Phone photos of one character, simulated, for judging only: nothing here is shared with the training's augmentation.

A sheet with the character written on it lies on a table; a lamp and a shadow fall on both; a phone looks at them and
packs what it saw. Ranges were chosen by looking: a person can still read nearly all of the results.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import BlankImage
from model.workshop.evaluation.stationery import (
    BOARDS,
    PAPERS,
    PENS,
    SHEET,
    WRITTEN,
    Scene,
    Writing,
    noise,
    sheet_of,
    tint,
    write,
)


def photograph(picture: NDArray[np.uint8], rng: np.random.Generator, paper: str | None = None) -> NDArray[np.uint8]:
    """A phone's photo of the character in a picture.

    Args: picture: (h, w) uint8, one character, dark on light or light on dark (ink 255 on paper 0). rng: decides
        everything else. paper: one of PAPERS; drawn if None.
    Returns: (h, w, 3) RGB uint8, the longer side 500 to 1600 pixels, the character 15 to 90 % of the shorter side.
    Raises: BlankImage: the picture shows no character.
    """
    name = paper or str(rng.choice(list(PAPERS)))
    kind = PAPERS[name]
    writing = write(_stroke(picture), PENS[str(rng.choice(kind.pens))], rng)
    scene, written = _view(sheet_of(name, rng), writing, name, rng)
    return packed(sensed(through_lens(lit(scene, rng), written, rng), rng), rng)


def photograph_page(
    cover: NDArray[np.float32], letter: float, rng: np.random.Generator, paper: str
) -> NDArray[np.uint8]:
    """A phone's photo of a page of writing.

    Args: cover: (h, w), 0 paper to 1 ink, at most SHEET pixels a side. letter: the side of a character's square in it,
        in pixels. rng: decides everything else. paper: one of PAPERS.
    Returns: (h, w, 3) RGB uint8, the longer side 900 to 2000 pixels, a character at least 28 pixels where they allow.
    """
    kind = PAPERS[paper]
    writing = write(cover, PENS[str(rng.choice(kind.pens))], rng)
    scene, written = _page_view(sheet_of(paper, rng, letter), writing, letter, paper, rng)
    return packed(sensed(through_lens(lit(scene, rng), written, rng), rng), rng)


def _stroke(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The character alone, (h, w) 0 to 1, its longer side WRITTEN pixels, with room for a broader pen."""
    ink = cell_ink(picture)
    x, y, width, height = cv2.boundingRect((ink > 0.35).astype(np.uint8))
    if width == 0:
        raise BlankImage("the picture shows no character to photograph")
    scale = WRITTEN / max(width, height)
    cut = np.pad(ink[y : y + height, x : x + width], 3)
    large = cv2.resize(cut, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    smooth = cv2.GaussianBlur(np.pad(large, 40), (0, 0), scale * 0.45)
    return np.asarray(np.clip((smooth - 0.3) * 3.5, 0, 1), np.float32)


def cell_ink(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(h, w) 0 paper to 1 ink, of a grey picture on clean paper. Not model.ink's way: the judge is not the judged."""
    paper = float(np.median(picture))
    ink = np.abs(picture.astype(np.float32) - paper)
    strongest = float(np.partition(ink, -20, axis=None)[-20:].mean()) if ink.size > 20 else 0.0
    ink = np.asarray(np.clip(ink / max(strongest, 20.0), 0, 1), np.float32)
    rim = max(1, round(0.02 * min(ink.shape)))  # what cutting a sheet into cells left along the edges
    ink[:rim] = ink[-rim:] = ink[:, :rim] = ink[:, -rim:] = 0
    return ink


def _view(sheet: Scene, writing: Writing, name: str, rng: np.random.Generator) -> tuple[Scene, float]:
    """The sheet on a table as the phone sees it, and how many of its pixels the character is high.

    A pinhole camera: the sheet is turned by up to 12 degrees in its plane and tilted by up to 25 out of it.
    """
    frame = _frame(rng)
    written = float(np.exp(rng.uniform(np.log(0.15), np.log(0.9)))) * frame.min()
    slack = np.maximum(0, frame / 2 - written * 0.54)
    matrix = _camera(frame / 2 + rng.uniform(-0.6, 0.6, 2) * slack, written / WRITTEN, rng)
    note = _edges(WRITTEN, WRITTEN, 2.0 if name == "sticky note" else 4.5, rng) if _lies(name, rng) else None
    return _seen(sheet, writing, matrix, frame, note, rng), written


def _page_view(
    sheet: Scene, writing: Writing, letter: float, name: str, rng: np.random.Generator
) -> tuple[Scene, float]:
    """The same for a page, which fills half of the frame or more; the frame is turned as the page is."""
    height, width = writing.cover.shape
    frame = (np.sort(_frame(rng)) * max(1.0, 900 / 500 * rng.uniform(0.6, 0.8))).astype(np.int64)
    frame = frame[::-1] if width > height else frame
    most = float((frame / (width, height)).min())
    scale = min(max(rng.uniform(0.6, 0.95) * most, 28 / letter), 0.95 * most)
    slack = np.maximum(0, frame / 2 - scale * np.array([width, height]) * 0.54)
    matrix = _camera(frame / 2 + rng.uniform(-0.6, 0.6, 2) * slack, scale, rng)
    note = _edges(0.7 * width, 0.7 * height, 1.5, rng) if _lies(name, rng) else None
    return _seen(sheet, writing, matrix, frame, note, rng), scale * letter


def _lies(name: str, rng: np.random.Generator) -> bool:
    """Whether the edge of the sheet is in sight."""
    return name not in BOARDS and rng.random() < 0.6


def _seen(
    sheet: Scene,
    writing: Writing,
    matrix: NDArray[np.float64],
    frame: NDArray[np.int64],
    edges: NDArray[np.float32] | None,
    rng: np.random.Generator,
) -> Scene:
    size = (int(frame[0]), int(frame[1]))
    paper = cv2.warpPerspective(sheet, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    cover = cv2.warpPerspective(_on_sheet(writing.cover), matrix, size, flags=cv2.INTER_AREA)[:, :, None]
    scene = np.asarray(paper + cover * (writing.colour - paper), np.float32)
    if edges is not None:
        corners = np.asarray(cv2.perspectiveTransform(edges[np.newaxis], matrix)[0], np.float32)
        scene = on_table(scene, corners, rng)
    return np.asarray(scene, np.float32)


def _frame(rng: np.random.Generator) -> NDArray[np.int64]:
    """Width and height of the photo."""
    longest = rng.uniform(500, 1600)
    sides = np.array([longest, longest * rng.choice([0.75, 0.5625, 1.0])]).astype(np.int64)
    return sides[:: int(rng.choice([1, -1]))]


def _on_sheet(cover: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = cover.shape
    top, left = (SHEET - height) // 2, (SHEET - width) // 2
    return np.pad(cover, ((top, SHEET - height - top), (left, SHEET - width - left)))


def _camera(middle: NDArray[np.float64], scale: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """(3, 3): from the sheet to the photo, the sheet's middle at `middle`."""
    plane = np.array([[0, 0], [SHEET, 0], [SHEET, SHEET], [0, SHEET]], np.float32)
    corners = (_tilted(rng) * scale + middle).astype(np.float32)
    return np.asarray(cv2.getPerspectiveTransform(plane, corners), np.float64)


def _edges(width: float, height: float, widest: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """(4, 2): the corners of a sheet, in the sheet's pixels, up to `widest` half characters around what is written."""
    half = (width, height, width, height)
    signs = (1, 1, -1, -1)
    x0, y0, x1, y1 = (
        SHEET / 2 - sign * side * rng.uniform(0.85, widest) for sign, side in zip(signs, half, strict=True)
    )
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)


def on_table(scene: Scene, corners: NDArray[np.float32], rng: np.random.Generator) -> Scene:
    """The sheet casts a narrow shadow on the table."""
    covered = np.zeros(scene.shape[:2], np.float32)
    cv2.fillPoly(covered, [np.round(corners * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
    fallen = cv2.GaussianBlur(np.roll(covered, rng.integers(-6, 7, 2), (0, 1)), (0, 0), 4)[:, :, None]
    table = _table(scene.shape[:2], rng) * (1 - 0.4 * fallen)
    return np.asarray(table + covered[:, :, None] * (scene - table), np.float32)


def _tilted(rng: np.random.Generator) -> NDArray[np.float64]:
    """(4, 2): the corners of the sheet around the character's middle, in the sheet's pixels, in perspective."""
    turn, tilt, around = np.deg2rad(rng.uniform(-12, 12)), np.deg2rad(rng.uniform(0, 25)), rng.uniform(0, 2 * np.pi)
    corners = (np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * SHEET / 2) @ rotation(turn)
    along = corners @ rotation(around)
    distance = 2.2 * SHEET
    depth = 1 + along[:, 1] * np.sin(tilt) / distance
    seen = np.stack([along[:, 0], along[:, 1] * np.cos(tilt)], axis=1) / depth[:, None]
    return np.asarray(seen @ rotation(-around), np.float64)


def rotation(angle: float) -> NDArray[np.float64]:
    """(2, 2): places as rows times this are turned by so many radians."""
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _table(shape: tuple[int, ...], rng: np.random.Generator) -> Scene:
    """Wood, cloth or plastic."""
    colour = tint(((150, 105, 70), (205, 170, 125), (90, 85, 82), (40, 42, 48), (215, 212, 205)), rng)
    along = cv2.blur(noise(shape, 6, rng), (int(rng.integers(40, 200)), 3))
    veins = along / max(1e-6, float(along.std())) * rng.uniform(0.02, 0.08) + noise(shape, 2, rng) * 0.02
    return np.asarray(np.clip(colour * (1 + veins[:, :, None]), 0, 1), np.float32)


def lit(scene: Scene, rng: np.random.Generator) -> Scene:
    """A lamp at some distance, the shadow of a hand or of the phone, and the colour of the light."""
    height, width = scene.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32) / max(height, width)
    lamp = rng.uniform(-0.6, 1.6, 2)
    distance = rng.uniform(0.9, 2.5)
    light = 1 / (1 + ((x - lamp[0]) ** 2 + (y - lamp[1]) ** 2) / distance**2)
    light /= light.max()
    if rng.random() < 0.5:
        light *= 1 - rng.uniform(0.2, 0.6) * _shadow((height, width), rng)
    warmth = rng.uniform(-0.14, 0.14)
    colour = np.array([1 + warmth, 1, 1 - 1.3 * warmth], np.float32)
    return np.asarray(scene * light[:, :, None] * colour, np.float32)


def _shadow(shape: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """(h, w), 0 to 1: a head (an ellipse), an arm or the phone (a rectangle), reaching in from the rim."""
    height, width = shape
    side = max(shape)
    dark = np.zeros(shape, np.float32)
    angle = rng.uniform(0, 360)
    rim = np.array([width, height]) * (0.5 + 0.5 * np.array([np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))]))
    reach = (float(rng.uniform(0.5, 1.3) * side), float(rng.uniform(0.25, 0.8) * side))
    if rng.random() < 0.5:
        cv2.ellipse(dark, (rim.tolist(), reach, angle + rng.uniform(-30, 30)), 1.0, -1)
    else:
        corners = cv2.boxPoints((rim.tolist(), reach, angle + rng.uniform(-30, 30)))
        cv2.fillPoly(dark, [corners.astype(np.int32)], 1.0)
    softness = side * float(np.exp(rng.uniform(np.log(0.002), np.log(0.06))))
    return np.asarray(cv2.GaussianBlur(dark, (0, 0), softness), np.float32)


def through_lens(scene: Scene, written: float, rng: np.random.Generator) -> Scene:
    """Darker corners, out of focus, a hand that shook; blur stays below what hides a line of the character."""
    height, width = scene.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    radius = ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2) * 2
    scene = scene * (1 - np.float32(rng.uniform(0, 0.35)) * radius * radius)[:, :, None]
    if rng.random() < 0.5:
        blur = max(0.3, written * float(rng.uniform(0.001, 0.011)))
        scene = np.asarray(cv2.GaussianBlur(scene, (0, 0), blur), np.float32)
    if rng.random() < 0.25:
        length = max(2, round(written * rng.uniform(0.01, 0.035)))
        kernel = np.zeros((2 * length + 1,) * 2, np.float32)
        towards = np.array([np.cos(a := rng.uniform(0, np.pi)), np.sin(a)]) * length / 2
        middle = np.array([length, length])
        ends = [tuple(round(v) for v in middle + sign * towards) for sign in (1, -1)]
        cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_AA)
        scene = np.asarray(cv2.filter2D(scene, -1, kernel / kernel.sum()), np.float32)
    return np.asarray(scene, np.float32)


def sensed(scene: Scene, rng: np.random.Generator) -> Scene:
    """Exposure, the grain of the sensor (stronger in the dark), and the phone's own sharpening."""
    exposure = rng.uniform(0.5, 1.12) / max(0.2, float(np.percentile(scene, 98)))
    scene = scene * np.float32(exposure)
    grain = rng.standard_normal(scene.shape, np.float32)
    strength = np.float32(rng.uniform(0.002, 0.03)) * np.sqrt(np.maximum(scene, np.float32(0.02)))
    scene = np.asarray(scene + grain * strength, np.float32)
    if rng.random() < 0.4:
        soft = cv2.GaussianBlur(scene, (0, 0), rng.uniform(1.0, 2.5))
        scene = scene + np.float32(rng.uniform(0.3, 1.0)) * (scene - soft)
    return np.clip(scene, 0, 1).astype(np.float32)


def packed(scene: Scene, rng: np.random.Generator) -> NDArray[np.uint8]:
    """(h, w, 3) RGB: what is left after a JPEG of quality 40 to 95."""
    settings = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 96))]
    settings += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, int(rng.choice([0x221111, 0x211111, 0x111111]))]
    _, jpeg = cv2.imencode(".jpg", np.asarray(scene[:, :, ::-1] * 255, np.uint8), settings)
    decoded = np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8)
    return np.ascontiguousarray(decoded[:, :, ::-1])
