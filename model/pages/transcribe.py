"""Everything that is written in a picture: from its pieces of ink to lines, and from lines to characters."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
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
from model.labels import LABELS
from model.pages.lattice import Found, Probabilities, characters_of, letter_of
from model.pages.lines import Line, ways_to_read
from model.pages.page import Page, find_page
from model.preprocess import WORKING_SIZE, BlankImage, Located, only_ink_is_dark
from model.reading import MOST, Box
from model.segmentation.pieces import INK_FROM, pieces_of
from model.segmentation.printed import strongest, without_squares

MOST_CANDIDATES = 2000  # read in a view of a picture: ten for each of a hundred characters, in rows and in columns
AT_FIRST, FOR_EACH_FOUND = 50, 15  # of them; the words of 72 simulated photos began to be read after 15 at most
EACH_LINE = -0.5  # つき in a row could be two columns: fewer lines explain as well
SURE = 0.6
KNOWN = 0.9  # beside a character that is known, grain of the table is soon taken for another: it must be as clear
WELL_READ = 0.75  # of the characters: with fewer sure ones there is a second look
CLEARLY = 0.9  # of the characters: with fewer the likeliest views are compared
BY_NO_ACCIDENT = 4  # characters: no single one looks like so many
MOST_OF_ALL = 0.75  # of the characters that any view shows
LIKELIEST = 4  # views: of a photo the writing alone, from afar and from near, the photo as it is, one without squares
CERTAIN = 0.97  # what is left of squares passes for a letter, but seldom for so clear a one
MISSED = 0.15  # of what is seen from near, where it is not seen from afar: there may be lines that were missed
SMALL = 0.08  # of the picture's longer side: of smaller letters the finder may miss some from afar
MOSTLY = 0.65  # of what lies about a character on a table, less than this is taken for hiragana
SMALLEST = 0.35  # of a letter: what is no hiragana and smaller than this is a speck or a full stop
FAR = 2.0  # letters: what is no hiragana and further from one than this lies about

# Width by height, of the characters that are not about as wide as high.
LONG = {"へ": 2.1, "つづべぺ": 1.5, "うりくぐしじ": 0.65, "きらるすも": 0.75}
RATIOS = {label: ratio for labels, ratio in LONG.items() for label in labels}
LONE = 0.25  # of what is no hiragana as a whole: of a single letter's strokes each part is larger
LONGEST_ALONE = 1.8  # times as long as wide: two columns may look like り
LONGEST = 1.7  # times as long as its kind mostly is: a longer one may be two
SURELY_ONE = 0.97  # what is less may be two that look like one: くつ like ら
MOST_PIECES = 9  # of one: a page may look like り from afar. Of 3,700 pictures of letters none has more than 7
PIECE = 4  # pixels of what the network reads, at least

Transcript = list[list[Found]]  # lines in reading order, characters in reading order
Network = Callable[[NDArray[np.float32]], Probabilities]


def transcribe(image: NDArray[np.uint8], read: Network, once: bool = False, is_one: bool = False) -> Transcript:
    """The characters of a picture, by line.

    Args: image: as for `model.preprocess.preprocess`. read: the network, calibrated: (48, 48, 1) -> (75,). once: there
            is no second look, unless the first one finds a page. is_one: the network knows the picture as one letter:
            where the likeliest views show no writing, the others are left out.
    Returns: at most MOST characters; boxes are in pixels of the picture. Empty where nothing is written.
    Raises: UnreadableImage: no picture at all.
    """
    seen = [Transcript()]
    for number, side in enumerate(_sides(image, is_one)):
        latest = Transcript()
        with suppress(BlankImage, _TooMuch):
            latest = _in_view(side.view, side.reverse, _Bounded(read))
        seen.append(latest)
        best = max(seen, key=_worth)
        confirmed = number > 0 and (side.confirms or best is latest or _is_well_read(latest, WELL_READ))
        if (once and not _is_a_page(best)) or (side.view.holds_all and _is_well_read(best, WELL_READ)):
            break
        if _is_enough(best, number, max(image.shape[:2]), confirmed) and not misses_some(best, seen):
            break
    return max(seen, key=_worth)


class _TooMuch(Exception):
    """A picture has more to read than a page of writing, or hardly anything that can be read."""


class _Bounded:
    """A network that reads on while it finds hiragana: grain and dots by the thousand are given up soon."""

    def __init__(self, read: Network) -> None:
        self._read, self._left, self._most = read, AT_FIRST, MOST_CANDIDATES

    def __call__(self, picture: NDArray[np.float32]) -> Probabilities:
        if not self._left or not self._most:
            raise _TooMuch
        probabilities = self._read(picture)
        found = probabilities[: len(LABELS)].max() >= SURE
        self._left, self._most = self._left - 1 + (FOR_EACH_FOUND if found else 0), self._most - 1
        return probabilities


@dataclass(frozen=True, slots=True)
class _Side:
    """A side of a picture to look at."""

    view: View
    reverse: bool = False  # ink is looked for that is as light as the paper seems to be
    confirms: bool = False  # seen from near, it shows nothing that was missed from afar


def _sides(image: NDArray[np.uint8], is_one: bool) -> Iterator[_Side]:
    """Sides of a picture to look at. Args: is_one: as for `transcribe`."""
    grey = to_grey(image)
    part = written_part(grey)
    if part is not None:
        yield _Side(replace(part, holds_all=only_ink_is_dark(shrink(part.picture, WORKING_SIZE))))
    is_photo = not only_ink_is_dark(shrink(grey, WORKING_SIZE))
    written: list[Handwriting] = []
    if is_photo:
        for look in (handwriting,) if is_one else (handwriting, small_handwriting):
            if (found := look(image)) is not None:
                written.append(found)
                yield from _alone(written)
    yield _Side(View(grey))
    if is_photo and not is_one:
        yield from _other_sides(image, grey, written)


def _alone(written: Sequence[Handwriting]) -> Iterator[_Side]:
    """The last writing that was found, and without squares, if it shows what was not seen from afar."""
    more = _shows_more(written)
    if (view := written[-1].plain) is not None:
        yield _Side(view, confirms=len(written) > 1 and not more)
    if more and (view := written[-1].alone(without_squares)) is not None:
        yield _Side(view)


def _shows_more(written: Sequence[Handwriting]) -> bool:
    """Whether the look from near, the last, shows letters that the one from afar misses."""
    return len(written) > 1 and written[0].misses(written[-1]) > MISSED


def _other_sides(image: NDArray[np.uint8], grey: Grey, written: Sequence[Handwriting]) -> Iterator[_Side]:
    others = (find() for find in (partial(by_colour, image), partial(on_the_sheet, grey)))
    yield from (_Side(view) for view in chain(_on_squares(written), others) if view is not None)
    if lines_are_lighter(grey):  # or so it seems: a bright table can outweigh the ink, and ink is mostly dark
        yield _Side(View(grey), reverse=True)


def _on_squares(written: Sequence[Handwriting]) -> Iterator[View | None]:
    """The writing without squares, and with the strokes mended that they cut into dashes; None where there are none."""
    for one in written[:1] if _shows_more(written) else written:  # the look from near was read so already
        yield one.alone(without_squares)
    for nearest in written[-1:]:
        faint = nearest.alone(strongest)
        yield faint
        for view in (nearest.plain, faint):
            yield view and mended(view)


def _in_view(view: View, reverse: bool, read: Network) -> Transcript:
    page = find_page(view.picture, reverse)
    ways = [_read_lines(page, lines, read) for lines in ways_to_read(page)]
    lines, _ = max(ways, key=lambda way: way[1])
    kept = _without_litter(lines)
    return [[one.placed(page.scale * view.scale, view.x, view.y) for one in line] for line in kept]


def _read_lines(page: Page, lines: list[Line], read: Network) -> tuple[Transcript, float]:
    """The characters of the lines, and how well they explain all of the ink."""
    found: Transcript = []
    total = EACH_LINE * len(lines)
    for line in lines:
        characters, score = characters_of(page, line, read)
        found.append(characters[: MOST - _number_of(found)])
        total += score
        if _number_of(found) >= MOST:
            break
    return found, total


def _without_litter(lines: Transcript) -> Transcript:
    """Without specks, and without lines in which nothing is read, if there are others."""
    letter = letter_of([one for line in lines for one in line])
    if letter is None:
        return lines
    tidy = [_tidy(line, letter) for line in lines]
    return [line for line in tidy if any(is_read(one) for one in line)]


def _tidy(line: list[Found], letter: float) -> list[Found]:
    read = [one for one in line if is_read(one)]
    return [
        one
        for one in line
        if is_read(one)
        or (
            max(one.box[2:]) > SMALLEST * letter
            and max(one.box[2:]) < 2 * letter
            and min((one.distance(other) for other in read), default=0.0) < FAR * letter
        )
    ]


def is_read(one: Found, probability: float = SURE) -> bool:
    """Whether it is surely a hiragana."""
    return float(one.probabilities[: len(LABELS)].max()) >= probability


def _worth(found: Transcript) -> float:
    """How well something is read, to choose between views by: what only seems to be read says little."""
    return sum(1.0 if is_read(one, CERTAIN) else 0.1 if is_read(one) else -0.5 for line in found for one in line)


def _number_of(found: Transcript) -> int:
    return sum(map(len, found))


def _is_enough(found: Transcript, number: int, side: int, confirmed: bool) -> bool:
    """Whether no further view need be asked, after `number` others, of a picture whose longer side is `side` pixels.

    `confirmed`: the last view could be read, too, or shows more than those before it, or nothing that they missed.
    """
    if number >= LIKELIEST - 1:
        return _is_well_read(found, WELL_READ)
    return _is_well_read(found, CLEARLY) and (confirmed or not _is_small(found, side))


def _is_a_page(found: Transcript) -> bool:
    """Whether so many letters are read that it is no single one, whatever the whole looks like."""
    return sum(is_read(one) for line in found for one in line) >= BY_NO_ACCIDENT


def misses_some(found: Transcript, seen: Sequence[Transcript]) -> bool:
    """Whether another view shows many more characters, if less clearly: then the finder saw a part of a page."""
    return _number_of(found) < MOST_OF_ALL * max(map(_number_of, seen))


def _is_small(found: Transcript, side: int) -> bool:
    """Whether the letters are so small in the picture that the finder may have missed others from afar."""
    return float(np.median([max(one.box[2:]) for line in found for one in line])) < SMALL * side


def _is_well_read(found: Transcript, share: float) -> bool:
    everything = [one for line in found for one in line]
    return sum(map(is_read, everything)) >= max(2.0, share * len(everything))


def is_surely_one(located: Located, probabilities: Probabilities) -> bool:
    """Whether nothing needs to be looked for beside or in the one character that a picture seems to show."""
    sure = float(probabilities[: len(LABELS)].max()) >= SURELY_ONE
    longer, shorter = max(located.box[2:]), min(located.box[2:])
    long = longer >= LONGEST_ALONE * shorter or _is_long(located.box, probabilities)
    return sure and located.alone and not long and _pieces_in(located.input) <= MOST_PIECES


def _pieces_in(picture: NDArray[np.float32]) -> int:
    areas = pieces_of((picture[:, :, 0] >= INK_FROM / 255).view(np.uint8)).areas
    return int((areas >= PIECE).sum())


def are_many(lines: Transcript, whole: tuple[Located, Probabilities] | None) -> bool:
    """Whether a picture shows more than the one character that it may be as a whole.

    Args: lines: what was found. whole: the one character, and what the network takes it for.
    """
    read = [one for line in lines for one in line if is_read(one)]
    if len(read) < 2:
        return False
    if whole is None or float(whole[1][: len(LABELS)].max()) < SURE:
        return True
    if len(read) < MOSTLY * _number_of(lines):
        return False
    outside = [one for one in read if not _inside(one, np.asarray(whole[0].box)) and is_read(one, KNOWN)]
    if outside or len(read) >= BY_NO_ACCIDENT:
        return True
    # It is all of them together: a に that looks like しこ, unless it is as long as two, or no clear に.
    long, sure = _is_long(whole[0].box, whole[1]), float(whole[1][: len(LABELS)].max()) >= SURELY_ONE
    return (long or not sure) and all(is_read(one, SURE if long else KNOWN) for one in read)


def is_lone(lines: Transcript, whole: tuple[Located, Probabilities] | None) -> bool:
    """Whether all that is written is one small letter, on paper whose squares look like something else to read.

    Args: as `are_many`.
    """
    found = [one for line in lines for one in line]
    if whole is None or len(found) != 1 or float(whole[1][: len(LABELS)].max()) >= SURE:
        return False
    return is_read(found[0], KNOWN) and max(found[0].box[2:]) < LONE * max(whole[0].box[2:])


def _is_long(box: Box, probabilities: Probabilities) -> bool:
    """Whether a box is longer, one way or the other, than what the network takes its content for mostly is."""
    ratio = box[2] / box[3] / RATIOS.get(LABELS[int(np.argmax(probabilities[: len(LABELS)]))], 1.0)
    return max(ratio, 1 / ratio) > LONGEST


def _inside(one: Found, box: NDArray[np.int64]) -> bool:
    middle = np.asarray(one.box[:2]) + np.asarray(one.box[2:]) / 2
    return bool((middle >= box[:2]).all() and (middle <= box[:2] + box[2:]).all())
