"""`tsudoi read FILE…`: what the model reads in pictures on disk."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.config import RecognitionSettings
from bot.core.errors import PictureError
from bot.handwriting.workers.recogniser import LocalRecogniser
from bot.locales import Texts
from model.reading import Reading


@dataclass(frozen=True, slots=True)
class FileReading:
    """What was read in one file, or why it could not be read."""

    file: Path
    reading: Reading | None = None
    error: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the Reading as others receive it, with its file; a file that cannot be read has `error` instead."""
        if self.reading is None:
            return {"file": str(self.file), "error": self.error}
        return {"file": str(self.file), **self.reading.to_json()}

    @property
    def line(self) -> str:
        """One line for a person."""
        if self.reading is None:
            return f"{self.file}: {self.error}"
        found = [glyph for glyph in self.reading.glyphs if glyph.candidates]
        said = " / ".join(
            "  ".join(f"{candidate.label} {candidate.probability:.1%}" for candidate in glyph.candidates)
            for glyph in found
        )
        return f"{self.file}: {said or 'no hiragana found'}"


def read_files(files: Sequence[Path], top: int, settings: RecognitionSettings, texts: Texts) -> Iterator[FileReading]:
    """Read each file in turn; one that is no picture does not stop the others."""
    with closing(LocalRecogniser(settings.min_confidence, top)) as recogniser:
        for file in files:
            try:
                yield FileReading(file, asyncio.run(recogniser.read(file.read_bytes())))
            except OSError as error:
                said = texts.gettext("cannot be read ({reason})").format(reason=error.strerror)
                yield FileReading(file, error=said)
            except PictureError as error:
                yield FileReading(file, error=error.problem.reported(texts))
