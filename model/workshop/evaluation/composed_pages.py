"""Pages of handwriting, composed of characters that no training has seen; for judging only.

A hand is one writer's characters. Its cells are set one after the other as people write: of different sizes, off the
line, close together, on ruled or squared paper, in rows or columns, and some pages are photographed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import Ink
from model.labels import FULL_FORMS, label_of
from model.pages.small import TYPICAL
from model.workshop.evaluation.photographs import cell_ink, photograph_page
from model.workshop.evaluation.stationery import PAPERS
from model.workshop.sources.stored import Written

WORDS = (
    "こんにちは ありがとう おはよう さようなら きょう がっこう ちょっと ぎゅうにゅう しゃしん でんしゃ "
    "びょういん いい にほん ひらがな たのしい べんきょう うつのみや ともだち せんせい りんご みかん "
    "いちご ぶどう すいか さくら ねこ いぬ うさぎ ぞう くじら てがみ えんぴつ はさみ つくえ いす "
    "まど とけい かばん くつ ぼうし めがね あめ ゆき かぜ そら うみ やま かわ ほし つき たいよう "
    "おにぎり みそしる てんぷら ぱん ぷりん ぴあの ぺん ぽすと げんき だいじょうぶ すばらしい "
    "しょうゆ りょこう きって きっぷ ざっし ゆっくり ずっと もっと いっしょ しゅくだい じゅぎょう "
    "ちゅうしゃ ひゃく りゅう みゃく ぬいぐるみ ふね へや ほん まち むし もり よる らいおん るす "
    "れきし ろうそく わに をかし のはら けしごむ なつ あき ふゆ はる こおり しいたけ にわとり "
    "いこい りんり はは ちち こども かぞく どうぶつ でぐち いりぐち なべ ばら ひびき づつみ はなぢ "
).split()

SHRUNK = (0.58, 0.76)  # how large people write っ beside つ
SQUARE = 120.0  # pixels of a character's square on a page before the page is shrunk
CUT_OUT = (64, 64)  # pictures of this shape show a character cut out and enlarged
LONGEST = 2400.0  # pixels of a page's longer side


@dataclass(frozen=True, slots=True)
class Style:
    """How a page is written."""

    gap: tuple[float, float] = (0.2, 0.06)  # between the inks of neighbours, mean and spread, in squares
    even: bool = False  # each in its own square, whatever its width
    size: float = 0.06  # spread of the logarithm
    wobble: float = 0.05  # off the line, in squares
    lines: tuple[int, int] = (1, 1)  # how many
    length: tuple[int, int] = (2, 12)  # characters of a line
    leading: tuple[float, float] = (0.4, 0.9)  # between lines, in squares
    slant: float = 2.0  # degrees at most
    paper: str = "plain"  # plain | ruled | squared | genko | dark | photo


STYLES: dict[str, Style] = {
    "plain": Style(),
    "close": Style(gap=(0.08, 0.04)),
    "touching": Style(gap=(0.01, 0.04)),
    "slanted": Style(slant=10.0),
    "several lines": Style(lines=(2, 5), length=(3, 9)),
    "long": Style(lines=(1, 4), length=(13, 24), gap=(0.15, 0.06), wobble=0.06),
    "ruled": Style(paper="ruled", slant=4.0, lines=(1, 3), length=(3, 9)),
    "squared": Style(paper="squared", slant=4.0, lines=(1, 3), length=(3, 9)),
    "genko": Style(paper="genko", even=True, lines=(1, 4), length=(4, 10)),
    "light on dark": Style(paper="dark"),
    "photo": Style(paper="photo", length=(2, 9)),
    "photo, several lines": Style(paper="photo", lines=(2, 4), length=(3, 8)),
    "photo, a page": Style(paper="photo", lines=(5, 8), length=(7, 12)),
    "a full page": Style(lines=(14, 18), length=(14, 16)),
    "photo, a full page": Style(paper="photo", lines=(14, 18), length=(14, 16)),
}


@dataclass(frozen=True, slots=True)
class Page:
    """A composed page and what it says."""

    image: NDArray[np.uint8]  # (h, w) or (h, w, 3)
    lines: tuple[str, ...]  # in reading order
    vertical: bool

    @property
    def text(self) -> str:
        """All characters in reading order."""
        return "".join(self.lines)


@dataclass(frozen=True)
class Hand:
    """One writer's characters."""

    name: str
    inks: Mapping[str, Sequence[NDArray[np.float32]]]  # label -> (side, side) cells, 0 paper to 1 ink
    words: tuple[str, ...] = field(default=())

    def can_write(self, word: str) -> bool:
        """Whether the writer left every character of the word."""
        return all(label_of(character) in self.inks for character in word)


def hands_of(written: Iterable[Written]) -> list[Hand]:
    """The writers who left characters enough for words, by name."""
    by_writer: dict[str, dict[str, list[NDArray[np.float32]]]] = {}
    for picture in written:
        cells, label = by_writer.setdefault(picture.writer, {}), label_of(picture.character)
        cells.setdefault(label, []).append(cell_of(picture.image, label))
    hands = [Hand(name, inks) for name, inks in sorted(by_writer.items())]
    able = [Hand(hand.name, hand.inks, tuple(word for word in WORDS if hand.can_write(word))) for hand in hands]
    return [hand for hand in able if len(hand.words) >= 10]


def cell_of(image: NDArray[np.uint8], label: str) -> NDArray[np.float32]:
    """The ink of a picture in a square with room for it, (side, side), 0 paper to 1 ink; a letter's square is SQUARE.

    Args: image: (h, w) grey or (h, w, 3) RGB: the cell of a sheet, which shows the character in its natural size and
        place, or a cut-out of CUT_OUT, which is given those that are usual for its `label`.
    """
    ink = cell_ink(image if image.ndim == 2 else np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8))
    ink = np.where(ink > 0.25, ink, 0).astype(np.float32)
    x, y, width, height = cv2.boundingRect((ink > 0.35).astype(np.uint8))
    if image.shape == CUT_OUT:
        scale = 0.9 * TYPICAL[label].size * SQUARE / max(width, height, 1)
        off = (np.array([TYPICAL[label].across, TYPICAL[label].down]) - 0.5) * SQUARE
    else:
        scale = SQUARE / max(image.shape[:2])
        off = (np.array([x + width / 2, y + height / 2]) - np.array(image.shape[1::-1]) / 2) * scale
        off = np.clip(off, -0.12 * SQUARE, 0.12 * SQUARE)  # further out is the edge of a bad cut
    return _in_square(_smooth(np.pad(ink[y : y + height, x : x + width], 2), scale), off)


def _smooth(ink: NDArray[np.float32], scale: float) -> NDArray[np.float32]:
    large = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip((cv2.GaussianBlur(large, (0, 0), 0.35 * scale) - 0.25) * 2.2, 0, 1), np.float32)


def _in_square(ink: NDArray[np.float32], off: NDArray[np.float64]) -> NDArray[np.float32]:
    """The ink in a square with a margin, its middle `off` the middle, x and y in pixels."""
    side = int(SQUARE * 1.3)
    cell = np.zeros((side, side), np.float32)
    left, top = (int(np.clip(round(side / 2 + off[axis] - ink.shape[1 - axis] / 2), 0, side - 1)) for axis in (0, 1))
    into = cell[top : top + ink.shape[0], left : left + ink.shape[1]]
    into[:] = ink[: into.shape[0], : into.shape[1]]
    return cell


def compose(hand: Hand, style: Style, vertical: bool, rng: np.random.Generator) -> Page:
    """A page in a hand; everything about it that the style leaves open is drawn from `rng`."""
    lines = _text(hand, style, rng)
    rows = [_line(hand, line, style, vertical, rng) for line in lines]
    leading = rng.uniform(*style.leading) * SQUARE
    cover, frames = _stacked(rows, leading, vertical)
    if style.paper == "photo":
        letter = SQUARE * min(1.0, 1200 / max(cover.shape))
        small = _shrunk(cover, letter / SQUARE)
        return Page(photograph_page(small, letter, rng, str(rng.choice(PHOTOGRAPHED))), lines, vertical)
    return Page(_drawing(cover, frames, leading, style, vertical, rng), lines, vertical)


PHOTOGRAPHED = tuple(PAPERS)


def _text(hand: Hand, style: Style, rng: np.random.Generator) -> tuple[str, ...]:
    lines = []
    for _ in range(int(rng.integers(style.lines[0], style.lines[1] + 1))):
        wanted, line = int(rng.integers(style.length[0], style.length[1] + 1)), str(rng.choice(hand.words))
        while len(longer := line + str(rng.choice(hand.words))) <= wanted:
            line = longer
        lines.append(line)
    return tuple(lines)


def _line(
    hand: Hand, text: str, style: Style, vertical: bool, rng: np.random.Generator
) -> tuple[NDArray[np.float32], list[float]]:
    """One line as a row, (h, w), or a column, and where the middles of its characters are along it."""
    cells = [_cell(hand, character, style, vertical, rng) for character in text]
    side = cells[0].shape[0]
    places: list[float] = []
    at, phase, drift = 0.0, rng.uniform(0, 6), rng.uniform(0, 0.08) * SQUARE
    for cell in cells:
        start, end = _extent(cell, vertical)
        begin = at if not style.even else len(places) * SQUARE * 1.12
        shift = begin - start if not style.even else begin
        places.append(shift)
        at = shift + end + max(-0.06, rng.normal(*style.gap)) * SQUARE
    places = [place - min(0.0, *places) for place in places]
    length = int(max(places)) + side + 1
    line = np.zeros((side * 2, length) if not vertical else (length, side * 2), np.float32)
    for place, cell in zip(places, cells, strict=True):
        off = side / 2 + drift * np.sin(phase + place / SQUARE / 2) + rng.normal(0, style.wobble) * SQUARE
        along, across = round(place), int(np.clip(round(off), 0, side))
        top, left = (along, across) if vertical else (across, along)
        into = line[top : top + side, left : left + side]
        np.maximum(into, cell[: into.shape[0], : into.shape[1]], out=into)
    return line, [place + side / 2 for place in places]


def _extent(cell: NDArray[np.float32], vertical: bool) -> tuple[int, int]:
    inked = np.flatnonzero((cell > 0.35).any(axis=1 if vertical else 0))
    return (int(inked[0]), int(inked[-1]) + 1) if len(inked) else (0, 1)


def _cell(hand: Hand, character: str, style: Style, vertical: bool, rng: np.random.Generator) -> NDArray[np.float32]:
    """A character as the hand writes it this time; small forms low in a row, up and to the right in a column."""
    inks = hand.inks[label_of(character)]
    cell = inks[int(rng.integers(len(inks)))]
    scale, shift = float(np.exp(rng.normal(0, style.size))), np.zeros(2)
    if character in FULL_FORMS:
        small = rng.uniform(*SHRUNK)
        scale, room = scale * small, (1 - small) * SQUARE / 2
        shift = np.array([room * 0.7, -room * 0.5]) if vertical else np.array([-room * 0.1, room * 0.8])
    side = cell.shape[0]
    matrix = np.asarray(cv2.getRotationMatrix2D((side / 2, side / 2), rng.normal(0, 2), scale), np.float64)
    matrix[:, 2] += shift
    return np.asarray(cv2.warpAffine(cell, matrix, (side, side), flags=cv2.INTER_AREA), np.float32)


def _stacked(
    rows: Sequence[tuple[NDArray[np.float32], list[float]]], leading: float, vertical: bool
) -> tuple[NDArray[np.float32], list[list[tuple[float, float]]]]:
    """All lines, rows downwards or columns leftwards, and the middles of their characters, x and y."""
    side = rows[0][0].shape[1 if vertical else 0]
    pitch = SQUARE + leading
    length = max(row.shape[0 if vertical else 1] for row, _ in rows)
    across = int(side + pitch * (len(rows) - 1)) + 1
    page = np.zeros((length, across) if vertical else (across, length), np.float32)
    frames = []
    for number, (row, places) in enumerate(rows):
        at = round((len(rows) - 1 - number) * pitch) if vertical else round(number * pitch)
        into = page[: row.shape[0], at : at + side] if vertical else page[at : at + side, : row.shape[1]]
        np.maximum(into, row, out=into)
        middle = at + side / 2
        frames.append([(middle, place) if vertical else (place, middle) for place in places])
    return page, frames


def _shrunk(cover: NDArray[np.float32], scale: float) -> NDArray[np.float32]:
    if scale >= 1:
        return cover
    return np.asarray(cv2.resize(cover, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.float32)


def _drawing(
    cover: NDArray[np.float32],
    frames: list[list[tuple[float, float]]],
    leading: float,
    style: Style,
    vertical: bool,
    rng: np.random.Generator,
) -> Ink:
    """The page as drawn on a screen or scanned, (h, w) uint8."""
    margin = int(rng.uniform(0.3, 1.2) * SQUARE)
    ink = np.pad(cover, margin) * np.float32(rng.uniform(0.75, 1.0))
    print_ = _printed(ink.shape, frames, margin, leading, style.paper, vertical, rng)
    page = np.maximum(ink, print_) if print_ is not None else ink
    turned = _turned(page, rng.uniform(-style.slant, style.slant))
    letter = float(np.exp(rng.uniform(np.log(40), np.log(110)))) / SQUARE
    small = _shrunk(turned, min(letter, LONGEST / max(turned.shape)))
    paper, dark = (rng.uniform(225, 255), rng.uniform(0, 60)) if style.paper != "dark" else (20.0, 240.0)
    grain = rng.normal(0, rng.choice([0.0, 2.0]), small.shape)
    return np.clip(paper + (dark - paper) * small + grain, 0, 255).astype(np.uint8)


def _turned(page: NDArray[np.float32], angle: float) -> NDArray[np.float32]:
    height, width = page.shape
    matrix = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0), np.float64)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = (int(width * cos + height * sin), int(width * sin + height * cos))
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    return np.asarray(cv2.warpAffine(page, matrix, size, flags=cv2.INTER_LINEAR), np.float32)


def _printed(
    shape: tuple[int, ...],
    frames: list[list[tuple[float, float]]],
    margin: int,
    leading: float,
    paper: str,
    vertical: bool,
    rng: np.random.Generator,
) -> NDArray[np.float32] | None:
    """What is printed on the paper, (h, w), 0 to 1; None on plain paper."""
    if paper not in {"ruled", "squared", "genko"}:
        return None
    printed, strength, width = np.zeros(shape, np.float32), float(rng.uniform(0.2, 0.6)), int(rng.integers(1, 4))
    if paper == "genko":
        half = round(SQUARE * 0.56)
        for x, y in (place for line in frames for place in line):
            corner = (round(x + margin) - half, round(y + margin) - half)
            opposite = (corner[0] + 2 * half, corner[1] + 2 * half)
            cv2.rectangle(printed, corner, opposite, strength, width, cv2.LINE_AA)
        return printed
    pitch = SQUARE + leading if paper == "ruled" else SQUARE * rng.uniform(0.2, 0.5)
    for axis in (0, 1) if paper == "squared" else (1 if vertical else 0,):
        for at in np.arange(rng.uniform(0, pitch), shape[axis], pitch).round().astype(int).tolist():
            start, end = ((0, at), (shape[1], at)) if axis == 0 else ((at, 0), (at, shape[0]))
            cv2.line(printed, start, end, strength, width, cv2.LINE_AA)
    return printed
