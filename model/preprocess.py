"""One way from a picture to the network's input, in training and at run time, so that nothing new can surprise it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import (
    BlankImage,
    Dark,
    Grey,
    Ink,
    UnreadableImage,
    find_dark,
    find_lines,
    histogram,
    mean_of_highest,
    shrink,
    to_grey,
)
from model.reading import Box
from model.segmentation.pieces import mask_of
from model.segmentation.segment import holds_all, one_character, shows_the_same, written_among
from model.segmentation.surfaces import is_bold, shows_surface

__all__ = ["INPUT_SIZE", "BlankImage", "Located", "UnreadableImage", "fit", "locate", "preprocess"]

P = ParamSpec("P")
T = TypeVar("T")

INPUT_SIZE = 48
INK_SIZE = 42  # the longer side of the ink inside the input
WORKING_SIZE = 192  # ink is looked for in a picture of this size: three times the detail that the network sees
MIN_DETAIL = 2 * INK_SIZE  # a character smaller than this in the working picture is cut out of the full one
BROAD_LINE = 0.16  # of the picture's longer side: a felt pen in a tight picture
BOLD = 0.12  # of the same: a brush
FINE_LINE = 0.08  # of the same: a pen
SAME_SIZE = 0.85  # of the longer side: the same character in more detail
MARGIN = 0.3  # of the character's longer side, around a cut-out
_LEVELS = np.arange(256, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Located:
    """The one character of a picture."""

    box: Box  # of its ink, in pixels of the picture
    input: NDArray[np.float32]  # (48, 48, 1), what the network reads
    alone: bool = False  # surely nothing else is written in the picture: elsewhere there is next to no ink
    clean: bool = False  # in a drawing or a scan: evenly lit, and nothing but ink is dark


def preprocess(image: NDArray[np.uint8] | NDArray[np.uint16]) -> NDArray[np.float32]:
    """Bring the picture of one character into the form that the network reads.

    Args: image: (h, w) or (h, w, 1) grey, (h, w, 3) RGB or (h, w, 4) RGBA, uint8 or uint16, any size; ink darker than
        paper, or the reverse; any light.
    Returns: (48, 48, 1) float32, 0.0 paper to 1.0 ink; the ink's box is centred, its longer side 42 pixels.
    Raises: BlankImage: nothing stands out from the paper. UnreadableImage: no picture at all.
    """
    return locate(image).input


def locate(image: NDArray[np.uint8] | NDArray[np.uint16]) -> Located:
    """Find the one character of a picture: where it is, and the network's input.

    Args, Raises: as `preprocess`.
    """
    return locate_grey(to_grey(image))


def locate_grey(grey: Grey, may_cut: bool = True) -> Located:
    """The same for one brightness a pixel. `may_cut`: a character that is small in the picture is cut out of it."""
    working = shrink(grey, WORKING_SIZE)
    dark = _unless_blank(find_dark, working)
    clean = dark is not None and _is_ink_alone(dark)
    ink, box, alone = _all_that_is(dark.ink) if dark is not None and clean else _among_surfaces(working, dark)
    around = _scaled(box, working.shape, grey.shape)
    if may_cut and working.shape != grey.shape and max(box[2:]) < MIN_DETAIL:
        x0, y0, x1, y1 = _with_margin(around, grey.shape)
        inner = locate_grey(np.ascontiguousarray(grey[y0:y1, x0:x1]), may_cut=False)
        x, y, width, height = inner.box
        return Located((x + x0, y + y0, width, height), inner.input, alone and _is_whole(inner.box, around), clean)
    return Located(around, fit(ink, box)[:, :, np.newaxis], alone, clean)


def locate_lines(grey: Grey, widest: float) -> Located:
    """The character of lines that are no wider than a share of the picture's longer side, whatever else is dark.

    Raises: BlankImage: there are none.
    """
    working = shrink(grey, WORKING_SIZE)
    ink, box, _ = written_among(find_lines(working, widest))
    return Located(_scaled(box, working.shape, grey.shape), fit(ink, box)[:, :, np.newaxis])


def locate_ink(ink: Ink, shape: tuple[int, ...]) -> Located:
    """The character of ink that is nothing else.

    Args: ink: (h, w) uint8, 0 paper to 255 ink. shape: of the picture that it is the ink of.
    Raises: BlankImage: there is none.
    """
    x, y, width, height = cv2.boundingRect(mask_of(ink))
    if not width:
        raise BlankImage("no stroke is dark enough")
    box = x, y, width, height
    return Located(_scaled(box, ink.shape, shape), fit(ink, box)[:, :, np.newaxis], alone=True)


def only_ink_is_dark(grey: Grey) -> bool:
    """Whether a picture of WORKING_SIZE is a drawing or a scan: evenly lit, and nothing in it broader than a brush."""
    dark = _unless_blank(find_dark, grey)
    return dark is not None and _is_ink_alone(dark)


def _is_ink_alone(dark: Dark) -> bool:
    return dark.is_evenly_lit() and not shows_surface(dark.ink, BOLD)


def _among_surfaces(grey: Grey, dark: Dark | None) -> tuple[Ink, Box, bool]:
    """The character's ink and box, of all that is `dark`, or only of the lines. And whether it is alone.

    On clean paper both ways find the same. Where they differ, a shadow, a table or the edge of a sheet is in sight.
    """
    lines = _unless_blank(find_lines, grey, BROAD_LINE)
    if dark is not None and (lines is None or shows_the_same(dark.ink, lines.ink) or is_bold(dark.ink, BOLD)):
        return _all_that_is(dark.ink)
    fine = _unless_blank(find_lines, grey, FINE_LINE)
    if lines is not None and (fine is None or shows_the_same(lines.ink, fine.ink) or is_bold(lines.ink, FINE_LINE)):
        return written_among(lines)
    if fine is None:
        raise BlankImage("nothing stands out from the paper")
    return written_among(fine)


def _all_that_is(dark: Ink) -> tuple[Ink, Box, bool]:
    ink, box = one_character(dark)
    return ink, box, holds_all(dark, box)


def _unless_blank(find: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
    try:
        return find(*args, **kwargs)
    except BlankImage:
        return None


def _scaled(box: Box, working: tuple[int, ...], full: tuple[int, ...]) -> Box:
    down, across = full[0] / working[0], full[1] / working[1]
    x, y, width, height = box
    x0, y0 = int(x * across), int(y * down)
    x1, y1 = min(full[1], round((x + width) * across)), min(full[0], round((y + height) * down))
    return x0, y0, max(1, x1 - x0), max(1, y1 - y0)


def _is_whole(box: Box, around: Box) -> bool:
    """Whether the character that was found in a cut-out is all that it was cut out for."""
    return max(box[2:]) > SAME_SIZE * max(around[2:])


def _with_margin(box: Box, shape: tuple[int, ...]) -> Box:
    x, y, width, height = box
    margin = max(8, round(MARGIN * max(width, height)))
    return max(0, x - margin), max(0, y - margin), min(shape[1], x + width + margin), min(shape[0], y + height + margin)


def fit(ink: Ink, box: Box, size: int = INPUT_SIZE, ink_size: int = INK_SIZE) -> NDArray[np.float32]:
    """Scale the ink so that its longer side fills the frame, and centre its box.

    Args: ink: (h, w) uint8, 0 paper to 255 ink. box: x, y, w, h of the ink. size: the side of the result. ink_size: of
        the ink in it.
    Returns: (size, size) float32, 0.0 paper to 1.0 ink.
    """
    x, y, width, height = box
    scale = ink_size / max(width, height)
    if scale < 0.5:  # bilinear sampling skips pixels below a half: take the mean of whole pixels first
        shape = (max(1, round(ink.shape[1] * 2 * scale)), max(1, round(ink.shape[0] * 2 * scale)))
        shrunk = np.asarray(cv2.resize(ink, shape, interpolation=cv2.INTER_AREA), np.uint8)
        across, down = shrunk.shape[1] / ink.shape[1], shrunk.shape[0] / ink.shape[0]
        return _place(shrunk, (x * across, y * down, width * across, height * down), size, ink_size)
    return _place(ink, (x, y, width, height), size, ink_size)


def _place(ink: Ink, box: tuple[float, float, float, float], size: int, ink_size: int) -> NDArray[np.float32]:
    x, y, width, height = box
    scale = ink_size / max(width, height)
    middle = (size - 1) / 2
    shift_x, shift_y = middle - scale * (x + (width - 1) / 2), middle - scale * (y + (height - 1) / 2)
    matrix = np.array([[scale, 0, shift_x], [0, scale, shift_y]], np.float32)
    placed = np.asarray(cv2.warpAffine(ink, matrix, (size, size), flags=cv2.INTER_LINEAR), np.uint8)
    # A pen line thinner than a pixel comes out grey: strokes are as dark as they are in every other picture.
    strongest = max(1.0, mean_of_highest(histogram(placed), 40))
    return np.asarray(cv2.LUT(placed, np.minimum(_LEVELS / strongest, 1.0)), np.float32)
