"""The recogniser in this process: pictures wait in a short line for two threads, so that the event loop never does."""

import threading
from asyncio import get_running_loop
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.clients.pictures import open_picture
from bot.errors import PictureError
from model.reading import Glyph, Reading, text_of

WORKERS = 2
LONGEST_LINE = 32  # pictures being read or waiting; each holds its upload in memory


class Classifier(Protocol):
    """What is used of `model.classifier.Classifier`."""

    def read(self, image: NDArray[np.uint8]) -> Reading:
        """Find and read the characters in a picture."""
        ...


def _shipped_model() -> Classifier:
    from model import classifier  # LiteRT costs a moment that the start need not wait for

    return classifier.load()


class LocalRecogniser:
    """Fulfils `Recogniser`. The model is loaded by the first picture, or before that by `warm`.

    A glyph whose best candidate is below `min_confidence` is unsure, whatever the model says.
    """

    def __init__(self, min_confidence: float = 0.0, load: Callable[[], Classifier] = _shipped_model) -> None:
        self._min_confidence = min_confidence
        self._load = load
        self._classifier: Classifier | None = None
        self._one_at_a_time = threading.Lock()  # an interpreter works on one picture at a time
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
        if self._in_line >= LONGEST_LINE:
            raise PictureError("too many pictures at once: try again in a moment", "busy")
        self._in_line += 1
        try:
            return await get_running_loop().run_in_executor(self._threads, partial(self._read, picture))
        finally:
            self._in_line -= 1

    def _read(self, picture: bytes) -> Reading:
        pixels = open_picture(picture)
        classifier = self._model()
        with self._one_at_a_time:
            return _with_doubt(classifier.read(pixels), self._min_confidence)

    def _model(self) -> Classifier:
        with self._one_at_a_time:
            if self._classifier is None:
                self._classifier = self._load()
            return self._classifier


def _with_doubt(reading: Reading, min_confidence: float) -> Reading:
    glyphs = tuple(_doubted(glyph, min_confidence) for glyph in reading.glyphs)
    return replace(reading, glyphs=glyphs, text=text_of(glyphs))


def _doubted(glyph: Glyph, min_confidence: float) -> Glyph:
    is_doubtful = glyph.verdict == "sure" and glyph.best is not None and glyph.best.probability < min_confidence
    return replace(glyph, verdict="unsure") if is_doubtful else glyph
