"""One character of a picture alone, as it was written: what a sample keeps of an upload."""

from contextlib import suppress

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import BlankImage, Grey, Ink, find_dark, find_lines, shrink, to_grey
from model.reading import Box, Glyph
from model.segmentation.pieces import mask_of

SIDE = 128  # pixels of the longer side at most
AROUND = 0.35  # of the box's longer side: paper beside the character, from which its light is judged
MARGIN = 0.06  # of the same: paper that is kept
WIDEST = 0.25  # of the same: a brush's stroke


def glyph_alone(image: NDArray[np.uint8], glyph: Glyph, side: int = SIDE) -> Grey:
    """A character of a picture's reading as `cut_out` gives it, but upright. Args, Returns, Raises: as `cut_out`."""
    return np.ascontiguousarray(np.rot90(cut_out(image, glyph.box, side), glyph.turned))


def cut_out(image: NDArray[np.uint8], box: Box, side: int = SIDE) -> Grey:
    """The character in a box, its paper evened out and what belongs to its neighbours wiped away.

    It is neither straightened nor thickened nor smoothed: only the light is taken out.

    Args: image: (h, w) grey or (h, w, 3) RGB, uint8. box: x, y, width, height, as in a Glyph of this picture.
    Returns: (h, w) uint8, 0 ink to 255 paper, its longer side at most `side`.
    Raises: BlankImage: nothing stands out from the paper there. UnreadableImage: the array is no picture.
    """
    x, y, width, height = box
    longer = max(width, height)
    left, top, right, bottom = _within(image.shape, box, round(AROUND * longer) + 2)
    scale = min(1.0, side / (longer * (1 + 2 * MARGIN)))
    grey = shrink(to_grey(image[top:bottom, left:right]), max(1, round(max(right - left, bottom - top) * scale)))
    down, across = grey.shape[0] / (bottom - top), grey.shape[1] / (right - left)
    inner = (round((x - left) * across), round((y - top) * down), round(width * across), round(height * down))
    ink = _of_one(_ink(grey, WIDEST * longer * scale), inner)
    left, top, right, bottom = _within(ink.shape, inner, round(MARGIN * max(inner[2:])) + 1)
    return np.ascontiguousarray(shrink(~ink[top:bottom, left:right], side))


def _within(shape: tuple[int, ...], box: Box, margin: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the box and a margin around it, as far as the picture reaches."""
    x, y, width, height = box
    return max(0, x - margin), max(0, y - margin), min(shape[1], x + width + margin), min(shape[0], y + height + margin)


def _ink(grey: Grey, widest: float) -> Ink:
    try:
        dark = find_dark(grey)
    except BlankImage:  # fine lines may stand out nevertheless
        return find_lines(grey, widest / max(grey.shape)).ink
    if not dark.is_evenly_lit():
        with suppress(BlankImage):
            return find_lines(grey, widest / max(grey.shape)).ink  # a table or a shadow in the corner is no ink
    return dark.ink


def _of_one(ink: Ink, box: Box) -> Ink:
    """The ink whose pieces lie for the most part in the box."""
    x, y, width, height = box
    mask = mask_of(ink)
    count, numbers, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    inside = np.bincount(numbers[max(0, y) : y + height + 1, max(0, x) : x + width + 1].ravel(), minlength=count)
    foreign = inside < 0.5 * stats[:, cv2.CC_STAT_AREA]
    foreign[0] = False  # paper
    if foreign[1:].all():
        raise BlankImage("nothing is written in the box")
    wiped = cv2.dilate(foreign[numbers].astype(np.uint8), np.ones((5, 5), np.uint8))  # with its soft edge
    spared = cv2.dilate((mask > 0).astype(np.uint8) & ~foreign[numbers], np.ones((3, 3), np.uint8))
    return np.where((wiped > 0) & (spared == 0), 0, ink).astype(np.uint8)
