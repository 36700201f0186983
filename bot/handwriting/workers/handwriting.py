"""What the worker processes do with a picture. Each function takes its bytes as they were uploaded.

All raise PictureError, all but `shrunk` with `big` for one that must be decoded alone. What they give back was encoded
anew, with nothing in it but what can be seen.
"""

from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.core.errors import ModelError, PictureError
from bot.core.problems.pictures import Blank
from bot.handwriting.workers.pictures import encode_jpeg, encode_png, open_picture
from model import classifier
from model.ink import BlankImage
from model.reading import Glyph, Reading
from model.rendering.cut_out import glyph_alone
from model.rendering.numbered import numbered as with_numbers

_in_use: list[str] = [str(classifier.ARTIFACT)]  # a list of one: what `use` changes


def use(file: str) -> None:
    """Read with this model file from now on. Raises ModelError, and the one before stays."""
    _loaded(file)
    _in_use[0] = file


def file_in_use() -> Path:
    """The model's file."""
    return Path(_in_use[0])


def model_in_use() -> classifier.Classifier:
    """The model, loaded once a process. Raises ModelError."""
    return _loaded(_in_use[0])


@lru_cache(2)  # the one in use and the one before it, which may come back
def _loaded(file: str) -> classifier.Classifier:
    try:
        return classifier.load(Path(file))
    except classifier.ModelUnusable as error:
        raise ModelError(f"{error} ({file})") from error


def warm() -> None:
    """Load the model, so that the first reading is quick, too."""
    picture = np.full((96, 96), 255, np.uint8)
    picture[20:76, 40:48] = 0
    model_in_use().read(picture)


def shrunk(picture: bytes) -> bytes:
    """Encode a big one anew, as small as it is looked at, as PNG: the others read that."""
    return encode_png(open_picture(picture), compress_level=1)


def read(picture: bytes, top: int, min_confidence: float) -> Reading:
    """Read it, with `top` candidates a glyph, which is unsure below `min_confidence`."""
    return model_in_use().read(_opened(picture), top, min_confidence)


def explain(picture: bytes, glyph: int) -> bytes:
    """Show, as PNG, why a glyph is read as it is. Raises PictureError, `blank` where there is none."""
    from model.explaining.explain import explain as explain_glyph  # its exemplars fill 18 MiB, and few ask why

    try:
        return encode_png(explain_glyph(model_in_use(), _opened(picture), glyph))
    except BlankImage as error:
        raise _blank() from error


def numbered(picture: bytes, reading: Reading) -> bytes:
    """Show, as JPEG, where the glyphs of its reading are."""
    return encode_jpeg(with_numbers(_opened(picture), reading))


def cut(picture: bytes, glyph: Glyph) -> bytes:
    """Cut out a glyph of its reading, as grey PNG. Raises PictureError, `blank` where nothing is written."""
    try:
        return encode_png(glyph_alone(_opened(picture), glyph))
    except BlankImage as error:
        raise _blank() from error


def cuts(picture: bytes, top: int, min_confidence: float) -> dict[int, tuple[Glyph, bytes]]:
    """Read it and cut out each glyph that has ink, by its place in the reading."""
    pixels = _opened(picture)
    found: dict[int, tuple[Glyph, bytes]] = {}
    for place, glyph in enumerate(model_in_use().read(pixels, top, min_confidence).glyphs):
        with suppress(BlankImage):
            if glyph.candidates:
                found[place] = glyph, encode_png(glyph_alone(pixels, glyph))
    return found


def beside(picture: bytes, glyph: Glyph, labels: tuple[str, ...]) -> bytes:
    """Show, as PNG, a glyph of its reading beside the usual shape of each label. Raises PictureError, as `cut`."""
    from model.explaining import beside as beside_usual  # as above

    try:
        return encode_png(beside_usual.beside(_opened(picture), glyph, labels))
    except BlankImage as error:
        raise _blank() from error


def copy(picture: bytes) -> bytes:
    """Encode it anew, as JPEG."""
    return encode_jpeg(_opened(picture))


@lru_cache(128)  # pictures of about 15 kB
def stroke_order(characters: tuple[str, ...]) -> bytes | None:
    """Show, as PNG, how these are written; None where KanjiVG is not installed, or does not have them."""
    from model.rendering.stroke_order import draw_stroke_order  # fills 10 MiB

    drawn = draw_stroke_order(characters)
    return encode_png(drawn) if drawn is not None else None


def _opened(picture: bytes) -> NDArray[np.uint8]:
    return open_picture(picture, may_be_big=False)


def _blank() -> PictureError:
    return PictureError(Blank())
