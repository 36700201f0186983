"""Everything that is written in a picture: view by view, from the pieces of ink to lines, from lines to characters."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from model.character import CERTAIN, SURE, Character, Probabilities, Sign
from model.ink import shrink, to_grey
from model.labels import LABELS
from model.pages.detected import (
    ReadOne,
    Transcript,
    find_on_page,
    read_detected,
    signs_among,
    where_found,
    with_signs,
)
from model.pages.lattice import characters_of, letter_of
from model.pages.lines import Line, layouts_of
from model.pages.one_or_many import BY_NO_ACCIDENT
from model.pages.page import Page, find_page
from model.pages.page_views import PageView, page_views
from model.pages.upright import likeliest_turn, turned_back
from model.preprocess import WORKING_SIZE, BlankImage, only_ink_is_dark
from model.reading import MOST

MOST_CANDIDATES = 8000  # read in all views of a picture: of 250 characters 2,570 at most, of 40 among squares 6,000
AT_FIRST, FOR_EACH_FOUND = 50, 15  # of them; the words of 72 simulated photos began to be read after 15 at most
EACH_LINE = -0.5  # つき in a row could be two columns: fewer lines explain as well
WELL_READ = 0.75  # of the characters: with fewer sure ones another view is asked for
CLEARLY = 0.9  # of the characters: with fewer the likeliest views are compared
MOSTLY = 0.5  # of what lines read of a photo: where the detector finds less of it, the rest is no writing
# Of the characters of a photo: if so many are certain, lines add nothing. Of 811 composed ones 109 are wrong so, 108 at
# 0.95 and 112 at 0.7; of 835 on photographed pages as many at each (December 2026).
AT_ONCE = 0.85
MOST_OF_ALL = 0.75  # of the characters that any view shows
LIKELIEST = 4  # views: of a photo the writing alone, from afar and from near, the photo as it is, one without squares
SMALL = 0.08  # of the picture's longer side: of smaller letters the finder may miss some from afar
SMALLEST, LARGEST = 0.35, 2.0  # letters: what is no hiragana and smaller is a speck or a full stop, or larger a drawing
FAR = 2.0  # letters: what is no hiragana and further from one than this lies about

Read = Callable[[NDArray[np.float32]], Probabilities]


def transcribe(
    image: NDArray[np.uint8], read: Read, read_one: ReadOne, once: bool = False, is_one: bool = False
) -> Transcript:
    """The characters of a picture, by line.

    Args: image: as for `model.preprocess.preprocess`. read: the network, calibrated: (48, 48, 1) -> (75,). read_one:
        what reads the one character of a picture. once: no second view is asked for, unless the first one shows a page
        or the detector finds what can be read. is_one: the network knows the picture as one letter: where the
        likeliest views show no writing, the others are left out.
    Returns: at most MOST characters; boxes are in pixels of the picture. Empty where nothing is written.
    Raises: UnreadableImage: no picture at all.
    """
    best = _as_it_stands(image, read, read_one, once, is_one)
    is_one_letter = once and not _is_a_page(best)
    if is_one_letter or _is_certain(best, WELL_READ) or not (turns := likeliest_turn(to_grey(image))):
        return best
    turned = np.ascontiguousarray(np.rot90(image, turns))
    grey = to_grey(turned)
    detected = _without_litter(read_detected(grey, find_on_page(grey), read_one))
    if not _is_a_page(detected) or _worth(detected) <= _worth(best):
        return best
    return turned_back(_as_it_stands(turned, read, read_one), turns, image.shape)


def _as_it_stands(
    image: NDArray[np.uint8], read: Read, read_one: ReadOne, once: bool = False, is_one: bool = False
) -> Transcript:
    """The characters of a picture that stands upright. Args, Raises: as `transcribe`."""
    grey = to_grey(image)
    is_clean = only_ink_is_dark(shrink(grey, WORKING_SIZE))
    found = find_on_page(grey, once=is_clean)  # lines read what is clean, but for its signs
    detected = [] if is_clean else _without_litter(read_detected(grey, found, read_one))
    if _is_certain(detected, AT_ONCE):
        return detected
    shows_writing = _number_read(detected) > 0
    once = once and not shows_writing
    best = _in_likeliest_view(image, read, once, is_one)
    if once and not _is_a_page(best):
        return best
    if shows_writing:
        agreed = where_found(best, found)
        if _worth(detected) >= _worth(agreed):
            return detected
        if _number_of(agreed) < MOSTLY * _number_of(best):
            best = agreed
    if signs := signs_among(grey, found, read_one):
        best = with_signs(best, signs)
    return detected if _number_read(best) < MOST_OF_ALL * _number_read(detected) else best


def _in_likeliest_view(image: NDArray[np.uint8], read: Read, once: bool, is_one: bool) -> Transcript:
    """What the views show, the likeliest first, until one is well read. Args: as `transcribe`."""
    seen: list[Transcript] = [[]]
    bounded = _Bounded(read)
    for number, view in enumerate(page_views(image, is_one)):
        latest = _in_view(view, bounded)
        seen.append(latest)
        best = max(seen, key=_worth)
        confirmed = number > 0 and (view.confirms or best is latest or _is_well_read(latest, WELL_READ))
        if (once and not _is_a_page(best)) or (view.view.holds_all and _is_well_read(best, WELL_READ)):
            break
        if _is_enough(best, number, max(image.shape[:2]), confirmed) and not misses_some(best, seen):
            break
    return max(seen, key=_worth)


def _in_view(view: PageView, bounded: "_Bounded") -> Transcript:
    """What one view shows, in pixels of the picture; nothing where it is blank, or full of what cannot be read."""
    bounded.begin()
    with suppress(BlankImage, _TooMuch):
        page = find_page(view.view.picture, view.reverse)
        layouts = [_read_lines(page, lines, bounded) for lines in layouts_of(page)]
        lines, _ = max(layouts, key=lambda layout: layout[1])
        scale, x, y = page.scale * view.view.scale, view.view.x, view.view.y
        return _without_litter([[character.placed(scale, x, y) for character in line] for line in lines])
    return []


class _TooMuch(Exception):
    """A picture has more to read than a page of writing, or hardly anything that can be read."""


class _Bounded:
    """A network that reads on while it finds hiragana: grain and dots by the thousand are given up soon."""

    def __init__(self, read: Read) -> None:
        self._read, self._left, self._most = read, AT_FIRST, MOST_CANDIDATES

    def begin(self) -> None:
        """Another view: it may hold more that can be read than the last one."""
        self._left = AT_FIRST

    def __call__(self, picture: NDArray[np.float32]) -> Probabilities:
        if not self._left or not self._most:
            raise _TooMuch
        probabilities = self._read(picture)
        found = probabilities[: len(LABELS)].max() >= SURE
        self._left, self._most = self._left - 1 + (FOR_EACH_FOUND if found else 0), self._most - 1
        return probabilities


def _read_lines(page: Page, lines: list[Line], read: Read) -> tuple[list[list[Character]], float]:
    """The characters of the lines, and how well they explain all of the ink."""
    found: list[list[Character]] = []
    total = EACH_LINE * len(lines)
    for line in lines:
        characters, score = characters_of(page, line, read)
        found.append(characters[: MOST - _number_of(found)])
        total += score
        if _number_of(found) >= MOST:
            break
    return found, total


def _without_litter(lines: Sequence[Sequence[Character | Sign]]) -> Transcript:
    """Without specks, and without lines in which nothing is read, if there are others."""
    letter = letter_of(_characters(lines))
    if letter is None:
        return [list(line) for line in lines]
    tidy = [_tidy(line, letter) for line in lines]
    return [line for line in tidy if any(_is_read(character) for character in line)]


def _tidy(line: Sequence[Character | Sign], letter: float) -> list[Character | Sign]:
    read = [character for character in line if isinstance(character, Character) and _is_read(character)]
    return [seen for seen in line if isinstance(seen, Sign) or seen in read or _may_be_a_letter(seen, letter, read)]


def _may_be_a_letter(character: Character, letter: float, read: list[Character]) -> bool:
    near = min((character.distance(other) for other in read), default=0.0) < FAR * letter
    return SMALLEST * letter < character.longer < LARGEST * letter and near


def _characters(found: Sequence[Sequence[Character | Sign]]) -> list[Character]:
    return [seen for seen in chain.from_iterable(found) if isinstance(seen, Character)]


def _is_read(character: Character | Sign) -> bool:
    return isinstance(character, Character) and character.best >= SURE


def _worth(found: Transcript) -> float:
    """How well something is read, to choose between views by: what only seems to be read says little."""
    return sum(1.0 if seen.best >= CERTAIN else 0.1 if _is_read(seen) else -0.5 for seen in _characters(found))


def _number_read(found: Transcript) -> int:
    return sum(map(_is_read, chain.from_iterable(found)))


def _number_of(found: Sequence[Sequence[Character | Sign]]) -> int:
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
    return _number_read(found) >= BY_NO_ACCIDENT


def misses_some(found: Transcript, seen: Sequence[Transcript]) -> bool:
    """Whether another view shows many more characters, if less clearly: then the finder saw a part of a page."""
    return _number_of(found) < MOST_OF_ALL * max(map(_number_of, seen))


def _is_certain(found: Transcript, share: float) -> bool:
    """Whether at least this share of the characters is certain."""
    everything = _characters(found)
    return sum(character.best >= CERTAIN for character in everything) >= max(1.0, share * len(everything))


def _is_small(found: Transcript, side: int) -> bool:
    """Whether the letters are so small in the picture that the finder may have missed others from afar."""
    return float(np.median([character.longer for character in _characters(found)])) < SMALL * side


def _is_well_read(found: Transcript, share: float) -> bool:
    everything = _characters(found)
    return sum(map(_is_read, everything)) >= max(2.0, share * len(everything))
