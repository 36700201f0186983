"""The recogniser. Pictures are decoded and read in worker processes: what strangers send is not opened in this one."""

import asyncio
import json
from collections.abc import Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from bot.core.errors import PictureError
from bot.core.problems.pictures import MustWait
from bot.handwriting.ports.recognition import Cut, ModelFile
from bot.handwriting.workers.asking import ask
from bot.handwriting.workers.drawing_board import LocalDrawingBoard
from bot.handwriting.workers.sample_sheets import LocalSampleSheets
from bot.sandbox.workers import Workers
from model.reading import Glyph, Reading

# Imported by the workers only: OpenCV and LiteRT cost time and memory.
_HANDWRITING = "bot.handwriting.workers.handwriting"


class LocalRecogniser:
    """Fulfils `Recogniser`. A worker is started by the first picture, or before that by `warm`.

    Each glyph comes with its `top` candidates; one whose best is below `min_confidence` is unsure. Beside what the port
    names, PictureError comes with `busy`, `too_slow` and, where a decoder crashed, `broken`.
    """

    def __init__(self, min_confidence: float = 0.6, top: int = 5, workers: Workers | None = None) -> None:
        self._as_asked = (top, min_confidence)
        self.workers = workers or Workers()
        self._one_big_at_a_time = asyncio.Lock()
        self._chosen: ModelFile | None = None

    def warm(self) -> None:
        """Begin to start a worker and to load the model there, in the background."""
        self.workers.start(_HANDWRITING, "warm")

    def close(self) -> None:
        """Let go of what waits and of what is being read."""
        self.workers.close()

    def drawing_board(self) -> LocalDrawingBoard:
        """Return what the drawing page asks; it has the same workers, and is closed with them."""
        return LocalDrawingBoard(self.workers, self._as_asked[1])

    def sample_sheets(self) -> LocalSampleSheets:
        """Return what draws samples, in the same workers."""
        return LocalSampleSheets(self.workers)

    @property
    def model(self) -> str:
        """The name and date of the model that reads."""
        return self._chosen.title if self._chosen else self._shipped

    @cached_property
    def _shipped(self) -> str:
        card = json.loads((files("model") / "artifacts" / "card.json").read_text(encoding="utf-8"))
        return f"{card['name']} {card['made']}"

    def use(self, model: ModelFile) -> None:
        """Read with this model from the next picture on; what is being read is read to its end with the one before."""
        self.workers.prepare(_HANDWRITING, "use", model.file, readable=(str(Path(model.file).parent),))
        self._chosen = model
        self.warm()

    async def read(self, picture: bytes) -> Reading:
        """Read the hiragana in an encoded picture."""
        reading: Reading = await self._call(Reading, "read", picture, *self._as_asked)
        return reading

    async def explain(self, picture: bytes, glyph: int = 0) -> bytes:
        """Show in a picture (PNG) why a character is read as it is."""
        png: bytes = await self._call(bytes, "explain", picture, glyph)
        return png

    async def numbered(self, picture: bytes, reading: Reading) -> bytes:
        """Encode a picture anew (JPEG), with a numbered box around each character of its reading."""
        jpeg: bytes = await self._call(bytes, "numbered", picture, reading)
        return jpeg

    async def cut(self, picture: bytes, glyph: Glyph) -> Cut:
        """Cut out one character of its reading."""
        png: bytes = await self._call(bytes, "cut", picture, glyph)
        return Cut(glyph, png)

    async def cuts(self, picture: bytes) -> dict[int, Cut]:
        """Cut out every character."""
        cut = dict[int, tuple[Glyph, bytes]]
        found: dict[int, tuple[Glyph, bytes]] = await self._call(cut, "cuts", picture, *self._as_asked)
        return {place: Cut(*cut) for place, cut in found.items()}

    async def beside(self, picture: bytes, glyph: Glyph, labels: Sequence[str]) -> bytes:
        """Show (PNG) one character of its reading beside the usual shape of each label."""
        png: bytes = await self._call(bytes, "beside", picture, glyph, tuple(labels))
        return png

    async def copy(self, picture: bytes) -> bytes:
        """Encode a picture anew (JPEG), with nothing in it but what can be seen."""
        jpeg: bytes = await self._call(bytes, "copy", picture)
        return jpeg

    async def stroke_order(self, characters: Sequence[str]) -> bytes | None:
        """Draw how these are written, where the extra `strokes` is installed."""
        png: bytes | None = await ask(self.workers, bytes | None, _HANDWRITING, "stroke_order", tuple(characters))
        return png

    async def _call(self, returns: Any, function: str, picture: bytes, *args: object) -> Any:
        try:
            return await ask(self.workers, returns, _HANDWRITING, function, picture, *args)
        except PictureError as error:
            if not isinstance(error.problem, MustWait):
                raise
        async with self._one_big_at_a_time:
            small: bytes = await ask(self.workers, bytes, _HANDWRITING, "shrunk", picture, is_big=True)
        return await ask(self.workers, returns, _HANDWRITING, function, small, *args)
