"""A page as the detector sees it: each character cut out of the picture, without its neighbours, and read."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from model.character import Character
from model.detector.detect import Detection, Kind, shipped
from model.detector.ink_boxes import fitted
from model.detector.looks import find_characters
from model.ink import Grey, to_grey
from model.pages.arrange import in_lines
from model.reading import MOST

MARGIN = 0.07  # of a character's longer side, around its box

ReadOne = Callable[[NDArray[np.uint8]], Character | None]  # the one character of a picture; None where there is no ink


def read_detected(image: NDArray[np.uint8], read_one: ReadOne) -> list[list[Character]]:
    """The characters of a picture by line, as the detector finds them.

    Args: image: as for `model.preprocess.preprocess`. Returns: at most MOST characters; boxes are in pixels of
            the picture.
    """
    grey = to_grey(image)
    found = fitted(grey, sorted(find_characters(shipped(), grey), key=lambda seen: -seen.likely)[:MOST])
    lines = in_lines([detection for detection in found if detection.kind is not Kind.POINT])
    return [line for characters in lines if (line := list(_read(grey, characters, found, read_one)))]


def _read(grey: Grey, line: Sequence[Detection], found: Sequence[Detection], read_one: ReadOne) -> Iterator[Character]:
    for detection in line:
        part, x, y = cut_out(grey, detection, found)
        character = read_one(part)
        if character is not None:
            yield character.placed(1.0, x, y)


def cut_out(grey: Grey, detection: Detection, found: Sequence[Detection]) -> tuple[Grey, int, int]:
    """The part of a picture around a character, with paper in place of others that reach into it, and its corner."""
    margin = MARGIN * detection.longer
    x0, y0, x1, y1 = _pixels(detection, margin, grey.shape)
    part = grey[y0:y1, x0:x1].copy()
    own = _mask(detection, (x0, y0), part.shape)
    paper = np.uint8(np.median(part))
    for other in found:
        if other is not detection and detection.reaches(other, margin):
            part[_mask(other, (x0, y0), part.shape) & ~own] = paper
    return part, x0, y0


def _pixels(detection: Detection, margin: float, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    x0, y0 = max(0, int(detection.x - margin)), max(0, int(detection.y - margin))
    x1, y1 = int(detection.x + detection.width + margin) + 1, int(detection.y + detection.height + margin) + 1
    return x0, y0, max(x0 + 1, min(shape[1], x1)), max(y0 + 1, min(shape[0], y1))


def _mask(detection: Detection, corner: tuple[int, int], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Where a character's box is in a part of a picture."""
    mask = np.zeros(shape, bool)
    x, y = detection.x - corner[0], detection.y - corner[1]
    mask[max(0, int(y)) : max(0, round(y + detection.height)), max(0, int(x)) : max(0, round(x + detection.width))] = (
        True
    )
    return mask
