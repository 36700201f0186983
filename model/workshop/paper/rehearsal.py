"""Filled sheets that nobody filled and photographs that nobody took: to try everything without a printer, and to test.

The handwriting comes from the strokes at hand, or from the shapes that ship with the model; the camera, the light and
the packing are those of `model.workshop.evaluation.photographs`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from model.explaining import tendencies
from model.ink import Ink
from model.labels import INDEX, LABELS
from model.synthetic.strokes import StrokeDrawings, read_tdic
from model.workshop.evaluation import photographs
from model.workshop.paper import layout
from model.workshop.paper.hands import hand_of
from model.workshop.paper.layout import Page
from model.workshop.paper.printing import DOTS, draw_page
from model.workshop.sources.catalogue import real_file
from model.workshop.sources.line_ends import find_line_ends, vary_line_ends
from model.workshop.sources.parts import move_parts

Rgb = NDArray[np.uint8]
Writes = Callable[[str, np.random.Generator], Ink]
Written = dict[tuple[int, int], str]  # slot and number of a cell -> the character in it

SEED = 20260101  # of photographs that nobody took
PENS = {  # colour, and how much of the paper it covers
    "pencil": ((72, 72, 78), (0.55, 0.85)),
    "black pen": ((24, 24, 30), (0.85, 1.0)),
    "blue pen": ((28, 48, 128), (0.85, 1.0)),
}
TILT = 25.0  # degrees out of the plane of the camera, at most
DISTANCE = 2.2  # of the camera, in heights of the page


@dataclass(frozen=True, eq=False)
class Filled:
    """A page on which somebody wrote."""

    picture: Rgb  # (3508, 2480, 3) uint8
    written: Written


def fill(
    page: Page,
    of: int,
    rng: np.random.Generator,
    empty: float = 0.1,
    wrong: float = 0.0,
    consent: bool = True,
    writes: Writes | None = None,
) -> Filled:
    """Write on a printed page, with one pen.

    Args: of: how many pages there are. empty, wrong: the shares of cells that are left empty, or hold another
        character. consent: whether the box is ticked. writes: whose hand; `hand()` by default.
    """
    writes = writes or hand()
    paper = cv2.cvtColor(draw_page(page, of), cv2.COLOR_GRAY2RGB)
    cover = np.zeros(paper.shape[:2], np.float32)
    written: Written = {}
    for slot, label in enumerate(page.labels):
        for number, place in enumerate(layout.cells_at(slot)):
            if rng.random() < empty:
                continue
            chosen = str(rng.choice([other for other in LABELS if other != label])) if rng.random() < wrong else label
            written[slot, number] = chosen
            _put(cover, place, writes(chosen, rng), rng)
    _sign(cover, rng, consent, writes)
    colour, covers = PENS[str(rng.choice(list(PENS)))]
    share = cover[:, :, np.newaxis] * np.float32(rng.uniform(*covers))
    return Filled(np.round(paper + share * (np.array(colour, np.float32) - paper)).astype(np.uint8), written)


@cache
def hand() -> Writes:
    """What writes a label anew each time: pen movements where they are at hand, else shapes that ship, varied."""
    file = real_file("strokes", "hiragana.tdic")
    if not file.is_file():
        return _varied
    strokes = StrokeDrawings("strokes", read_tdic(file))
    items = {int(label): item for item, label in enumerate(strokes.labels)}
    return lambda label, rng: strokes.ink(items[INDEX[label]], rng) if INDEX[label] in items else _varied(label, rng)


def _varied(label: str, rng: np.random.Generator) -> Ink:
    """The most ordinary shape that ships, slanted and stretched, its parts moved and its lines ended otherwise."""
    large = cv2.resize(np.pad(tendencies.typical(label), 6), (112, 112), interpolation=cv2.INTER_CUBIC)
    ink = np.asarray(large, np.uint8)
    ink = move_parts(vary_line_ends(ink, find_line_ends(ink), rng), rng)
    matrix = np.eye(2) + rng.normal(0, 0.08, (2, 2))
    middle = np.array([56, 56])
    placed = np.column_stack([matrix, middle - matrix @ middle])
    return np.asarray(cv2.warpAffine(ink, placed, (112, 112), flags=cv2.INTER_LINEAR), np.uint8)


def _put(cover: NDArray[np.float32], place: layout.Place, ink: Ink, rng: np.random.Generator) -> None:
    """Lay a character into a cell, between a half and five sixths of it high or wide."""
    x, y, width, height = cv2.boundingRect((ink > 60).astype(np.uint8))
    cut = ink[y : y + height, x : x + width].astype(np.float32) / 255
    scale = rng.uniform(0.5, 0.83) * layout.CELL * DOTS / max(width, height)
    large = np.clip(cv2.resize(cut, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), 0, 1)
    room = np.array([layout.CELL * DOTS - large.shape[1], layout.CELL * DOTS - large.shape[0]])
    left, top = (np.array(place) * DOTS + room * rng.uniform(0.25, 0.75, 2)).astype(int)
    under = cover[top : top + large.shape[0], left : left + large.shape[1]]
    np.maximum(under, large, out=under)


def _sign(cover: NDArray[np.float32], rng: np.random.Generator, consent: bool, writes: Writes) -> None:
    """A name on its line, and a tick in the box."""
    x, y, _, height = layout.ALIAS
    for number, label in enumerate(rng.choice(list("あおかきくけこさしつとなはまみ"), 3)):
        _put(cover, (x + 26 + 11 * number, y + height - layout.CELL + 1), writes(str(label), rng), rng)
    if consent:
        x, y, side = layout.CONSENT
        tick = np.array([[0.1, 0.45], [0.4, 0.85], [1.1, -0.15]]) * side + (x, y) + rng.normal(0, 0.3, (3, 2))
        cv2.polylines(cover, [np.round(tick * DOTS).astype(np.int32)], False, 1.0, round(0.6 * DOTS), cv2.LINE_AA)


def photograph(
    picture: Rgb, rng: np.random.Generator, tilt: float = TILT, longest: float | None = None, bend: float = 1.5
) -> Rgb:
    """A phone's photo of a page on a table, turned in any way.

    Args: picture: (h, w, 3) uint8, a page. tilt: the most degrees out of the plane. longest: pixels of the photo's
        longer side, 2,000 to 3,600 if None. bend: millimetres that paper which does not lie flat shifts its print.
    Returns: (h, w, 3) uint8, in the proportions 4:3.
    """
    long_side = longest or rng.uniform(2000, 3600)
    frame = np.array([0.75 * long_side, long_side]).astype(int)[:: int(rng.choice([1, -1]))]
    corners = _seen_from(picture.shape[:2], frame, tilt, rng)
    height = float(max(np.ptp(corners[:, 0]), np.ptp(corners[:, 1])))
    scale = height / picture.shape[0]
    near = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    plane = layout.square((0, 0), 1) * np.array(near.shape[1::-1], np.float32)
    matrix = cv2.getPerspectiveTransform(plane, corners)
    seen = cv2.warpPerspective(_curled(near, rng, bend), matrix, (int(frame[0]), int(frame[1])), flags=cv2.INTER_LINEAR)
    scene = photographs.on_table(np.asarray(seen / np.float32(255), np.float32), corners, rng)
    written = 1.5 * layout.CELL * height / layout.HEIGHT
    lens = photographs.through_lens(photographs.lit(scene, rng), written, rng)
    return photographs.packed(photographs.sensed(lens, rng), rng)


def _seen_from(
    shape: tuple[int, ...], frame: NDArray[np.int64], tilt: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """(4, 2): where the page's corners lie in the photo, any of its sides up, and mostly not far from upright."""
    flat = (layout.square((0, 0), 1) - 0.5) * np.array([shape[1] / shape[0], 1])
    turn = rng.choice([0, 90, 180, 270]) + (rng.uniform(-14, 14) if rng.random() < 0.8 else rng.uniform(-45, 45))
    around, lean = rng.uniform(0, 2 * np.pi), np.deg2rad(rng.uniform(0, tilt))
    along = flat @ photographs.rotation(np.deg2rad(turn)) @ photographs.rotation(around)
    depth = 1 + along[:, 1] * np.sin(lean) / DISTANCE
    seen = np.stack([along[:, 0], along[:, 1] * np.cos(lean)], axis=1) / depth[:, np.newaxis]
    seen = seen @ photographs.rotation(-around)
    seen -= (seen.max(axis=0) + seen.min(axis=0)) / 2
    scale = rng.uniform(0.82, 0.97) * (frame / np.ptp(seen, axis=0)).min()
    slack = (frame - scale * np.ptp(seen, axis=0)) / 2
    return np.asarray(seen * scale + frame / 2 + rng.uniform(-0.8, 0.8, 2) * slack, np.float32)


def _curled(page: Rgb, rng: np.random.Generator, bend: float) -> Rgb:
    """Paper that does not lie flat: what is printed in its middle is up to `bend` millimetres from its place."""
    height, width = page.shape[:2]
    most = rng.uniform(-bend, bend, 2) * height / layout.HEIGHT
    arch = np.sin(np.pi * (np.arange(height) / height) ** rng.uniform(0.7, 1.4))  # 0 at both ends, 1 between them
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    moved = (arch[:, np.newaxis] * most).astype(np.float32)
    return np.asarray(
        cv2.remap(page, x + moved[:, :1], y + moved[:, 1:], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def photographed(
    pages: list[Page],
    rng: np.random.Generator,
    empty: float = 0.1,
    wrong: float = 0.0,
    writes: Writes | None = None,
) -> Iterator[tuple[Rgb, Written]]:
    """Photos of all pages, filled by one writer, and what was written."""
    for page in pages:
        filled = fill(page, len(pages), rng, empty, wrong, writes=writes)
        yield photograph(filled.picture, rng), filled.written


def save_photos(pages: list[Page], folder: Path, person: int) -> list[Path]:
    """Photos of all pages, filled by a simulated person, as files; the same for the same person."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    taken = photographed(pages, np.random.default_rng((SEED, person)), writes=hand_of(person))
    for page, (photo, _) in zip(pages, taken, strict=True):
        files.append(folder / f"photo-{page.number}.jpg")
        files[-1].write_bytes(cv2.imencode(".jpg", photo[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes())
    return files
