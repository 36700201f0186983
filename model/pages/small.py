"""Which kana of a line are written small: っ has the shape of つ, so only its size and place beside others tell."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from model.reading import SMALL_FORMS, Box, Glyph

# How letters fill the square they are written in: longer side, centre across, centre down, in hundredths of the square.
# Medians over 59 faces: every font that `python -m model prepare` installs, and Klee, Kiloji, Seto, Konatu, Motoya.
PROPORTIONS = """
あ 83 49 50 | い 76 50 53 | う 85 47 51 | え 81 50 50 | お 82 50 50 | か 84 50 50 | き 82 48 50 | く 82 45 51
け 81 51 51 | こ 69 49 52 | さ 81 47 50 | し 79 53 51 | す 85 48 51 | せ 85 48 50 | そ 81 48 52 | た 81 48 49
ち 83 47 50 | つ 79 48 54 | て 76 47 53 | と 79 49 50 | な 83 49 50 | に 74 50 51 | ぬ 84 50 49 | ね 85 50 50
の 78 48 52 | は 80 50 51 | ひ 80 51 52 | ふ 85 49 51 | へ 85 49 53 | ほ 79 50 51 | ま 82 49 50 | み 83 49 52
む 82 50 50 | め 78 49 50 | も 82 48 50 | や 84 48 51 | ゆ 83 49 51 | よ 80 48 50 | ら 82 50 50 | り 83 49 51
る 77 47 51 | れ 87 50 50 | ろ 78 48 52 | わ 83 48 50 | を 83 49 50 | ん 80 50 50 | が 86 51 48 | ぎ 86 53 48
ぐ 83 54 51 | げ 88 54 49 | ご 80 55 48 | ざ 85 53 48 | じ 79 52 51 | ず 89 51 49 | ぜ 91 50 47 | ぞ 85 51 51
だ 84 51 49 | ぢ 85 52 49 | づ 87 51 46 | で 83 50 52 | ど 83 54 49 | ば 86 53 47 | び 85 53 48 | ぶ 87 50 50
べ 86 49 47 | ぼ 86 53 48 | ぱ 85 53 47 | ぴ 86 52 48 | ぷ 86 50 50 | ぺ 85 49 47 | ぽ 87 53 47 | ゐ 79 49 51
ゑ 83 49 51 | ゔ 86 54 50"""

SHRINKS_TO = 0.74  # of the full form: 0.79 is the median of the same fonts; hands make 0.6 to 0.75 of it
SIZE_SPREAD = 0.13  # of the logarithm of a letter's size within one line of handwriting
SHIFT = 0.09  # of the square, median of the same fonts: down in horizontal writing, to the right in vertical
SHIFT_SPREAD = 0.1
# Spelling (Gendai Kanazukai, 1986): ゃゅょ follow these, っ comes before those; anywhere else a small kana is unusual.
BEFORE_YOON = frozenset("きしちにひみりぎじぢびぴ")
AFTER_SOKUON = frozenset("かきくけこさしすせそたちつてとぱぴぷぺぽ")
# Loanwords, seldom in hiragana. Not とぅ, どぅ, つぃ: とう, どう, つい are in every other sentence.
LOANED = {"ふ": "ぁぃぇぉ", "ゔ": "ぁぃぇぉ", "う": "ぃぇぉ", "つ": "ぁぇぉ", "く": "ぁぃぇぉ", "ぐ": "ぁ"}
LOANED |= {"て": "ぃ", "で": "ぃ", "し": "ぇ", "じ": "ぇ", "ち": "ぇ"}
USUAL, UNUSUAL, NEVER = 1.0, -1.5, -5.0  # logarithms of odds, so that a clear size still decides


@dataclass(frozen=True, slots=True)
class Proportion:
    """How a letter fills its square of side 1."""

    size: float  # the longer side
    across: float  # the centre
    down: float


def _read_proportions() -> dict[str, Proportion]:
    entries = (entry.split() for line in PROPORTIONS.strip().splitlines() for entry in line.split("|"))
    return {label: Proportion(*(int(value) / 100 for value in values)) for label, *values in entries}


TYPICAL = _read_proportions()


@dataclass(frozen=True, slots=True)
class _Letters:
    """The letters of a line: what each says about the square that all are written in. Arrays are (n,)."""

    labels: tuple[str, ...]
    along: NDArray[np.float64]  # centres in the direction of writing, pixels
    across: NDArray[np.float64]  # and at right angles to it
    sides: NDArray[np.float64]
    squares: NDArray[np.float64]  # the side of the square, if the letter is in its full form
    centres: NDArray[np.float64]  # where the letter's centre is in its square at right angles to the writing, from -0.5
    full: NDArray[np.bool_]  # letters that have no small form


def marked_small(glyphs: Sequence[Glyph]) -> tuple[Glyph, ...]:
    """The glyphs of one line with `small` decided, where a neighbour gives a scale.

    Args: glyphs: one line, written in either direction. Glyphs that are no hiragana neither give a scale nor get one.
    """
    written = [i for i, glyph in enumerate(glyphs) if glyph.best and glyph.verdict != "not_hiragana"]
    labels = [best.label for i in written if (best := glyphs[i].best)]
    decided = dict(zip(written, are_small([glyphs[i].box for i in written], labels), strict=True))
    return tuple(replace(glyph, small=decided.get(i)) for i, glyph in enumerate(glyphs))


def are_small(boxes: Sequence[Box], labels: Sequence[str]) -> list[bool | None]:
    """Which letters of a line are small: by size, and by place (low in a row, to the right in a column).

    Args: boxes: of the ink, x, y, width, height in pixels. labels: one a box, full forms.
    Returns: one a letter; None where the letter has no small form, or no neighbour gives a scale.
    """
    if len(boxes) < 2:
        return [None] * len(boxes)
    letters = _measure(boxes, labels)
    return [bool(_odds(letters, i) > 0) if label in SMALL_FORMS else None for i, label in enumerate(letters.labels)]


def _measure(boxes: Sequence[Box], labels: Sequence[str]) -> _Letters:
    x, y, width, height = np.asarray(boxes, np.float64).T
    centres = np.stack([x + width / 2, y + height / 2])
    along = int(np.argmax(np.ptp(centres, axis=1)))  # 0 in a row, 1 in a column
    typical = [TYPICAL[label] for label in labels]
    sides = np.maximum(1.0, np.maximum(width, height))
    return _Letters(
        tuple(labels),
        centres[along],
        centres[1 - along],
        sides,
        sides / [usual.size for usual in typical],
        np.asarray([(usual.across if along else usual.down) - 0.5 for usual in typical]),
        np.asarray([label not in SMALL_FORMS for label in labels], np.bool_),
    )


def _odds(letters: _Letters, which: int) -> float:
    """The logarithm of the odds that a letter is small."""
    references = _references(letters)
    square = float(np.median(letters.squares[references]))
    size = float(np.log(letters.squares[which] / square))
    shift = (letters.across[which] - _middle(letters, references, square, letters.along[which])) / square
    shift -= letters.centres[which] * (SHRINKS_TO if size < np.log(SHRINKS_TO) / 2 else 1)
    return (
        _favours(size, np.log(SHRINKS_TO), SIZE_SPREAD)
        + _favours(float(np.clip(shift, -SHIFT, 2 * SHIFT)), SHIFT, SHIFT_SPREAD)
        + _spelling(letters.labels, which)
    )


def _spelling(labels: Sequence[str], which: int) -> float:
    """Logarithm of the odds that the letter is small by what stands before and after it."""
    before, after = labels[which - 1] if which else "", labels[which + 1] if which + 1 < len(labels) else ""
    if labels[which] in "やゆよ":
        return USUAL if before in BEFORE_YOON else UNUSUAL
    if labels[which] == "つ":
        return 0.0 if before and after in AFTER_SOKUON else UNUSUAL
    return UNUSUAL if SMALL_FORMS[labels[which]] in LOANED.get(before, "") else NEVER  # ぁぃぅぇぉゎ


def _references(letters: _Letters) -> NDArray[np.intp]:
    """The letters that give the scale: those without a small form, else the largest, for no line is all small."""
    full = np.flatnonzero(letters.full)
    return full if len(full) else np.asarray([np.argmax(letters.squares)], np.intp)


def _middle(letters: _Letters, references: NDArray[np.intp], square: float, at: float) -> float:
    """Where the middle of the line is beside a letter; of four letters and more it may slant."""
    middles = letters.across - letters.centres * square
    if len(middles) < 4:
        return float(middles[references].mean())
    weights = np.full(len(middles), 0.3)  # a letter that may be small may be out of line
    weights[references] = 1.0
    start = letters.along.mean()
    slope, middle = np.polyfit((letters.along - start) / square, middles, 1, w=weights)
    return float(middle + slope * (at - start) / square)


def _favours(value: float, small: float, spread: float) -> float:
    """Logarithm of the odds that a value comes from a normal distribution around `small` and not around 0."""
    return float((value**2 - (value - small) ** 2) / (2 * spread**2))
