"""Which sources there are, which of them are at hand, and under which terms they may be used."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from model.sources import Source
from model.sources.folders import read_folders
from model.sources.fonts import font_files, read_fonts
from model.sources.npz import read_npz
from model.sources.stored import store
from model.sources.strokes import StrokeDrawings, read_tdic

REAL_DATA = "TSUDOI_REAL_DATA"  # the environment variable that points at the folder of `hiragana/` and `strokes/`


@dataclass(frozen=True, slots=True)
class Entry:
    """A source that training can use."""

    name: str
    share: float  # of the images that training sees, where the source has the label
    notice: str  # authors and licence, for the model's card
    where: str  # what to do to have it
    present: Callable[[], bool]
    read: Callable[[], Source]
    knows_writers: bool = False  # real handwriting, of which some writers can be held out


def real_data() -> Path | None:
    """The folder of real handwriting, or None where the environment names none."""
    named = os.environ.get(REAL_DATA)
    return Path(named) if named else None


def real_file(*parts: str) -> Path:
    """Where a file of real data would lie; there need not be one."""
    return (real_data() or Path("no-real-data")).joinpath(*parts)


FONT_NOTICE = (
    "fonts of npm (@fontsource) and Debian, of which only rendered images were used. SIL Open Font Licence 1.1: "
    "BIZ UDGothic, Cherry Bomb One, Darumadrop One, Hachi Maru Pop, Hina Mincho, Kaisei Decol, Kaisei Tokumin, "
    "Kiwi Maru, Klee One, M PLUS Rounded 1c, Mochiy Pop One, Murecho, Noto Sans JP, Potta One, Sawarabi Gothic, "
    "Setofont, Shippori Mincho, Slackside One, Stick, Yomogi, YOzFont, Yuji Boku, Yuji Mai, Yuji Syuku, Yusei "
    "Magic, Zen Antique, Zen Kurenaido, Zen Maru Gothic, Zen Old Mincho. Apache-2.0: Kosugi Maru, Motoya L "
    "Maruberi. BSD-3-Clause: Kiloji. MIT: Konatu, New Tegomin. Public domain: Aoyagi Kouzan T, Kouzan Mouhitsu"
)

CATALOGUE: tuple[Entry, ...] = (
    Entry(
        "scans",
        0.42,
        'joonaslomps/hiragana-ocr, MIT, "Copyright (c) 2016 Joonas Lõmps": grey cells of scanned sheets',
        f"hiragana/raw_train.zip under {REAL_DATA}",
        lambda: real_file("hiragana", "raw_train.zip").is_file(),
        lambda: store("scans", read_folders(real_file("hiragana", "raw_train.zip"))),
        knows_writers=True,
    ),
    Entry(
        "thresholded",
        0.08,
        'the same sheets in black and white, and asdfjkl/kanjicanvas, MIT, "Copyright (c) 2023 ubugeeei", '
        "strokes by asdfjkl (https://github.com/asdfjkl/kanjicanvas)",
        f"hiragana/train.npz under {REAL_DATA}",
        lambda: real_file("hiragana", "train.npz").is_file(),
        lambda: store("thresholded", read_npz(real_file("hiragana", "train.npz"))),
        knows_writers=True,
    ),
    Entry(
        "fonts",
        0.27,
        FONT_NOTICE,
        "`python -m model prepare` with npm, or Debian's fonts-klee, fonts-seto, fonts-kiloji and others",
        lambda: bool(font_files()),
        lambda: store("fonts", read_fonts(font_files())),
    ),
    Entry(
        "strokes",
        0.23,
        "tomoe_data by Hiroyuki Komatsu, available at https://github.com/hiroyuki-komatsu/tomoe_data/ "
        "(Apache-2.0 or CC BY 4.0)",
        f"strokes/hiragana.tdic under {REAL_DATA}",
        lambda: real_file("strokes", "hiragana.tdic").is_file(),
        lambda: StrokeDrawings("strokes", read_tdic(real_file("strokes", "hiragana.tdic"))),
    ),
)


def at_hand() -> Iterator[Entry]:
    """The entries whose data can be read here."""
    return (entry for entry in CATALOGUE if entry.present())
