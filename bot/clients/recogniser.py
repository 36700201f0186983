"""The recogniser in this process: pictures wait in a short line for two threads, so that the event loop never does."""

import threading
from asyncio import get_running_loop
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from bot.clients.pictures import encode_png, open_picture
from bot.errors import PictureError
from model.reading import Reading

T = TypeVar("T")

WORKERS = 2
LONGEST_LINE = 32  # pictures being read or waiting; each holds its upload in memory


class Classifier(Protocol):
    """What is used of `model.classifier.Classifier`."""

    def read(self, image: NDArray[np.uint8], top: int, min_confidence: float) -> Reading:
        """Find and read the characters in a picture."""
        ...


def _shipped_model() -> Classifier:
    from model import classifier  # LiteRT costs a moment that the start need not wait for

    return classifier.load()


class LocalRecogniser:
    """Fulfils `Recogniser`. The model is loaded by the first picture, or before that by `warm`.

    Each glyph comes with its `top` candidates; one whose best is below `min_confidence` is unsure.
    """

    def __init__(
        self, min_confidence: float = 0.6, top: int = 5, load: Callable[[], Classifier] = _shipped_model
    ) -> None:
        self._min_confidence = min_confidence
        self._top = top
        self._load = load
        self._classifier: Classifier | None = None
        self._loading = threading.Lock()
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="reading")
        self._in_line = 0

    def warm(self) -> None:
        """Begin to load the model in the background."""
        self._threads.submit(self._model)

    def close(self) -> None:
        """Let go of what still waits; a picture that is being read is finished."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def read(self, picture: bytes) -> Reading:
        """Read the hiragana in an encoded picture. Raises PictureError, also if the line is too long (`busy`)."""
        return await self._in_turn(partial(self._read, picture))

    async def explain(self, picture: bytes) -> bytes:
        """Show in a picture (PNG) why this one is read as it is. Raises PictureError, as `read` does."""
        return await self._in_turn(partial(self._explanation, picture))

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self._in_line >= LONGEST_LINE:
            raise PictureError("too many pictures at once: try again in a moment", "busy")
        self._in_line += 1
        try:
            return await get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._in_line -= 1

    def _read(self, picture: bytes) -> Reading:
        pixels = open_picture(picture)
        return self._model().read(pixels, self._top, self._min_confidence)

    def _explanation(self, picture: bytes) -> bytes:
        from model import classifier
        from model.explain import explain  # its exemplars cost a moment that few need
        from model.ink import BlankImage

        pixels = open_picture(picture)
        try:
            return encode_png(explain(cast(classifier.Classifier, self._model()), pixels))
        except BlankImage as error:
            raise PictureError("there is nothing written in the picture", "blank") from error

    def _model(self) -> Classifier:
        with self._loading:
            if self._classifier is None:
                self._classifier = self._load()
            return self._classifier
