"""Views of a picture that may show a page of writing, the likeliest first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from model.finder.views import (
    Handwriting,
    View,
    by_colour,
    handwriting,
    mended,
    on_the_sheet,
    small_handwriting,
    written_part,
)
from model.ink import Grey, lines_are_lighter, shrink, to_grey
from model.preprocess import WORKING_SIZE, only_ink_is_dark
from model.segmentation.printed import strongest, without_squares

MISSED = 0.15  # of what is seen from near, where it is not seen from afar: there may be lines that were missed


@dataclass(frozen=True, slots=True)
class PageView:
    """A view to read lines in."""

    view: View
    reverse: bool = False  # ink is looked for that is as light as the paper seems to be
    confirms: bool = False  # seen from near, it shows nothing that was missed from afar


def page_views(image: NDArray[np.uint8], is_one: bool) -> Iterator[PageView]:
    """The views of a picture, each made when it is asked for.

    Args: image: as for `model.preprocess.preprocess`. is_one: the network knows the picture as one letter: only the
        likeliest views are given.
    Raises: UnreadableImage: no picture at all.
    """
    grey = to_grey(image)
    part = written_part(grey)
    if part is not None:
        yield PageView(replace(part, holds_all=only_ink_is_dark(shrink(part.picture, WORKING_SIZE))))
    is_photo = not only_ink_is_dark(shrink(grey, WORKING_SIZE))
    written: list[Handwriting] = []
    if is_photo:
        for find in (handwriting,) if is_one else (handwriting, small_handwriting):
            if (found := find(image)) is not None:
                written.append(found)
                yield from _writing_alone(written)
    yield PageView(View(grey))
    if is_photo and not is_one:
        yield from _unlikely(image, grey, written)


def _writing_alone(written: Sequence[Handwriting]) -> Iterator[PageView]:
    """The last writing that was found, and without squares, if it shows what was not seen from afar."""
    more = _shows_more(written)
    if (view := written[-1].plain) is not None:
        yield PageView(view, confirms=len(written) > 1 and not more)
    if more and (view := written[-1].alone(without_squares)) is not None:
        yield PageView(view)


def _shows_more(written: Sequence[Handwriting]) -> bool:
    """Whether the writing seen from near, the last, has letters that are missed from afar."""
    return len(written) > 1 and written[0].misses(written[-1]) > MISSED


def _unlikely(image: NDArray[np.uint8], grey: Grey, written: Sequence[Handwriting]) -> Iterator[PageView]:
    others = (find() for find in (partial(by_colour, image), partial(on_the_sheet, grey)))
    yield from (PageView(view) for view in chain(_without_print(written), others) if view is not None)
    if lines_are_lighter(grey):  # or so it seems: a bright table can outweigh the ink, and ink is mostly dark
        yield PageView(View(grey), reverse=True)


def _without_print(written: Sequence[Handwriting]) -> Iterator[View | None]:
    """The writing without squares, and with the strokes mended that they cut into dashes; None where there are none."""
    for writing in written[:1] if _shows_more(written) else written:  # what is seen from near was read so already
        yield writing.alone(without_squares)
    for nearest in written[-1:]:
        faint = nearest.alone(strongest)
        yield faint
        for view in (nearest.plain, faint):
            yield view and mended(view)
