"""Everything that is not hiragana, to practise refusing with, and other kinds of it to judge the refusal by."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ImageFont

from model.ink import Ink
from model.labels import NOT_HIRAGANA
from model.preprocess import fit
from model.synthetic.scribbles import Scribbles
from model.synthetic.strokes import Forms, draw, read_tdic, write
from model.workshop.sources import Source
from model.workshop.sources.fonts import NOT_A_CHARACTER, RENDER_SIZE, font_files, render
from model.workshop.sources.other_characters import DIGITS, KANJI, KATAKANA, LATIN, LIKE_HIRAGANA, SIGNS
from model.workshop.sources.stored import StoredImages
from model.workshop.sources.textures import KINDS as TEXTURES
from model.workshop.sources.textures import Textures, photograph_texture

FONT_KINDS = {"katakana": KATAKANA, "kanji": KANJI, "digits": DIGITS, "latin": LATIN, "signs": SIGNS}
PER_FONT = {"katakana": 60, "kanji": 50, "digits": 10, "latin": 26, "signs": 20}  # a font need not show everything
FONT_SHARES = {"katakana": 0.4, "kanji": 0.2, "digits": 0.1, "latin": 0.2, "signs": 0.1}
# Of these only the hiragana are practised: they look the most like handwriting, so they judge the refusal best.
JUDGING_FONTS = ("klee", "yomogi", "zen-kurenaido", "kiloji")
SIZE, INK_SIZE = 64, 52
MOST_STROKES = 10  # what has more is hardly taken for a hiragana
MOST_STROKES_TO_FIND = 18


@dataclass(frozen=True)
class OtherStrokes:
    """A source that writes the kanji, katakana and digits of a stroke file, the simple ones more often."""

    name: str
    forms: Forms
    labels: NDArray[np.int64] = field(init=False)
    writers: tuple[str, ...] = field(init=False)
    items: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Count an item for each character, and more of them the fewer strokes it has."""
        items = [character for character, forms in self.forms.items() for _ in range(-(-12 // len(forms[0])))]
        object.__setattr__(self, "items", tuple(items))
        object.__setattr__(self, "labels", np.full(len(items), NOT_HIRAGANA, np.int64))
        object.__setattr__(self, "writers", tuple(f"{self.name}:{_kind(character)}" for character in items))

    def ink(self, item: int, rng: np.random.Generator) -> Ink:
        """Write the item anew: (112, 112) uint8."""
        forms = self.forms[self.items[item]]
        return draw(write(forms[int(rng.integers(len(forms)))], rng), rng)


def _kind(character: str) -> str:
    return next((kind for kind in ("digits", "katakana") if character in FONT_KINDS[kind]), "kanji")


def is_kept_back(character: str) -> bool:
    """True for every fifth kanji: those judge the refusal and are not practised."""
    return _kind(character) == "kanji" and ord(character) % 5 == 0


def training_negatives(strokes: Path | None = None) -> list[tuple[Source, float]]:
    """The sources to practise refusing with, and the share of each; the shares add up to 1 where all are at hand.

    Args: strokes: the file `all.tdic` of tomoe_data, where there is one. Fonts are used where they are installed.
    Raises: OSError: no such file.
    """
    found: list[tuple[Source, float]] = [(Scribbles(), 0.2), (Textures(), 0.15)]
    files = [file for file in font_files() if not _judges(file)]
    if files:
        found += [(source, 0.45 * FONT_SHARES[source.name]) for source in read_others(files)]
    if strokes is not None:
        found.append((other_strokes(strokes, kept_back=False), 0.2))
    return found


def evaluation_negatives(seed: int, strokes: Path | None, count: int) -> dict[str, list[NDArray[np.uint8]]]:
    """Pictures to refuse, of fonts and kanji that `training_negatives` leaves out, and of other seeds.

    Args: seed: which pictures. strokes: as for `training_negatives`. count: pictures of a kind; fewer where fonts lack.
    Returns: kind -> pictures, each (h, w) uint8, dark on light.
    Raises: OSError: no such file.
    """
    rng = np.random.default_rng((seed, 0x4E4F))
    sources: list[Source] = [Scribbles(), *read_others([file for file in font_files() if _judges(file)], judging=True)]
    if strokes is not None:
        sources.append(other_strokes(strokes, kept_back=True))
    pictures = {source.name: _pictures(source, count, rng) for source in sources}
    kinds = rng.choice(sorted(TEXTURES), count)
    return {**pictures, "textures": [photograph_texture(str(kind), rng) for kind in kinds]}


def _pictures(source: Source, count: int, rng: np.random.Generator) -> list[NDArray[np.uint8]]:
    """What is stored is taken once, as it is; what is drawn anew is drawn as often as wanted."""
    known = len(source.labels)
    if isinstance(source, StoredImages):
        return [np.asarray(255 - source.inks[item], np.uint8) for item in rng.permutation(known)[:count]]
    return [np.asarray(255 - source.ink(int(item), rng), np.uint8) for item in rng.integers(0, known, count)]


def _judges(file: Path) -> bool:
    return file.stem.lower().startswith(JUDGING_FONTS)


def others_to_find(strokes: Path | None = None) -> list[tuple[Source, float]]:
    """What the detector practises finding beside hiragana, and the share of each; the shares have any sum.

    Args, Raises: as `training_negatives`; kanji have more strokes here, for pages are full of them.
    """
    files = [file for file in font_files() if not _judges(file)]
    found: list[tuple[Source, float]] = [(Scribbles(), 0.5)]
    if files:
        found += [(source, 1.0) for source in read_others(files)]
    if strokes is not None:
        found.append((other_strokes(strokes, kept_back=False, most=MOST_STROKES_TO_FIND), 4.0))
    return found


def other_strokes(path: Path, kept_back: bool, most: int = MOST_STROKES) -> OtherStrokes:
    """The characters of a tomoe_data file that are practised, or the kanji that are kept back.

    Args: most: strokes of a character. Raises: OSError: no such file.
    """
    forms = {
        character: forms
        for character, forms in read_tdic(path).items()
        if not _is_hiragana(character) and character not in LIKE_HIRAGANA and len(forms[0]) <= most
    }
    return OtherStrokes("tomoe", {c: f for c, f in forms.items() if is_kept_back(c) == kept_back})


def _is_hiragana(character: str) -> bool:
    return "\u3041" <= character <= "\u309f"


def read_others(files: list[Path], judging: bool = False) -> Iterator[StoredImages]:
    """What the fonts draw besides hiragana: (64, 64) inks, a source for each kind; the same for the same files.

    Args: files: of fonts. judging: all characters, with the kanji that are kept back; otherwise a part for each font.
    """
    rng = np.random.default_rng(len(files))
    drawn: dict[str, list[tuple[str, Ink]]] = {kind: [] for kind in FONT_KINDS}
    for file in files:
        font = ImageFont.truetype(str(file), RENDER_SIZE)
        for kind, known in FONT_KINDS.items():
            chosen = rng.permutation([c for c in known if kind != "kanji" or is_kept_back(c) == judging])
            inks = _drawn(font, "".join(chosen if judging else chosen[: PER_FONT[kind]]))
            drawn[kind] += ((f"font:{file.stem}:{kind}", ink) for ink in inks)
    for kind, found in drawn.items():
        if found:
            labels = np.full(len(found), NOT_HIRAGANA, np.int64)
            yield StoredImages(kind, np.stack([ink for _, ink in found]), labels, tuple(writer for writer, _ in found))


def _drawn(font: ImageFont.FreeTypeFont, characters: str) -> Iterator[Ink]:
    """Those of the characters that the font has."""
    missing = render(font, NOT_A_CHARACTER)
    for character in characters:
        image = render(font, character)
        if image.min() < 128 and not np.array_equal(image, missing):
            yield _cropped(image)


def _cropped(image: NDArray[np.uint8]) -> Ink:
    ink = np.asarray(255 - image, np.uint8)
    x, y, width, height = cv2.boundingRect(ink)
    return (fit(ink, (x, y, width, height), SIZE, INK_SIZE) * 255).astype(np.uint8)
