"""Whether a picture shows the one character that it looks like as a whole, or many."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from model.character import CLEAR, SURE, Character, Sign
from model.labels import LABELS
from model.segmentation.pieces import INK_FROM, pieces_of

# Width by height, of the characters that are not about as wide as high.
LONG = {"へ": 2.1, "つづべぺ": 1.5, "うりくぐしじ": 0.65, "きらるすも": 0.75}
RATIOS = {label: ratio for labels, ratio in LONG.items() for label in labels}
LONGEST = 1.7  # times as long as its kind mostly is: a longer one may be two
LONGEST_ALONE = 1.8  # times as long as wide: two columns may look like り
SURELY_ONE = 0.97  # what is less may be two that look like one: くつ like ら
MOST_PIECES = 9  # of one: a page may look like り from afar. Of 3,700 pictures of letters none has more than 7
PIECE = 4  # pixels of what the network reads, at least
MOSTLY = 0.65  # of what lies about a character on a table, less than this is taken for hiragana
BY_NO_ACCIDENT = 4  # characters: no single one looks like so many
LONE = 0.25  # of what is no hiragana as a whole: of a single letter's strokes each part is larger


def is_surely_one(whole: Character) -> bool:
    """Whether nothing needs to be looked for beside or in the one character that a picture seems to show."""
    longer, shorter = whole.longer, min(whole.box[2:])
    long = longer >= LONGEST_ALONE * shorter or _is_long(whole)
    return (
        whole.best >= SURELY_ONE and whole.located.alone and not long and _pieces_in(whole.located.input) <= MOST_PIECES
    )


def _pieces_in(picture: NDArray[np.float32]) -> int:
    areas = pieces_of((picture[:, :, 0] >= INK_FROM / 255).view(np.uint8)).areas
    return int((areas >= PIECE).sum())


def are_many(lines: Sequence[Sequence[Character | Sign]], whole: Character | None) -> bool:
    """Whether a picture shows more than the one character that it may be as a whole. Args: lines: what was found."""
    found = [character for character in chain.from_iterable(lines) if isinstance(character, Character)]
    read = [character for character in found if character.best >= SURE]
    if len(read) < 2:
        return False
    if whole is None or whole.best < SURE:
        return True
    if len(read) < MOSTLY * len(found):
        return False
    is_outside = any(seen.best >= CLEAR and not _is_inside(seen, np.asarray(whole.box)) for seen in read)
    if is_outside or len(read) >= BY_NO_ACCIDENT:
        return True
    # It is all of them together: a に that looks like しこ, unless it is as long as two, or no clear に.
    long = _is_long(whole)
    return (long or whole.best < SURELY_ONE) and all(character.best >= (SURE if long else CLEAR) for character in read)


def is_lone(lines: Sequence[Sequence[Character | Sign]], whole: Character | None) -> bool:
    """Whether all that is written is one small letter, on paper whose squares look like something else to read.

    Args: as `are_many`.
    """
    found = [character for character in chain.from_iterable(lines) if isinstance(character, Character)]
    if whole is None or len(found) != 1 or whole.best >= SURE:
        return False
    return found[0].best >= CLEAR and found[0].longer < LONE * whole.longer


def _is_long(character: Character) -> bool:
    """Whether it is longer, one way or the other, than what the network takes it for mostly is."""
    _, _, width, height = character.box
    ratio = width / height / RATIOS.get(LABELS[character.label], 1.0)
    return max(ratio, 1 / ratio) > LONGEST


def _is_inside(character: Character, box: NDArray[np.int64]) -> bool:
    middle = np.asarray(character.box[:2]) + np.asarray(character.box[2:]) / 2
    return bool((middle >= box[:2]).all() and (middle <= box[:2] + box[2:]).all())
