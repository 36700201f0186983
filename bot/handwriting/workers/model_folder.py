"""The models in a folder, each in a folder of its own as `python -m model export --out` makes it.

A model is read once, and its copy is what is checked and used: what happens to the folder meanwhile changes nothing.
"""

import asyncio
import hashlib
import json
import tempfile
from collections.abc import Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from bot.core.errors import ModelError
from bot.handwriting.ports.recognition import ModelFile
from bot.handwriting.rules.model_change import Trial
from bot.sandbox.plain_answers import CallFailed
from bot.sandbox.workers import Worker, WorkerLate, WorkerLost
from model.reading import LABELS

MODEL, CARD, PROSE, TENDENCIES = "hiragana.tflite", "card.json", "card.md", "tendencies.npz"
LARGEST_MODEL, LARGEST_CARD = 32 << 20, 1 << 20  # bytes; the shipped one has less than 1 MiB
MOST_NAMES = 25
PROBE_TAKES, TRIAL_TAKES = 30.0, 240.0  # seconds
_TRIALS = "bot.handwriting.workers.trials"  # imported by child processes only


class ModelFolder:
    """Fulfils `Models`. Copies live in a folder of their own until `close`."""

    def __init__(self, folder: Path | None) -> None:
        """Offer the models in `folder`; none where there is no such folder."""
        self._folder = folder

    @cached_property
    def _copies(self) -> tempfile.TemporaryDirectory[str]:
        return tempfile.TemporaryDirectory(prefix="tsudoi-models-", ignore_cleanup_errors=True)

    def close(self) -> None:
        """Drop the copies, if there are any."""
        if "_copies" in self.__dict__:
            self._copies.cleanup()

    def names(self) -> list[str]:
        """Return the names of the folders that have a model in them."""
        if self._folder is None or not self._folder.is_dir():
            return []
        return sorted(folder.name for folder in self._folder.iterdir() if (folder / MODEL).is_file())[:MOST_NAMES]

    async def fetch(self, name: str) -> ModelFile:
        """Copy a model and its card."""
        return await asyncio.to_thread(self._fetch, name)

    async def probe(self, model: ModelFile) -> None:
        """Load it in a process of its own."""
        await asyncio.to_thread(_in_child, None, "probe", PROBE_TAKES, (model,))

    async def try_out(self, old: ModelFile, new: ModelFile, samples: Sequence[tuple[str, bytes]]) -> Trial:
        """Let both read, in a process of their own."""
        trial: Trial = await asyncio.to_thread(_in_child, Trial, "compare", TRIAL_TAKES, (old, new), tuple(samples))
        return trial

    def _fetch(self, name: str) -> ModelFile:
        folder = self._place(name)
        content = _read(folder / MODEL, LARGEST_MODEL)
        written = _read(folder / CARD, LARGEST_CARD)
        card = _card(folder / CARD, written)
        prose = _read_if_there(folder / PROSE, LARGEST_CARD) or b""
        learned = _read_if_there(folder / TENDENCIES, LARGEST_MODEL)
        copy = Path(self._copies.name) / hashlib.sha256(content + written).hexdigest()
        copy.mkdir(exist_ok=True)
        (copy / MODEL).write_bytes(content)
        (copy / CARD).write_bytes(written)
        if learned is not None:
            (copy / TENDENCIES).write_bytes(learned)
        digest = hashlib.sha256(content).hexdigest()
        return ModelFile(name, str(copy / MODEL), digest, card, prose.decode("utf-8", "replace"))

    def _place(self, name: str) -> Path:
        if not name:
            return Path(str(files("model") / "artifacts"))
        if self._folder is None or name not in self.names():  # a name is never taken as a path
            raise ModelError(f'there is no model "{name}": recognition.models has {self.names()}', "unknown")
        return self._folder / name


def _read(file: Path, largest: int) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(largest + 1)
    except OSError as error:
        raise ModelError(f"{file} cannot be read ({error.strerror}): export the model again", "missing") from error
    if len(content) > largest:
        raise ModelError(f"{file} has more than {largest} bytes: this is no model of ours", "too_large")
    return content


def _read_if_there(file: Path, largest: int) -> bytes | None:
    return _read(file, largest) if file.is_file() else None


def _card(file: Path, written: bytes) -> dict[str, Any]:
    """Return what stands on a card, as far as others show it. Raises ModelError."""
    try:
        card: Any = json.loads(written)
        for figure in card.get("figures", ()):
            float(figure["top1"]), int(figure["images"])
        str(card["name"]), [str(notice) for notice in card.get("notices", ())]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ModelError(f"{file} is no card of a model ({error!r}): export the model again", "no_card") from error
    if card.get("labels") != "".join(LABELS):
        raise ModelError(f"{file} tells of other characters than this program reads: export the model again", "labels")
    return dict(card)


def _in_child(returns: Any, function: str, takes: float, models: Sequence[ModelFile], *args: object) -> Any:
    worker = Worker(tuple(str(Path(model.file).parent) for model in models))
    try:
        worker.wait_until_ready()
        return worker.call(returns, _TRIALS, function, *(model.file for model in models), *args, takes=takes)
    except WorkerLate as error:
        raise ModelError(f"the model did not answer within {takes:.0f} s", "too_slow") from error
    except WorkerLost as error:
        raise ModelError(f"the model crashed the process that tried it ({error})", "crashed") from error
    except CallFailed as error:  # whatever a stranger's file makes a library raise, in a process that is gone
        raise ModelError(error.sentence, "unusable") from error
    finally:
        worker.close()
