"""Which pieces of a line are one character: of all ways to group them, the one that the network reads best.

Segmentation by recognition (a lattice of candidates and the best path through it, as in Ha, Oh and Haralick or in
Liu, Sako and Fujisawa, 2004): い is read as one, as two it is し and a stroke that is nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from model.character import KNOWN, Character, Probabilities
from model.labels import LABELS, UNMARKED
from model.pages.lines import Line, line_of
from model.pages.page import Page
from model.pages.small import TYPICAL
from model.pages.touching import cut_touching
from model.preprocess import Located, fit
from model.reading import SMALL_FORMS, Box

MOST_ATOMS = 8  # in a character
WIDEST = 1.5  # letters: no candidate is wider
SIZE_SPREAD = 0.22  # of the logarithm of a character's size in a line
EACH = -0.1  # for each character: fewer explain as well
OTHER = -1.2  # for a character that is no hiragana
INNER_GAP = 6.0  # less for each letter's width of emptiness inside a character, beyond what its kind has
LARGEST_KNOWN = 1.3  # letters of its kind: a piece that is known, and no larger, is not cut
TORN = -0.6  # for a character of which a stroke goes on into its neighbour
MARK_GAP = 0.12  # letters, more for ゛ and ゜
LEAST = -5.0  # a logarithm of probability: nothing is impossible

SIZES = np.asarray([TYPICAL[label].size for label in LABELS])
HAS_SMALL = np.asarray([label in SMALL_FORMS for label in LABELS])
SMALLEST = np.log(SIZES * np.where(HAS_SMALL, 0.55, 0.93))  # a small form is half to three quarters of the full one
LARGEST = np.log(SIZES * 1.12)


def _gaps(usual: float, unusual: dict[str, float]) -> NDArray[np.float64]:
    known = {label: gap for labels, gap in unusual.items() for label in labels}
    gaps = [known.get(UNMARKED.get(label, label), usual) for label in LABELS]
    return np.asarray(gaps) + MARK_GAP * np.asarray([label in UNMARKED for label in LABELS])


# How far the parts of a character are apart, in letters, across in a row and down in a column.
GAPS = {
    False: _gaps(0.12, {"い": 0.55, "り": 0.45, "にはほけ": 0.25, "かふ": 0.2}),
    True: _gaps(0.12, {"こ": 0.5, "に": 0.3, "うえらふ": 0.22}),
}


@dataclass
class Lattice:
    """The candidates of one line; each is read once."""

    page: Page
    line: Line
    read: Callable[[NDArray[np.float32]], Probabilities]
    origins: NDArray[np.intp]  # the piece of ink that each of the page's pieces was cut from
    known: dict[tuple[int, int], Character] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Where in the line the first and the last part are of what each piece was cut from."""
        same = self.origins[self.line.pieces] == self.origins[self.line.pieces][:, np.newaxis]
        self._firsts = same.argmax(axis=1)
        self._lasts = len(same) - 1 - same[:, ::-1].argmax(axis=1)

    def best_path(self) -> tuple[list[Character], float]:
        """The characters of the line in reading order, and how well they explain it; at most 0."""
        letter = self._first_guess()
        for _ in range(2):
            path, score = self._path(letter)
            better = letter_of(path)
            if better is None or abs(np.log(better / letter)) < 0.08:
                break
            letter = better
        return path, score

    def _first_guess(self) -> float:
        return first_guess(self.page, self.line)

    def _path(self, letter: float) -> tuple[list[Character], float]:
        count = len(self.line.pieces)
        scores, came = np.full(count + 1, -np.inf), np.zeros(count + 1, np.int64)
        scores[0] = 0.0
        for end in range(1, count + 1):
            for start in range(end - 1, max(-1, end - 1 - MOST_ATOMS), -1):
                width = self.line.ends[start:end].max() - self.line.starts[start:end].min()
                if start < end - 1 and width > WIDEST * letter:
                    continue
                score = scores[start] + self._score(start, end, letter)
                if score > scores[end]:
                    scores[end], came[end] = score, start
        path, end = [], count
        while end:
            path.append(self._candidate(int(came[end]), end))
            end = int(came[end])
        return path[::-1], float(scores[count])

    def _score(self, start: int, end: int, letter: float) -> float:
        found = self._candidate(start, end)
        size = np.log(max(1, *found.box[2:]) / letter)
        logs = np.log(np.maximum(found.probabilities, np.exp(LEAST)))
        far = np.minimum(0.0, size - SMALLEST) + np.maximum(0.0, size - LARGEST)
        known = logs[: len(LABELS)] + np.maximum(-0.5 * (far / SIZE_SPREAD) ** 2, LEAST)
        known -= INNER_GAP * np.maximum(0.0, self._gap(start, end) / letter - GAPS[self.line.vertical])
        other = logs[len(LABELS) :].sum() + max(-0.5 * ((size - np.log(0.8)) / SIZE_SPREAD) ** 2, LEAST) + OTHER
        return float(max(known.max(), other) + EACH + (TORN if self._is_torn(start, end) else 0.0))

    def _is_torn(self, start: int, end: int) -> bool:
        return bool(self._firsts[start:end].min() < start or self._lasts[start:end].max() >= end)

    def _gap(self, start: int, end: int) -> float:
        """The widest emptiness along the line inside a candidate."""
        order = np.argsort(self.line.starts[start:end], kind="stable")
        starts, ends = self.line.starts[start:end][order], self.line.ends[start:end][order]
        reached = np.maximum.accumulate(ends)
        return float(max(0.0, *(starts[1:] - reached[:-1]))) if len(starts) > 1 else 0.0

    def _candidate(self, start: int, end: int) -> Character:
        if (start, end) not in self.known:
            box, picture = cut_out(self.page, self.line.pieces[start:end])
            self.known[start, end] = Character(Located(box, picture), self.read(picture))
        return self.known[start, end]


def characters_of(
    page: Page, line: Line, read: Callable[[NDArray[np.float32]], Probabilities]
) -> tuple[list[Character], float]:
    """The characters of a line in reading order, and how well they explain it; at most 0."""
    letter = first_guess(page, line)

    def is_one(piece: int) -> bool:
        box, picture = cut_out(page, np.asarray([piece]))
        probabilities = read(picture)
        label = int(np.argmax(probabilities[: len(LABELS)]))
        return bool(probabilities[label] >= KNOWN and max(box[2:]) < LARGEST_KNOWN * SIZES[label] * letter)

    cut, pieces, origins = cut_touching(page, line.pieces, letter, line.vertical, is_one)
    return Lattice(cut, line if cut is page else line_of(cut, pieces, line.vertical), read, origins).best_path()


def first_guess(page: Page, line: Line) -> float:
    """The side of a letter's square by the pieces that most of the line's ink is in, and by its thickness."""
    sides, areas = page.pieces.sides[line.pieces], page.pieces.areas[line.pieces]
    order = np.argsort(sides, kind="stable")
    mass = np.cumsum(areas[order])
    usual = float(sides[order][np.searchsorted(mass, 0.75 * mass[-1])])
    return float(np.clip(1.1 * usual, 0.6 * line.thickness, 1.2 * line.thickness))


def letter_of(path: list[Character]) -> float | None:
    """The side of the square that the surely read characters are written in."""
    sure = [(character, character.label) for character in path if character.best > 0.8]
    full = [character.longer / SIZES[label] for character, label in sure if not HAS_SMALL[label]]
    if full:
        return float(np.median(full))
    # All of them may be small, and most are not: the larger ones tell.
    return float(np.percentile([character.longer / SIZES[label] for character, label in sure], 75)) if sure else None


def cut_out(page: Page, pieces: NDArray[np.intp]) -> tuple[Box, NDArray[np.float32]]:
    """The box around some pieces, and what the network sees of them alone."""
    boxes = page.pieces.boxes[pieces]
    x0, y0 = boxes[:, :2].min(axis=0)
    x1, y1 = (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
    left, top = max(0, x0 - 2), max(0, y0 - 2)
    window = slice(top, y1 + 2), slice(left, x1 + 2)
    chosen = np.zeros(len(page.pieces.areas) + 1, np.bool_)
    chosen[pieces + 1] = True
    ink = np.where(chosen[page.owners[window]], page.ink[window], 0).astype(np.uint8)
    box = (int(x0), int(y0), int(x1 - x0), int(y1 - y0))
    return box, fit(ink, (box[0] - int(left), box[1] - int(top), box[2], box[3]))[:, :, np.newaxis]
