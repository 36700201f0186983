"""What members teach with: their uploads, the store of samples, and the folders that these are exported to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from bot.core.problems.base import Language
from bot.handwriting.rules.consent import Consent
from bot.handwriting.rules.teaching import Offered, Sample


@dataclass(frozen=True, slots=True)
class Export:
    """Where samples went: a `folder`, or None for an archive that somebody downloaded."""

    folder: str | None
    at: datetime


class SampleStore(Protocol):
    """Samples and consents. Erased is erased: not to be found in the database's files either."""

    async def consent(self, address: str) -> Consent | None: ...
    async def owner_of(self, alias: str) -> str | None: ...
    async def agree(self, consent: Consent) -> None: ...
    async def offer(self, sample: Sample, png: bytes) -> Offered: ...
    async def find(self, owner: str, digest: str) -> Sample | None: ...
    async def samples_of(self, owner: str) -> list[Sample]: ...
    async def samples_in(self, spaces: Collection[str] | None) -> list[Sample]: ...
    async def pictures(self, ids: Sequence[int]) -> dict[int, bytes]: ...
    async def decide(self, sample: Sample) -> None: ...
    async def erase(self, address: str, refusal: Consent | None = None) -> int: ...
    async def note_export(self, folder: str | None, at: datetime, writers: Collection[str]) -> None: ...
    async def exports_of(self, alias: str) -> list[Export]: ...


class ExportFolders(Protocol):
    """Folders that hold exported samples."""

    async def write(self, folder: Path, lines: Sequence[Mapping[str, Any]], pngs: Mapping[str, bytes]) -> None: ...
    async def take_out(self, folder: Path, writer: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Tile:
    """A sample as a sheet shows it. The `writer` stands in the picture alone: a room's history keeps texts."""

    png: bytes
    label: str
    said: str
    writer: str = ""


class SampleSheets(Protocol):
    """Draws samples. Raises PictureError where it is too busy to."""

    async def sheet(self, tiles: Sequence[Tile]) -> bytes:
        """Show samples with their labels, numbered from 1 (PNG)."""
        ...

    async def chart(self, used: Mapping[str, int], waiting: Mapping[str, int], thin: int) -> bytes:
        """Show how many samples of each character there are, marking those with less than `thin` (PNG)."""
        ...


class Everything(Protocol):
    """All that is kept of members, samples included."""

    def told(self, language: Language) -> Sequence[tuple[str, str, str]]:
        """Return, in words, what is kept of anybody, why, and until when."""
        ...

    async def of(self, address: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Return it by table, without pictures."""
        ...

    async def forget(self, address: str) -> None:
        """Erase it, from the database's files, too."""
        ...
