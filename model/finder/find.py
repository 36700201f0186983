"""The finder at work: where in a photo the character is, and its strokes, as a network that knows photos sees them."""

import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from model.finder.square import MAP_SIZE, STROKES, view_of
from model.ink import Ink
from model.reading import Box

FILE = Path(__file__).parent.parent / "artifacts" / "finder.tflite"
LIKELY = 0.2  # of a point, to belong to a letter
REACH = 9  # points of the map across which parts belong together: ゛ stands apart from its letter
STROKES_SIZE = 192  # pixels; of what the network answers, enlarged
BESIDE = 0.1  # of the heaviest group's weight: another one that weighs less is no writing
BESIDE_MANY = 0.02  # the same on a page: one group may be a line, another a letter
AROUND_MANY = 12  # points around a page's letters
TILES, NEAR_SIZE = 4, 3 * MAP_SIZE  # parts of a side, and points of what is seen in all of them
_FROM_RIM = np.minimum(np.arange(1, MAP_SIZE + 1), np.arange(MAP_SIZE, 0, -1)).astype(np.float32)
WEIGHTS = np.minimum(_FROM_RIM[:, np.newaxis], _FROM_RIM)[:, :, np.newaxis]  # the next part shows a part's rim better


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is likely to be written."""

    box: Box
    alone: bool  # nowhere else is


class Finder:
    """Finds writing with one model file. Threads may share it; the same picture gives the same answer."""

    def __init__(self, content: bytes) -> None:
        """Use the content of a .tflite file, as `python -m model finder` writes it."""
        self._interpreter = Interpreter(model_content=content, num_threads=1)
        self._turn = threading.Lock()  # the interpreter has one set of buffers
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]

    def find(self, picture: NDArray[np.uint8]) -> Place | None:
        """Where a character is written; None where nothing is.

        Args: picture: (h, w, 3) RGB uint8, any size; one character, perhaps among other things.
        Returns: a box in pixels, to a hundredth of the picture's sides or so.
        """
        place = heaviest(self.maps(picture))
        return None if place is None else Place(_in_pixels(place.box, MAP_SIZE, picture), place.alone)

    def find_all(self, picture: NDArray[np.uint8]) -> Place | None:
        """Where everything is that is written. Args, Returns: as `find`."""
        box = everything(self.maps(picture), BESIDE)
        return None if box is None else Place(_in_pixels(box, MAP_SIZE, picture), alone=True)

    def find_small(self, picture: NDArray[np.uint8]) -> tuple[Box, Ink] | None:
        """Where many small letters are, with a margin: of TILES by TILES parts each is looked at by itself.

        Args: as `find`. Returns: the box around them in pixels, and `letters` there.
        """
        maps = self._maps_from_near(picture)
        box = everything(maps, BESIDE_MANY)
        if box is None:
            return None
        x, y = max(0, box[0] - AROUND_MANY), max(0, box[1] - AROUND_MANY)
        seen = maps[y : box[1] + box[3] + AROUND_MANY, x : box[0] + box[2] + AROUND_MANY].max(axis=2)
        around = _in_pixels((x, y, seen.shape[1], seen.shape[0]), NEAR_SIZE, picture)
        return around, np.asarray(255 * seen, np.uint8)

    def strokes(self, picture: NDArray[np.uint8]) -> Ink:
        """The strokes of a character, without what lies around it.

        Args: picture: as for `find`; the character fills a good part of it.
        Returns: (h, w) uint8, 0 to 255 where there surely is a stroke; of the picture's proportions, the longer side
            STROKES_SIZE.
        """
        scale = STROKES_SIZE / max(picture.shape[:2])
        height, width = (max(1, round(side * scale)) for side in picture.shape[:2])
        likely = cv2.resize(self.maps(picture)[:, :, STROKES], (width, height), interpolation=cv2.INTER_CUBIC)
        return np.clip(255 * likely, 0, 255).astype(np.uint8)

    def letters(self, picture: NDArray[np.uint8]) -> Ink:
        """Strokes and all that is within letters, (80, 80) uint8, 0 to 255 where they surely are. Args: as `find`."""
        return np.asarray(255 * self.maps(picture).max(axis=2), np.uint8)

    def _maps_from_near(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(240, 240, 2), as `maps`."""
        whole = np.zeros((NEAR_SIZE, NEAR_SIZE, 2), np.float32)
        weights = np.full((NEAR_SIZE, NEAR_SIZE, 1), np.float32(1e-6))
        for down, across in np.ndindex(TILES, TILES):
            rows, columns = _tile(picture.shape[0], down), _tile(picture.shape[1], across)
            near = _tile(NEAR_SIZE, down), _tile(NEAR_SIZE, across)
            whole[near] += self.maps(np.ascontiguousarray(picture[rows, columns])) * WEIGHTS
            weights[near] += WEIGHTS
        return whole / weights

    def maps(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(80, 80, 2), 0 to 1: how likely each part of the picture is a stroke of a letter; within the hull of one."""
        with self._turn:
            self._interpreter.set_tensor(self._input, view_of(picture)[np.newaxis])
            self._interpreter.invoke()
            logits = self._interpreter.get_tensor(self._output)[0]
        return np.asarray((1 + np.tanh(logits / 2)) / 2, np.float32)  # the logistic function, which no logit overflows


def heaviest(maps: NDArray[np.float32]) -> Place | None:
    """The likeliest group of points, its box in points of the maps, (h, w, 2); None where nothing is likely."""
    groups = _groups_of(maps)
    if groups is None:
        return None
    first = int(groups.weights.argmax())
    second = np.delete(groups.weights, first).max()
    return Place(groups.box(np.arange(len(groups.weights)) == first), bool(second < BESIDE * groups.weights[first]))


def everything(maps: NDArray[np.float32], beside: float) -> Box | None:
    """The box around all groups but crumbs, in points of the maps, (h, w, 2); None where nothing is likely.

    Args: beside: the heaviest group's weight, of which a crumb has less.
    """
    groups = _groups_of(maps)
    return None if groups is None else groups.box(groups.weights >= beside * groups.weights.max())


@dataclass(frozen=True, slots=True)
class _Groups:
    """Likely points that lie close together."""

    numbers: NDArray[np.int32]  # (h, w) of the group of each likely point; 0 elsewhere
    weights: NDArray[np.float64]  # (groups + 1,) how much of each is likely; the first is 0

    def box(self, chosen: NDArray[np.bool_]) -> Box:
        x, y, width, height = cv2.boundingRect((chosen[self.numbers] & (self.numbers > 0)).view(np.uint8))
        return x, y, width, height


def _groups_of(maps: NDArray[np.float32]) -> _Groups | None:
    likely = (maps.max(axis=2) > LIKELY).view(np.uint8)
    count, near = cv2.connectedComponents(cv2.dilate(likely, np.ones((REACH, REACH), np.uint8)))
    if count < 2:
        return None
    numbers = np.asarray(near * likely, np.int32)
    weights = np.asarray(np.bincount(numbers.ravel(), maps.sum(axis=2).ravel(), count), np.float64)
    weights[0] = 0
    return _Groups(numbers, weights)


def _in_pixels(box: Box, points: int, picture: NDArray[np.uint8]) -> Box:
    (down, across), (x, y, width, height) = picture.shape[:2], box
    x0, y0 = x * across // points, y * down // points
    x1, y1 = -(-(x + width) * across // points), -(-(y + height) * down // points)  # rounded up
    return x0, y0, x1 - x0, y1 - y0


def _tile(length: int, number: int) -> slice:
    """One of the TILES parts of a side, which overlap by a third; each is a third of the side long."""
    start = min(round(number * length * 2 / 9), length - 1)
    return slice(start, start + max(1, round(length / 3)))


@cache
def shipped() -> Finder:
    """The finder that comes along; loaded once, with the first photo."""
    return Finder(FILE.read_bytes())
