"""Which sources there are, which of them are at hand, and under which terms they may be used."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import ModuleType

from model.synthetic import kanjivg
from model.synthetic.strokes import FORMS, StrokeDrawings, read_tdic
from model.workshop.sources import Source, books, etl, folders, fonts, kuzushiji, members, npz
from model.workshop.sources.cache import cached
from model.workshop.sources.stored import Written, store

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
    share_alike: bool = False  # its licence may ask the same of a model: only for those who ask for it


def kept(
    name: str,
    share: float,
    notice: str,
    where: str,
    files: Callable[[], Sequence[Path]],
    reader: ModuleType,
    read: Callable[[Sequence[Path]], Iterable[Written]],
    knows_writers: bool = False,
    share_alike: bool = False,
) -> Entry:
    """An entry whose images are read from files and kept ready for the next time.

    Args: files: what is read; none where the source is not at hand. reader: the module that `read` is from.
    """

    def images() -> Source:
        found = files()
        return cached(name, found, reader, lambda: store(name, read(found)))

    return Entry(name, share, notice, where, lambda: bool(files()), images, knows_writers, share_alike)


def real_data() -> Path | None:
    """The folder of real handwriting, or None where the environment names none."""
    named = os.environ.get(REAL_DATA)
    return Path(named) if named else None


def real_file(*parts: str) -> Path:
    """Where a file of real data would lie; there need not be one."""
    return (real_data() or Path("no-real-data")).joinpath(*parts)


def _real_files(*parts: str) -> list[Path]:
    file = real_file(*parts)
    return [file] if file.is_file() else []


FONT_NOTICE = (
    "fonts of npm (@fontsource) and Debian, of which only rendered images were used. SIL Open Font Licence 1.1: "
    "BIZ UDGothic, Cherry Bomb One, Darumadrop One, Hachi Maru Pop, Hina Mincho, Kaisei Decol, Kaisei Tokumin, "
    "Kiwi Maru, Klee One, M PLUS Rounded 1c, Mochiy Pop One, Murecho, Noto Sans JP, Potta One, Sawarabi Gothic, "
    "Setofont, Shippori Mincho, Slackside One, Stick, Yomogi, YOzFont, Yuji Boku, Yuji Mai, Yuji Syuku, Yusei "
    "Magic, Zen Antique, Zen Kurenaido, Zen Maru Gothic, Zen Old Mincho. Apache-2.0: Kosugi Maru, Motoya L "
    "Maruberi. BSD-3-Clause: Kiloji. MIT: Konatu, New Tegomin. Public domain: Aoyagi Kouzan T, Kouzan Mouhitsu"
)

CATALOGUE: tuple[Entry, ...] = (
    kept(
        "scans",
        0.36,
        'joonaslomps/hiragana-ocr, MIT, "Copyright (c) 2016 Joonas Lõmps": grey cells of scanned sheets',
        f"hiragana/raw_train.zip under {REAL_DATA}",
        lambda: _real_files("hiragana", "raw_train.zip"),
        folders,
        lambda files: folders.read_folders(files[0]),
        knows_writers=True,
    ),
    kept(
        "thresholded",
        0.06,
        'the same sheets in black and white, and asdfjkl/kanjicanvas, MIT, "Copyright (c) 2023 ubugeeei", '
        "strokes by asdfjkl (https://github.com/asdfjkl/kanjicanvas)",
        f"hiragana/train.npz under {REAL_DATA}",
        lambda: _real_files("hiragana", "train.npz"),
        npz,
        lambda files: npz.read_npz(files[0]),
        knows_writers=True,
    ),
    kept(
        "fonts",
        0.2,
        FONT_NOTICE,
        "`python -m model prepare` with npm, or Debian's fonts-klee, fonts-seto, fonts-kiloji and others",
        lambda: fonts.font_files(),
        fonts,
        lambda files: fonts.read_fonts(list(files)),
    ),
    Entry(
        "strokes",
        0.3,
        "tomoe_data by Hiroyuki Komatsu, available at https://github.com/hiroyuki-komatsu/tomoe_data/ "
        "(Apache-2.0 or CC BY 4.0)",
        f"strokes/hiragana.tdic under {REAL_DATA}",
        lambda: real_file("strokes", "hiragana.tdic").is_file(),
        lambda: StrokeDrawings("strokes", read_tdic(real_file("strokes", "hiragana.tdic"))),
    ),
    Entry(
        "forms",
        0.12,
        "other forms of some letters, as strokes, drawn for Tsudoi",
        "no file: they come with Tsudoi",
        lambda: True,
        lambda: StrokeDrawings("forms", read_tdic(FORMS), run_on={}),
    ),
    kept(
        "books",
        0.04,
        "hiragana_mojigazo, kana cut from books and journals of 1900 to 1977, National Diet Library, Japan (NDL Lab), "
        "Public Domain Mark 1.0",
        f"strangers/more.npz under {REAL_DATA}",
        lambda: _real_files("strangers", "more.npz"),
        books,
        lambda files: books.read_books(files[0]),
    ),
    kept(
        "etl",
        0.2,
        "ETL Character Database, National Institute of Advanced Industrial Science and Technology (AIST) and Japan "
        "Electronics and Information Technology Industries Association, by AIST's terms of use; the images are not "
        "passed on",
        f"files or zips of ETL8G and ETL9G, for which one registers with AIST, in etl/ under {REAL_DATA}",
        lambda: etl.etl_files(real_file("etl")),
        etl,
        etl.read_etl,
        knows_writers=True,
    ),
    kept(
        "own",
        0.1,
        "pictures of one's own, by folder",
        f"pictures as own/あ/WRITER_01.png under {REAL_DATA}",
        lambda: folders.image_files(real_file("own")),
        folders,
        lambda files: folders.read_folders(real_file("own")),
        knows_writers=True,
    ),
    # Read anew each time: what a member has erased must not live on in a cache.
    Entry(
        "members",
        0.1,
        "drawn by members of the community, with their consent",
        f"a folder that `tsudoi samples export` or `python -m model import-sheet` wrote, named by {members.SAMPLES}",
        lambda: bool(members.samples_folders()),
        lambda: store("members", chain.from_iterable(map(members.read_members, members.samples_folders()))),
        knows_writers=True,
    ),
    Entry(
        "kanjivg",
        0.1,
        "KanjiVG by Ulrich Apel and contributors, https://kanjivg.tagaini.net, CC BY-SA 3.0: strokes, changed",
        "pip install fonttools kanjivg",
        lambda: bool(kanjivg.kanjivg_files()),
        lambda: StrokeDrawings("kanjivg", kanjivg.read_kanjivg(kanjivg.kanjivg_files())),
        share_alike=True,
    ),
    kept(
        "kuzushiji",
        0.04,
        '"Kuzushiji-49" by CODH (Center for Open Data in the Humanities), adapted from "Kuzushiji Dataset" by NIJL and '
        "others, doi:10.20676/00000341, CC BY-SA 4.0",
        f"k49-train-imgs.npz and k49-train-labels.npz in kuzushiji/ under {REAL_DATA}",
        lambda: kuzushiji.kuzushiji_files(real_file("kuzushiji")),
        kuzushiji,
        lambda files: kuzushiji.read_kuzushiji(*files),
        share_alike=True,
    ),
)


def at_hand(share_alike: bool = False) -> Iterator[Entry]:
    """The entries whose data can be read here.

    Args: share_alike: also those whose licence may ask that a model be shared alike; the shipped one does without.
    """
    return (entry for entry in CATALOGUE if entry.present() and (share_alike or not entry.share_alike))


def not_at_hand(names: Collection[str]) -> Iterator[Entry]:
    """The entries of these names whose data cannot be read here."""
    return (entry for entry in CATALOGUE if entry.name in names and not entry.present())
