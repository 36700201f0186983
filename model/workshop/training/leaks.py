"""Looks for pictures that we judge by among those that were practised: as they are, re-encoded, scaled, thresholded.

No one limit tells copies from strangers: a cell and its thresholded copy correlate at 0.72 to 0.99, and somebody's し
with a font's at 0.981. But a copy stands out, being far closer than the next best. Measured on the cells of scanned
sheets and on dev.npz (November 2026): of copies in JPEG, brighter, larger, padded, thresholded or inverted at least
96 % are found, at 60 % of the size 88 %, and 54 % of train.npz's thick ones among the grey cells. Of 8,900 drawings of
each group among those of the other groups two are named: one cell, which lies in the sheets of two groups.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.workshop.errors import WorkshopError
from model.workshop.sources.stored import StoredImages

SIDE = 32  # of the picture that is compared
SURELY = 0.99  # as correlated as this is a copy, however many there are
FAR_CLOSER = 0.11  # so much of the distance of the TENTH best
TENTH = 10
CHUNK = 256
FEW = 0.01  # of the judged pictures: so many may look like others by chance


class LeakFound(WorkshopError):
    """Pictures to judge by are among those to practise on: figures would flatter."""


@dataclass(frozen=True, slots=True)
class Leak:
    """A judged picture and the practised one that it is a copy of."""

    judged: int
    practised: int


def without_copies(practice: Sequence[StoredImages], judged: Sequence[StoredImages]) -> list[StoredImages]:
    """The sources to practise on, without what looks like a judged picture; seconds for 20,000 by 3,000.

    Two people's の may look alike by chance: of 13 simulated people one or two did in 13 of 21 splits. More
    than a few are no chance, but the same sheets under two names.

    Args: practice: without the held-out writers.
    Raises: LeakFound: there are more than FEW. It names how many and the first ones, with source and writer.
    """
    if not any(len(source.labels) for source in practice) or not any(len(source.labels) for source in judged):
        return list(practice)
    seen, asked = _looks(practice), _looks(judged)
    kept = np.arange(len(seen))
    while leaks := find_leaks(seen[kept], asked):  # what is left may look like the next best
        if len(leaks) > FEW * len(asked):
            raise LeakFound(_told(leaks, [_names(practice)[item] for item in kept], _names(judged)))
        kept = np.delete(kept, [leak.practised for leak in leaks])
    chosen = np.split(np.isin(np.arange(len(seen)), kept), np.cumsum([len(source.labels) for source in practice])[:-1])
    return [source.select(part) for source, part in zip(practice, chosen, strict=True)]


def _told(leaks: Sequence[Leak], seen: Sequence[str], asked: Sequence[str]) -> str:
    first = "; ".join(f"{asked[leak.judged]} is {seen[leak.practised]}" for leak in leaks[:3])
    return (
        f"{len(leaks):,} of {len(asked):,} pictures to judge by are among those to practise on: {first}. "
        "Give what one person wrote one writer's name, and keep each picture once"
    )


def _names(sources: Sequence[StoredImages]) -> list[str]:
    return [f"{s.name} {item} ({writer})" for s in sources for item, writer in enumerate(s.writers)]


def _looks(sources: Sequence[StoredImages]) -> NDArray[np.float32]:
    return np.concatenate([looks(source.inks) for source in sources if len(source.labels)])


def looks(inks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What is compared: small, soft pictures of one brightness and contrast, so that products are correlations.

    Args: inks: (n, h, w), cropped alike.
    Returns: (n, 1024), each of mean 0 and length 1.
    """
    small = np.empty((len(inks), SIDE * SIDE), np.float32)
    for row, ink in zip(small, inks, strict=True):
        soft = cv2.GaussianBlur(ink.astype(np.float32), (0, 0), ink.shape[0] / 80)
        row[:] = cv2.resize(soft, (SIDE, SIDE), interpolation=cv2.INTER_AREA).ravel()
    small -= small.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(small, axis=1, keepdims=True)
    return np.asarray(small / np.maximum(lengths, 1e-6), np.float32)


def find_leaks(practice: NDArray[np.float32], judged: NDArray[np.float32]) -> list[Leak]:
    """The judged pictures that are copies of practised ones.

    Args: practice, judged: (n, 1024) and (m, 1024), what `looks` gives.
    """
    return [leak for start in range(0, len(judged), CHUNK) for leak in _in_chunk(practice, judged, start)]


def _in_chunk(practice: NDArray[np.float32], judged: NDArray[np.float32], start: int) -> Iterator[Leak]:
    alike = judged[start : start + CHUNK] @ practice.T
    best = alike.max(axis=1)
    copies = best > SURELY
    if len(practice) > TENTH:
        tenth = np.partition(alike, -TENTH - 1, axis=1)[:, -TENTH - 1]
        copies |= 1 - best < FAR_CLOSER * (1 - tenth)
    for row in np.flatnonzero(copies):
        yield Leak(start + int(row), int(alike[row].argmax()))
