"""The words on a sheet, in any Japanese font at hand; without one, in hiragana, whose shapes ship with the model.

No font is shipped: a sheet made on a machine without any says the same in kana alone; the English beside it stays.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from model.explaining import tendencies
from model.labels import FULL_FORMS, INDEX
from model.rendering.canvas import JAPANESE_FONTS
from model.workshop.sources.fonts import NPM_FONTS

# Klee One writes き and さ as hands do, so it comes first; `python -m model prepare` installs it.
FONTS = (
    str(NPM_FONTS / "klee-one/files/klee-one-japanese-400-normal.woff2"),
    "KleeOne-Regular.ttf",
    *JAPANESE_FONTS,
)
NEEDED = "表裏書字同意写真鉛筆あアー"  # a font that lacks one of these is passed over
SMALL = 0.72  # of a small kana, beside its full form


@dataclass(frozen=True, slots=True)
class Words:
    """A text that every machine can print."""

    japanese: str
    kana: str  # the same in hiragana alone, with spaces between its words


@cache
def _font_file(names: tuple[str, ...]) -> str | None:
    return next((name for name in names if _has_all(name)), None)


def _has_all(name: str) -> bool:
    try:
        font = ImageFont.truetype(name, 20)
    except OSError:
        return False
    missing = bytes(font.getmask("\uffff"))
    return all(bytes(font.getmask(letter)) != missing for letter in NEEDED)


@cache
def _opened(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(name, size)


def _font(size: int) -> ImageFont.FreeTypeFont | None:
    name = _font_file(FONTS)
    return _opened(name, size) if name else None


def write(page: Image.Image, place: tuple[int, int], words: Words | str, size: int, grey: int = 0) -> None:
    """Write a line, in Japanese as far as this machine can.

    Args: page: mode L. place: the left end of the line and its middle. words: a plain text has only Latin letters or
        one hiragana. size: of a letter, in pixels. grey: 0 to 255.
    """
    font, text = _font(size), words if isinstance(words, str) else words.japanese
    if font is None and not isinstance(words, str):
        _write_kana(page, place, words, size, grey)
    elif font is None and text in INDEX:
        _stamp(page, place, text, size, grey)
    else:
        ImageDraw.Draw(page).text(place, text, fill=grey, font=font or ImageFont.load_default(size), anchor="lm")


def _write_kana(page: Image.Image, place: tuple[int, int], words: Words, size: int, grey: int) -> None:
    x, y = place
    for letter in words.kana:
        if letter == " ":
            x += size // 2
            continue
        label = FULL_FORMS.get(letter, letter)
        _stamp(page, (x, y), label, size, grey, SMALL if label != letter else 1.0)
        x += size


def _stamp(page: Image.Image, place: tuple[int, int], label: str, size: int, grey: int, scale: float = 1.0) -> None:
    """One hiragana as the model knows it, in a square around the line; a small one sits low."""
    ink = Image.fromarray(tendencies.typical(label)).resize((round(size * scale),) * 2, Image.Resampling.BICUBIC)
    crisp = ink.point(lambda level: int(np.clip((level - 60) * 1.6, 0, 255)))
    page.paste(grey, (place[0] + round(size * (1 - scale) / 2), place[1] + size // 2 - crisp.height), crisp)
