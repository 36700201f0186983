"""Sheets that show what the network has learned, and what it learned from."""

from collections.abc import Iterator, Sequence
from itertools import chain, count, islice
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageOps

from model.classifier import Classifier
from model.explaining.explain import explain
from model.explaining.tendencies import Tendencies
from model.ink import BlankImage, to_rgb
from model.labels import CHART, INDEX, VOICED
from model.rendering.canvas import AGAINST, FOR, INK, MUTED, Canvas, Caption, Rgb
from model.synthetic.augment import degrade
from model.workshop.errors import WorkshopError
from model.workshop.explaining.survey import inks_of
from model.workshop.sources import Source
from model.workshop.sources.catalogue import Entry, real_file
from model.workshop.sources.folders import read_folders

MARGIN, CAPTION = 28, 52
AVERAGE_AND_TYPICAL = Caption("上：平均　下：いちばん典型的な形", "above: average; below: most typical")
REAL = Caption("本物（そのまま）", "real, untouched")


def draw_all(
    classifier: Classifier, known: Tendencies, entries: Sequence[Entry], pictures: Sequence[Path], folder: Path
) -> Iterator[Path]:
    """Write every sheet into a folder, and name each when it is done.

    Args: entries: sources for augmentation.png; without any there is none. pictures: files, for each decided-NAME.png;
            a name that comes again is numbered: decided-NAME-2.png.
    Raises: WorkshopError: a file is no picture, or there is no ink in it; the message names it. OSError: a sheet cannot
        be written.
    """
    yield write_png(folder / "typical.png", kana_chart(known))
    yield write_png(folder / "confusions.png", confusion_sheet(known))
    if entries:
        yield draw_training(entries, folder)
    for picture, name in zip(pictures, _distinct([picture.stem for picture in pictures]), strict=True):
        yield draw_decided(classifier, picture, folder / f"decided-{name}.png")


def _distinct(names: Sequence[str]) -> list[str]:
    """The names in their order; one that was there, in small or capital letters, gets the next free number."""
    taken: dict[str, str] = {}
    for name in names:
        numbered = chain([name], (f"{name}-{number}" for number in count(2)))
        free = next(name for name in numbered if name.casefold() not in taken)
        taken[free.casefold()] = free
    return list(taken.values())


def draw_training(entries: Sequence[Entry], folder: Path) -> Path:
    """Write augmentation.png into a folder: what training sees, and real pictures where they are at hand."""
    scans = real_file("hiragana", "raw_train.zip")
    crops = [written.image for written in islice(read_folders(scans), 0, None, 140)] if scans.is_file() else []
    return write_png(folder / "augmentation.png", augmentation_sheet([entry.read() for entry in entries], crops))


def draw_decided(classifier: Classifier, picture: Path, file: Path) -> Path:
    """Write into a file, a PNG, why a picture is read as it is.

    Raises: WorkshopError: the picture is none, or there is no ink in it; the message names it. OSError: the file cannot
        be written.
    """
    try:
        answer = explain(classifier, _opened(picture))
    except BlankImage as error:
        raise WorkshopError(f"{picture}: {error}") from error
    return write_png(file, answer)


def _opened(picture: Path) -> Rgb:
    """A picture's file as people see it, (h, w, 3) uint8; what is transparent becomes the paper that its ink needs."""
    pillow_heif.register_heif_opener(thumbnails=False)
    try:
        with Image.open(picture) as opened:
            return to_rgb(np.asarray(ImageOps.exif_transpose(opened).convert("RGBA"), np.uint8))
    except Exception as error:  # decoders meet damaged bytes with whatever they happen to raise
        raise WorkshopError(f"{picture} is no picture that can be read ({error}): save it anew as a PNG") from error


def write_png(file: Path, picture: Rgb) -> Path:
    """Write a picture. Raises: OSError: it cannot be written there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1].tobytes())
    return file


def kana_chart(known: Tendencies) -> Rgb:
    """All labels in the order of the fifty sounds: the average of what training sees, and the most typical shape."""
    side, gap = 76, 10
    wide, high, space = side + gap, 2 * side + 14, 24
    width = 2 * MARGIN + len(CHART) * wide - gap + space
    canvas = Canvas(width, MARGIN + CAPTION + 5 * high)
    canvas.text(MARGIN, MARGIN, AVERAGE_AND_TYPICAL, 18)
    for i, column in enumerate(CHART):
        x = width - MARGIN - side - i * wide - (space if i >= VOICED else 0)
        for j, label in enumerate(column):
            if label in INDEX:
                y = MARGIN + CAPTION - 8 + j * high
                canvas.card(x, y, side, 2 * side)
                canvas.ink(x + 3, y + 3, side - 6, known.average(label), AGAINST)
                canvas.ink(x + 3, y + side - 3, side - 6, known.typical(label))
    return canvas.pixels()


def confusion_sheet(known: Tendencies, count: int = 20) -> Rgb:
    """The most frequent confusions: what was written, the pictures of it nearest to them, what was read, how often."""
    pairs, side, columns = known.pairs(count), 84, 2
    wide, high = 5 * side + 170, side + 12
    rows = -(-len(pairs) // columns)
    canvas = Canvas(columns * (wide + MARGIN) + MARGIN, 2 * MARGIN + CAPTION + rows * high)
    canvas.text(
        MARGIN,
        MARGIN,
        Caption("読み間違い（粗い写真で）：書いた字 → 読んだ字", "misread in poor pictures: written → read"),
        18,
    )
    most = max(share for _, _, share in pairs) if pairs else 1.0
    for i, (written, read, share) in enumerate(pairs):
        x, y = MARGIN + i // rows * (wide + MARGIN), MARGIN + CAPTION + i % rows * high
        canvas.card(x, y, wide, side)
        canvas.ink(x + 4, y + 4, side - 8, known.typical(written), FOR)
        for j, example in enumerate(known.examples(written, read)[:3]):
            canvas.ink(x + (j + 1) * side + 10, y + 10, side - 20, example)
        canvas.arrow(x + 4 * side + 4, y + side // 2, 28)
        canvas.ink(x + 4 * side + 40, y + 4, side - 8, known.typical(read), AGAINST)
        canvas.bar(x + 5 * side + 50, y + side // 2 - 5, 56, 10, share / most, AGAINST)
        canvas.text(x + wide - 10, y + side // 2, f"{share:.1%}", 15, INK, "rm")
    return canvas.pixels()


def augmentation_sheet(
    sources: Sequence[Source], crops: Sequence[NDArray[np.uint8]], seed: int = 0, columns: int = 16, rows: int = 4
) -> Rgb:
    """What training sees of each source, and pictures as people made them, to compare.

    Args: crops: real pictures, untouched, (h, w) or (h, w, 3) uint8; there may be none.
    """
    rng, side = np.random.default_rng(seed), 72
    groups = [(source.name, _degraded(source, columns * rows, rng)) for source in sources]
    if crops:
        groups.append((str(REAL), list(crops[: columns * rows])))
    high = rows * (side + 4) + CAPTION
    canvas = Canvas(2 * MARGIN + columns * (side + 4), MARGIN + len(groups) * high)
    for i, (name, pictures) in enumerate(groups):
        canvas.text(MARGIN, MARGIN + i * high, name, 18, MUTED)
        for j, picture in enumerate(pictures):
            x, y = MARGIN + j % columns * (side + 4), MARGIN + 28 + i * high + j // columns * (side + 4)
            canvas.picture(x, y, side, picture)
    return canvas.pixels()


def _degraded(source: Source, count: int, rng: np.random.Generator) -> list[NDArray[np.uint8]]:
    labels = rng.choice(source.labels, count)
    return [degrade(ink, rng) for label in labels for ink in inks_of(source, int(label), 1, rng)]
