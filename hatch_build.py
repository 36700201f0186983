"""What a package index shows: where the project lives, and a README whose pictures and links work from anywhere.

The address is given by whoever publishes: `TSUDOI_REPOSITORY=https://github.com/… python -m hatchling build`. Without
it the wheel names none, and the README is as it stands in the repository.
"""

import os
import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

RELATIVE = re.compile(r'(?P<before>\]\(|src=")(?!https?://|#)(?P<path>[^)"]+)')
PICTURES = (".png",)


def from_anywhere(readme: str, repository: str, version: str) -> str:
    """Make relative links and pictures absolute, those of this version."""

    def absolute(found: re.Match[str]) -> str:
        kind = "raw" if found["path"].endswith(PICTURES) else "blob"
        return f"{found['before']}{repository}/{kind}/v{version}/{found['path']}"

    return RELATIVE.sub(absolute, readme)


class AddressHook(MetadataHookInterface):
    """Fills in `readme` and `urls`."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add them to what pyproject.toml says."""
        readme = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        repository = os.environ.get("TSUDOI_REPOSITORY", "").rstrip("/")
        if repository:
            readme = from_anywhere(readme, repository, metadata["version"])
            pages = {"Documentation": "tree/main/docs", "Changelog": "blob/main/CHANGELOG.md", "Issues": "issues"}
            metadata["urls"] = {"Source": repository, **{name: f"{repository}/{at}" for name, at in pages.items()}}
        metadata["readme"] = {"content-type": "text/markdown", "text": readme}
