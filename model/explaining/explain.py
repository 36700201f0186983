"""Why was it read so? One picture that answers: what the network saw, what decided, what else it looks like."""

from collections.abc import Sequence
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from model.classifier import Classifier
from model.explaining import tendencies
from model.explaining.attribution import Heat, Occlusion
from model.ink import BlankImage, Ink
from model.labels import INDEX, LABELS
from model.reading import EXPLAINED, EXPLAINED_SIZE, Box, percent
from model.rendering.canvas import AGAINST, FOR, INK, MUTED, RIM, Canvas, Caption, Colour, Rgb
from model.rendering.cut_out import glyph_alone

HEAD = 44  # room for a caption in two languages
NEIGHBOURS = 6
ANSWERS_SHOWN = 5
CUT_SIDE = 256
SOFT_EDGE = 0.04  # of a character's longer side: so far around its box its ink may fade into the paper
CUT_MARGIN = 0.35  # of the longer side
LEAST_HEAT = 0.4  # logarithm of odds: below it nothing decided, and noise is not to glow

SEEN = Caption("モデルに見えた形", "what the network saw")
DECIDED = Caption("橙は決め手、青は逆の手がかり", "orange decided, blue spoke against")
ANSWERS = Caption("候補", "candidates")
SURE, HARDLY = Caption("99%以上", "over 99%"), Caption("0.1%未満", "under 0.1%")
OTHER = Caption("その他", "other")  # no hiragana at all
APART = Caption("2番目との分かれ目", "what tells it from the second")
SECOND = Caption("2番目の典型", "the second's typical shape")
SIMILAR = Caption("似ている見本", "similar examples")


def explain(classifier: Classifier, image: NDArray[np.uint8], glyph: int = 0) -> Rgb:
    """A picture of why a character was read as it was.

    Args: image: (h, w) grey or (h, w, 3) RGB, uint8. glyph: which of its characters, counted as `classifier.read` does.
    Returns: (612, 960, 3) uint8 RGB. Above: what the network saw, its ink coloured by what decided (warm for the
        answer, cold against it), the five best answers and, last, the share of "no hiragana". Below: what tells the
        answer from the second, the second's typical shape, and the exemplars most like the picture. Letters are
        drawn as their typical shapes.
    Raises: BlankImage: there is no such character. UnreadableImage: the array is no picture. NotSurveyed: the
        exemplars are missing.
    """
    picture = classifier.locate(_alone(classifier, image, glyph)).input
    probabilities = classifier.probabilities(picture)
    answers = [LABELS[i] for i in np.argsort(-probabilities[: len(LABELS)], kind="stable")[:ANSWERS_SHOWN]]
    best, second = answers[:2]
    seen = (picture[:, :, 0] * 255).astype(np.uint8)
    erased = Occlusion(classifier, picture)
    canvas = Canvas(*EXPLAINED_SIZE)
    _panel(canvas, "seen", SEEN)
    canvas.ink(*EXPLAINED["seen"][:3], seen)
    _panel(canvas, "decided", DECIDED)
    _glow(canvas, "decided", seen, erased.heat(best))
    _caption(canvas, "answers", ANSWERS)
    _answers(canvas, EXPLAINED["answers"], answers, probabilities)
    _panel(canvas, "apart", APART)
    _glow(canvas, "apart", seen, erased.heat(best, second))
    _panel(canvas, "second", SECOND)
    canvas.ink(*EXPLAINED["second"][:3], tendencies.typical(second), AGAINST)
    _caption(canvas, "similar", SIMILAR)
    _neighbours(canvas, EXPLAINED["similar"], tendencies.nearest(classifier, picture, NEIGHBOURS), best)
    return canvas.pixels()


def _alone(classifier: Classifier, image: NDArray[np.uint8], number: int) -> NDArray[np.uint8]:
    """A picture that shows one of the characters and not its neighbours; a picture of one character as it is."""
    glyphs = classifier.read(image, top=1).glyphs
    if not 0 <= number < len(glyphs):
        raise BlankImage(f"there is no character {number + 1} in the picture")
    glyph = glyphs[number]
    if len(glyphs) == 1 or glyph.best is None:
        return image
    label, was = INDEX[glyph.best.label], glyph.best.probability
    alone = [np.ascontiguousarray(np.rot90(_on_its_paper(image, glyph.box), glyph.turned))]
    with suppress(BlankImage):
        alone.append(glyph_alone(image, glyph, CUT_SIDE))

    def misses(cut: NDArray[np.uint8]) -> float:
        return abs(float(classifier.probabilities(classifier.locate(cut).input)[label]) - was)

    return min(alone, key=misses)  # to explain another answer than the one that was given would explain nothing


def _on_its_paper(image: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """A box of the picture as it is, with a broad margin of its own paper, whatever stands around it."""
    x, y, width, height = box
    rim = max(2, round(SOFT_EDGE * max(width, height)))
    part = image[max(0, y - rim) : y + height + rim, max(0, x - rim) : x + width + rim]
    paper = np.median(np.concatenate([part[0], part[-1], part[:, 0], part[:, -1]]), axis=0)
    margin = round(CUT_MARGIN * max(width, height))
    cut = np.empty((part.shape[0] + 2 * margin, part.shape[1] + 2 * margin, *part.shape[2:]), np.uint8)
    cut[:] = paper.astype(np.uint8)
    cut[margin : margin + part.shape[0], margin : margin + part.shape[1]] = part
    return cut


def _caption(canvas: Canvas, part: str, caption: Caption) -> None:
    """Whoever looks at the picture may read either language."""
    x, y = EXPLAINED[part][0], EXPLAINED[part][1] - HEAD
    canvas.text(x, y, caption)
    if str(caption) != caption.english:
        canvas.text(x, y + 22, caption.english, 12)


def _panel(canvas: Canvas, part: str, caption: Caption) -> None:
    _caption(canvas, part, caption)
    canvas.card(*EXPLAINED[part])


def _glow(canvas: Canvas, part: str, seen: Ink, heat: Heat) -> None:
    canvas.heat(*EXPLAINED[part][:3], seen, heat, max(LEAST_HEAT, float(np.abs(heat).max())))


def _answers(canvas: Canvas, box: Box, answers: Sequence[str], probabilities: NDArray[np.float64]) -> None:
    x, y, width, height = box
    row = height // (len(answers) + 1)
    for i, label in enumerate(answers):
        canvas.ink(x, y + i * row + 2, row - 4, tendencies.typical(label), _colour_of(i))
        _share(canvas, x + row + 10, y + i * row + row // 2, x + width, probabilities[INDEX[label]], _colour_of(i))
    last = y + len(answers) * row + row // 2
    canvas.text(x + row // 2, last, OTHER, 14, INK, "mm")
    _share(canvas, x + row + 10, last, x + width, probabilities[len(LABELS) :].sum(), INK)


def _share(canvas: Canvas, left: int, middle: int, right: int, share: float, colour: Colour) -> None:
    canvas.bar(left, middle - 6, right - 92 - left, 12, float(share), colour)
    canvas.text(right, middle, percent(float(share), str(SURE), str(HARDLY)), 18, INK if share > 0.5 else MUTED, "rm")


def _colour_of(rank: int) -> Colour:
    return (FOR, AGAINST)[rank] if rank < 2 else MUTED


def _neighbours(canvas: Canvas, box: Box, found: Sequence[tendencies.Neighbour], best: str) -> None:
    x, y, width, height = box
    wide, high = (width - 2 * 12) // 3, (height - 12) // 2
    side = wide - high - 24
    for i, neighbour in enumerate(found):
        left, top = x + i % 3 * (wide + 12), y + i // 3 * (high + 12)
        agrees = neighbour.label == best
        canvas.card(left, top, wide, high, FOR if agrees else RIM)
        canvas.ink(left + 10, top + 2, high - 4, neighbour.image)
        letter, colour = tendencies.typical(neighbour.label), FOR if agrees else MUTED
        canvas.ink(left + high + 8, top + (high - side) // 2, side, letter, colour)
