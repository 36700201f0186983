"""Samples as files: what a member gets back, and what training reads."""

import asyncio
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.domain.teaching import Sample

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


async def archive(samples: Sequence[Sample], pngs: Mapping[int, bytes], listed_in: str, line: Line) -> bytes:
    """Return a ZIP with the pictures and a list of them: JSON, or a line each where the name ends in `.jsonl`."""
    return await asyncio.to_thread(_archive, samples, pngs, listed_in, line)


def _archive(samples: Sequence[Sample], pngs: Mapping[int, bytes], listed_in: str, line: Line) -> bytes:
    lines = [line(one) for one in samples]
    by_line = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        listed = by_line if listed_in.endswith(".jsonl") else json.dumps(lines, ensure_ascii=False, indent=1)
        packed.writestr(listed_in, listed, zipfile.ZIP_DEFLATED)
        for one in samples:
            packed.writestr(file_name(one), pngs[one.id])
    return content.getvalue()
