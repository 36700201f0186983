"""The detector at work: the characters of one view, each with its box and with what kind it is."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from model.detector.view import STRIDE, ViewPlace, as_seen
from model.ink import Grey
from model.reading import Box

FILE = Path(__file__).parent.parent / "artifacts" / "detector.tflite"
UNIT = 16.0  # pixels of a view: sizes are given as the logarithm of so many
MOST_FOUND = 300  # characters of a picture: the work on a stranger's has a bound
SHARED = 0.5  # of the smaller of two boxes: the same character found twice


class Kind(IntEnum):
    """What a character is; the channel of the answer in which it has its peak."""

    HIRAGANA = 0
    OTHER = 1  # kanji, katakana, digits, letters of other alphabets, signs, scribbles
    POINT = 2  # 、 or 。


KINDS = len(Kind)


@dataclass(frozen=True, slots=True)
class Detection:
    """A character that was found."""

    x: float  # of its box's corner, in pixels of the picture
    y: float
    width: float
    height: float
    kind: Kind
    likely: float  # 0 to 1
    own: "Detection | None" = None  # with the network's own box, where this one is drawn around its ink

    @property
    def longer(self) -> float:
        """The longer side of its box."""
        return max(self.width, self.height)

    @property
    def box(self) -> Box:
        """In whole pixels."""
        return round(self.x), round(self.y), max(1, round(self.width)), max(1, round(self.height))

    @property
    def middle(self) -> tuple[float, float]:
        """X and y of its box's middle."""
        return self.x + self.width / 2, self.y + self.height / 2

    def placed(self, place: ViewPlace) -> "Detection":
        """The same in pixels of the picture that the view is a part of."""
        x, y = place.x + self.x / place.scale, place.y + self.y / place.scale
        return replace(self, x=x, y=y, width=self.width / place.scale, height=self.height / place.scale)

    def reaches(self, other: "Detection", margin: float) -> bool:
        """Whether the other one's box comes within a margin, in pixels."""
        across = self.x - margin < other.x + other.width and other.x < self.x + self.width + margin
        return across and self.y - margin < other.y + other.height and other.y < self.y + self.height + margin

    def shares(self, other: "Detection") -> float:
        """What its box and another one share, of the smaller of them, 0 to 1."""
        across = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        down = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(0.0, across) * max(0.0, down) / min(self.width * self.height, other.width * other.height)


class Detector:
    """Finds characters with one model file. Threads may share it; the same picture gives the same answer."""

    def __init__(self, content: bytes) -> None:
        """Use the content of a .tflite file, as `python -m model detector` writes it."""
        self._interpreter = Interpreter(model_content=content, num_threads=1)
        self._turn = threading.Lock()  # the interpreter has one set of buffers
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]

    def look(self, grey: Grey, place: ViewPlace, least: float) -> list[Detection]:
        """The characters in a part of a picture.

        Args: grey: (h, w) uint8. least: how likely there is one, 0 to 1, to count. Returns: in pixels of the picture.
        """
        answer = self.answer(as_seen(place.cut_out(grey)))
        seen = (found.placed(place) for found in peaks(answer, least))
        height, width = grey.shape
        return [found for found in seen if 0 <= found.middle[0] < width and 0 <= found.middle[1] < height]

    def answer(self, view: NDArray[np.float32]) -> NDArray[np.float32]:
        """What the network says of a view, (256, 256, 1).

        Returns: (64, 64, 7): peaks of each kind as logits, how far the middle is off, logarithms of width and height.
        """
        with self._turn:
            self._interpreter.set_tensor(self._input, view[np.newaxis])
            self._interpreter.invoke()
            return np.array(self._interpreter.get_tensor(self._output)[0])


def peaks(answer: NDArray[np.float32], least: float) -> list[Detection]:
    """The characters of an answer, in pixels of the view."""
    likely = (1 + np.tanh(answer[:, :, :KINDS] / 2)) / 2  # the logistic function, which no logit overflows
    best = likely.max(axis=2)
    rows, columns = np.nonzero((cv2.dilate(best, np.ones((3, 3), np.uint8)) == best) & (best >= least))
    found = []
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        right, below, *sizes = answer[row, column, KINDS:].tolist()
        width, height = UNIT * np.exp(np.clip(sizes, -3, 4))
        x, y = (column + right) * STRIDE - width / 2, (row + below) * STRIDE - height / 2
        kind = Kind(int(likely[row, column].argmax()))
        found.append(Detection(float(x), float(y), float(width), float(height), kind, float(best[row, column])))
    return found


def each_once(found: Iterable[Detection]) -> list[Detection]:
    """Without those that share a box with a likelier one; the likeliest, where there are more than MOST_FOUND."""
    kept: list[Detection] = []
    for detection in sorted(found, key=lambda detection: -detection.likely):
        if len(kept) < MOST_FOUND and all(detection.shares(other) < SHARED for other in kept):
            kept.append(detection)
    return kept


@cache
def shipped() -> Detector:
    """The detector that comes along; loaded once, with the first page."""
    return Detector(FILE.read_bytes())
