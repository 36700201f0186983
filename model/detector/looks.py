"""The characters of a whole picture: looked at from afar, and where letters are small, part by part from near."""

from collections.abc import Iterator, Sequence

import numpy as np

from model.detector.agreed import agreed
from model.detector.detect import Detection, Detector, Kind, each_once
from model.detector.view import VIEW_SIZE, ViewPlace
from model.ink import Grey

LIKELY = 0.3  # of a character, to count
FAINTLY = 0.15  # in one view of several: enough to look there from near, and to count in what they agree on
NEAR = 29.0  # pixels of a letter in the view: it need not be looked at from nearer
WANTED = 24.0  # the same, from near; of 12 pages 84 % were read right with 22, 85 with 26, 82 with 15, 81 with 36
UNKNOWN = 12.0  # the same, where hardly anything is seen from afar
# As large letters are shown one after the other; what these views say is put together. Of 75 pages 95.1 -> 95.7 % of
# the letters are read right so, and 2.8 -> 1.5 % where there are none (December 2026).
SIZES = 20.0, 24.0, 28.0, 32.0, 36.0
MANY = 10  # characters: of fewer, which lines read well, one look is enough
CLOSER = 1.0, 6.0  # times as near as from afar: at least and at most
STEP = 0.75  # of a view, from one to the next
RIM = 0.04  # of a view: what has its middle so close to its rim is shown better by the next one
AROUND = 2.5  # letters around what is seen from afar
LOOKS, SAME = 3, 0.15  # from near, until letters are as large as was thought, by the logarithm
FEW = 3  # characters say how large letters are
LARGE = 100.0  # pixels in a near view: what is larger is seen better from afar

Span = tuple[float, float]


def find_characters(detector: Detector, grey: Grey, once: bool = False) -> list[Detection]:
    """Every character of a picture, in no order.

    Args: grey: (h, w) uint8, any size. once: one look from near is enough, for what boxes and doubts do not matter to.
    """
    height, width = grey.shape
    longer = max(height, width)
    whole = ViewPlace((width - longer) / 2, (height - longer) / 2, VIEW_SIZE / longer)
    afar = detector.look(grey, whole, FAINTLY)
    sure = [found for found in afar if found.likely >= LIKELY]
    letter = _letter(afar) or UNKNOWN / whole.scale
    if letter * whole.scale >= NEAR:
        return each_once(sure)
    for _ in range(LOOKS):
        near = list(_from_near(detector, grey, afar, letter, _scale(whole, letter, WANTED)))
        likely = [found for found in near if found.likely >= LIKELY]
        seen = _letter(likely) or letter
        is_settled = abs(np.log(seen / letter)) < SAME
        letter = seen
        if is_settled:
            break
    large = (found for found in sure if found.longer * _scale(whole, letter, WANTED) > LARGE)
    if once or len(likely) < MANY:
        return each_once([*likely, *large])
    looks = [list(_from_near(detector, grey, afar, letter, _scale(whole, letter, size))) for size in SIZES]
    return each_once([*agreed(looks), *large])


def _scale(whole: ViewPlace, letter: float, wanted: float) -> float:
    """The scale in which letters are about as large as is wanted."""
    return whole.scale * float(np.clip(wanted / (letter * whole.scale), *CLOSER))


def _from_near(
    detector: Detector, grey: Grey, afar: Sequence[Detection], letter: float, scale: float
) -> Iterator[Detection]:
    """What views show that cover all that was seen from afar."""
    across, down = (_span(afar, axis, AROUND * letter, grey.shape[1 - axis]) for axis in (0, 1))
    for y in _starts(down, VIEW_SIZE / scale):
        for x in _starts(across, VIEW_SIZE / scale):
            place = ViewPlace(x, y, scale)
            yield from (seen for seen in detector.look(grey, place, FAINTLY) if _is_inside(seen, place, across, down))


def _letter(found: Sequence[Detection]) -> float:
    """How large letters are, in pixels of the picture; 0 where hardly anything is seen."""
    sides = [character.longer for character in found if character.kind is not Kind.POINT]
    return float(np.median(sides)) if len(sides) >= FEW else 0.0


def _span(found: Sequence[Detection], axis: int, around: float, length: int) -> Span:
    """From where to where something is seen across (0) or down (1); all of the picture where nothing is."""
    if not found:
        return 0.0, float(length)
    starts = [(character.x, character.y)[axis] for character in found]
    ends = [start + (character.width, character.height)[axis] for start, character in zip(starts, found, strict=True)]
    return max(0.0, min(starts) - around), min(float(length), max(ends) + around)


def _starts(span: Span, side: float) -> Iterator[float]:
    """Where views begin that cover a span."""
    start, end = span
    number = max(1, int(np.ceil((end - start - side) / (STEP * side))) + 1)
    yield from np.linspace(start, end - side, number).tolist() if number > 1 else [(start + end - side) / 2]


def _is_inside(found: Detection, place: ViewPlace, *spans: Span) -> bool:
    """Whether a view shows the character, and not the next one better."""
    rim = RIM * place.side
    return all(
        (at - start >= rim or start <= first + 1) and (start + place.side - at >= rim or start + place.side >= last - 1)
        for at, start, (first, last) in zip(found.middle, (place.x, place.y), spans, strict=True)
    )
