"""Two letters that the detector took for one: the box is longer than letters are, and both halves are surely read."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from model.character import KNOWN, Character
from model.detector.detect import Detection, Kind
from model.detector.ink_boxes import fitted
from model.ink import Grey

# On 25 pages that decided nothing here nine boxes were divided so, and each held two letters (December 2026).
LONG = 1.3  # letters, along the side that is divided
FEW = 3  # letters say how long they are
SHORTEST = 8  # pixels: of shorter sides no half can be read
MIDDLE = 0.25, 0.75  # of the side: where it may be divided
SMOOTH = 24  # of it, for one: how closely the ink is looked at
EMPTY = 0.1  # of the mean of ink, more than where there is the least: い has a gap, too

ReadBeside = Callable[[Detection, Sequence[Detection]], Character | None]  # a character, without the others' ink


def two_letters(
    grey: Grey, detection: Detection, found: Sequence[Detection], read: ReadBeside
) -> tuple[Character, ...]:
    """The two letters in a box; none unless both are surely read. Args: found: all, which say how long letters are."""
    others = [other for other in found if other is not detection and other.kind is not Kind.POINT]
    for halves in _divided(grey, detection, others):
        fitting = fitted(grey, halves, others)
        read_halves = [read(half, [*fitting, *others]) for half in fitting]
        letters = tuple(letter for letter in read_halves if letter is not None and letter.best >= KNOWN)
        if len(letters) == 2:
            return letters
    return ()


def _divided(grey: Grey, detection: Detection, others: Sequence[Detection]) -> Iterator[tuple[Detection, Detection]]:
    """The halves left and right, and above and below, where the box is so much longer than others that it has them."""
    if len(others) < FEW:
        return
    whole = replace(detection, own=None)
    if detection.width > max(SHORTEST, LONG * float(np.median([other.width for other in others]))):
        at = _least_ink(grey, detection, across=True)
        left, right = replace(whole, width=at), replace(whole, x=whole.x + at, width=whole.width - at)
        yield left, right
    if detection.height > max(SHORTEST, LONG * float(np.median([other.height for other in others]))):
        at = _least_ink(grey, detection, across=False)
        above, below = replace(whole, height=at), replace(whole, y=whole.y + at, height=whole.height - at)
        yield above, below


def _least_ink(grey: Grey, detection: Detection, across: bool) -> float:
    """How far into the box there is hardly any ink, as close to its middle as may be."""
    x, y, width, height = detection.box
    part = grey[max(0, y) : y + height, max(0, x) : x + width].astype(np.float32)
    darkness = np.maximum(0, np.median(part) - part).mean(axis=0 if across else 1)
    smooth = np.convolve(darkness, np.ones(1 + 2 * (len(darkness) // SMOOTH)), "same")
    first, last = (int(share * len(smooth)) for share in MIDDLE)
    middle = smooth[first : max(last, first + 1)]
    empty = np.flatnonzero(middle <= middle.min() + EMPTY * smooth.mean())
    return float(first + empty[np.abs(first + empty - len(smooth) / 2).argmin()])
