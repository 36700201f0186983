"""A sheet on paper: A4 pages at 300 dots an inch, in grey, as a PDF."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from model.workshop.paper import layout
from model.workshop.paper.lettering import Words, write

DPI = 300
DOTS = DPI / 25.4  # a millimetre
INK, SOFT, RIM, GUIDE = 30, 120, 178, 212  # of 255

TITLE = Words("ひらがな記入シート", "ひらがなを かく かみ")
# The bot asks for the same (bot/handwriting/consent_messages.py): a test compares them.
CONSENT = (
    Words(
        "書いた文字は1文字ずつ切り抜いて仮 ID で預かり、ひらがなを読むモデルの学習に使います。",
        "わたしの じを もじよみの れんしゅうに つかって いいです",
    ),
    Words("できたモデルは、ほかの人に配布することがあります。", "できた ものを ほかの ひとに わたしても いいです"),
)
CONSENT_ENGLISH = (
    "What I write is kept letter by letter under an alias, to train models that read hiragana; "
    "such models may be passed on to others."
)
WITHDRAW = Words(
    "同意する方は、左の四角にチェックを入れてください（ない紙は使いません）。取り消しは、いつでも主催者まで。",
    "いいときは しかくに しるしを つけて ください",
)
WITHDRAW_ENGLISH = "Tick the box if you agree; to take it back, tell the organiser."
ALIAS, ALIAS_ENGLISH = Words("ニックネーム", "なまえ"), "Nickname"
HOW = Words(
    "1マスに1字ずつ、左の字をふだんどおりに書いてください。空いたマスがあってもかまいません。まちがえたら、大きく×をつけてください。",
    "ひとつの ますに ひとつの じを いつもの ように かいて ください",
)
HOW_ENGLISH = "One letter a cell, as you always write it. Empty cells are fine. If one goes wrong, cross it out."
PHOTO = Words(
    "写真は、四隅の印がすべて入るように、明るいところで、なるべく真上から撮ってください。",
    "よつかどが うつる ように うえから とって ください",
)
PHOTO_ENGLISH = "Photograph it in good light, from above, with all four corners in sight."


def save_pdf(pages: Sequence[layout.Page], file: Path) -> None:
    """Write pages to print, at their true size. Raises: OSError: the file cannot be written."""
    file.parent.mkdir(parents=True, exist_ok=True)
    first, *others = (Image.fromarray(draw_page(page, len(pages))) for page in pages)
    title = f"Tsudoi {pages[0].code.name}"
    first.save(file, "PDF", resolution=DPI, save_all=True, append_images=others, quality=92, title=title)


def draw_page(page: layout.Page, of: int) -> NDArray[np.uint8]:
    """A page as it is printed. Args: of: how many pages there are.

    Returns: (3508, 2480) uint8, dark on white.
    """
    picture = Image.new("L", (round(layout.WIDTH * DOTS), round(layout.HEIGHT * DOTS)), 255)
    for place, tag in zip(layout.CORNERS, page.code.tags(), strict=True):
        _tag(picture, place, layout.CORNER, layout.CORNER_TAGS, tag)
    _head(picture, page, of)
    for slot, label in enumerate(page.labels):
        _strip(picture, slot, label)
    _foot(picture, page)
    return np.asarray(picture, np.uint8)


def _dots(*millimetres: float) -> tuple[int, ...]:
    return tuple(round(value * DOTS) for value in millimetres)


def _tag(picture: Image.Image, place: layout.Place, side: float, family: cv2.aruco.Dictionary, number: int) -> None:
    size = round(side * DOTS)
    x, y = _dots(*place)
    picture.paste(Image.fromarray(np.asarray(cv2.aruco.generateImageMarker(family, number, size), np.uint8)), (x, y))


def _write(picture: Image.Image, x: float, y: float, words: Words | str, size: float, grey: int = INK) -> None:
    left, middle = _dots(x, y)
    write(picture, (left, middle), words, round(size * DOTS), grey)


def _box(picture: Image.Image, x: float, y: float, width: float, height: float, grey: int, line: float) -> None:
    corners = _dots(x, y, x + width, y + height)
    ImageDraw.Draw(picture).rectangle(corners, outline=grey, width=round(line * DOTS))


def _head(picture: Image.Image, page: layout.Page, of: int) -> None:
    left = layout.MARGIN + layout.CORNER + 6
    _write(picture, left, 15.6, TITLE, 6.2)
    _write(picture, left, 21.6, f"Hiragana sheet    {page.number} / {of}    No. {page.code.name}", 3.0, SOFT)
    x, y, width, height = layout.ALIAS
    _write(picture, x, y + height - 2.6, ALIAS, 3.4, SOFT)
    _write(picture, x, y + height - 6.4, ALIAS_ENGLISH, 2.5, SOFT)
    ImageDraw.Draw(picture).line(_dots(x + 22, y + height, x + width, y + height), fill=SOFT, width=3)
    x, y, side = layout.CONSENT
    _box(picture, x, y, side, side, INK, 0.3)
    for down, words, size, grey in (
        (0.1, CONSENT[0], 2.8, INK),
        (3.2, CONSENT[1], 2.8, INK),
        (6.2, f"{CONSENT_ENGLISH} {WITHDRAW_ENGLISH}", 2.0, SOFT),
        (8.6, WITHDRAW, 2.6, SOFT),
    ):
        _write(picture, x + side + 2.5, y + down, words, size, grey)
    _write(picture, layout.MARGIN, 39.1, HOW, 2.8, SOFT)
    _write(picture, layout.MARGIN, 42.4, HOW_ENGLISH, 2.5, SOFT)


def _foot(picture: Image.Image, page: layout.Page) -> None:
    left, low = layout.MARGIN + layout.CORNER + 6, layout.HEIGHT - layout.MARGIN - layout.CORNER / 2
    _write(picture, left, low - 4.0, PHOTO, 3.05, SOFT)
    _write(picture, left, low - 0.2, PHOTO_ENGLISH, 2.5, SOFT)
    _write(picture, left, low + 3.6, f"python -m model import-sheet   ·   {page.code.name}", 2.5, SOFT)


def _strip(picture: Image.Image, slot: int, label: str) -> None:
    x, y = layout.strip_at(slot)
    _write(picture, x + 0.4, y + 4.6, label, 8.2)
    _tag(picture, layout.marker_at(slot), layout.MARKER, layout.STRIP_TAGS, layout.tag_of(label))
    for left, top in layout.cells_at(slot):
        _cell(picture, left, top)
        _write(picture, left + 0.8, top - 1.9, label, 3.0, SOFT)


def _cell(picture: Image.Image, x: float, y: float) -> None:
    _box(picture, x, y, layout.CELL, layout.CELL, RIM, 0.25)
    pen, half = ImageDraw.Draw(picture), layout.CELL / 2
    for at in np.arange(1.0, layout.CELL - 1, 1.0):  # a dashed cross, as in practice books
        pen.line(_dots(x + at, y + half, x + at + 0.5, y + half), fill=GUIDE, width=2)
        pen.line(_dots(x + half, y + at, x + half, y + at + 0.5), fill=GUIDE, width=2)
