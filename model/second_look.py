"""Other ways to find the character of a photo, for when the first one shows the network nothing that it knows.

A coloured pen is told from its paper by colour, a sheet is cut out of the table, a shadow's edge is broader than a pen,
and people hold the camera so that the writing is in the middle. Of 720 simulated photos 90 % were read at first sight
and 97 % with a second look, with one network (November 2026); pictures in even light are left to the first.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import FAINTEST, Grey, shrink, to_colours, to_grey
from model.preprocess import (
    BROAD_LINE,
    FINE_LINE,
    WORKING_SIZE,
    BlankImage,
    Located,
    locate_grey,
    locate_lines,
    only_ink_is_dark,
)
from model.reading import Box

COLOUR_SIZE = 2 * WORKING_SIZE
CONTRAST = 6  # what a step of colour, of CIELAB's a and b, counts in brightness
SHEET_SIZE = 128
LARGEST_SHEET, SMALLEST_SHEET = 0.9, 0.02  # of the picture
MIDDLE = 0.6  # of the picture's sides
SEARCH_SIZE = 640  # small writing on a large sheet can still be seen in a picture of this size
STROKE = 0.04  # of its side: what is broader is no stroke of small writing
GROUP = 0.03  # of its side: strokes that are no further apart belong together
BESIDE = 0.03  # of the heaviest group: what weighs less is dust
ABOVE, RIGHT, ELSEWHERE = 0.55, 0.65, 0.2  # of a character's longer side, in which its ゛ or ゜ may lie unseen
LARGEST_PART = 0.35  # of the picture: writing that is larger is found without


@dataclass(frozen=True, slots=True)
class View:
    """A part of a picture, or another side of it."""

    grey: Grey
    x: int = 0  # of its corner in the picture
    y: int = 0
    scale: float = 1.0  # pixels of the picture in one of the view's

    def located(self, find: Callable[[Grey], Located]) -> Located:
        """What `find` sees in the view, with its place in the picture."""
        found = find(self.grey)
        x, y, width, height = (round(value * self.scale) for value in found.box)
        return Located((x + self.x, y + self.y, max(1, width), max(1, height)), found.input)


def other_ways(image: NDArray[np.uint8] | NDArray[np.uint16]) -> Iterator[Located]:
    """The character of a picture as other ways find it; those that find nothing are left out.

    Args: image: as for `model.preprocess.preprocess`.
    Returns: none for a picture in even light without surfaces: a drawing, a scan.
    Raises: UnreadableImage: no picture at all. BlankImage: no pixels.
    """
    grey = to_grey(image)
    part = written_part(grey)
    if part is not None:
        with suppress(BlankImage):
            yield part.located(locate_grey)
    if only_ink_is_dark(shrink(grey, WORKING_SIZE)):
        return
    ways: list[tuple[View | None, Callable[[Grey], Located]]] = [
        (by_colour(image), locate_grey),
        (on_the_sheet(grey), locate_grey),
        (View(grey), partial(locate_lines, widest=FINE_LINE)),
        (in_the_middle(grey), locate_grey),
    ]
    for view, find in ways:
        if view is not None:
            with suppress(BlankImage):
                yield view.located(find)


def written_part(grey: Grey) -> View | None:
    """The part of a large, mostly blank sheet that holds all strokes; None where they are everywhere, or large.

    A word that covers a thousandth of a photo is lost in a picture of WORKING_SIZE.
    """
    small = shrink(grey, SEARCH_SIZE)
    if small.shape == grey.shape:
        return None
    kernel = np.ones((round(STROKE * SEARCH_SIZE),) * 2, np.uint8)
    dark, light = (cv2.morphologyEx(small, hat, kernel) for hat in (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT))
    boxes = _groups(np.asarray(dark if dark.max() >= light.max() else light, np.uint8))
    if not len(boxes):
        return None
    start, end = boxes[:, :2].min(axis=0), (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
    side = int((end - start).max())
    if start.min() <= 0 or (end >= small.shape[::-1]).any() or side > LARGEST_PART * SEARCH_SIZE:
        return None
    margin, scale = max(8, 0.3 * side), grey.shape[0] / small.shape[0]
    x0, y0 = (max(0, int((value - margin) * scale)) for value in start)
    x1, y1 = (int((value + margin) * scale) for value in end)
    return View(np.ascontiguousarray(grey[y0:y1, x0:x1]), x0, y0)


def _groups(strokes: Grey) -> NDArray[np.int32]:
    """(n, 4) boxes of the groups of strokes that stand out from the grain, without dust."""
    mask = (strokes > max(FAINTEST, 3 * float(np.median(strokes)))).view(np.uint8)
    near = cv2.dilate(mask, np.ones((2 * round(GROUP * SEARCH_SIZE / 2) + 1,) * 2, np.uint8))
    count, numbers, stats, _ = cv2.connectedComponentsWithStats(near)
    inside = mask > 0
    weights = np.bincount(numbers[inside], strokes[inside], count)
    kept = weights > BESIDE * weights.max()
    return np.asarray(stats[kept, : cv2.CC_STAT_AREA], np.int32)


def by_colour(image: NDArray[np.uint8] | NDArray[np.uint16]) -> View | None:
    """How far each point's colour is from the usual one around it, as ink on white; None for a grey picture."""
    colours = to_colours(image)
    if colours is None:
        return None
    small = shrink(colours, COLOUR_SIZE)
    lab = cv2.cvtColor(cv2.blur(small, (3, 3)), cv2.COLOR_RGB2LAB)
    tiny = cv2.resize(lab, (64, max(1, 64 * small.shape[0] // small.shape[1])), interpolation=cv2.INTER_LINEAR)
    usual = cv2.resize(cv2.medianBlur(tiny, 31), small.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    apart = np.linalg.norm(lab[:, :, 1:].astype(np.float32) - usual[:, :, 1:], axis=2)
    return View(np.clip(255 - CONTRAST * apart, 0, 255).astype(np.uint8), scale=image.shape[0] / small.shape[0])


def on_the_sheet(grey: Grey) -> View | None:
    """The largest bright surface, with what is dark on it, and paper in place of the rest; None where there is none."""
    small = cv2.GaussianBlur(shrink(grey, SHEET_SIZE), (0, 0), 3)
    threshold, _ = cv2.threshold(small, 0, 255, cv2.THRESH_OTSU)
    count, numbers, stats, _ = cv2.connectedComponentsWithStats((small > threshold).view(np.uint8))
    if count < 2:
        return None
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    x, y, width, height, area = (int(value) for value in stats[largest])
    if not SMALLEST_SHEET * small.size <= area <= LARGEST_SHEET * small.size:
        return None
    inside = cv2.erode((numbers == largest).view(np.uint8), np.ones((5, 5), np.uint8))
    filled = cv2.morphologyEx(inside, cv2.MORPH_CLOSE, np.ones((41, 41), np.uint8))
    sheet = cv2.resize(filled, grey.shape[::-1], interpolation=cv2.INTER_LINEAR) > 0
    if not sheet.any():
        return None
    alone = np.where(sheet, grey, np.uint8(np.median(grey[sheet])))
    scale = grey.shape[0] / small.shape[0]
    left, top, right, bottom = (int(value * scale) for value in (x, y, x + width, y + height))
    return View(np.ascontiguousarray(alone[top:bottom, left:right]), left, top)


def with_its_mark(image: NDArray[np.uint8] | NDArray[np.uint16], box: Box) -> Located | None:
    """A character of a photo with the lines above and to the right of it, where ゛ and ゜ stand; None without lines.

    They are small, and at first sight faint ones are taken for dust. Of 250 simulated photos of marked letters 16 were
    read without their mark, and 12 with this look (November 2026).

    Args: image: as for `other_ways`. box: of the character as it was found.
    """
    grey = to_grey(image)
    x, y, width, height = box
    side = max(width, height)
    x0, y0 = max(0, round(x - ELSEWHERE * side)), max(0, round(y - ABOVE * side))
    x1, y1 = round(x + width + RIGHT * side), round(y + height + ELSEWHERE * side)
    view = View(np.ascontiguousarray(grey[y0:y1, x0:x1]), x0, y0)
    try:
        return view.located(partial(locate_lines, widest=BROAD_LINE))
    except BlankImage:
        return None


def in_the_middle(grey: Grey) -> View:
    """The picture without its outer parts."""
    height, width = grey.shape
    top, left = round(height * (1 - MIDDLE) / 2), round(width * (1 - MIDDLE) / 2)
    return View(np.ascontiguousarray(grey[top : height - top, left : width - left]), left, top)
