"""`tsudoi samples list | export | erase`: members' samples, for whoever runs the bot."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.app.clock import SystemClock
from bot.app.stores import open_stores
from bot.config import Settings
from bot.core.errors import ExportError
from bot.handwriting.own_samples import OwnSamples
from bot.handwriting.ports.samples import Export
from bot.handwriting.rules.teaching import Sample, State, used
from bot.handwriting.sample_archive import file_name, member_line, training_line
from bot.handwriting.store.sample_folders import SampleFolders


@dataclass(frozen=True, slots=True)
class ListedSample:
    """A sample, and whether it may be trained on."""

    sample: Sample
    is_used: bool

    def to_json(self) -> dict[str, Any]:
        """Return it as others receive it."""
        return {**member_line(self.sample), "id": self.sample.id, "used": self.is_used}


async def list_samples(settings: Settings) -> list[ListedSample]:
    """Return every sample, oldest first."""
    async with open_stores(settings.storage.url) as stores:
        found = await stores.samples.samples_in(None)
    settled = {sample.id for sample in used(found)}
    return [ListedSample(sample, sample.id in settled) for sample in found]


def by_writer(listed: list[ListedSample]) -> list[str]:
    """Return a line for each writer, and one for all."""
    lines = [
        f"{writer}  {_counted([sample for sample in listed if sample.sample.writer == writer])}"
        for writer in dict.fromkeys(sample.sample.writer for sample in listed)
    ]
    return [*lines, f"all  {_counted(listed)}"]


def _counted(listed: list[ListedSample]) -> str:
    dropped = sum(sample.sample.state is State.DROPPED for sample in listed)
    return f"{len(listed)} samples, {sum(sample.is_used for sample in listed)} used, {dropped} dropped"


async def export_samples(settings: Settings, folder: Path, space: str | None = None) -> int:
    """Write what may be trained on into a folder, given in full, and remember it. Raises ExportError.

    Returns: how many samples that are.
    """
    async with open_stores(settings.storage.url) as stores:
        found = used(await stores.samples.samples_in(None if space is None else [space]))
        pngs = await stores.samples.pictures([sample.id for sample in found])
        # Remembered first: after a crash in between, nobody's samples lie where they would not be looked for.
        writers = {sample.writer for sample in found}
        await stores.samples.note_export(str(folder), SystemClock().now(), writers)
        named = {file_name(sample): pngs[sample.id] for sample in found}
        await SampleFolders().write(folder, [training_line(sample) for sample in found], named)
        for writer in writers:
            if await stores.samples.owner_of(writer) is None:  # erased while we wrote
                await SampleFolders().take_out(folder, writer)
        return len(found)


async def erase_samples(settings: Settings, writer: str) -> tuple[int, list[Export]]:
    """Erase all that is kept of a writer, as `!forget` does.

    Returns: how many samples that were, and the exports that could not be reached. Raises ExportError: no such writer.
    """
    async with open_stores(settings.storage.url) as stores:
        owner = await stores.samples.owner_of(writer)
        if owner is None:
            raise ExportError(f'nobody writes as "{writer}"; tsudoi samples list names every writer')
        own = OwnSamples(stores.samples, SampleFolders(), stores.personal, None, SystemClock())
        return await own.erase(owner)
