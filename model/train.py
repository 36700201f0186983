"""How the shipped network is trained, from pictures to a file with its temperature.

What was tried and dropped, so that nobody needs to try again: averaging several views of a picture when reading (no
gain); KanjiVG beside tomoe_data (no gain, and a share-alike licence); training on clean images alone (fails on photos).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import keras
import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from model.calibrate import find_temperature
from model.dataset import SEED, Batch, Mixture, choose_held_out, group_of, prepare_inputs, split_by_writer, stream
from model.labels import LABELS
from model.network import WEIGHT_DECAY, build_network
from model.sources import Source
from model.sources.catalogue import Entry
from model.sources.stored import StoredImages

BATCH = 128
PEAK_RATE = 3e-3
SMOOTHING = 0.05
FULL, QUICK = 600_000, 25_000  # images


@dataclass(frozen=True, slots=True)
class Training:
    """What is known about a trained network beside its weights."""

    images: int
    seed: int
    held_out: list[str]  # groups of writers
    temperature: float
    held_out_accuracy: float  # 0 to 1, plain pictures
    degraded_accuracy: float  # the same pictures degraded as in training
    sources: list[str]
    notices: list[str]


def train(entries: Sequence[Entry], out: Path, progress: Progress, images: int = FULL, seed: int = SEED) -> Training:
    """Train a network from nothing, calibrate it on writers it never saw, and write it down.

    Args: entries: the sources to practise on. out: a folder for network.keras and training.json. images: how many
        pictures to see. seed: of everything random; which writers are held out, too.
    Raises: ValueError: no source is real handwriting, of which writers can be held out.
    """
    if not any(entry.knows_writers for entry in entries):
        raise ValueError("there is no real handwriting to judge by: `python -m model prepare` says what is missing")
    keras.utils.set_random_seed(seed)

    # No writer is on both sides: members are new hands, and so are the writers that we judge by.
    sources = [entry.read() for entry in entries]
    known = next(i for i, entry in enumerate(entries) if entry.knows_writers)
    practice, strangers = set_strangers_aside(sources, known, seed)
    mixture = Mixture(tuple(practice), tuple(entry.share for entry in entries))

    network = fit(build_network(), mixture, images, seed, progress)

    # Plain and degraded pictures together, for members send both, and doubt must be right for both.
    plain, degraded = prepare_inputs(strangers), prepare_inputs(strangers, degraded_by=seed)
    logits = [network.predict(inputs, batch_size=256, verbose=0) for inputs, _ in (plain, degraded)]
    temperature = find_temperature(np.concatenate(logits), np.concatenate([plain[1], degraded[1]]))

    facts = Training(
        images,
        seed,
        sorted({group_of(writer) for writer in strangers.writers}),
        temperature,
        _accuracy(logits[0], strangers.labels),
        _accuracy(logits[1], strangers.labels),
        [entry.name for entry in entries],
        [entry.notice for entry in entries],
    )
    save(network, facts, out)
    return facts


def set_strangers_aside(sources: Sequence[Source], known: int, seed: int) -> tuple[list[Source], StoredImages]:
    """The sources without the held-out writers, and their images in source number `known`, which chooses them."""
    judge = sources[known]
    held_out = choose_held_out(judge.writers, seed)
    practice = [split_by_writer(one, held_out)[0] if isinstance(one, StoredImages) else one for one in sources]
    return practice, split_by_writer(cast(StoredImages, judge), held_out)[1]


def fit(network: keras.Model, mixture: Mixture, images: int, seed: int, progress: Progress) -> keras.Model:
    """Let the network practise on `images` pictures, each seen once: there are always new ones."""
    steps = max(1, images // BATCH)
    # The rate falls along a cosine to nothing, so that the last pictures settle what the first ones roughed out.
    rate = keras.optimizers.schedules.CosineDecay(
        PEAK_RATE / 10, steps, warmup_target=PEAK_RATE, warmup_steps=steps // 20
    )
    network.compile(
        keras.optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY),
        keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=SMOOTHING),
        metrics=["accuracy"],
    )
    batches = stream(mixture, steps, BATCH, seed)
    shown = _Shown(progress, steps)
    network.fit(_one_hot(batches), steps_per_epoch=steps, epochs=1, verbose=0, shuffle=False, callbacks=[shown])
    return network


def _one_hot(batches: Iterator[Batch]) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    table = np.eye(len(LABELS), dtype=np.float32)
    for inputs, labels in batches:
        yield inputs, table[labels]


class _Shown(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Shows how far the training is, how well it does, and how long it will take."""

    def __init__(self, progress: Progress, steps: int) -> None:
        super().__init__()
        self._progress = progress
        self._task = progress.add_task("training", total=steps)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        accuracy = (logs or {}).get("accuracy", 0.0)  # keras gives the mean since the start
        self._progress.update(self._task, completed=batch + 1, description=f"training, {accuracy:.1%} right so far")


def _accuracy(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    return float(np.mean(logits.argmax(axis=1) == labels)) if len(labels) else float("nan")


def save(network: keras.Model, facts: Training, out: Path) -> None:
    """Write network.keras and training.json into the folder `out`, which is made if it is not there."""
    out.mkdir(parents=True, exist_ok=True)
    network.save(out / "network.keras")
    (out / "training.json").write_text(json.dumps(as_data(facts), ensure_ascii=False, indent=2), encoding="utf-8")


def as_data(facts: Training) -> dict[str, Any]:
    """What is known about a training, as plain data."""
    return asdict(facts)


def load_training(run: Path) -> Training:
    """What `save` wrote. Raises: OSError: nothing was trained there."""
    return Training(**json.loads((run / "training.json").read_text(encoding="utf-8")))
