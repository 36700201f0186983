"""A contact sheet: everything that was found on a page, as it would be added, for a person to look at."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from model.explaining import tendencies
from model.rendering.canvas import AGAINST, FOR, INK, MUTED, RIM, Canvas, Caption, Rgb
from model.workshop.explaining.gallery import write_png
from model.workshop.paper import layout
from model.workshop.paper.cells import alias_line
from model.workshop.paper.collecting import ReadPage
from model.workshop.paper.judging import Judged

SIDE, GAP, MARGIN, HEAD = 84, 6, 32, 128
LETTER = 62  # the width of the column in which the expected letter stands
STRIP = LETTER + layout.CELLS * (SIDE + GAP)
ROW = SIDE + 30
UNREAD = Caption("印が読めませんでした", "its marker cannot be read")
EMPTY_PAGE = Caption("何も書かれていません", "nothing is written here")


def save_contact_sheets(pages: list[ReadPage], numbers: Mapping[Judged, int], folder: Path) -> list[Path]:
    """Write contact-NAME.png for each page. Args: numbers: those that a person calls the doubtful cells by.

    Raises: OSError: it cannot be written there.
    """
    return [write_png(folder / f"contact-{read.page.code.name}.png", draw_contact(read, numbers)) for read in pages]


def draw_contact(read: ReadPage, numbers: Mapping[Judged, int]) -> Rgb:
    """A page's cells in the order of the page: added ones plain, doubtful ones framed, with number and reading.

    Returns: (h, w, 3) uint8 RGB.
    """
    strips = len(read.page.labels)
    rows = -(-strips // layout.COLUMNS)
    canvas = Canvas(2 * MARGIN + layout.COLUMNS * STRIP + 40, HEAD + rows * ROW + MARGIN)
    _head(canvas, read)
    for slot, label in enumerate(read.page.labels):
        x, y = MARGIN + slot % layout.COLUMNS * (STRIP + 40), HEAD + slot // layout.COLUMNS * ROW
        _strip(canvas, x, y, label)
    for judged in read.cells:
        slot, number = judged.cell.slot, judged.cell.number
        x = MARGIN + slot % layout.COLUMNS * (STRIP + 40) + LETTER + number * (SIDE + GAP)
        _cell(canvas, x, HEAD + slot // layout.COLUMNS * ROW, judged, numbers.get(judged))
    return _with_alias(canvas.pixels(), read)


def _head(canvas: Canvas, read: ReadPage) -> None:
    canvas.text(MARGIN, 26, f"No. {read.page.code.name}", 26, INK)
    canvas.text(MARGIN, 62, read.file.name[:60], 15)
    told = Caption(
        f"追加する字：{len(read.sure)}　確かめる字：{len(read.doubtful)}（番号つき）",
        f"to be added: {len(read.sure)}; to be looked at: {len(read.doubtful)} (numbered)",
    )
    canvas.text(MARGIN, 84, told if read.cells else EMPTY_PAGE, 17, INK)


def _strip(canvas: Canvas, x: int, y: int, label: str | None) -> None:
    if label is None:
        canvas.text(x, y + SIDE + 4, UNREAD, 14, FOR)
    else:
        canvas.ink(x, y + 17, LETTER - 12, tendencies.typical(label), AGAINST)
    for number in range(layout.CELLS):
        canvas.text(x + LETTER + number * (SIDE + GAP) + SIDE // 2, y + SIDE // 2, "·", 20, RIM, "mm")


def _cell(canvas: Canvas, x: int, y: int, judged: Judged, number: int | None) -> None:
    canvas.card(x, y, SIDE, SIDE, FOR if judged.is_doubtful else RIM)
    if judged.is_doubtful:
        canvas.card(x + 1, y + 1, SIDE - 2, SIDE - 2, FOR)
    canvas.picture(x + 5, y + 5, SIDE - 10, judged.cell.picture)
    if number is not None:
        canvas.text(x + 2, y + SIDE + 4, number, 16, FOR)
        _reading(canvas, x + 30, y + SIDE + 1, judged)


def _reading(canvas: Canvas, x: int, y: int, judged: Judged) -> None:
    """What the model takes it for: the letter, or a word that it is none."""
    if judged.said:
        canvas.ink(x, y, 22, tendencies.typical(judged.said), FOR)
        canvas.text(x + 24, y + 4, f"{judged.share:.0%}", 14, MUTED)
    else:
        canvas.text(x, y + 4, Caption("字?", "none?"), 14, MUTED)


def _with_alias(sheet: Rgb, read: ReadPage) -> Rgb:
    """The writer's name as it stands on the paper, at the upper right, to compare with the alias."""
    line = Image.fromarray(alias_line(read.page))
    line.thumbnail((420, 60))
    picture = Image.fromarray(sheet)
    picture.paste(line.convert("RGB"), (picture.width - MARGIN - line.width, 24))
    return np.asarray(picture, np.uint8)
