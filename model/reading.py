"""What was read in a picture, as plain data: the one module of `model` that the bot's domain may import."""

from dataclasses import dataclass
from typing import Literal, TypedDict

Verdict = Literal["sure", "unsure", "not_hiragana"]
Box = tuple[int, int, int, int]


class CandidateJson(TypedDict):
    """A candidate as others receive it."""

    label: str
    probability: float


class GlyphJson(TypedDict):
    """A glyph as others receive it."""

    box: list[int]
    candidates: list[CandidateJson]
    verdict: Verdict


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

    @property
    def best(self) -> Candidate | None:
        """The first candidate, or None where there is none."""
        return self.candidates[0] if self.candidates else None


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything read in one picture."""

    glyphs: tuple[Glyph, ...]  # in reading order
    text: str  # the best candidates joined, without the glyphs that are not hiragana
    elapsed_ms: float

    def to_json(self) -> ReadingJson:
        """The reading as plain lists, dicts, numbers and texts, ready for `json.dumps`.

        Returns: {"glyphs": [{"box", "candidates": [{"label", "probability"}], "verdict"}], "text", "elapsed_ms"}.
            Probabilities have four decimals and the time two: more would only look like precision.
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
    return {"box": list(glyph.box), "candidates": candidates, "verdict": glyph.verdict}


def text_of(glyphs: tuple[Glyph, ...]) -> str:
    """The text that the glyphs spell, best candidate each; a glyph that is not hiragana adds nothing."""
    return "".join(glyph.best.label for glyph in glyphs if glyph.best and glyph.verdict != "not_hiragana")
