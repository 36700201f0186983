"""The picture that was read, with a numbered box around every character."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from model.ink import to_rgb
from model.reading import Box, Glyph, Reading
from model.rendering.canvas import FOR, MUTED, Colour, Rgb

LONGEST = 1200  # pixels of the result's longer side, without its margin
MOST_ENLARGED = 3.0  # small drawings become larger, so that numbers fit
SIZES = (34, 28, 23, 19, 16)  # pixels that a number's badge is high, or nearly
WHITE: Colour = (255, 255, 255)


def numbered(image: NDArray[np.uint8], reading: Reading) -> Rgb:
    """The picture with numbered boxes: 1 is the first glyph. Numbers stand beside the boxes and hide no writing.

    、 and 。 have neither.

    Args: image: (h, w) grey, (h, w, 3) RGB or (h, w, 4) RGBA, uint8, as it was read.
    Returns: (h, w, 3) uint8 RGB, about LONGEST pixels long. Boxes of what is no hiragana are grey.
    Raises: UnreadableImage, BlankImage: as `model.ink.to_grey`.
    """
    picture = to_rgb(image)
    scale = min(LONGEST / max(picture.shape[:2]), MOST_ENLARGED)
    shown = {number: glyph for number, glyph in enumerate(reading.glyphs, start=1) if not glyph.point}
    boxes = [_scaled(glyph.box, scale) for glyph in shown.values()]
    margin = 2 * SIZES[0]
    sheet = Image.fromarray(_with_margin(_resized(picture, scale), margin))
    boxes = [(x + margin, y + margin, width, height) for x, y, width, height in boxes]
    size, badges = _placed(dict(zip(shown, boxes, strict=True)), sheet.size)
    pen = ImageDraw.Draw(sheet)
    for glyph, box in zip(shown.values(), boxes, strict=True):
        _outline(pen, _frame(box, size), _colour(glyph), max(2, size // 9))
    for (number, glyph), badge in zip(shown.items(), badges, strict=True):
        _write(pen, badge, str(number), size, _colour(glyph))
    return np.asarray(sheet, np.uint8)


def _placed(boxes: dict[int, Box], sheet: tuple[int, int]) -> tuple[int, list[Box]]:
    """The largest numbers that hide no writing, how high they are and where they stand; else the smallest."""
    for size in SIZES:
        badges: list[Box] = []
        for number, box in boxes.items():
            badges.append(_free_place(_frame(box, size), _badge(str(number), size), [*boxes.values(), *badges], sheet))
        if not any(_overlap(badge, box) for badge in badges for box in boxes.values()):
            break
    return size, badges


def _resized(picture: Rgb, scale: float) -> Rgb:
    smooth = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=smooth), np.uint8)


def _scaled(box: Box, scale: float) -> Box:
    x, y, width, height = (round(value * scale) for value in box)
    return x, y, width, height


def _with_margin(picture: Rgb, margin: int) -> Rgb:
    paper = np.median(picture.reshape(-1, 3)[:: max(1, picture.size // 30000)], axis=0)
    return np.asarray(cv2.copyMakeBorder(picture, *(margin,) * 4, cv2.BORDER_CONSTANT, value=paper.tolist()), np.uint8)


def _badge(text: str, size: int) -> tuple[int, int]:
    return round(size * (0.45 + 0.62 * len(text))), round(1.15 * size)


def _colour(glyph: Glyph) -> Colour:
    return MUTED if glyph.verdict == "not_hiragana" else FOR


def _frame(box: Box, size: int) -> Box:
    x, y, width, height = box
    room = max(3, size // 5)
    return x - room, y - room, width + 2 * room, height + 2 * room


def _outline(pen: ImageDraw.ImageDraw, frame: Box, colour: Colour, width: int) -> None:
    x, y, wide, high = frame
    for ring, shade in ((width + 2, WHITE), (width, colour)):  # the white rim shows on dark pictures
        pen.rounded_rectangle(
            (x - ring, y - ring, x + wide + ring, y + high + ring), 2 * width + ring, None, shade, ring
        )


def _free_place(frame: Box, badge: tuple[int, int], taken: list[Box], sheet: tuple[int, int]) -> Box:
    """Where a badge hides the least: above the box, beside it, or below."""
    places = [(x, y, *badge) for x, y in _places(frame, badge)]
    inside = [
        place for place in places if 0 <= place[0] <= sheet[0] - badge[0] and 0 <= place[1] <= sheet[1] - badge[1]
    ]
    return min(inside or places, key=lambda place: sum(_overlap(place, other) for other in taken))


def _places(frame: Box, badge: tuple[int, int]) -> Iterator[tuple[int, int]]:
    x, y, wide, high = frame
    above, below, left, right = y - badge[1] - 4, y + high + 4, x - badge[0] - 4, x + wide + 4
    yield from ((x, above), (x + wide - badge[0], above), (x + (wide - badge[0]) // 2, above))
    yield from ((left, y), (right, y), (left, y + high - badge[1]), (right, y + high - badge[1]))
    yield from ((x, below), (x + wide - badge[0], below), (x + (wide - badge[0]) // 2, below))


def _overlap(box: Box, other: Box) -> int:
    across = min(box[0] + box[2], other[0] + other[2]) - max(box[0], other[0])
    down = min(box[1] + box[3], other[1] + other[3]) - max(box[1], other[1])
    return max(0, across) * max(0, down)


def _write(pen: ImageDraw.ImageDraw, badge: Box, text: str, size: int, colour: Colour) -> None:
    x, y, wide, high = badge
    pen.rounded_rectangle((x, y, x + wide - 1, y + high - 1), high // 3, colour, WHITE, 2)
    font = ImageFont.load_default(round(0.78 * size))
    pen.text((x + wide / 2, y + high / 2), text, WHITE, font, anchor="mm")
