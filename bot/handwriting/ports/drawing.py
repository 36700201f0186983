"""What the drawing page and the gallery ask of the recogniser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from model.reading import Reading

Stroke = Sequence[tuple[float, float, float]]  # x and y on a paper of 600 × 600, y downwards, and the width of the pen
ShapeSheet = Literal["exemplars", "averages", "lookalikes"]


@dataclass(frozen=True, slots=True)
class Sight:
    """A drawing as it was read, with its one glyph.

    `seen` is what the network saw of it: 48 rows of 48 bytes, 0 paper to 255 ink; empty where it found no ink.
    """

    reading: Reading
    seen: bytes


@dataclass(frozen=True, slots=True)
class LearnedShapes:
    """What the network takes for what, in poor pictures. The sheets have a row for each label, or each lookalike.

    `exemplars` is how many stand in a row, the most typical first; `pairs` are the most frequent confusions (written,
    read, share of what was written), `confused_with` those of each label; `lookalikes` pairs of which
    examples are known. `is_own`: it is the network that reads which was asked; else the shipped one in its place.
    """

    labels: Sequence[str]
    exemplars: int
    confused_with: Mapping[str, Sequence[tuple[str, float]]]
    pairs: Sequence[tuple[str, str, float]]
    lookalikes: Sequence[tuple[str, str]]
    is_own: bool = True


class DrawingBoard(Protocol):
    """What the drawing page asks of the recogniser. Everything raises PictureError, `busy`."""

    async def read(self, strokes: Sequence[Stroke], top: int) -> Sight:
        """Read strokes as one character, with so many candidates."""
        ...

    async def strokes(self, character: str) -> list[list[tuple[float, float]]]:
        """Look up how a character is written, stroke by stroke, in a square of side 1; [] where nobody knows it."""
        ...

    async def learned(self) -> LearnedShapes: ...

    async def sheet(self, name: ShapeSheet) -> bytes:
        """Draw shapes of 48 × 48 pixels as PNG: black ink on nothing."""
        ...
