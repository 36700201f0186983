"""Hiragana rendered from fonts: packages of npm (`package.json` beside this) and of Debian, where installed."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from model.labels import LABELS
from model.workshop.sources.stored import Written

NPM_FONTS = Path(__file__).parent / "node_modules" / "@fontsource"
DEBIAN_FONTS = Path("/usr/share/fonts/truetype")
# The subset "japanese" holds all hiragana; more weights than these are near copies.
NPM_FILES = "*/files/*-japanese-[457]00-normal.woff2"
# Of YOzFont the upright, full-width faces: the others are the same slanted or narrowed, as augmentation does.
DEBIAN_FILES = (
    "klee/*.ttf",
    "kiloji/*.ttf",
    "seto/*.ttf",
    "yozvox-yozfont/YOz*[_FM].ttf",
    "kouzan-mouhitsu/kouzan-*.ttf",
    "aoyagi-kouzan-t/*.ttf",
    "motoya-l-maruberi/*.ttf",
    "konatu/*.ttf",
)
RENDER_SIZE = 88
NOT_A_CHARACTER = "\uffff"  # no font has it, so it shows what a font draws for a missing character


def font_files(npm: Path = NPM_FONTS, debian: Path = DEBIAN_FONTS) -> list[Path]:
    """The font files that are installed, in a fixed order; none where nothing is installed."""
    return sorted(npm.glob(NPM_FILES)) + sorted(file for pattern in DEBIAN_FILES for file in debian.glob(pattern))


def read_fonts(files: list[Path]) -> Iterator[Written]:
    """Every label in every font that really draws it."""
    for file in files:
        font = ImageFont.truetype(str(file), RENDER_SIZE)
        missing = render(font, NOT_A_CHARACTER)
        for label in LABELS:
            image = render(font, label)
            # An entry in the font's table is no proof of ink: some list ゔ and draw nothing, or a box.
            if image.min() < 128 and not np.array_equal(image, missing):
                yield Written(image, label, f"font:{file.stem}")


def render(font: ImageFont.FreeTypeFont, character: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """The character in black on white: (176, 176) uint8; a box, or nothing, where the font does not have it."""
    side = 2 * RENDER_SIZE
    image = Image.new("L", (side, side), 255)
    ImageDraw.Draw(image).text((side // 2, side // 2), character, font=font, fill=0, anchor="mm")
    return np.asarray(image, np.uint8)
