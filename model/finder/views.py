"""Parts of a picture, and other sides of it, in which writing is easier to find than in the whole."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from model.finder.find import Place, shipped
from model.finder.pen import pen_lines
from model.ink import FAINTEST, BlankImage, Grey, Ink, shrink, to_colours, to_rgb
from model.preprocess import FINE_LINE, WORKING_SIZE, Located
from model.segmentation.printed import without_ruled_lines

PAGE_SIZE = 1280  # of a page's longer side, as letters are read
GAP = 9  # pixels of a page: of 5, 7 and 9 this reads most
PAGE_MARGIN = 0.1  # of the longer side of what is written
COLOUR_SIZE = 2 * WORKING_SIZE
CONTRAST = 6  # what a step of colour, of CIELAB's a and b, counts in brightness
SHEET_SIZE = 128
LARGEST_SHEET, SMALLEST_SHEET = 0.9, 0.02  # of the picture
SEARCH_SIZE = 640  # small writing on a large sheet can still be seen in a picture of this size
STROKE = 0.04  # of its side: what is broader is no stroke of small writing
GROUP = 0.03  # of its side: strokes that are no further apart belong together
BESIDE = 0.03  # of the heaviest group: what weighs less is dust
LARGEST_PART = 0.35  # of the picture: writing that is larger is found without
SURELY, HARDLY = 128, 51  # of 255, how likely something is written at a point: seen, and not seen
AROUND = 5  # points in which the two looks may differ about a letter's rim


@dataclass(frozen=True, slots=True)
class View:
    """A part of a picture, or another side of it."""

    picture: NDArray[np.uint8]  # (h, w) grey or (h, w, 3) RGB
    x: int = 0  # of its corner in the picture
    y: int = 0
    scale: float = 1.0  # pixels of the picture in one of the view's
    holds_all: bool = False  # nothing is written outside of it

    def located(self, find: Callable[[NDArray[np.uint8]], Located]) -> Located:
        """What `find` sees in the view, with its place in the picture."""
        found = find(self.picture)
        x, y, width, height = (round(value * self.scale) for value in found.box)
        return Located(
            (x + self.x, y + self.y, max(1, width), max(1, height)), found.input, found.alone and self.holds_all
        )


def part_around(picture: NDArray[np.uint8], place: Place, margin: float) -> View:
    """The part of a picture around a place. `margin`: of its longer side."""
    x, y, width, height = place.box
    broad = round(margin * max(width, height))
    x0, y0 = max(0, x - broad), max(0, y - broad)
    part = np.ascontiguousarray(picture[y0 : y + height + broad, x0 : x + width + broad])
    return View(part, x0, y0, holds_all=place.alone)


@dataclass(frozen=True)
class Handwriting:
    """Where a photo is written on, and how likely something is written at each point there, as the finder sees it."""

    part: View
    seen: Ink  # (h, w), 0 to 255, of the part

    @cached_property
    def plain(self) -> View | None:
        """What a pen wrote, without ruled lines. Returns: as `alone`."""
        return self.alone(without_ruled_lines)

    def alone(self, without_print: Callable[[Ink], Ink | None]) -> View | None:
        """What a pen wrote, as black on white, at most PAGE_SIZE long; None where a pen wrote nothing.

        Args: without_print: as for `pen_lines`; None also where it finds no such print.
        """
        with suppress(BlankImage):
            ink = pen_lines(self.part.picture, self.seen, PAGE_SIZE, FINE_LINE, without_print)
            return View(~ink, self.part.x, self.part.y, self.part.picture.shape[0] / ink.shape[0])
        return None

    def misses(self, near: "Handwriting") -> float:
        """The share, 0 to 1, of what is seen from near in the same photo that is not seen here."""
        step = near._point() / self._point()
        start = (near._corner() - self._corner()) / self._point() + (step - 1) / 2  # of the points' middles
        place = np.column_stack((np.diag(step), start))
        around = cv2.dilate(self.seen, np.ones((AROUND, AROUND), np.uint8))
        here = cv2.warpAffine(around, place, near.seen.shape[::-1], flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        seen = near.seen >= SURELY
        return float((here[seen] < HARDLY).mean()) if seen.any() else 0.0

    def _point(self) -> NDArray[np.float64]:
        """Pixels of the photo, across and down, in a point of what is seen."""
        height, width = self.part.picture.shape[:2]
        return np.array([width / self.seen.shape[1], height / self.seen.shape[0]])

    def _corner(self) -> NDArray[np.float64]:
        return np.array([self.part.x, self.part.y], np.float64)


def mended(view: View) -> View:
    """Writing, black on white, with strokes that squares cut into dashes in one piece; what is close is joined, too."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (GAP, GAP))
    return replace(view, picture=np.asarray(cv2.morphologyEx(view.picture, cv2.MORPH_OPEN, kernel), np.uint8))


def handwriting(image: NDArray[np.uint8] | NDArray[np.uint16]) -> Handwriting | None:
    """All that is written in a photo, seen from afar; None where the finder sees nothing."""
    picture = to_rgb(image)
    place = shipped().find_all(picture)
    if place is None:
        return None
    part = part_around(picture, place, PAGE_MARGIN)
    return Handwriting(part, shipped().letters(part.picture))


def small_handwriting(image: NDArray[np.uint8] | NDArray[np.uint16]) -> Handwriting | None:
    """As `handwriting`, of a page full of letters, which the finder looks at from near."""
    picture = to_rgb(image)
    found = shipped().find_small(picture)
    if found is None:
        return None
    (x, y, width, height), seen = found
    return Handwriting(View(np.ascontiguousarray(picture[y : y + height, x : x + width]), x, y), seen)


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
