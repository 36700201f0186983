"""What was read in a picture, as plain data: the one module of `model` that the bot's domain may import."""

from dataclasses import dataclass
from typing import Literal, NotRequired, TypedDict

from model.labels import FULL_FORMS
from model.labels import LABELS as LABELS
from model.labels import UnknownLabel as UnknownLabel
from model.labels import label_of as label_of

Verdict = Literal["sure", "unsure", "not_hiragana"]
Box = tuple[int, int, int, int]  # x, y, width, height

MOST = 300  # characters that are read in one picture
UNREAD = "〓"  # stands in a text for a character that is no hiragana, as in print for a missing one

# ゕ and ゖ are left out: they stand for か and け in counting (三ヶ月), and nobody writes them in a word of hiragana.
SMALL_FORMS: dict[str, str] = {full: small for small, full in FULL_FORMS.items() if small not in "ゕゖ"}

# Where in the picture of an explanation (width, height) its parts stand.
EXPLAINED_SIZE = (960, 612)
EXPLAINED: dict[str, Box] = {
    "seen": (32, 76, 256, 256),
    "decided": (312, 76, 256, 256),
    "answers": (592, 76, 336, 256),
    "apart": (32, 400, 176, 176),
    "second": (232, 400, 176, 176),
    "similar": (432, 400, 496, 176),
}

# Where a drawing, what was asked for and what it was read as stand, side by side.
BESIDE: tuple[Box, ...] = ((24, 64, 200, 200), (244, 64, 200, 200), (464, 64, 200, 200))


def beside_size(cells: int) -> tuple[int, int]:
    """Return (width, height), in pixels, of the picture of a drawing and what it is compared with: 2 or 3 cells."""
    (margin, top, _, _), (left, _, width, height) = BESIDE[0], BESIDE[cells - 1]
    return left + width + margin, top + height + margin


def percent(share: float, over: str, under: str) -> str:
    """Return a probability as people say it, the same wherever it stands: `98%`, `1.2%`.

    Nobody is ever wholly sure: `over` is said beyond 99 %, and `under` below 0.1 %.
    """
    if share > 0.99:
        return over
    if share < 0.001:
        return under
    return f"{share:.0%}" if share >= 0.0995 else f"{share:.1%}"


class CandidateJson(TypedDict):
    """A candidate as others receive it."""

    label: str
    probability: float


class GlyphJson(TypedDict):
    """A glyph as others receive it."""

    box: list[int]
    candidates: list[CandidateJson]
    verdict: Verdict
    small: NotRequired[bool]
    point: NotRequired[str]
    turned: NotRequired[int]


class ReadingJson(TypedDict):
    """A reading as others receive it."""

    glyphs: list[GlyphJson]
    text: str
    elapsed_ms: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """One character that a glyph may be."""

    label: str
    probability: float  # calibrated: of the candidates given 0.8, eight in ten are right


@dataclass(frozen=True, slots=True)
class Glyph:
    """One written character in a picture."""

    box: Box  # x, y, width, height of its ink in pixels of the picture, y downwards
    candidates: tuple[Candidate, ...]  # best first; empty when no ink was found
    verdict: Verdict
    small: bool | None = None  # written as っ is; None where no neighbour tells, or the letter has no small form
    point: str = ""  # 、 or 。 where it is one of these; such a glyph has no candidates
    turned: int = 0  # 0 to 3 quarter turns against the clock after which it stands upright

    @property
    def best(self) -> Candidate | None:
        """The first candidate, or None where there is none."""
        return self.candidates[0] if self.candidates else None

    @property
    def text(self) -> str:
        """The best candidate as it is written, っ for a small つ; 、 or 。; empty where there is none of these."""
        if self.best is None or self.verdict == "not_hiragana":
            return self.point
        return SMALL_FORMS.get(self.best.label, self.best.label) if self.small else self.best.label


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything read in one picture."""

    glyphs: tuple[Glyph, ...]  # in reading order
    text: str  # as `text_of` has it
    elapsed_ms: float

    def to_json(self) -> ReadingJson:
        """The reading as plain lists, dicts, numbers and texts, ready for `json.dumps`.

        Returns: {"glyphs": [{"box", "candidates": [{"label", "probability"}], "verdict"}], "text", "elapsed_ms"}; where
            a glyph's size could be judged it has "small", too, 、 and 。 have "point", and what does not stand upright
            has "turned". Probabilities have four decimals and the time two: more would only look like precision.
        """
        return {
            "glyphs": [_glyph_json(glyph) for glyph in self.glyphs],
            "text": self.text,
            "elapsed_ms": round(self.elapsed_ms, 2),
        }


def _glyph_json(glyph: Glyph) -> GlyphJson:
    candidates: list[CandidateJson] = [
        {"label": candidate.label, "probability": round(candidate.probability, 4)} for candidate in glyph.candidates
    ]
    plain: GlyphJson = {"box": list(glyph.box), "candidates": candidates, "verdict": glyph.verdict}
    if glyph.small is not None:
        plain["small"] = glyph.small
    if glyph.point:
        plain["point"] = glyph.point
    if glyph.turned:
        plain["turned"] = glyph.turned
    return plain


def text_of(glyphs: tuple[Glyph, ...]) -> str:
    """The text that the glyphs spell, best candidate each, with UNREAD for what is no hiragana.

    Empty where none of them is hiragana.
    """
    if all(glyph.verdict == "not_hiragana" for glyph in glyphs):
        return ""
    return "".join(glyph.text or UNREAD for glyph in glyphs)


def overlap(box: Box, other: Box) -> float:
    """What two boxes share, of all that they cover together: 0 apart, 1 the same."""
    across, down = (max(0, min(box[i] + box[i + 2], other[i] + other[i + 2]) - max(box[i], other[i])) for i in (0, 1))
    return across * down / (box[2] * box[3] + other[2] * other[3] - across * down)
