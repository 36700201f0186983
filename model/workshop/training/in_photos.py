"""Practice for photos: a character in a drawn photo, as the finder shows it to the network that reads."""

import cv2
import numpy as np
from numpy.typing import NDArray

from model.finder.character_views import locate_pen
from model.finder.find import shipped
from model.finder.square import STROKES
from model.ink import BlankImage, Ink
from model.preprocess import locate_ink
from model.synthetic.augment import bend
from model.workshop.training.finder.scenes import draw_scene

SEEN = 0.6  # of the strokes: with less nobody could read the character


def found_in_photo(ink: Ink, rng: np.random.Generator) -> NDArray[np.float32]:
    """What the network reads of the character: a pen's lines where the finder sees strokes, or these themselves.

    Args: ink: (h, w) uint8, 0 paper to 255 ink, one character with a margin. rng: decides hand, scene and way.
    Returns: (48, 48, 1) float32, 0.0 paper to 1.0 ink, as `model.preprocess.preprocess` makes it.
    Raises: BlankImage: the finder does not see the strokes.
    """
    photo = draw_scene([bend(ink, rng)], rng, close=1.0)
    strokes = shipped().strokes(photo.picture)
    if _shared(strokes, photo.written[:, :, STROKES]) < SEEN:
        raise BlankImage("the finder does not see the strokes")
    if rng.random() < 0.5:
        return locate_pen(photo.picture, strokes).input
    return locate_ink(strokes, photo.picture.shape).input


def _shared(seen: Ink, written: NDArray[np.float32]) -> float:
    """How much of what is seen and of what is written is the same (Dice), 0 to 1."""
    small = cv2.resize(seen, written.shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return float(2 * np.minimum(small, written).sum() / max(1.0, float(small.sum() + written.sum())))
