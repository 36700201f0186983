"""Samples from paper, kept as those of members: a picture each, and a line each in `samples.jsonl`."""

import json
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from model.ink import Grey
from model.workshop.errors import WorkshopError
from model.workshop.paper.copies import KeptPaper, Where
from model.workshop.paper.judging import Judged
from model.workshop.sources.members import LIST, named_folders

SOURCE = "sheet"
DEFAULT = Path("samples")
LONGEST_ALIAS = 60


class CannotKeep(WorkshopError):
    """The folder cannot take these samples; the message says why, and what to do."""


def default_folder() -> Path:
    """Where samples go unless another folder is named: the first that training reads and the bot does not replace."""
    return next((folder for folder in named_folders() if not _is_an_export(folder)), DEFAULT)


def training_reads(folder: Path) -> str:
    """What TSUDOI_SAMPLES must say so that training reads a folder, too."""
    named = named_folders()
    return os.pathsep.join(map(str, named if folder in named else [*named, folder]))


def checked_alias(alias: str) -> str:
    """A writer's alias as it is kept: the same however it was typed, が in one piece or two, Ａ wide or not.

    Raises: CannotKeep: it is empty, too long or has strange characters.
    """
    plain = " ".join(unicodedata.normalize("NFKC", alias).split())
    if not plain or len(plain) > LONGEST_ALIAS or not plain.isprintable():
        raise CannotKeep(f"--writer takes a name of 1 to {LONGEST_ALIAS} ordinary characters, not {alias!r}")
    return plain


def lines_in(folder: Path) -> list[dict[str, Any]]:
    """The lines of a folder's list; none where there is no folder.

    Raises: CannotKeep: the list is damaged, or the folder cannot be read.
    """
    file = folder / LIST
    try:
        lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
        found = [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise CannotKeep(f"{file} cannot be read ({error}): name another folder with --samples") from error
    if not all(isinstance(line, dict) for line in found):
        raise CannotKeep(f"{file} is no list of samples: name another folder with --samples")
    return found


def _is_an_export(folder: Path) -> bool:
    return any(line.get("source") != SOURCE for line in lines_in(folder))


def own_lines(folder: Path) -> list[dict[str, Any]]:
    """The lines of a folder that holds nothing but samples from paper.

    Raises: CannotKeep: it holds other things. The bot replaces all that is in a folder of its own when it exports.
    """
    lines = lines_in(folder)
    if _is_an_export(folder):
        raise CannotKeep(f"{folder} is an export of the bot, which it replaces: name another folder with --samples")
    if not lines and folder.is_dir() and any(file.name != LIST for file in folder.iterdir()):
        raise CannotKeep(f"{folder} holds other things: name an empty or a new folder with --samples")
    return lines


def given_by(lines: Iterable[Mapping[str, Any]], writer: str) -> tuple[int, str]:
    """How many samples a writer gave on paper, and on which day the last of them; 0 and nothing if none."""
    days = [str(line.get("at"))[:10] for line in lines if line.get("writer") == writer]
    return len(days), max(days, default="")


def papers_of(folder: Path, lines: Iterable[Mapping[str, Any]], sheet: str) -> list[KeptPaper]:
    """The papers that were added of a page, each with its handwriting. Args: sheet: the page's name."""
    papers: dict[tuple[str, str], dict[Where, Grey]] = defaultdict(dict)
    for line in lines:
        strip, cell = line.get("strip"), line.get("cell")
        if line.get("sheet") == sheet and isinstance(strip, int) and isinstance(cell, int):
            picture = cv2.imread(str(folder / Path(str(line.get("image"))).name), cv2.IMREAD_GRAYSCALE)
            if picture is not None:
                paper = papers[str(line.get("writer")), str(line.get("at"))]
                paper[strip - 1, cell - 1] = np.asarray(picture, np.uint8)
    return [KeptPaper(writer, at[:10], cells) for (writer, at), cells in papers.items()]


def add(folder: Path, cells: Iterable[tuple[str, Judged]], writer: str, model: str, at: datetime) -> int:
    """Add cells to a folder of samples; a crash leaves the list as it was, or complete.

    Args: cells: each with the name of its page; all have a label. writer: as `checked_alias` gives it, who agreed.
        model: the version of the model that looked at them. at: now, aware.
    Returns: how many were added.
    Raises: CannotKeep: the folder holds other things, or cannot be written.
    """
    lines = own_lines(folder)
    before = len(lines)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, (sheet, judged) in zip(_numbers(lines), cells, strict=False):
            name = f"{number:06d}.png"
            (folder / name).write_bytes(cv2.imencode(".png", judged.cell.picture)[1].tobytes())
            lines.append(_line(name, sheet, judged, writer, model, at))
        _replace(folder, lines)
    except OSError as error:
        raise CannotKeep(f"{folder} cannot be written ({error.strerror}): name another folder") from error
    return len(lines) - before


def forget(folder: Path, writer: str) -> int:
    """Erase all that a writer gave on paper, and say how many samples it was.

    Raises: CannotKeep: as `add`.
    """
    lines = own_lines(folder)
    theirs = [line for line in lines if line.get("writer") == writer]
    try:
        for line in theirs:
            (folder / Path(str(line.get("image"))).name).unlink(missing_ok=True)
        if theirs:
            _replace(folder, [line for line in lines if line.get("writer") != writer])
    except OSError as error:
        raise CannotKeep(f"{folder} cannot be written ({error.strerror}): make it writable") from error
    return len(theirs)


def _line(name: str, sheet: str, judged: Judged, writer: str, model: str, at: datetime) -> dict[str, Any]:
    return {
        "image": name,
        "label": judged.cell.label,
        "writer": writer,
        "consent": True,
        "source": SOURCE,
        "at": at.isoformat(timespec="seconds"),
        "model": model,
        "said": judged.said,
        "share": round(judged.share, 4),
        "sheet": sheet,
        "strip": judged.cell.slot + 1,
        "cell": judged.cell.number + 1,
    }


def _numbers(lines: Iterable[Mapping[str, Any]]) -> Iterator[int]:
    names = (re.fullmatch(r"(\d+)\.png", str(line.get("image"))) for line in lines)
    number = max((int(name[1]) for name in names if name), default=0)
    while True:
        yield (number := number + 1)


def _replace(folder: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    written = folder / f"{LIST}.new"
    written.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    written.replace(folder / LIST)
