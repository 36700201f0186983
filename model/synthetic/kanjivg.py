"""KanjiVG: hiragana as strokes in textbook form, by Ulrich Apel, CC BY-SA 3.0; the package `kanjivg`, if installed."""

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np

from model.errors import DamagedFile
from model.labels import LABELS, UNMARKED
from model.synthetic.marks import Points
from model.synthetic.strokes import Forms, Stroke

SIDE = 109.0  # of the square that the strokes are drawn in
STEPS = 8  # points of a Bézier curve
STROKE = re.compile(r'<path\b[^>]*\bid="kvg:[^"]*-s(\d+)"[^>]*\bd="([^"]+)"')


def kanjivg_files() -> list[Path]:
    """The drawings of the letters without marks, in the order of the labels; none where nothing is installed."""
    files = (kanjivg_file(label) for label in LABELS if label not in UNMARKED)
    return [file for file in files if file is not None]


def kanjivg_file(character: str) -> Path | None:
    """The drawing of any one character; None where the package is not installed, or does not have it."""
    try:
        installed = distribution("kanjivg")
    except PackageNotFoundError:
        return None
    file = Path(str(installed.locate_file(f"kanji/{ord(character):05x}.svg")))
    return file if file.is_file() else None


def read_kanjivg(files: list[Path]) -> Forms:
    """The letters of KanjiVG's files: for each one form, smooth strokes (n, 2) in a square of side 1, in writing order.

    Args: files: named by the code point, 03042.svg.
    Raises: OSError: no such file. DamagedFile: a file without strokes.
    """
    return {chr(int(file.stem, 16)): [_strokes(file)] for file in files}


def _strokes(file: Path) -> list[Stroke]:
    found = sorted((int(number), path) for number, path in STROKE.findall(file.read_text(encoding="utf-8")))
    if not found:
        raise DamagedFile(f"{file} has no strokes: install the package kanjivg again")
    return [Stroke(np.asarray(np.concatenate(list(_pieces(path))) / SIDE, np.float32)) for _, path in found]


def _pieces(path: str) -> Iterator[Points]:
    """The movements of an SVG path as points, (n, 2): its start, then 8 points of each curve."""
    from fontTools.pens.recordingPen import RecordingPen
    from fontTools.svgLib.path import parse_path

    pen: Any = RecordingPen()
    parse_path(path, pen)
    here = np.zeros(2, np.float32)
    for movement, points in pen.value:
        corners = np.array([here, *points], np.float32)
        if movement == "moveTo" or movement == "lineTo":
            yield corners[1:]
        elif movement == "curveTo":
            yield _bezier(corners)
        here = corners[-1]


def _bezier(corners: Points) -> Points:
    t = np.linspace(0, 1, STEPS + 1, dtype=np.float32)[1:, None]
    a, b, c, d = corners
    return np.asarray((1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d, np.float32)
