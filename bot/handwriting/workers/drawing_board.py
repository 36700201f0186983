"""What the drawing page asks of the recogniser, in the same worker processes that read pictures."""

from collections.abc import Sequence

from bot.handwriting.ports.drawing import LearnedShapes, ShapeSheet, Sight, Stroke
from bot.handwriting.workers.asking import ask
from bot.sandbox.workers import Workers

_DRAWINGS = "bot.handwriting.workers.drawings"  # imported by the workers only


class LocalDrawingBoard:
    """Fulfils `DrawingBoard`. PictureError comes with `busy` and `too_slow`."""

    def __init__(self, workers: Workers, min_confidence: float) -> None:
        self._workers = workers
        self._min_confidence = min_confidence

    async def read(self, strokes: Sequence[Stroke], top: int) -> Sight:
        """Read strokes as one character."""
        sight: Sight = await ask(self._workers, Sight, _DRAWINGS, "read", strokes, top, self._min_confidence)
        return sight

    async def strokes(self, character: str) -> list[list[tuple[float, float]]]:
        """Look up how a character is written."""
        paths = list[list[tuple[float, float]]]
        found: list[list[tuple[float, float]]] = await ask(self._workers, paths, _DRAWINGS, "strokes_of", character)
        return found

    async def learned(self) -> LearnedShapes:
        """Look up what the network takes for what."""
        shapes: LearnedShapes = await ask(self._workers, LearnedShapes, _DRAWINGS, "learned")
        return shapes

    async def sheet(self, name: ShapeSheet) -> bytes:
        """Draw a sheet of shapes."""
        png: bytes = await ask(self._workers, bytes, _DRAWINGS, "sheet", name)
        return png
