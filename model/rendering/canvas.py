"""Drawing sheets: ink, bars and captions on warm paper. Letters are drawn as glyph pictures, so no font is needed."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from model.ink import Ink

Colour = tuple[int, int, int]
Rgb = NDArray[np.uint8]

PAPER: Colour = (250, 248, 244)
CARD: Colour = (255, 255, 255)
RIM: Colour = (226, 221, 212)
INK: Colour = (38, 38, 46)
MUTED: Colour = (122, 118, 112)
FOR: Colour = (217, 79, 30)  # what speaks for a label
AGAINST: Colour = (36, 110, 185)
FAINT: Colour = (203, 199, 192)  # ink that decides nothing

JAPANESE_FONTS = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansJP-Regular.ttf",
    "NotoSansJP-Regular.otf",
    "KleeOne-Regular.ttf",
    "MTLmr3m.ttf",
    "ヒラギノ角ゴシック W3.ttc",
    "YuGothR.ttc",
    "meiryo.ttc",
)


@cache
def _japanese_font() -> str | None:
    for name in JAPANESE_FONTS:
        try:
            return str(ImageFont.truetype(name, 16).path)
        except OSError:
            continue
    return None


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    found = _japanese_font()
    return ImageFont.truetype(found, size) if found else ImageFont.load_default(size)


@dataclass(frozen=True, slots=True)
class Caption:
    """A short text in both languages: Japanese is shown where a font for it is installed."""

    japanese: str
    english: str

    def __str__(self) -> str:
        """The text that can be drawn here."""
        return self.japanese if _japanese_font() else self.english


class Canvas:
    """A picture to draw on; places are x, y of the upper left corner, in pixels."""

    def __init__(self, width: int, height: int) -> None:
        self._image = Image.new("RGB", (width, height), PAPER)
        self._pen = ImageDraw.Draw(self._image)

    def pixels(self) -> Rgb:
        """(h, w, 3) uint8 RGB."""
        return np.asarray(self._image, np.uint8)

    def card(self, x: int, y: int, width: int, height: int, rim: Colour = RIM) -> None:
        """A white card with a fine rim."""
        self._pen.rounded_rectangle((x, y, x + width - 1, y + height - 1), 8, fill=CARD, outline=rim)

    def ink(self, x: int, y: int, side: int, ink: Ink, colour: Colour = INK) -> None:
        """A glyph in one colour, without a ground of its own. Args: ink: (n, n) uint8, 0 paper to 255 ink."""
        shape = Image.fromarray(enlarged(ink, side))
        self._image.paste(Image.new("RGB", shape.size, colour), (x, y), shape)

    def picture(self, x: int, y: int, side: int, picture: Rgb) -> None:
        """A picture, (h, w) grey or (h, w, 3) RGB, stretched into a square."""
        self._image.paste(
            Image.fromarray(picture).convert("RGB").resize((side, side), Image.Resampling.LANCZOS), (x, y)
        )

    def heat(self, x: int, y: int, side: int, ink: Ink, heat: NDArray[np.float32], strongest: float) -> None:
        """A glyph whose ink glows warm where heat is positive and cold where it is negative.

        Args: ink: (n, n) uint8. heat: (n, n). strongest: the heat that gets the full colour.
        """
        shares = cv2.resize(np.clip(heat / strongest, -1, 1), (side, side), interpolation=cv2.INTER_LINEAR)
        shares = np.sign(shares) * np.abs(shares) ** 0.7  # the eye needs more colour in the middle
        glow, cold = np.clip(shares, 0, 1)[:, :, np.newaxis], np.clip(-shares, 0, 1)[:, :, np.newaxis]
        colours = np.asarray(FAINT) + glow * (np.asarray(FOR) - FAINT) + cold * (np.asarray(AGAINST) - FAINT)
        shape = Image.fromarray(enlarged(ink, side))
        self._image.paste(Image.fromarray(colours.astype(np.uint8)), (x, y), shape)

    def bar(self, x: int, y: int, width: int, height: int, share: float, colour: Colour = INK) -> None:
        """A horizontal bar, filled by a share from 0 to 1."""
        self._pen.rounded_rectangle((x, y, x + width - 1, y + height - 1), height // 2, fill=RIM)
        filled = round(width * share)
        if filled > height // 2:
            self._pen.rounded_rectangle((x, y, x + filled - 1, y + height - 1), height // 2, fill=colour)

    def text(self, x: int, y: int, text: object, size: int = 16, colour: Colour = MUTED, anchor: str = "la") -> None:
        """A line of text. Args: anchor: Pillow's two letters, which tell what of the text lies at x, y."""
        self._pen.text((x, y), str(text), font=_font(size), fill=colour, anchor=anchor)

    def arrow(self, x: int, y: int, length: int, colour: Colour = MUTED) -> None:
        """An arrow to the right; y is its middle."""
        self._pen.line((x, y, x + length - 4, y), fill=colour, width=2)
        self._pen.polygon(((x + length, y), (x + length - 9, y - 5), (x + length - 9, y + 5)), fill=colour)


def enlarged(ink: Ink, side: int) -> Ink:
    """A glyph of another size, with smooth edges: (side, side) uint8."""
    smooth = cv2.INTER_CUBIC if side >= ink.shape[0] else cv2.INTER_AREA
    return np.asarray(cv2.resize(ink, (side, side), interpolation=smooth), np.uint8)
