"""What training can use: installs the fonts, reads every source once and keeps it ready for the next time."""

import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from rich.progress import Progress

from model.labels import LABELS
from model.workshop.sources import Source
from model.workshop.sources.catalogue import CATALOGUE, Entry, real_file
from model.workshop.sources.fonts import NPM_FONTS
from model.workshop.sources.negatives import training_negatives

MANIFEST = Path(__file__).parents[1] / "sources" / "package.json"


@dataclass(frozen=True, slots=True)
class Found:
    """What a source holds here."""

    name: str
    state: Literal["ready", "missing", "damaged", "off"]  # off: share-alike, and nobody asked for it
    note: str  # the terms of use, or what to do to have the source
    per_class: dict[str, int] = field(default_factory=dict)  # images of each label; "" is what is no hiragana
    writers: int = 0

    @property
    def images(self) -> int:
        """How many there are; a source that draws has one for each thing that it can draw."""
        return sum(self.per_class.values())

    @property
    def thinnest(self) -> tuple[str, int] | None:
        """The label with the fewest images, and their number; None for an empty source."""
        return min(self.per_class.items(), key=lambda label: label[1], default=None)

    def to_json(self) -> dict[str, Any]:
        """The finding as plain data."""
        return {**asdict(self), "images": self.images, "classes": len(self.per_class)}

    def row(self) -> list[str]:
        """The finding as a line of a table: source, images, classes, writers, thinnest class, note."""
        if self.state != "ready":
            return [self.name, self.state, "", "", "", self.note]
        label, images = self.thinnest or ("", 0)
        counts = [f"{self.images:,}", str(len(self.per_class)), f"{self.writers:,}" if self.writers else ""]
        return [self.name, *counts, f"{label or 'not hiragana'} {images:,}", self.note]


def install_fonts(progress: Progress, manifest: Path = MANIFEST) -> str | None:
    """Install the fonts of the manifest with npm, beside it, unless they are there.

    Returns: why they could not be installed, or None: training goes on without them.
    """
    if NPM_FONTS.is_dir():
        return None
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not installed, so the fonts of model/workshop/sources/package.json were left out"
    task = progress.add_task("installing fonts (600 MB)", total=None)
    # No lock file: the versions in the manifest are exact, and a lock would name a registry.
    command = [npm, "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]
    here = manifest.parent
    done = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)  # noqa: S603  # fixed words
    progress.update(task, total=1, completed=1)
    return None if done.returncode == 0 else f"npm could not install the fonts: {done.stderr.strip()[-300:]}"


def look(progress: Progress, share_alike: bool = False, entries: Iterable[Entry] = CATALOGUE) -> list[Found]:
    """Read every source that is at hand; a missing or damaged one is named with what to do, and left out."""
    chosen = list(entries)
    task = progress.add_task("", total=len(chosen))
    found = []
    for entry in chosen:
        progress.update(task, description=f"reading {entry.name}")
        found.append(_look(entry, share_alike))
        progress.advance(task)
    progress.update(task, description="sources read")
    return found


def look_at_others(progress: Progress) -> list[Found]:
    """What the network learns to refuse: some is drawn as it is needed, the characters come from fonts and strokes."""
    task = progress.add_task("reading what is no hiragana", total=1)
    strokes = real_file("strokes", "all.tdic")
    others = [source for source, _ in training_negatives(strokes if strokes.is_file() else None)]
    progress.advance(task)
    return [Found(other.name, "ready", "to be refused", _per_class(other), len(set(other.writers))) for other in others]


def _look(entry: Entry, share_alike: bool) -> Found:
    if not entry.present():
        return Found(entry.name, "missing", f"needs {entry.where}")
    if entry.share_alike and not share_alike:
        return Found(entry.name, "off", f"used with --share-alike. {entry.notice}")
    try:
        source = entry.read()
    except (ValueError, OSError) as error:  # damaged, wrongly labelled, or not ours to read
        return Found(entry.name, "damaged", str(error))
    return Found(entry.name, "ready", entry.notice, _per_class(source), len(set(source.writers)))


def _per_class(source: Source) -> dict[str, int]:
    names = (*LABELS, "")
    return {names[label]: images for label, images in sorted(Counter(source.labels.tolist()).items())}


def together(found: Iterable[Found]) -> Found:
    """All that is ready, as if it were one source; without writers, for some are in several."""
    ready = [source for source in found if source.state == "ready"]
    counts = sum((Counter(source.per_class) for source in ready), Counter[str]())
    return Found("together", "ready", "", dict(counts))
