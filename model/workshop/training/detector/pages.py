"""What is written where on a page to practise on: words, notes, forms, blocks of rows beside columns, or nothing.

A letter's square is about 2 wide, as in `model.workshop.training.scenery`. Nothing here is shared with
`model.workshop.evaluation.composed_pages`, which judges.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from model.detector.detect import Kind
from model.ink import Ink
from model.labels import LABELS, NOT_HIRAGANA
from model.pages.small import TYPICAL
from model.reading import SMALL_FORMS
from model.workshop.sources import Source
from model.workshop.training.dataset import Mixture

NOTHING, ONE, FEW = 0.04, 0.12, 0.14  # of the pages; on the others there are blocks
FOREIGN = ((0.0, 0.45), (0.1, 0.25), (0.3, 0.2), (0.6, 0.1))  # share of characters that are no hiragana, and how often
POINTS, LEFT_OUT = 0.06, 0.03  # of the places in a line
SMALL, SMALL_SIZE = 0.2, 0.62  # of the letters that have a small form, and how large it is
FORMS, EMPTY_CELLS = 0.2, 0.15  # of the blocks; of a form's cells
SEVERAL = 0.4  # of the pages with blocks have two or three
CLOSE = 0.6  # of the blocks that are no forms: a narrow letter takes less room than a broad one
GAPS = (0.05, 0.8), (-0.1, 0.25)  # between the ink of two of these: apart, or so that some touch
UNEVEN = 0.5  # of the blocks: letters are not alike in size
DARK = 90  # of 255: counts as ink

Line = tuple[float, float, float, float]  # x and y of both ends


@dataclass(frozen=True, slots=True)
class Written:
    """One character on a page."""

    kind: Kind
    ink: Ink
    x: float  # of its middle
    y: float
    half: float  # of its square's side
    squeeze: float = 1.0  # its width by its height


@dataclass(frozen=True, slots=True)
class PageContent:
    """What is on a page, around 0."""

    written: list[Written] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)  # of forms

    @property
    def reach(self) -> NDArray[np.float64]:
        """How far the writing goes from the middle, across and down."""
        sides = [(abs(w.x) + w.half, abs(w.y) + w.half) for w in self.written]
        return np.asarray(np.max(sides or [(1.5, 1.5)], axis=0), np.float64)

    def moved(self, by: NDArray[np.float64]) -> "PageContent":
        """The same elsewhere."""
        x, y = by.tolist()
        written = [replace(w, x=w.x + x, y=w.y + y) for w in self.written]
        return PageContent(written, [(a + x, b + y, c + x, d + y) for a, b, c, d in self.lines])

    def corners(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Where the writing begins and ends; there must be some."""
        at, half = np.array([(w.x, w.y) for w in self.written]), np.array([[w.half] for w in self.written])
        return (at - half).min(axis=0), (at + half).max(axis=0)


@dataclass(frozen=True)
class Writing:
    """Where characters come from."""

    mixture: Mixture  # of hiragana
    others: tuple[Source, ...]  # of what is none: kanji, katakana, digits, signs, scribbles
    shares: tuple[float, ...]

    def character(self, foreign: float, rng: np.random.Generator) -> tuple[Kind, Ink, float]:
        """Any character: what it is, its ink, and how large it is among letters. `foreign`: share of what is none."""
        if rng.random() < foreign:
            source = self.others[int(rng.choice(len(self.others), p=np.divide(self.shares, sum(self.shares))))]
            return Kind.OTHER, source.ink(int(rng.integers(len(source.labels))), rng), 1.0
        labels = self.mixture.labels[self.mixture.labels != NOT_HIRAGANA]
        label = int(labels[rng.integers(len(labels))])
        is_small = LABELS[label] in SMALL_FORMS and rng.random() < SMALL
        size = TYPICAL[LABELS[label]].size * (SMALL_SIZE if is_small else 1.0)
        return Kind.HIRAGANA, self.mixture.ink(label, rng, settled=rng.random() < 0.5), size


def draw_page(writing: Writing, rng: np.random.Generator) -> PageContent:
    """Any page, its writing around 0."""
    foreign = float(rng.choice([share for share, _ in FOREIGN], p=[often for _, often in FOREIGN]))
    choice = rng.random()
    if choice < NOTHING:
        return PageContent()
    if choice < NOTHING + ONE:
        kind, ink, _ = writing.character(foreign, rng)
        return PageContent([Written(kind, ink, 0, 0, 1)])
    draw: Callable[[Writing, float, np.random.Generator], PageContent]
    draw = _scattered if choice < NOTHING + ONE + FEW else _blocks
    page = draw(writing, foreign, rng)
    return page.moved(-np.mean(page.corners(), axis=0)) if page.written else page


def _scattered(writing: Writing, foreign: float, rng: np.random.Generator) -> PageContent:
    """Two to nine characters anywhere, none on another."""
    number = int(rng.integers(2, 10))
    spread = rng.uniform(1.2, 4) * np.sqrt(number)
    written: list[Written] = []
    for _ in range(60):
        (x, y), half = rng.uniform(-spread, spread, 2).tolist(), float(np.exp(rng.normal(0, 0.25)))
        if len(written) < number and all(np.hypot(x - w.x, y - w.y) > 1.05 * (half + w.half) for w in written):
            kind, ink, size = writing.character(foreign, rng)
            written.append(Written(kind, ink, x, y, half * max(0.5, size)))
    return PageContent(written)


def _blocks(writing: Writing, foreign: float, rng: np.random.Generator) -> PageContent:
    """One block, or two or three of different sizes beside or below each other."""
    number = int(rng.integers(2, 4)) if rng.random() < SEVERAL else 1
    page, at, beside = PageContent(), np.zeros(2), int(rng.random() >= 0.5)
    for turn in range(number):
        scale = 1.0 if turn == 0 else float(np.exp(rng.uniform(-0.7, 0.7)))
        block = _block(writing, foreign, scale, rng)
        if block.written:
            start, end = block.corners()
            block = block.moved(at - start)
            page = PageContent(page.written + block.written, page.lines + block.lines)
            at[beside] += (end - start)[beside] + rng.uniform(0.5, 3)
    return page


def _block(writing: Writing, foreign: float, scale: float, rng: np.random.Generator) -> PageContent:
    """Lines of writing across or down, or a form with a character in each cell."""
    rows, columns, is_down = int(rng.integers(1, 8)), int(rng.integers(2, 13)), rng.random() < 0.45
    is_form = rng.random() < FORMS
    pitch, leading = rng.uniform(2.3, 4, 2) if is_form else (_pitch(rng), _leading(rng))
    wobble, drift = rng.uniform(0, 0.12), rng.normal(0, 0.03)
    uneven = rng.uniform(0, 0.2) if rng.random() < UNEVEN else 0.0
    gap = rng.uniform(*GAPS[int(rng.integers(2))]) if not is_form and rng.random() < CLOSE else None
    written: list[Written] = []
    for row in range(rows):
        count = columns if is_form else int(rng.integers(max(1, columns // 2), columns + 1))
        along = 0.0
        for _ in range(count):
            step = pitch * (1.0 if is_form else rng.uniform(0.88, 1.12))
            choice = rng.random()
            if choice < (EMPTY_CELLS if is_form else LEFT_OUT):
                along += step
            elif not is_form and choice > 1 - POINTS:
                off = 0.2 if gap is not None else 0.35 * step
                written.append(_point(along + off, row * leading, is_down, rng))
                along += step * rng.uniform(0.4, 0.8)
            else:
                letter = _letter(writing.character(foreign, rng), uneven, rng)
                if gap is not None:
                    step = 2 * _reach(letter, is_down) + gap * rng.uniform(0.5, 1.5)
                at = np.array([along + step / 2, row * leading + drift * along]) + rng.normal(0, wobble, 2)
                x, y = (at[::-1] if is_down else at).tolist()
                written.append(replace(letter, x=x, y=y))
                along += step
    lines = _cells(rows, columns, pitch, leading, is_down) if is_form else []
    sized = [replace(w, x=w.x * scale, y=w.y * scale, half=w.half * scale) for w in written]
    return PageContent(sized, [(a * scale, b * scale, c * scale, d * scale) for a, b, c, d in lines])


def _pitch(rng: np.random.Generator) -> float:
    return float(rng.uniform(1.75, 2.5) if rng.random() < 0.75 else rng.uniform(2.5, 5))


def _leading(rng: np.random.Generator) -> float:
    return float(rng.uniform(1.9, 3.2) if rng.random() < 0.7 else rng.uniform(3.2, 6))


def _letter(character: tuple[Kind, Ink, float], uneven: float, rng: np.random.Generator) -> Written:
    kind, ink, size = character
    half = float(np.clip(size * rng.uniform(0.8, 1.05) * np.exp(rng.normal(0, uneven)), 0.3, 1.3))
    return Written(kind, ink, 0, 0, half, float(np.exp(rng.normal(0, 0.14))))


def _reach(letter: Written, is_down: bool) -> float:
    """How far its ink goes from its middle along the line."""
    sides = cv2.boundingRect((letter.ink > DARK).view(np.uint8))[2:]
    share = sides[is_down] / max(1, *sides)
    return letter.half * share * (1.0 if is_down else letter.squeeze)


def _point(along: float, across: float, is_down: bool, rng: np.random.Generator) -> Written:
    """A comma or a full stop, in its corner of the line."""
    off = rng.uniform(0.3, 0.8)
    x, y = (across + off, along - rng.uniform(0.2, 0.6)) if is_down else (along + rng.uniform(-0.2, 0.2), across + off)
    return Written(Kind.POINT, _comma_or_stop(rng), float(x), float(y), float(rng.uniform(0.13, 0.3)))


def _comma_or_stop(rng: np.random.Generator) -> Ink:
    ink, broad = np.zeros((96, 96), np.uint8), int(rng.integers(8, 22))
    if rng.random() < 0.5:
        start, end = rng.integers([10, 5], [30, 25]).tolist(), rng.integers([60, 60], [90, 92]).tolist()
        cv2.line(ink, start, end, 255, broad, cv2.LINE_AA)
    else:
        halves, turn = rng.integers(24, 40, 2).tolist(), int(rng.integers(0, 90))
        opens, closes = int(rng.integers(0, 30)), int(rng.integers(320, 361))
        cv2.ellipse(ink, (48, 48), halves, turn, opens, closes, 255, broad, cv2.LINE_AA)
    return ink


def _cells(rows: int, columns: int, pitch: float, leading: float, is_down: bool) -> list[Line]:
    """The lines of a form around its characters."""
    left, top, right, bottom = 0.0, -leading / 2, columns * pitch, (rows - 0.5) * leading
    upright: Sequence[Line] = [(left + n * pitch, top, left + n * pitch, bottom) for n in range(columns + 1)]
    level: Sequence[Line] = [(left, top + n * leading, right, top + n * leading) for n in range(rows + 1)]
    lines = [*upright, *level]
    return [(b, a, d, c) for a, b, c, d in lines] if is_down else lines
