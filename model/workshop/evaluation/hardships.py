"""What happens to pictures on their way: turned, small, tight, cut close, off the middle, white on black, photographed.

A character keeps its pixels where only the frame around it changes, so that a figure speaks of finding the ink and not
of lost detail.
"""

import zlib
from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import to_grey
from model.preprocess import BlankImage, locate
from model.workshop.evaluation.photographs import photograph

Change = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]

SHARES = (100, 60, 40)  # percent of the frame's side that the character's longer side takes
ANGLES = (5, 10, 15)  # degrees
SLOW = {"phone photo"}  # takes a quarter of a second to make


def hardships() -> dict[str, Change]:
    """Each hardship as a change of one picture that holds one character; a picture always changes in the same way."""
    framings: dict[str, Change] = {f"at {share} % of the frame": partial(framed, share=share / 100) for share in SHARES}
    turns: dict[str, Change] = {
        f"turned {angle}° {side}": partial(framed, angle=sign * angle, share=0.7)
        for angle in ANGLES
        for side, sign in (("left", 1), ("right", -1))
    }
    return {
        "inverted": invert,
        **framings,
        "cut close": cut_close,
        "shifted into a corner": partial(framed, share=0.55, shift=(0.2, -0.2)),
        **turns,
        "phone photo": take_photo,
    }


def invert(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """White on black, or the reverse."""
    return np.asarray(cv2.bitwise_not(image), np.uint8)


def cut_close(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The character without its margins; the same picture where it shows none."""
    try:
        x, y, width, height = locate(image).box
    except BlankImage:
        return image
    return np.ascontiguousarray(image[y : y + height, x : x + width])


def framed(
    image: NDArray[np.uint8], share: float, angle: float = 0.0, shift: tuple[float, float] = (0.0, 0.0)
) -> NDArray[np.uint8]:
    """The character in a square of its paper's median colour.

    Args: share: 0 to 1, of the square's side that the character's longer side takes. angle: degrees to the left. shift:
        right and down, shares of the square's side.
    Returns: uint8 with as many channels; the same picture where it shows no character.
    """
    try:
        x, y, width, height = locate(image).box
    except BlankImage:
        return image
    side = max(2, round(max(width, height) / share))
    centre = (x + (width - 1) / 2, y + (height - 1) / 2)
    matrix = cv2.getRotationMatrix2D(centre, angle, 1.0)
    matrix[:, 2] += side / 2 - np.asarray(centre) + np.asarray(shift) * side
    paper = np.median(image.reshape(-1, *image.shape[2:]), axis=0).reshape(-1).tolist()
    return np.asarray(cv2.warpAffine(image, matrix, (side, side), borderValue=paper), np.uint8)


def take_photo(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A simulated phone photo, (h, w, 3); the same for the same picture, whatever else is read."""
    return photograph(to_grey(image), np.random.default_rng(zlib.crc32(image.tobytes())))
