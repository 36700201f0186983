"""A photograph -> the page as it was printed: straight, evenly lit, with what each of its strips is for.

The four corners give the perspective; what curled or folded paper adds to it is told by the markers of the strips. What
a cell is for is always said by the marker in its own strip.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import Grey
from model.workshop.errors import WorkshopError
from model.workshop.paper import layout
from model.workshop.paper.bending import Bend
from model.workshop.paper.layout import Code, Page

SCALE = 10  # pixels of a found page for a millimetre
LEAST_SCALE = 2.8  # of the photo: a character has half as many pixels as the model looks at
MOST_BLUR = 0.42  # mm, standard deviation; a pen's line is about as wide
FURTHEST = 8.0  # mm that bent paper may shift a strip's marker; the next one is 20 mm away
MOST_WARP = 1.2  # mm by which the shape of a marker may be another one than printed
STROKE = 4.0  # mm; what is broader is a shadow and no line
SIDES = ("upper left", "upper right", "lower right", "lower left")
AGAIN = "photograph the whole sheet again, from above and in good light"


class NoSheet(WorkshopError):
    """The photo shows no page that can be used; the message says why, and what to do."""


@dataclass(frozen=True, eq=False)
class FoundPage:
    """A page in a photo."""

    code: Code
    labels: tuple[str | None, ...]  # of its strips; None where the marker cannot be read
    picture: Grey  # (2970, 2100) uint8, SCALE pixels for a millimetre; paper is 255, whatever the light
    blur: float  # of the photo, in mm

    @property
    def unread(self) -> int:
        """How many strips cannot be used, since nobody knows what they are for."""
        return self.labels.count(None)


@dataclass(frozen=True, eq=False)
class _Tag:
    number: int
    corners: NDArray[np.float32]  # (4, 2) in pixels, clockwise from its own upper left

    @property
    def middle(self) -> NDArray[np.float32]:
        return np.asarray(self.corners.mean(axis=0), np.float32)

    @property
    def side(self) -> float:
        return float(np.sqrt(cv2.contourArea(self.corners)))


def find_page(photo: NDArray[np.uint8]) -> FoundPage:
    """Find the page that a photo shows, turned in any way.

    Args: photo: (h, w, 3) RGB uint8.
    Raises: NoSheet: there is none, more than one, a corner is missing, the photo is too small or blurred, or the page
        says other things about itself than its strips do.
    """
    grey = np.asarray(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), np.uint8)
    tags = _four_corners(_tags(grey, layout.CORNER_TAGS, 4))
    code = Code.of_tags([tag.number for tag in tags])
    if code.version != layout.VERSION or not 0 < code.strips <= layout.STRIPS:
        raise NoSheet(
            f"the page was printed by another version of this program: print it anew with this one, and {AGAIN}"
        )
    _require_size(tags)
    seen = np.concatenate([tag.corners for tag in tags])
    printed = np.concatenate([layout.square(place, layout.CORNER) for place in layout.CORNERS])
    matrix = np.asarray(cv2.findHomography(printed, seen)[0], np.float64)  # from millimetres to the photo
    straight = _straightened(grey, matrix)
    blur = _blur(straight)
    if blur > MOST_BLUR:
        raise NoSheet(f"the photo is blurred (lines of {2 * blur:.1f} mm run together): hold still, and {AGAIN}")
    strips = _strips(straight, code)
    labels = tuple(layout.label_of_tag(strips[slot].number) if slot in strips else None for slot in range(code.strips))
    _require_agreement(code, labels)
    return FoundPage(code, labels, _evenly_lit(_straightened(grey, matrix, _bend(strips.items()))), blur)


def _tags(grey: Grey, family: cv2.aruco.Dictionary, wanted: int) -> list[_Tag]:
    """The tags in a picture, which is looked at in other ways until as many as wanted are found."""
    found: list[_Tag] = []
    for look in LOOKS:
        for tag in _seen_tags(look(grey), family):
            if all(np.abs(tag.middle - other.middle).max() > other.side for other in found):
                found.append(tag)
        if len(found) >= wanted:
            break
    return found


def _seen_tags(grey: Grey, family: cv2.aruco.Dictionary) -> list[_Tag]:
    settings = cv2.aruco.DetectorParameters()
    settings.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    settings.minMarkerPerimeterRate = 0.01
    corners, numbers, _ = cv2.aruco.ArucoDetector(family, settings).detectMarkers(grey)
    if numbers is None:
        return []
    return [
        _Tag(int(n), np.asarray(c, np.float32).reshape(4, 2)) for n, c in zip(numbers.ravel(), corners, strict=True)
    ]


def _softened(grey: Grey) -> Grey:
    """Without most of the grain of a dark room."""
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.2), np.uint8)


def _levelled(grey: Grey) -> Grey:
    """With the contrast of its surroundings everywhere: a marker that the edge of a shadow crosses, a pale print."""
    return np.asarray(cv2.createCLAHE(4.0, (16, 16)).apply(_softened(grey)), np.uint8)


LOOKS: tuple[Callable[[Grey], Grey], ...] = (np.asarray, _softened, _levelled)


def _four_corners(tags: Iterable[_Tag]) -> list[_Tag]:
    """The tags of the upper left, upper right, lower right and lower left corner."""
    known = [tag for tag in tags if tag.number < 4 * 128]
    count = Counter(tag.number % 4 for tag in known)
    if not known:
        raise NoSheet(f"no sheet is to be seen, or it is too small, too dark or too blurred: {AGAIN}")
    if max(count.values()) > 1:
        raise NoSheet("there is more than one sheet in the photo: photograph each by itself")
    if missing := [SIDES[corner] for corner in range(4) if corner not in count]:
        raise NoSheet(f"the marker in the {' and the '.join(missing)} corner cannot be seen: {AGAIN}")
    return sorted(known, key=lambda tag: tag.number % 4)


def _require_size(tags: Iterable[_Tag]) -> None:
    smallest = min(tag.side for tag in tags) / layout.CORNER
    if smallest < LEAST_SCALE:
        raise NoSheet(
            f"the sheet is too small in the photo ({smallest:.1f} pixels a millimetre, {LEAST_SCALE} are needed): "
            "go nearer, or send the photo in its full size"
        )


def _straightened(grey: Grey, matrix: NDArray[np.float64], bend: Bend | None = None) -> Grey:
    """The page as printed, with SCALE pixels for a millimetre, seen through a homography and a bend."""
    size = (round(layout.WIDTH * SCALE), round(layout.HEIGHT * SCALE))
    # Between places a millimetre apart the way to the photo is as good as straight.
    x, y = np.meshgrid(np.arange(layout.WIDTH) + 0.5, np.arange(layout.HEIGHT) + 0.5)
    places = np.stack([x.ravel(), y.ravel()], axis=1)
    if bend is not None:
        places += bend.away(places)
    seen = cv2.perspectiveTransform(places[np.newaxis].astype(np.float32), matrix).reshape(*x.shape, 2)
    across, down = (cv2.resize(np.ascontiguousarray(seen[:, :, axis]), size) for axis in (0, 1))
    page = cv2.remap(grey, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(page, np.uint8)


def _blur(straight: Grey) -> float:
    """The standard deviation in millimetres of what blurred the edges of the corners' markers, by their steepness."""
    found = []
    for x, y in layout.CORNERS:
        around = np.array([x - 2, y - 2, x + layout.CORNER + 2, y + layout.CORNER + 2]) * SCALE
        left, top, right, bottom = around.astype(int)
        part = straight[top:bottom, left:right].astype(np.float32)
        steepest = np.percentile(np.abs(cv2.Sobel(part, cv2.CV_32F, 1, 0, scale=1 / 8)), 98)
        contrast = float(np.percentile(part, 95) - np.percentile(part, 5))
        found.append(contrast / max(float(steepest), 1e-3) / np.sqrt(2 * np.pi) / SCALE)
    return float(max(found))


def _strips(straight: Grey, code: Code) -> dict[int, _Tag]:
    """The tags of strips that lie about where one should, by slot, their corners in millimetres."""
    found: dict[int, _Tag] = {}
    for tag in _tags(straight, layout.STRIP_TAGS, code.strips):
        corners = np.asarray((tag.corners + 0.5) / SCALE, np.float32)  # OpenCV counts from a pixel's middle
        for slot in range(code.strips):
            away = corners - layout.square(layout.marker_at(slot), layout.MARKER)
            shift = away.mean(axis=0)
            if np.abs(shift).max() < FURTHEST and np.abs(away - shift).max() < MOST_WARP:
                found[slot] = _Tag(tag.number, corners)
    return found


def _bend(strips: Iterable[tuple[int, _Tag]]) -> Bend:
    """How the paper is bent between the corners, which by themselves lie where they should."""
    printed = [layout.square(place, layout.CORNER) for place in layout.CORNERS]
    seen = list(printed)
    for slot, tag in strips:
        printed.append(layout.square(layout.marker_at(slot), layout.MARKER))
        seen.append(tag.corners)
    return Bend(np.concatenate(printed), np.concatenate(seen))


def _require_agreement(code: Code, labels: tuple[str | None, ...]) -> None:
    """The corners carry a checksum over the strips: a page that was pasted together from others is not believed."""
    if not any(labels):
        raise NoSheet(f"none of the strips' markers can be read: {AGAIN}")
    known = tuple(label for label in labels if label)
    if len(known) == len(labels) and Page(code.page, known).code != code:
        raise NoSheet(f"page {code.name} holds other strips than its corners say: print it again")


def _evenly_lit(page: Grey) -> Grey:
    """Paper becomes 255 and ink keeps the share of the light that it takes; a shadow goes, however sharp its edge."""
    fine = 4
    small = cv2.resize(page, None, fx=1 / fine, fy=1 / fine, interpolation=cv2.INTER_AREA)
    size = round(STROKE * SCALE / fine) | 1
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    light = cv2.resize(closed, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(page, np.maximum(light, 16), scale=255), np.uint8)
