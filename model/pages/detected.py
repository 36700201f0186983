"""A page as the detector sees it: each hiragana cut out of the picture, without its neighbours, and read."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from model.character import KNOWN, SURE, Character, Sign
from model.detector.detect import Detection, Kind, shipped
from model.detector.ink_boxes import fitted
from model.detector.looks import find_characters
from model.ink import Grey, ink_is_lighter, shrink
from model.pages.arrange import in_lines
from model.pages.two_letters import two_letters
from model.reading import MOST, overlap

MARGIN = 0.07  # of a character's longer side, around its box
# The same, to read it, and where it cannot be read. Either box, that of its ink or the network's own, may lack a part
# of the letter or hold one of its neighbour, and what is cut so is seldom read more surely (of 75 pages 93.3 -> 95.1 %
# right, December 2026).
AROUND, WIDER = 0.13, 0.35
# Of those that are read, light on dark among dark on light, or the other way: of 25 pages 3.1 -> 1.8 % were read where
# nothing is, and 2 of 792 letters are lost (December 2026).
FEW = 0.25
A_POINT = 0.3  # how likely 、 or 。 is: the end of a stroke looks like one, and there are seldom any
SURELY = 0.5  # how likely a sign is where something else was read
SAME = 0.25  # of what two boxes cover together: both are around one letter
COVERED = 0.5  # of a character: where a sign is, it is none
POINT = 24  # pixels of a comma's or a full stop's longer side, as it is looked at

Transcript = list[list[Character | Sign]]  # lines in reading order, characters in reading order
ReadOne = Callable[[NDArray[np.uint8]], Character | None]  # the one character of a picture; None where there is no ink


def find_on_page(grey: Grey, once: bool = False) -> list[Detection]:
    """At most MOST characters of a picture, as the detector finds them, the likeliest first.

    Args: grey: (h, w). once: as for `find_characters`.
    """
    seen = find_characters(shipped(), grey, once)
    found = [character for character in seen if character.kind is not Kind.POINT or character.likely >= A_POINT]
    return fitted(grey, sorted(found, key=lambda seen: -seen.likely)[:MOST])


def read_detected(grey: Grey, found: Sequence[Detection], read_one: ReadOne) -> Transcript:
    """What was found by line: hiragana read one by one, and signs. Boxes are in pixels of the picture."""
    seen = [(character, detection) for detection in found for character in _read(grey, detection, found, read_one)]
    is_light = np.array([ink_is_lighter(cut_out(grey, detection, found)[0]) for _, detection in seen], bool)
    is_read = np.array([isinstance(character, Character) and character.best >= SURE for character, _ in seen], bool)
    kept = _of_one_ink(is_light, is_read)
    return ordered([character for (character, _), is_kept in zip(seen, kept, strict=True) if is_kept])


def _of_one_ink(is_light: NDArray[np.bool_], is_read: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of the characters, (n,), are no pattern of a cloth: the few that are light where the others are dark."""
    share = float(is_light[is_read].mean()) if is_read.any() else 0.5
    if share <= FEW:
        return ~is_light
    return is_light if share >= 1 - FEW else np.ones_like(is_light)


def where_found(lines: Transcript, found: Sequence[Detection]) -> Transcript:
    """What was read where the detector found the same: ruled lines can look like so many こ."""
    boxes = [detection.box for detection in found]
    return [[seen for seen in line if any(overlap(seen.box, box) > SAME for box in boxes)] for line in lines]


def with_signs(lines: Transcript, signs: Sequence[Sign]) -> Transcript:
    """Lines that were read, with signs in place of what was read there."""
    read = [character for line in lines for character in line if not any(_covers(sign, character) for sign in signs)]
    return ordered([*read, *signs][:MOST])


def signs_among(grey: Grey, found: Sequence[Detection], read_one: ReadOne) -> list[Sign]:
    """What was found that is surely no hiragana, and is not read as one."""
    likely = [detection for detection in found if detection.kind is not Kind.HIRAGANA and detection.likely >= SURELY]
    seen = (character for detection in likely for character in _read(grey, detection, found, read_one))
    return [character for character in seen if isinstance(character, Sign)]


def ordered(seen: Sequence[Character | Sign]) -> Transcript:
    """Characters by line, in reading order, without specks that look like points."""
    lines = in_lines([character.box for character in seen], [_is_point(character) for character in seen])
    tidy = (list(_without_specks([seen[number] for number in line])) for line in lines)
    return [line for line in tidy if line]


def _without_specks(line: Sequence[Character | Sign]) -> Iterator[Character | Sign]:
    """A point follows a character: below its middle in a row, to the right of it in a column."""
    middles = np.array([(x + width / 2, y + height / 2) for x, y, width, height in (seen.box for seen in line)])
    is_down = np.ptp(middles[:, 1]) > np.ptp(middles[:, 0])
    before: NDArray[np.float64] | None = None
    for seen, middle in zip(line, middles, strict=True):
        if not _is_point(seen):
            before = middle
        elif before is None or middle[0 if is_down else 1] < before[0 if is_down else 1]:
            continue
        yield seen


def _is_point(seen: Character | Sign) -> bool:
    return isinstance(seen, Sign) and bool(seen.point)


def _covers(sign: Sign, character: Character | Sign) -> bool:
    """Whether most of a character is a part of the sign."""
    x, y, width, height = character.box
    across = min(x + width, sign.box[0] + sign.box[2]) - max(x, sign.box[0])
    down = min(y + height, sign.box[1] + sign.box[3]) - max(y, sign.box[1])
    return max(0, across) * max(0, down) > COVERED * width * height


def _read(
    grey: Grey, detection: Detection, found: Sequence[Detection], read_one: ReadOne
) -> Sequence[Character | Sign]:
    if detection.kind is Kind.POINT:
        return [_sign(grey, detection, found)]
    read = partial(_read_in_boxes, grey, read_one)
    character = read(detection, found)
    if detection.kind is Kind.OTHER and (character is None or character.best < KNOWN):  # り is taken for リ
        return [Sign(detection.box)]
    if character is None or character.best >= SURE:
        return [] if character is None else [character]
    if letters := two_letters(grey, detection, found, read):
        return letters
    wider = read(detection, found, WIDER)
    return [character if wider is None or wider.best < KNOWN else wider]


def _read_in_boxes(
    grey: Grey, read_one: ReadOne, detection: Detection, found: Sequence[Detection], around: float = AROUND
) -> Character | None:
    """The character as it is read more surely: in the box of its ink, or in the network's own."""
    others = [other for other in found if other is not detection]
    read = [_read_in_box(grey, read_one, box, others, around) for box in (detection, detection.own) if box]
    return max((character for character in read if character), key=lambda character: character.best, default=None)


def _read_in_box(
    grey: Grey, read_one: ReadOne, detection: Detection, others: Sequence[Detection], around: float
) -> Character | None:
    part, x, y = cut_out(grey, detection, others, around)
    character = read_one(part)
    return None if character is None else character.placed(1.0, x, y)


def _sign(grey: Grey, detection: Detection, found: Sequence[Detection]) -> Sign:
    if detection.kind is Kind.OTHER:
        return Sign(detection.box)
    part, _, _ = cut_out(grey, detection, found)
    return Sign(detection.box, "。" if _is_a_ring(part) else "、")


def _is_a_ring(part: Grey) -> bool:
    """Whether there is paper within the ink."""
    _, light = cv2.threshold(shrink(part, POINT), 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    rim = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    paper = light if rim.mean() > 0.5 else 1 - light
    outside_joined = np.pad(paper, 1, constant_values=1).astype(np.uint8)
    return int(cv2.connectedComponents(outside_joined, connectivity=4)[0]) > 2


def cut_out(
    grey: Grey, detection: Detection, found: Sequence[Detection], around: float = MARGIN
) -> tuple[Grey, int, int]:
    """The part of a picture around a character, with paper in place of others that reach into it, and its corner."""
    margin = around * detection.longer
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
