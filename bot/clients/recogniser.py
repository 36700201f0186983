"""The recogniser. Pictures are decoded and read in worker processes: what strangers send is not opened in this one."""

import json
from collections.abc import Sequence
from functools import cached_property
from importlib.resources import files

from bot.clients.workers import Workers
from bot.services.ports import Cut
from model.reading import Glyph, Reading

_HANDWRITING = "bot.clients.handwriting"  # imported by the workers only: OpenCV and LiteRT cost time and memory


class LocalRecogniser:
    """Fulfils `Recogniser`. A worker is started by the first picture, or before that by `warm`.

    Each glyph comes with its `top` candidates; one whose best is below `min_confidence` is unsure. Beside what the port
    names, PictureError comes with `busy`, `too_slow` and, where a decoder crashed, `broken`.
    """

    def __init__(self, min_confidence: float = 0.6, top: int = 5, workers: Workers | None = None) -> None:
        self._as_asked = (top, min_confidence)
        self._workers = workers or Workers()

    def warm(self) -> None:
        """Begin to start a worker and to load the model there, in the background."""
        self._workers.start(_HANDWRITING, "warm")

    def close(self) -> None:
        """Let go of what waits and of what is being read."""
        self._workers.close()

    @cached_property
    def model(self) -> str:
        """The name and date of the shipped model."""
        card = json.loads((files("model") / "artifacts" / "card.json").read_text(encoding="utf-8"))
        return f"{card['name']} {card['made']}"

    async def read(self, picture: bytes) -> Reading:
        """Read the hiragana in an encoded picture."""
        reading: Reading = await self._workers.call(_HANDWRITING, "read", picture, *self._as_asked)
        return reading

    async def explain(self, picture: bytes, glyph: int = 0) -> bytes:
        """Show in a picture (PNG) why a character is read as it is."""
        png: bytes = await self._workers.call(_HANDWRITING, "explain", picture, glyph)
        return png

    async def numbered(self, picture: bytes, reading: Reading) -> bytes:
        """Encode a picture anew (JPEG), with a numbered box around each character of its reading."""
        jpeg: bytes = await self._workers.call(_HANDWRITING, "numbered", picture, reading)
        return jpeg

    async def cut(self, picture: bytes, glyph: int) -> Cut:
        """Cut out one character."""
        found: tuple[Glyph, bytes] = await self._workers.call(_HANDWRITING, "cut", picture, glyph, *self._as_asked)
        return Cut(*found)

    async def copy(self, picture: bytes) -> bytes:
        """Encode a picture anew (JPEG), with nothing in it but what can be seen."""
        jpeg: bytes = await self._workers.call(_HANDWRITING, "copy", picture)
        return jpeg

    async def stroke_order(self, characters: Sequence[str]) -> bytes | None:
        """Draw how these are written, where the extra `strokes` is installed."""
        png: bytes | None = await self._workers.call(_HANDWRITING, "stroke_order", tuple(characters))
        return png
