"""What reads handwriting, and the models that it may read with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.handwriting.rules.model_change import Trial
from model.reading import Glyph, Reading

LARGEST_UPLOAD = 20 * 1024 * 1024  # bytes of a picture that a recogniser takes


@dataclass(frozen=True, slots=True)
class Cut:
    """One character of a picture alone: what a sample stores.

    `png` is grey, its ink dark on white, at most 128 pixels a side, with nothing in it but what can be seen.
    """

    glyph: Glyph
    png: bytes


class Recogniser(Protocol):
    """Reads handwriting."""

    @property
    def model(self) -> str:
        """The name of the model that reads."""
        ...

    async def read(self, picture: bytes) -> Reading:
        """Read the hiragana in an encoded picture (JPEG, PNG, …). Raises PictureError."""
        ...

    async def explain(self, picture: bytes, glyph: int = 0) -> bytes:
        """Show in a picture (PNG) why a character, counted as in the reading, is read as it is. Raises PictureError."""
        ...

    async def numbered(self, picture: bytes, reading: Reading) -> bytes:
        """Encode a picture anew, with a numbered box around each character of its reading. Raises PictureError."""
        ...

    async def cut(self, picture: bytes, glyph: Glyph) -> Cut:
        """Cut out one character of its reading. Raises PictureError, `blank` where nothing is written."""
        ...

    async def cuts(self, picture: bytes) -> Mapping[int, Cut]:
        """Cut out every character, by its place in the reading. Raises PictureError."""
        ...

    async def copy(self, picture: bytes) -> bytes:
        """Encode a picture anew, with nothing in it but what can be seen. Raises PictureError."""
        ...

    async def beside(self, picture: bytes, glyph: Glyph, labels: Sequence[str]) -> bytes:
        """Show (PNG) one character of its reading beside a usual shape of what was asked for, and of what was read.

        Raises PictureError.
        """
        ...

    async def stroke_order(self, characters: Sequence[str]) -> bytes | None:
        """Show in a picture (PNG) how these are written, with its attribution; None where nothing is known of them."""
        ...


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model file as it was read once: `file` is a copy that nobody changes. `name` "" is the shipped model's.

    `card` is its card.json as plain data, `prose` its card.md, `sha256` that of the file in hexadecimal digits.
    """

    name: str
    file: str
    sha256: str
    card: Mapping[str, Any]
    prose: str = ""

    @property
    def title(self) -> str:
        """What stands on its card: name and date."""
        return f"{self.card.get('name', '?')} {self.card.get('made', '')}".strip()


class Models(Protocol):
    """The models that may be chosen."""

    def names(self) -> list[str]:
        """Return the names of those that are in the folder."""
        ...

    async def fetch(self, name: str) -> ModelFile:
        """Copy a model and its card, "" for the shipped one. Raises ModelError."""
        ...

    async def probe(self, model: ModelFile) -> None:
        """Load it in a process of its own and let it read a little. Raises ModelError."""
        ...

    async def try_out(self, old: ModelFile, new: ModelFile, samples: Sequence[tuple[str, bytes]]) -> Trial:
        """Let both read the check set and these samples, (label, PNG), in a process of their own. Raises ModelError."""
        ...


class ModelUser(Protocol):
    """What reads with a model."""

    def use(self, model: ModelFile) -> None:
        """Read with this model from the next picture on."""
        ...
