"""The look of charts: light, few colours, Japanese letters where a font has them, else their sounds."""

import unicodedata
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib import font_manager

from model.workshop.sources.fonts import NPM_FONTS

TEXT, FAINT, LINE, GROUND = "#30343b", "#8a9099", "#d9dce1", "#ffffff"
RIGHT, WRONG = "#3b6fa0", "#cf4a3f"
MODELS = ("#3b6fa0", "#cf4a3f", "#4f9d69", "#8e6bb0", "#c98f2b")  # a colour a model
STYLE: dict[Any, Any] = {
    "figure.facecolor": GROUND,
    "axes.facecolor": GROUND,
    "axes.edgecolor": LINE,
    "axes.labelcolor": TEXT,
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlecolor": TEXT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": TEXT,
    "xtick.color": TEXT,
    "ytick.color": TEXT,
    "grid.color": "#eceef1",
    "font.size": 10,
    "figure.dpi": 110,
}

LATIN = "DejaVu Sans"  # comes with matplotlib
FAMILIES = (
    "Noto Sans CJK JP",  # Debian's fonts-noto-cjk
    "Noto Sans JP",
    "IPAexGothic",
    "IPAGothic",
    "BIZ UDGothic",
    "Hiragino Sans",  # macOS
    "Yu Gothic",  # Windows
    "Meiryo",
)
NPM_FILE = "noto-sans-jp/files/noto-sans-jp-japanese-400-normal.woff2"


def families() -> list[str]:
    """The fonts that charts are written in, for matplotlib's `font.family`: the first that has a letter draws it."""
    japanese = _japanese()
    return [LATIN, japanese] if japanese else [LATIN]


def shown(label: str) -> str:
    """A hiragana as charts write it: itself, or "ka" where no font has it; a dash for nothing read."""
    if not label:
        return "–"
    return label if _japanese() else unicodedata.name(label, label).rpartition(" ")[2].lower()


def worded(japanese: str, english: str) -> str:
    """A short text in both languages, or in English alone where no font has the Japanese."""
    return f"{japanese} / {english}" if _japanese() else english


@cache
def _japanese() -> str | None:
    return _installed() or _newly_installed() or _unpacked(NPM_FONTS / NPM_FILE)


def _installed() -> str | None:
    known = set(font_manager.get_font_names())
    return next((family for family in FAMILIES if family in known), None)


def _newly_installed() -> str | None:
    """The same, of fonts that were installed after matplotlib made its list, which it keeps for ever."""
    known = {font.fname for font in font_manager.fontManager.ttflist}
    for file in set(font_manager.findSystemFonts()) - known:
        with suppress(OSError, RuntimeError):  # what matplotlib cannot read it does not list either
            font_manager.fontManager.addfont(file)
    return _installed()


def _unpacked(packed: Path) -> str | None:
    """The family of a font of npm, unpacked once into matplotlib's cache, for matplotlib cannot read it packed."""
    if not packed.is_file():
        return None
    from fontTools.ttLib import TTFont  # comes with matplotlib

    file = Path(matplotlib.get_cachedir()) / f"{packed.stem}.ttf"
    if not file.is_file():
        font = TTFont(packed)
        font.flavor = None
        font.save(file)
    font_manager.fontManager.addfont(file)
    return font_manager.FontProperties(fname=file).get_name()
