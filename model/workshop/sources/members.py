"""What members drew and gave to training: a folder that the bot exports, `samples.jsonl` and the images beside it.

A line of `samples.jsonl` is {"image": "0001.png", "label": "あ", "writer": "m12", "consent": true}; other fields are
passed over. The label "×" says that it is no hiragana. Only a clear yes counts as consent.
"""

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from model.ink import to_rgb
from model.labels import UnknownLabel, label_of
from model.workshop.errors import WorkshopError
from model.workshop.sources.folders import decoded
from model.workshop.sources.stored import NO_LETTER, Written

SAMPLES = "TSUDOI_SAMPLES"  # the environment variable that names the folder, or several as PATH does
LIST = "samples.jsonl"

log = logging.getLogger(__name__)


class UnusableSample(WorkshopError):
    """A line of the list that cannot be used; the message says why."""


def named_folders() -> list[Path]:
    """The folders that the environment names, whether they are there or not."""
    return [Path(name) for name in os.environ.get(SAMPLES, "").split(os.pathsep) if name]


def samples_folders() -> list[Path]:
    """The folders of members' samples: those that the environment names and that have a list."""
    return [folder for folder in named_folders() if (folder / LIST).is_file()]


def read_members(folder: Path) -> Iterator[Written]:
    """The samples whose members agreed; a line that cannot be used is named in a warning and left out.

    Returns: images as they were uploaded, in RGB, what is transparent laid on paper; writers as "member:m12"; what is
        no hiragana as NO_LETTER.
    Raises: OSError: there is no `samples.jsonl` in the folder.
    """
    with (folder / LIST).open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                sample = _sample(line)
                if sample.get("consent") is True:
                    yield _written(folder, sample)
            except UnusableSample as error:
                log.warning("%s, line %d: %s; the sample is left out", folder / LIST, number, error)


def _sample(line: str) -> dict[str, Any]:
    try:
        sample = json.loads(line)
    except ValueError as error:
        raise UnusableSample(f"it is no JSON ({error})") from error
    if not isinstance(sample, dict):
        raise UnusableSample("it is no JSON object")
    return sample


def _written(folder: Path, sample: dict[str, Any]) -> Written:
    name, label, writer = (_text(sample, field) for field in ("image", "label", "writer"))
    try:
        character = label if label == NO_LETTER else label_of(label)
    except UnknownLabel as error:
        raise UnusableSample(str(error)) from error
    file = (folder / name).resolve()
    if not file.is_relative_to(folder.resolve()):
        raise UnusableSample(f"the image {name!r} lies outside the folder")
    if not file.is_file():
        raise UnusableSample(f"there is no image {name!r}")
    image = decoded(file.read_bytes())
    if image is None:
        raise UnusableSample(f"{name!r} is no image")
    # A colon would make members of one platform a single writer, and all of them would be held out together.
    return Written(to_rgb(image), character, f"member:{writer.replace(':', '-')}")


def _text(sample: dict[str, Any], field: str) -> str:
    value = sample.get(field)
    if not isinstance(value, str) or not value:
        raise UnusableSample(f"{field!r} is missing or no text")
    return value
