"""What a pen wrote in a photo: its lines, where the finder sees something written."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import BlankImage, Ink, find_lines, lines_are_lighter, shrink, to_grey

LIKELY = 50  # of 255, to be looked at for a pen's line
BROADER = 0.0125  # of the longer side, to each side: so much broader than the finder sees it may a line be


def _all_of(ink: Ink) -> Ink:
    return ink


def pen_lines(
    picture: NDArray[np.uint8],
    seen: Ink,
    longest: int,
    widest: float,
    without_print: Callable[[Ink], Ink | None] = _all_of,
) -> Ink:
    """The lines of a pen, and nothing of what lies around them.

    Args: picture: (h, w, 3) RGB uint8. seen: (h', w') uint8, how likely something is written, of the same picture.
        longest: the longer side of the answer at most. widest: a line's width, as for `find_lines`.
        without_print: leaves out what is printed on the paper; None where such print is not there.
    Returns: (h'', w'') uint8, 0 paper to 255 ink, of the picture's proportions.
    Raises: BlankImage: there are none, or no such print.
    """
    grey = shrink(to_grey(picture), longest)
    likely = cv2.resize(seen, grey.shape[::-1], interpolation=cv2.INTER_LINEAR) > LIKELY
    broad = 2 * round(BROADER * longest) + 1
    near = cv2.dilate(likely.view(np.uint8), np.ones((broad, broad), np.uint8)) > 0
    paper = near & ~likely
    if not likely.any() or not paper.any():
        raise BlankImage("nothing is written")
    lighter = float(grey[likely].mean()) > float(grey[paper].mean())
    written = without_print(find_lines(grey, widest, reverse=lines_are_lighter(grey) != lighter).ink)
    if written is None:
        raise BlankImage("the paper is another one")
    return np.where(near, written, np.uint8(0))
