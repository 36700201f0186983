"""Folders of samples: `samples.jsonl` and the pictures beside it, as `python -m model train` reads them."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.core.errors import ExportError

LIST = "samples.jsonl"


class SampleFolders:
    """Fulfils `ExportFolders`."""

    async def write(self, folder: Path, lines: Sequence[Mapping[str, Any]], pngs: Mapping[str, bytes]) -> None:
        """Make the folder hold exactly these samples. Raises ExportError, and touches nothing that is not ours."""
        await asyncio.to_thread(_write, folder, lines, pngs)

    async def take_out(self, folder: Path, writer: str) -> bool:
        """Erase a writer's lines and pictures; False if the folder cannot be reached."""
        return await asyncio.to_thread(_take_out, folder, writer)


def _write(folder: Path, lines: Sequence[Mapping[str, Any]], pngs: Mapping[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()) and not (folder / LIST).is_file():
            raise ExportError(f"{folder}: holds other things; name an empty folder, or one of an earlier export")
        for old in _listed(folder):
            _picture(folder, old).unlink(missing_ok=True)
        for name, png in pngs.items():
            (folder / name).write_bytes(png)
        _write_list(folder, lines)
    except OSError as error:
        raise ExportError(f"{folder}: cannot be written ({error.strerror}); name another folder") from error


def _take_out(folder: Path, writer: str) -> bool:
    try:
        lines = _listed(folder)
        if not lines:
            return True  # somebody has taken all of it away
        for line in lines:
            if line.get("writer") == writer:
                _picture(folder, line).unlink(missing_ok=True)
        _write_list(folder, [line for line in lines if line.get("writer") != writer])
    except (OSError, ValueError):
        return False
    return True


def _listed(folder: Path) -> list[dict[str, Any]]:
    """Return the lines of the list, none if there is no list yet. Raises OSError, ValueError."""
    if not folder.is_dir():
        raise FileNotFoundError(2, "there is no such folder", str(folder))
    file = folder / LIST
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.is_file() else []


def _picture(folder: Path, line: Mapping[str, Any]) -> Path:
    return folder / Path(str(line["image"])).name  # a list that somebody changed leads nowhere else


def _write_list(folder: Path, lines: Sequence[Mapping[str, Any]]) -> None:
    """Replace the list at once: a crash leaves the old one or the new one."""
    written = folder / f"{LIST}.new"
    written.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    written.replace(folder / LIST)
