"""What training can use: installs the fonts, and looks at every source."""

import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.progress import Progress

from model.sources.catalogue import CATALOGUE, Entry
from model.sources.fonts import NPM_FONTS

MANIFEST = Path(__file__).parent / "sources" / "package.json"


@dataclass(frozen=True, slots=True)
class Found:
    """What a source holds here."""

    name: str
    present: bool
    images: int
    classes: int
    note: str  # the terms of use, or what to do to have the source

    def to_json(self) -> dict[str, Any]:
        """The finding as plain data."""
        return asdict(self)


def install_fonts(progress: Progress, manifest: Path = MANIFEST) -> str | None:
    """Install the fonts of the manifest with npm, beside it, unless they are there.

    Returns: why they could not be installed, or None: training goes on without them.
    """
    if NPM_FONTS.is_dir():
        return None
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not installed, so the fonts of model/sources/package.json were left out"
    task = progress.add_task("installing fonts (600 MB)", total=None)
    # No lock file: the versions in the manifest are exact, and a lock would name a registry.
    command = [npm, "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]
    here = manifest.parent
    done = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)  # noqa: S603  # fixed words
    progress.update(task, total=1, completed=1)
    return None if done.returncode == 0 else f"npm could not install the fonts: {done.stderr.strip()[-300:]}"


def look(progress: Progress) -> list[Found]:
    """Read every source that is at hand; a missing one is named with what to do."""
    task = progress.add_task("reading sources", total=len(CATALOGUE))
    found = []
    for entry in CATALOGUE:
        found.append(_look(entry))
        progress.advance(task)
    return found


def _look(entry: Entry) -> Found:
    if not entry.present():
        return Found(entry.name, False, 0, 0, f"needs {entry.where}")
    labels = entry.read().labels
    return Found(entry.name, True, len(labels), len(set(labels.tolist())), entry.notice)
