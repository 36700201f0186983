"""The letters of the check set, written anew; `model.check_set` makes its pictures of them."""

import cv2
import numpy as np

from model.check_set import SEED, SIDE, CheckSet
from model.ink import Ink
from model.synthetic.strokes import StrokeDrawings

PER_LABEL = 6
LEVELS = 16  # shades of ink that are kept


def write_check_set(source: StrokeDrawings) -> CheckSet:
    """Have the generator write each letter that it knows some times; the same strokes give the same set."""
    rng = np.random.default_rng((SEED, 2))
    items = np.repeat(np.arange(len(source.labels)), PER_LABEL)
    inks = np.stack([_kept(source.ink(int(item), rng)) for item in items])
    return CheckSet(inks, np.asarray(source.labels[items], np.uint8))


def _kept(ink: Ink) -> Ink:
    smaller = cv2.resize(ink, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(smaller // LEVELS * LEVELS, np.uint8)
