"""What the worker processes do with a picture. Each function takes its bytes as they were uploaded.

All raise PictureError; what they give back was encoded anew, with nothing in it but what can be seen.
"""

from functools import cache, lru_cache

import numpy as np

from bot.clients.pictures import encode_jpeg, encode_png, open_picture
from bot.errors import PictureError
from model import classifier, cut_out
from model.explain import explain as explain_glyph
from model.ink import BlankImage
from model.reading import Glyph, Reading
from model.stroke_order import draw_stroke_order


@cache
def shipped_model() -> classifier.Classifier:
    """The model, loaded once a process."""
    return classifier.load()


def warm() -> None:
    """Load the model, its exemplars and its letters, so that the first reading and the first "Why?" are quick, too."""
    picture = np.full((96, 96), 255, np.uint8)
    picture[20:76, 40:48] = 0
    shipped_model().read(picture)
    explain_glyph(shipped_model(), picture)


def read(picture: bytes, top: int, min_confidence: float) -> Reading:
    """Read it, with `top` candidates a glyph, which is unsure below `min_confidence`."""
    return shipped_model().read(open_picture(picture), top, min_confidence)


def explain(picture: bytes, glyph: int) -> bytes:
    """Show, as PNG, why a glyph is read as it is. Raises PictureError, `blank` where there is none."""
    try:
        return encode_png(explain_glyph(shipped_model(), open_picture(picture), glyph))
    except BlankImage as error:
        raise _blank() from error


def numbered(picture: bytes, reading: Reading) -> bytes:
    """Show, as JPEG, where the glyphs of its reading are."""
    from model.numbered import numbered as with_numbers  # type: ignore[import-untyped,unused-ignore]  # it is coming

    return encode_jpeg(with_numbers(open_picture(picture), reading))


def cut(picture: bytes, glyph: int, top: int, min_confidence: float) -> tuple[Glyph, bytes]:
    """Read it and cut out one glyph, as grey PNG. Raises PictureError, `blank` where there is none."""
    pixels = open_picture(picture)
    glyphs = shipped_model().read(pixels, top, min_confidence).glyphs
    if not 0 <= glyph < len(glyphs) or not glyphs[glyph].candidates:
        raise _blank()
    try:
        return glyphs[glyph], encode_png(cut_out.cut_out(pixels, glyphs[glyph].box))
    except BlankImage as error:
        raise _blank() from error


def copy(picture: bytes) -> bytes:
    """Encode it anew, as JPEG."""
    return encode_jpeg(open_picture(picture))


@lru_cache(128)  # pictures of about 15 kB
def stroke_order(characters: tuple[str, ...]) -> bytes | None:
    """Show, as PNG, how these are written; None where KanjiVG is not installed, or does not have them."""
    drawn = draw_stroke_order(characters)
    return encode_png(drawn) if drawn is not None else None


def _blank() -> PictureError:
    return PictureError("there is nothing written in the picture", "blank")
