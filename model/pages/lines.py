"""Which pieces of ink are written in one line, which way the lines run, and in what order they are read."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from model.pages.page import Page

Numbers = NDArray[np.intp]

ONE_LINE = 2.6  # letters: what is no thicker than this may be one line
LONG = 1.5  # times as long as thick is a line
CLEARLY = 0.15  # of the page: so much more is empty between lines than between the letters of different lines
EVEN = 0.03  # of the page: a smaller difference says nothing, and rows are more usual
SEVERAL = 6.0  # letters: on a page as long as this, lines show
PITCH = 2.5  # letters at most from one to the next, where they stand in rows and columns alike, as in squares
STEPS = 12  # in which a letter's size is looked at
WIDER = 1.4  # times as wide as between letters is the room between lines


@dataclass(frozen=True, slots=True)
class Line:
    """Pieces of one line in reading order. Coordinates run along the line and across it, in the page's pixels."""

    pieces: Numbers  # (n,), by their middle along the line
    starts: NDArray[np.float64]  # (n,) along the line
    ends: NDArray[np.float64]
    thickness: float  # across
    vertical: bool


@dataclass(frozen=True, slots=True)
class _Split:
    """Pieces by the line that they are in. Emptiness is measured from the first line to the last."""

    lines: list[Numbers]
    empty: float  # share of it
    gap: float  # of it between two lines, letters
    pitch: float  # from a line to the next, letters; infinite of one line


def layouts_of(page: Page) -> list[list[Line]]:
    """The lines of a page in reading order, rows from the top or columns from the right; both where it is not clear."""
    boxes, letter = _turned(page), page.letter
    rows = _split(boxes[:, 1], boxes[:, 3], page.pieces.areas, letter)
    columns = _split(boxes[:, 0], boxes[:, 2], page.pieces.areas, letter)
    across, down = ((boxes[:, 2:].max(axis=0) - boxes[:, :2].min(axis=0)) / letter).tolist()
    lines = {False: rows.lines, True: columns.lines[::-1]}
    return [[_line(boxes, pieces, down) for pieces in lines[down]] for down in _directions(rows, columns, across, down)]


def _directions(rows: _Split, columns: _Split, across: float, down: float) -> list[bool]:
    """Whether the lines run down: the likelier answer, and the other one if it may be, too.

    Args: rows, columns: what the pieces fall into, each way. across, down: of all that is written, in letters.
    """
    upright, tall = len(columns.lines), down > across
    thin, long = min(across, down) < ONE_LINE, max(across, down) > LONG * min(across, down)
    if (upright if tall else len(rows.lines)) == 1 and ((thin and long) or upright == len(rows.lines)):
        return [tall]
    # In squares letters stand below each other, too: between lines there is more room than between letters.
    if max(rows.pitch, columns.pitch) < PITCH and max(len(rows.lines), upright) > 2:
        likely, clear = columns.gap > rows.gap, max(rows.gap, columns.gap) > WIDER * min(rows.gap, columns.gap)
        return [likely] if clear else [likely, not likely]
    if abs(rows.empty - columns.empty) > CLEARLY and max(across, down) > SEVERAL:
        return [columns.empty > rows.empty]
    likely = columns.empty > rows.empty + EVEN
    return [likely, not likely]


def _turned(page: Page) -> NDArray[np.float64]:
    """(n, 4): x0, y0, x1, y1 of the pieces, after the page is turned so that its lines are level."""
    boxes = page.pieces.boxes.astype(np.float64)
    middles = boxes[:, :2] + boxes[:, 2:] / 2
    cos, sin = np.cos(page.turn), np.sin(page.turn)
    turned = np.stack([middles[:, 0] * cos + middles[:, 1] * sin, middles[:, 1] * cos - middles[:, 0] * sin], axis=1)
    return np.concatenate([turned - boxes[:, 2:] / 2, turned + boxes[:, 2:] / 2], axis=1)


def _split(starts: NDArray[np.float64], ends: NDArray[np.float64], areas: NDArray[np.int32], letter: float) -> _Split:
    """What pieces fall into across one way. Args: starts, ends: of each, that way. areas: of their ink."""
    first, step = float(starts.min()), letter / STEPS
    profile = _profile((starts - first) / step, (ends - first) / step, areas)
    middles = ((starts + ends) / 2 - first) / step
    bounds = [0, *_valleys(_smooth(profile)), len(profile)]
    lines = [np.flatnonzero((middles >= a) & (middles < b)) for a, b in pairwise(bounds)]
    lines = _merged([pieces for pieces in lines if len(pieces)], starts, ends, letter)
    if len(lines) < 2:
        return _Split(lines, 0.0, 0.0, np.inf)
    inner = profile[:-1]
    empty = float(np.mean(inner < 0.06 * np.percentile(inner, 90)))
    extent = len(inner) * step / letter
    return _Split(lines, empty, empty * extent / (len(lines) - 1), extent / len(lines))


def _profile(starts: NDArray[np.float64], ends: NDArray[np.float64], areas: NDArray[np.int32]) -> NDArray[np.float64]:
    """How much ink lies at each step, that of each piece spread evenly from its start to its end."""
    profile = np.zeros(int(ends.max()) + 2)
    for start, end, area in zip(starts.astype(int), ends.astype(int) + 1, areas, strict=True):
        profile[start:end] += area / (end - start)
    return profile


def _smooth(profile: NDArray[np.float64]) -> NDArray[np.float64]:
    kernel = np.exp(-0.5 * (np.arange(-7, 8) / 2.4) ** 2)
    return np.convolve(profile, kernel / kernel.sum(), mode="same")


def _valleys(smooth: NDArray[np.float64]) -> list[int]:
    """Where to cut: the lowest place between two peaks that both stand well above it."""
    peaks = np.flatnonzero((smooth[1:-1] >= smooth[:-2]) & (smooth[1:-1] > smooth[2:])) + 1
    cuts: list[int] = []
    held: list[int] = []
    for peak in peaks:
        if not held:
            held.append(int(peak))
            continue
        low = held[-1] + int(np.argmin(smooth[held[-1] : peak + 1]))
        if smooth[low] < 0.4 * min(smooth[held[-1]], smooth[peak]):
            cuts.append(low)
            held.append(int(peak))
        elif smooth[peak] > smooth[held[-1]]:
            held[-1] = int(peak)
    return cuts


def _merged(
    lines: list[Numbers], starts: NDArray[np.float64], ends: NDArray[np.float64], letter: float
) -> list[Numbers]:
    """Lines that are parts of one, as the strokes of こ are: together no thicker than a letter."""
    merged = lines[:1]
    for line in lines[1:]:
        both = np.concatenate([merged[-1], line])
        thin = min(_thickness(starts, ends, merged[-1]), _thickness(starts, ends, line)) < 0.5 * letter
        if thin and ends[both].max() - starts[both].min() < 1.35 * letter:
            merged[-1] = both
        else:
            merged.append(line)
    return merged


def _thickness(starts: NDArray[np.float64], ends: NDArray[np.float64], line: Numbers) -> float:
    return float(ends[line].max() - starts[line].min())


def _line(boxes: NDArray[np.float64], pieces: Numbers, vertical: bool) -> Line:
    along = 1 if vertical else 0
    starts, ends = boxes[pieces, along], boxes[pieces, along + 2]
    order = np.argsort(starts + ends, kind="stable")
    thickness = _thickness(boxes[:, 1 - along], boxes[:, 3 - along], pieces)
    return Line(pieces[order], starts[order], ends[order], thickness, vertical)


def line_of(page: Page, pieces: Numbers, vertical: bool) -> Line:
    """Some pieces of a page as one line."""
    return _line(_turned(page), pieces, vertical)
