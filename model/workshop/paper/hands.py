"""Simulated people, each with a hand of their own: a class of them fills sheets where nobody else is there to.

A person's あ is the same あ each time, only never quite; the あ of the next person is another one. Their shapes come
from those that ship with the model, written by our own generator, bent as one hand bends all that it writes.
"""

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from model import check_set
from model.explaining import tendencies
from model.ink import Ink
from model.labels import INDEX
from model.synthetic.augment import bend
from model.workshop.sources.line_ends import find_line_ends, vary_line_ends
from model.workshop.sources.parts import move_parts

Writes = Callable[[str, np.random.Generator], Ink]

SEED = 2017  # of all people
SIDE = 128  # of the ink while it is written
SLANT, STRETCH = 0.1, 0.08  # how far people differ from one another in all letters: standard deviations
PEN = (1.6, 3.4)  # half the width of the line, in pixels of SIDE
TREMBLE = 0.8  # pixels by which the same letter differs from one time to the next


def hand_of(person: int) -> Writes:
    """The way a simulated person writes; the same for the same number.

    Returns: a label and a generator -> (96, 96) uint8, 0 paper to 255 ink. Raises KeyError: no such label.
    """
    habits = np.random.default_rng((SEED, person))
    slant, stretch, pen = habits.normal(0, SLANT), np.exp(habits.normal(0, STRETCH)), habits.uniform(*PEN)

    @cache
    def usual(label: str) -> Ink:
        rng = np.random.default_rng((SEED, person, INDEX[label]))
        return _leaned(bend(_with_pen(_model_of(label, rng), pen), rng), slant, stretch)

    def write(label: str, rng: np.random.Generator) -> Ink:
        ink = usual(label)
        return _trembled(move_parts(vary_line_ends(ink, find_line_ends(ink), rng), rng), rng)

    return write


def _model_of(label: str, rng: np.random.Generator) -> Ink:
    """One of the shapes of a label that ship, (128, 128)."""
    letters, known = check_set.load(), tendencies.load()
    shapes = [*letters.inks[letters.labels == INDEX[label]], *known.exemplars[known.exemplar_labels == INDEX[label]]]
    shape = shapes[int(rng.integers(len(shapes)))]
    inner = SIDE - 32  # room to bend it
    return np.pad(np.asarray(cv2.resize(shape, (inner, inner), interpolation=cv2.INTER_CUBIC), np.uint8), 16)


def _with_pen(ink: Ink, half: float) -> Ink:
    """The same lines with a pen of another width; `half` of it, in pixels."""
    inside = cv2.distanceTransform((ink > 127).astype(np.uint8), cv2.DIST_L2, 3)
    was = float(np.percentile(inside[inside > 0], 80)) if inside.any() else half
    outside = cv2.distanceTransform((ink <= 127).astype(np.uint8), cv2.DIST_L2, 3)
    edge = np.where(inside > 0, inside, 1 - outside) + half - min(was, half + 2.5)  # a thinner pen, but no gaps
    return np.round(255 * np.clip(edge, 0, 1)).astype(np.uint8)


def _leaned(ink: Ink, slant: float, stretch: float) -> Ink:
    side = ink.shape[0]
    matrix = np.array([[1, -slant, slant * side / 2], [0, stretch, (1 - stretch) * side / 2]])
    return np.asarray(cv2.warpAffine(ink, matrix, (side, side), flags=cv2.INTER_LINEAR), np.uint8)


def _trembled(ink: Ink, rng: np.random.Generator) -> Ink:
    side = ink.shape[0]
    shift: NDArray[np.float32] = rng.normal(0, TREMBLE, (5, 5, 2)).astype(np.float32)
    wander = cv2.resize(shift, (side, side), interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[:side, :side].astype(np.float32)
    return np.asarray(cv2.remap(ink, x + wander[:, :, 0], y + wander[:, :, 1], cv2.INTER_LINEAR), np.uint8)
