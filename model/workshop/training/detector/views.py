"""A part of a page, or all of it, as a phone or a scanner shows it, and where each character is in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from model.detector.detect import Kind
from model.detector.view import VIEW_SIZE
from model.workshop.training.detector.pages import PageContent, Written
from model.workshop.training.scenery import (
    BOARD,
    FINE,
    Camera,
    Cover,
    Scene,
    Scenery,
    any_colour,
    on_view,
    warped,
    with_pen,
)

SCENERY = Scenery(VIEW_SIZE)
WHOLE = 0.45  # of the views show the whole page
NEAREST, FARTHEST = 40.0, 8.0  # pixels of half a letter, where a part is shown
LARGEST, SMALLEST = 110.0, 6.0  # the same, of any view
RULED = 0.9  # of the forms have their lines; of the others people wrote as if they had
DARK = 0.3  # of a character's point, that it counts as ink
CROPPED = 0.4  # of the views: pictures are seldom square, and people cut out a line
TIGHTEST, WIDEST = 0.05, 3.0  # letters of margin
PLAIN = 0.3  # of the views: a scan or a drawing, evenly lit, with nothing around it


@dataclass(frozen=True, slots=True)
class Shown:
    """A character in a view."""

    kind: Kind
    seen: float  # share of its ink, 0 to 1
    box: tuple[int, int, int, int]  # of all of its ink, in pixels of the view


@dataclass(frozen=True, slots=True)
class PageView:
    """What a camera shows of a page."""

    picture: NDArray[np.uint8]  # (256, 256, 3) RGB
    shown: list[Shown]


def draw_view(page: PageContent, rng: np.random.Generator) -> PageView:
    """Lay a page down, light it, and take a picture."""
    reach = page.reach
    half = _half_a_letter(reach, rng)
    camera = _camera(page, reach, half, rng)
    board, plain = rng.random() < BOARD, rng.random() < PLAIN
    paper = any_colour(rng, 0.08, 0.4) if board else any_colour(rng, 0.6, 1.0)
    sheet = SCENERY.sheet(paper, 0.1 if board else 0.3, camera, rng)
    if page.lines and rng.random() < RULED:
        sheet = _ruled(sheet, page, camera, rng)
    scene = sheet if plain else SCENERY.on_table(sheet, reach, camera, rng)
    cover = np.zeros((VIEW_SIZE, VIEW_SIZE), np.float32)
    shown = [s for written in page.written if (s := _write_into(cover, written, camera, rng)) is not None]
    scene = SCENERY.write(scene, cover, paper, board, rng)
    scene = scene if plain else SCENERY.lit(scene, rng)
    view = PageView(SCENERY.taken(scene, 2 * half, rng), shown)
    return _cropped(view, rng) if shown and rng.random() < CROPPED else view


def _half_a_letter(reach: NDArray[np.float64], rng: np.random.Generator) -> float:
    """Pixels: so many that all of the page is in view, or as from near."""
    whole = 0.5 * VIEW_SIZE * rng.uniform(0.5, 0.98) / float(reach.max())
    near = float(np.exp(rng.uniform(np.log(FARTHEST), np.log(NEAREST))))
    return float(np.clip(whole if rng.random() < WHOLE else near, SMALLEST, LARGEST))


def _camera(page: PageContent, reach: NDArray[np.float64], half: float, rng: np.random.Generator) -> Camera:
    """Turned and tilted a little, over the middle of a page that fits, or else over any of its characters."""
    turn = np.deg2rad(rng.normal(0, 6))
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    camera = np.eye(3)
    camera[:2, :2] = turned * [half, half * np.exp(rng.normal(0, 0.08))]
    camera[2, :2] = rng.normal(0, 0.1, 2) / max(float(reach.max()), 3.0)
    if page.written and half * reach.max() > VIEW_SIZE / 2:
        shown = page.written[int(rng.integers(len(page.written)))]
        middle = VIEW_SIZE / 2 - half * np.array([shown.x, shown.y]) + rng.normal(0, VIEW_SIZE / 5, 2)
    else:
        middle = VIEW_SIZE / 2 + rng.uniform(-1, 1, 2) * np.maximum(0, VIEW_SIZE / 2 - half * reach)
    moved = np.eye(3)
    moved[:2, 2] = middle
    return np.asarray(moved @ camera, np.float64)


def _cropped(view: PageView, rng: np.random.Generator) -> PageView:
    """As of a picture that is broad or high, around all characters or around a line: beyond it, its rim goes on."""
    axis = int(rng.integers(2))
    boxes = np.array([shown.box for shown in view.shown])
    around = boxes if rng.random() < 0.5 else boxes[[int(rng.integers(len(boxes)))]]
    margin = np.exp(rng.uniform(np.log(TIGHTEST), np.log(WIDEST), 2)) * float(np.median(boxes[:, 2:].max(axis=1)))
    starts, ends = around[:, axis] - margin[0], around[:, axis] + around[:, axis + 2] + margin[1]
    start = int(np.clip(starts.min(), 0, VIEW_SIZE - 8))
    end = int(np.clip(ends.max(), start + 8, VIEW_SIZE))
    along = np.arange(VIEW_SIZE).clip(start, end - 1)
    return PageView(view.picture.take(along, axis=1 - axis), _still_shown(view.shown, axis, start, end))


def _still_shown(shown: Sequence[Shown], axis: int, start: int, end: int) -> list[Shown]:
    """Characters where only what lies from start to end is left of a view, across (0) or down (1)."""
    left = []
    for character in shown:
        first, length = character.box[axis], character.box[axis + 2]
        inside = (min(end, first + length) - max(start, first)) / length
        if inside > 0:
            left.append(replace(character, seen=character.seen * inside))
    return left


def _ruled(sheet: Scene, page: PageContent, camera: Camera, rng: np.random.Generator) -> Scene:
    ends = on_view(camera, np.asarray(page.lines).reshape(-1, 2)).reshape(-1, 4).clip(-999, 999)
    drawn, width = np.zeros((VIEW_SIZE, VIEW_SIZE), np.uint8), 1 if rng.random() < 0.7 else 2
    for x0, y0, x1, y1 in np.round(ends * FINE).astype(int).tolist():
        cv2.line(drawn, (x0, y0), (x1, y1), 255, width, cv2.LINE_AA, 3)
    cover = drawn.astype(np.float32) / 255 * rng.uniform(0.2, 1)
    return np.asarray(sheet + cover * (any_colour(rng, 0.05, 0.8) - sheet), np.float32)


def _write_into(cover: Cover, written: Written, camera: Camera, rng: np.random.Generator) -> Shown | None:
    """Add a character's ink to what covers the sheet; None where nothing of it is in view."""
    sides = written.half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [written.squeeze, 1]
    square = on_view(camera, np.array([written.x, written.y]) + sides)
    start, end = np.floor(square.min(axis=0)).astype(int) - 1, np.ceil(square.max(axis=0)).astype(int) + 2
    if (end <= 0).any() or (start >= VIEW_SIZE).any() or (end - start > 3 * VIEW_SIZE).any():
        return None
    ink = written.ink if written.kind is Kind.POINT else with_pen(written.ink, rng)
    patch = warped(ink, square - start.astype(np.float32), (end - start).tolist())
    dark = (patch > DARK).view(np.uint8)
    x, y, width, height = cv2.boundingRect(dark)
    if not width:
        return None
    first, last = np.maximum(start, 0), np.minimum(end, VIEW_SIZE)
    inside = tuple(slice(a - s, b - s) for a, b, s in zip(first[::-1], last[::-1], start[::-1], strict=True))
    there = cover[first[1] : last[1], first[0] : last[0]]
    np.maximum(there, patch[inside], out=there)
    seen = float(dark[inside].sum() / dark.sum())
    return Shown(written.kind, seen, (int(x + start[0]), int(y + start[1]), width, height))
