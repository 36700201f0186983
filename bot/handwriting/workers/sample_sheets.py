"""Pictures of samples, drawn in the worker processes, where what draws is loaded already."""

from collections.abc import Mapping, Sequence

from bot.handwriting.ports.samples import Tile
from bot.handwriting.workers.asking import ask
from bot.sandbox.workers import Workers

_DRAWING = "bot.handwriting.workers.sample_drawing"


class LocalSampleSheets:
    """Fulfils `SampleSheets`."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    async def sheet(self, tiles: Sequence[Tile]) -> bytes:
        """Show samples with their labels, numbered from 1 (PNG)."""
        drawn = [(tile.png, tile.label, tile.said, tile.writer) for tile in tiles]
        png: bytes = await ask(self._workers, bytes, _DRAWING, "sheet", drawn)
        return png

    async def chart(self, used: Mapping[str, int], waiting: Mapping[str, int], thin: int) -> bytes:
        """Show how many samples of each character there are (PNG)."""
        png: bytes = await ask(self._workers, bytes, _DRAWING, "chart", dict(used), dict(waiting), thin)
        return png
