"""What is printed on paper, ruled lines, squares and boxes, and the ink without it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import Ink, shrink
from model.segmentation.boxes import box_lines
from model.segmentation.pieces import INK_FROM, mask_of
from model.segmentation.turn import turn_of

CRUMB = 0.035  # of the page: a shorter piece that lies on a printed line is a part of it
LONG = 0.6  # of the page's side: a connected piece longer than this may be a ruled line
PRINT_FROM = 45  # of 255: a fine line is fainter than this where it falls between two points, and comes out in dashes
FAINTEST_WRITING = 215  # of 255; printed lines are mostly fainter than what is written on them
RULED_SIZE = 960  # pixels, in which ruled lines of a photo are looked for
SHORT_RULE, LONG_RULE = 0.12, 0.3  # of the page's side: pieces of ruled lines, and those that no stroke is as long as
MANY_RULES, RULES_APART = 4, 0.02  # of the page's side: lines that lie so far apart; a letter has two long strokes
MANY_PIECES = 1.5  # times as many as are left of them: squares lie about the letters
OTHER_WAY = 0.3  # of them: more that run the other way make squares
MARGIN = 0.5  # of the page's side: what is so long and runs the other way is the line of a margin
FAN = 8.0  # degrees: ruled lines are not parallel in a photo


def without_print(ink: Ink) -> tuple[Ink, NDArray[np.uint8]]:
    """The ink and its mask without lines, squares and boxes: all that is as faint as they are, and what is straight.

    Strokes that cross a line are kept whole.
    """
    faintest = mask_of(ink, PRINT_FROM)
    printed = box_lines(faintest)
    if _has_long_piece(faintest):
        printed |= _printed_lines(faintest)
    return _without(ink, printed)


def without_ruled_lines(ink: Ink) -> Ink:
    """The ink of a photo without ruled lines: they are straight there, too, but neither level nor parallel.

    Squares stay: lines both ways leave little of the strokes between them.
    """
    printed = _ruled_lines(ink, squared=False)
    return ink if printed is None else _written(ink, printed)


def without_squares(ink: Ink) -> Ink | None:
    """The ink of a photo of squared paper without the squares, and with gaps; None where there are none."""
    printed = _ruled_lines(ink, squared=True)
    return None if printed is None else _written(ink, printed)


def strongest(ink: Ink) -> Ink | None:
    """The ink of a photo without what is fainter than a pen's: squares too fine to be seen as lines, or in dashes.

    Returns: None where that leaves about as many pieces as there were.
    """
    values = ink[ink >= PRINT_FROM]
    if not values.size:
        return None
    threshold, _ = cv2.threshold(values, 0, 255, cv2.THRESH_OTSU)
    strong = mask_of(ink, round(threshold) + 1)
    if MANY_PIECES * _pieces(strong) > _pieces(mask_of(ink, PRINT_FROM)):
        return None
    return np.where(cv2.dilate(strong, np.ones((3, 3), np.uint8)) > 0, ink, np.uint8(0))


def _pieces(mask: NDArray[np.uint8]) -> int:
    return int(cv2.connectedComponents(mask, connectivity=8)[0])


def _written(ink: Ink, printed: NDArray[np.uint8]) -> Ink:
    ink, mask = _without(ink, printed)
    return np.where(cv2.dilate(mask, np.ones((3, 3), np.uint8)) > 0, ink, np.uint8(0))


def _without(ink: Ink, printed: NDArray[np.uint8]) -> tuple[Ink, NDArray[np.uint8]]:
    """The ink and its mask without what is printed, (h, w), 255 where it is."""
    mask = mask_of(ink)
    if not cv2.countNonZero(printed):
        return ink, mask
    line = round(max(float(np.percentile(ink[printed > 0], 88)) + 8, INK_FROM))
    written, strong = cv2.subtract(mask, printed), mask_of(ink, min(line, 255))
    if line < FAINTEST_WRITING:
        stronger = cv2.countNonZero(cv2.bitwise_and(written, strong)) > 0.6 * cv2.countNonZero(written)
        strokes = strong if stronger else cv2.bitwise_or(written, strong)
    else:
        strokes = cv2.bitwise_and(cv2.morphologyEx(written, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)), mask)
    ink = np.where((printed > 0) & (strokes == 0), 0, ink).astype(np.uint8)
    return ink, _without_crumbs(np.asarray(strokes, np.uint8), printed)


def _without_crumbs(mask: NDArray[np.uint8], printed: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Without what is left of a printed line beside it: pieces that lie on it and are no thicker."""
    count, numbers, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    shares = np.bincount(numbers[printed > 0], minlength=count) / stats[:, cv2.CC_STAT_AREA]
    small = stats[:, cv2.CC_STAT_WIDTH : cv2.CC_STAT_HEIGHT + 1].max(axis=1) < CRUMB * max(mask.shape)
    on_line = (shares > 0.9) | ((shares > 0.6) & small)
    on_line[0] = False
    return np.where(on_line[numbers], 0, mask).astype(np.uint8)


def _has_long_piece(mask: NDArray[np.uint8]) -> bool:
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return bool((stats[1:, 2:4].max(axis=1) > LONG * max(mask.shape)).any())


def _printed_lines(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Straight lines that go on for half of the page, in the two directions in which paper is printed."""
    height, width = mask.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), np.degrees(turn_of(mask > 0)), 1.0)
    turned = np.asarray(cv2.warpAffine(mask, matrix, (width, height), flags=cv2.INTER_NEAREST), np.uint8)
    lines = cv2.bitwise_or(_level_lines(turned), np.ascontiguousarray(_level_lines(np.ascontiguousarray(turned.T)).T))
    back = cv2.warpAffine(lines, matrix, (width, height), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
    return np.asarray(cv2.dilate(back, np.ones((3, 3), np.uint8)), np.uint8)


def _level_lines(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    size = max(15, round(0.1 * max(mask.shape)))
    thick = cv2.dilate(mask, np.ones((3, 1), np.uint8))  # a photo's lines are not quite level
    runs = np.asarray(cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, size), np.uint8)), np.uint8)
    joined = cv2.morphologyEx(runs, cv2.MORPH_CLOSE, np.ones((3, size), np.uint8))
    _, numbers, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    long = (stats[:, cv2.CC_STAT_WIDTH] > 0.45 * mask.shape[1]) & (stats[:, cv2.CC_STAT_HEIGHT] < size)
    long[0] = False
    return np.asarray(long[numbers].view(np.uint8) * np.uint8(255), np.uint8)


def _ruled_lines(ink: Ink, squared: bool) -> NDArray[np.uint8] | None:
    """(h, w) 255 on straight lines that run about one way, if they are as many and as long as on ruled paper.

    Args: squared: about two ways, as on squared paper, and on no other.
    """
    small = shrink(ink, RULED_SIZE)
    side, scale = max(small.shape), ink.shape[0] / small.shape[0]
    lines = _straight_lines(mask_of(small, PRINT_FROM))
    x, y = (lines[:, 2:] - lines[:, :2]).T
    angles, lengths = np.degrees(np.arctan2(y, x)), np.hypot(x, y) / side
    level, long = np.abs(x) > np.abs(y), lengths > LONG_RULE
    counted = [(_number_of(lines[way], side), way) for way in (long & level, long & ~level)]
    (fewer, others), (more, rules) = sorted(counted, key=lambda count: count[0])
    if (fewer if squared else more) < MANY_RULES or (fewer >= OTHER_WAY * more) != squared:
        return None
    chosen = np.zeros(len(lines), np.bool_) if squared else lengths > MARGIN
    for way in (rules, others) if squared else (rules,):
        chosen |= np.abs(angles - np.median(angles[way])) < FAN
    drawn = np.zeros(ink.shape, np.uint8)
    for x0, y0, x1, y1 in (lines[chosen] * scale).round().astype(int).tolist():
        cv2.line(drawn, (x0, y0), (x1, y1), 255, round(2 * scale) + 1)
    return np.asarray(cv2.bitwise_and(drawn, mask_of(ink, PRINT_FROM)), np.uint8)


def _straight_lines(mask: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(n, 4) straight lines, x and y of both ends, to the right or down; each is found once or more (Matas, 2000)."""
    side = max(mask.shape)
    found = cv2.HoughLinesP(
        mask, 1, np.pi / 720, round(0.08 * side), minLineLength=SHORT_RULE * side, maxLineGap=0.02 * side
    )
    lines = np.zeros((0, 4)) if found is None else found.reshape(-1, 4).astype(np.float64)
    x, y = (lines[:, 2:] - lines[:, :2]).T
    backwards = np.where(np.abs(x) > np.abs(y), x, y) < 0
    return np.where(backwards[:, np.newaxis], lines[:, [2, 3, 0, 1]], lines)


def _number_of(lines: NDArray[np.float64], side: int) -> int:
    """How many of the lines, (n, 4), which run about one way, lie apart."""
    if not len(lines):
        return 0
    x, y = np.median(lines[:, 2:] - lines[:, :2], axis=0)
    middles = (lines[:, :2] + lines[:, 2:]) / 2
    across = np.sort(middles @ np.array([-y, x]) / np.hypot(x, y))
    return 1 + int(np.count_nonzero(np.diff(across) > RULES_APART * side))
