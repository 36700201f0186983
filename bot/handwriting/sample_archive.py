"""Samples as files: what a member gets back, what training reads, and a sheet to look at."""

import asyncio
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.core.errors import PictureError
from bot.handwriting.ports.samples import SampleSheets, SampleStore, Tile
from bot.handwriting.rules.teaching import Sample

Line = Callable[[Sample], dict[str, Any]]


def file_name(sample: Sample) -> str:
    """Return the name of a sample's picture."""
    return f"{sample.id:06d}.png"


def training_line(sample: Sample) -> dict[str, Any]:
    """Return a sample as a line of `samples.jsonl`, which `model/workshop/sources/members.py` reads."""
    return {
        "image": file_name(sample),
        "label": sample.label,
        "writer": sample.writer,
        "consent": True,
        "source": sample.source.value,
        "at": sample.at.isoformat(),
        "model": sample.model,
        "said": sample.said,
        "share": round(sample.share, 4),
    }


def member_line(sample: Sample) -> dict[str, Any]:
    """Return all that is kept of a sample, for the member who gave it."""
    reviewed = {"state": sample.state.value, "second_opinion": sample.opinion.value}
    return {**training_line(sample), "sure": sample.is_sure, "space": sample.space, **reviewed}


async def archive(
    samples: Sequence[Sample],
    pngs: Mapping[int, bytes],
    listed_in: str,
    line: Line,
    also: Mapping[str, Any] | None = None,
) -> bytes:
    """Return a ZIP with the pictures and a list of them: JSON, or a line each where the name ends in `.jsonl`.

    What comes with them is JSON, by the names of its files.
    """
    return await asyncio.to_thread(_archive, samples, pngs, listed_in, line, also or {})


def _archive(
    samples: Sequence[Sample], pngs: Mapping[int, bytes], listed_in: str, line: Line, also: Mapping[str, Any]
) -> bytes:
    lines = [line(sample) for sample in samples]
    by_line = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in lines)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        listed = by_line if listed_in.endswith(".jsonl") else json.dumps(lines, ensure_ascii=False, indent=1)
        packed.writestr(listed_in, listed, zipfile.ZIP_DEFLATED)
        for name, kept in also.items():
            written = json.dumps(kept, ensure_ascii=False, indent=1, default=str)
            packed.writestr(name, written, zipfile.ZIP_DEFLATED)
        for sample in samples:
            packed.writestr(file_name(sample), pngs[sample.id])
    return content.getvalue()


async def sheet_of(
    samples: Sequence[Sample], store: SampleStore, sheets: SampleSheets | None, *, with_writers: bool = False
) -> bytes | None:
    """Return a picture that shows these samples; None where there are none, or nothing can draw them now."""
    if sheets is None or not samples:
        return None
    pngs = await store.pictures([sample.id for sample in samples])
    tiles = [Tile(pngs[sample.id], sample.label, sample.said, sample.writer) for sample in samples]
    try:
        return await sheets.sheet(tiles if with_writers else [replace(tile, writer="") for tile in tiles])
    except PictureError:  # busy
        return None
