"""What the worker processes do for the drawing page: read a drawing, look up letters and shapes."""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bot.handwriting.ports.drawing import LearnedShapes, ShapeSheet, Sight, Stroke
from bot.handwriting.workers.handwriting import file_in_use, model_in_use
from model.errors import DamagedFile
from model.explaining import tendencies
from model.ink import BlankImage
from model.labels import LABELS
from model.reading import Glyph, Reading, text_of
from model.rendering.drawing import PAPER, SIDE, draw

_MOST_CONFUSED, _MOST_PAIRS = 5, 20


def read(strokes: Sequence[Stroke], top: int, min_confidence: float) -> Sight:
    """Read strokes as one character, with `top` candidates; below `min_confidence` it is unsure."""
    picture = draw([np.asarray(stroke, np.float32) for stroke in strokes])
    try:
        glyph, found = model_in_use().look(picture, top, min_confidence)
    except BlankImage:
        return Sight(Reading((Glyph((0, 0, int(PAPER), int(PAPER)), (), "not_hiragana"),), "", 0.0), b"")
    seen = (found.input * 255).astype(np.uint8).tobytes()
    x, y, width, height = (round(place * PAPER / SIDE) for place in glyph.box)
    on_paper = replace(glyph, box=(x, y, width, height))
    return Sight(Reading((on_paper,), text_of((on_paper,)), 0.0), seen)


def strokes_of(character: str) -> list[list[tuple[float, float]]]:
    """The strokes of a character in writing order; none where they are not known."""
    from model.rendering import stroke_order  # fills 10 MiB

    try:
        found = stroke_order.strokes_of(character)
    except (DamagedFile, OSError, ImportError):
        return []
    return [[(round(float(x), 3), round(float(y), 3)) for x, y in stroke] for stroke in found]


def learned() -> LearnedShapes:
    """What the network takes for what; the shipped one, where nobody surveyed the one that reads."""
    known, is_own = _known()
    confused = {label: tuple(known.confused_with(label, _MOST_CONFUSED)) for label in LABELS}
    pairs = tuple(_named(pair) for pair in known.lookalike_pairs)
    return LearnedShapes(LABELS, _most_exemplars(known), confused, tuple(known.pairs(_MOST_PAIRS)), pairs, is_own)


def sheet(name: ShapeSheet) -> bytes:
    """A sheet of shapes, 48 pixels each, as PNG: black ink on nothing."""
    known, _ = _known()
    match name:
        case "exemplars":
            return _sheet(_by_label(known))
        case "averages":
            return _sheet(known.averages[:, np.newaxis])
        case "lookalikes":
            return _sheet(known.lookalikes)


def _known() -> tuple[tendencies.Tendencies, bool]:
    """What was learned, and whether by the model in use."""
    try:
        return tendencies.load(file_in_use().parent / tendencies.FILE), True
    except tendencies.NotSurveyed:
        return tendencies.load(), False


def _by_label(known: tendencies.Tendencies) -> NDArray[np.uint8]:
    """The exemplars, (labels, most of a label, 48, 48), the most typical first."""
    rows = np.zeros((len(LABELS), _most_exemplars(known), *known.exemplars.shape[1:]), np.uint8)
    for i in range(len(rows)):
        its = known.exemplars[known.exemplar_labels == i]
        rows[i, : len(its)] = its
    return rows


def _most_exemplars(known: tendencies.Tendencies) -> int:
    return int(np.bincount(known.exemplar_labels).max())


def _sheet(shapes: NDArray[np.uint8]) -> bytes:
    rows, columns, height, width = shapes.shape
    ink = shapes.transpose(0, 2, 1, 3).reshape(rows * height, columns * width)
    encoded = BytesIO()
    Image.merge("LA", (Image.new("L", (ink.shape[1], ink.shape[0])), Image.fromarray(ink))).save(encoded, "PNG")
    return encoded.getvalue()


def _named(pair: NDArray[np.uint8]) -> tuple[str, str]:
    return LABELS[int(pair[0])], LABELS[int(pair[1])]
