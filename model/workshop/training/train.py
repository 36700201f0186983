"""How the shipped network is trained, from pictures to a file with its temperature.

What was tried, what came of it and what was dropped stands in docs/decisions/training.md: look there before you try.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from rich.progress import Progress

from model import classic
from model.classifier import ARTIFACT
from model.labels import LABELS
from model.preprocess import preprocess
from model.synthetic.augment import untouched
from model.workshop.sources.catalogue import Entry
from model.workshop.sources.stored import StoredImages
from model.workshop.training.calibrate import find_refusal, find_temperature
from model.workshop.training.classic import build as build_classic
from model.workshop.training.dataset import SEED, Mixture, group_of, prepare_inputs
from model.workshop.training.learning import LONG, Judge, Plan, Teacher, learn, meet_halfway
from model.workshop.training.network import LARGE, SMALL, build_network
from model.workshop.training.practice import Practice, prepare_practice
from model.workshop.training.thawed import thaw

UNFOLDING = 256  # pictures that show what each layer of a network that goes on gives


@dataclass(frozen=True, slots=True)
class Kind:
    """A network that can be trained."""

    build: Callable[[], keras.Model]
    prepare: Callable[[NDArray[np.uint8]], NDArray[np.float32]]  # a picture -> its input
    reads_with: str  # what the model's card calls that preparation
    knows_refusal: bool  # has an output for what is no hiragana


KINDS = {
    "large": Kind(lambda: build_network(stages=LARGE), preprocess, "hiragana", True),  # the one that ships
    "small": Kind(lambda: build_network(stages=SMALL), preprocess, "hiragana", True),
    "classic": Kind(build_classic, classic.prepare, "classic", False),
}


@dataclass(frozen=True, slots=True)
class Training:
    """What is known about a trained network beside its weights."""

    network: str  # one of KINDS
    teacher: str | None  # the network that it learnt from beside the labels
    parameters: int
    images: int  # that it saw at most
    seed: int
    held_out: list[str]  # groups of writers
    judges: list[str]  # those of them that decided nothing
    temperature: float
    refuse_from: float  # probability of being no hiragana, 0 to 1; 1 for a network that cannot tell
    chosen_accuracy: float  # 0 to 1, plain pictures of the writers that chose
    held_out_accuracy: float  # plain pictures of the judges
    degraded_accuracy: float  # the same pictures degraded as in training
    sources: list[str]
    notices: list[str]
    remarks: list[str] = field(default_factory=list)  # what else its card must say
    augmented: bool = True
    onward: bool = False  # from the network that shipped then
    averaged: list[int] = field(default_factory=list)  # the images of each training of which it is the mean


@contextmanager
def short_floats() -> Iterator[None]:
    """Multiply in bfloat16 where the processor can, half as long again with the same figures, and no more."""
    cpu, option = Path("/proc/cpuinfo"), "auto_mixed_precision_onednn_bfloat16"
    able = cpu.is_file() and "avx512_bf16" in cpu.read_text()
    tf.config.optimizer.set_experimental_options({option: able})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({option: False})


@short_floats()
def train(
    entries: Sequence[Entry],
    out: Path,
    progress: Progress,
    plan: Plan,
) -> Training:
    """Train a network from nothing, calibrate it on writers it never saw, and write it down.

    Args: entries: the sources to practise on. out: a folder for network.keras and training.json.
    Raises: ValueError: as `prepare_practice`. OSError: nothing was trained in the teacher's folder.
    """
    chosen = KINDS[plan.network]
    keras.utils.set_random_seed(plan.seed)

    # No writer is on both sides: members are new hands, and so are the writers that we judge by.
    is_long = plan.onward or plan.images >= LONG
    practice = prepare_practice(entries, plan.seed, chosen.prepare, chosen.knows_refusal, is_long)
    teaching = load_teacher(plan.teacher) if plan.teacher else None
    judge = judge_by(practice.choosing, chosen)
    mixture = practice.mixture if plan.augment else replace(practice.mixture, change=untouched, in_photos=0.0)
    begun = _begun(chosen, mixture, plan)
    before = begun.get_weights()
    network = learn(begun, mixture, judge, plan, progress, out, teaching)
    if plan.onward:
        meet_halfway(network, before, mixture, plan.seed)

    facts = look_at(network, practice, judge, entries, plan)
    save(network, facts, out)
    return facts


def look_at(network: keras.Model, practice: Practice, judge: Judge, entries: Sequence[Entry], plan: Plan) -> Training:
    """Calibrate a trained network by the writers who chose, and say how it reads those who decide nothing."""
    kind = KINDS[plan.network]
    temperature, refuse_from = calibrate(network, judge, kind)
    accuracy = [_accuracy(network, practice.judging, kind, degraded_by) for degraded_by in (None, plan.seed)]
    return Training(
        network=plan.network,
        teacher=load_training(plan.teacher).network if plan.teacher else None,
        parameters=network.count_params(),
        images=plan.images,
        seed=plan.seed,
        augmented=plan.augment,
        held_out=sorted(practice.held_out),
        judges=sorted({group_of(writer) for writer in practice.judging.writers}),
        temperature=temperature,
        refuse_from=refuse_from,
        chosen_accuracy=_accuracy(network, practice.choosing, kind, None),
        held_out_accuracy=accuracy[0],
        degraded_accuracy=accuracy[1],
        sources=[entry.name for entry in entries],
        notices=[entry.notice for entry in entries],
        remarks=[*_remarks(practice), *_went_on(plan)],
        onward=plan.onward,
    )


def _begun(kind: Kind, mixture: Mixture, plan: Plan) -> keras.Model:
    """The network as the training finds it: untrained, or as it ships."""
    if not plan.onward:
        return kind.build()
    pictures, _ = mixture.batch(UNFOLDING, np.random.default_rng(plan.seed))
    return thaw(ARTIFACT.read_bytes(), kind.build(), pictures)


def _went_on(plan: Plan) -> list[str]:
    began = f"{hashlib.sha256(ARTIFACT.read_bytes()).hexdigest()}, which shipped before"
    return [f"The training went on from the network with the SHA-256 {began}."] if plan.onward else []


def _remarks(practice: Practice) -> list[str]:
    number = practice.left_out
    return [f"Pictures that look like some of those that judge, and were not practised: {number}."] if number else []


def load_teacher(run: Path) -> Teacher:
    """The network trained in a folder, ready to teach. Raises: OSError, ValueError: nothing was trained there."""
    return Teacher(keras.saving.load_model(run / "network.keras"), load_training(run).temperature)


def judge_by(images: StoredImages, kind: Kind) -> Judge:
    """A judge who looks at each image plain and then at each degraded, for members send both."""
    batches = [prepare_inputs(images, kind.prepare, degraded_by) for degraded_by in (None, SEED)]
    inputs = np.concatenate([inputs for inputs, _ in batches])
    return Judge(inputs, np.concatenate([images.labels] * 2), images.writers * 2)


def calibrate(network: keras.Model, judge: Judge, kind: Kind) -> tuple[float, float]:
    """The temperature of a network, and the probability of being no hiragana from which it refuses.

    Plain pictures decide the temperature: degraded ones are read worse here than photos are, which are looked at twice,
    and made the network too timid (the drawings of the development set, all right, 98.8 % sure; photos likewise).

    Args: judge: as `judge_by` makes it.
    """
    logits = network.predict(judge.inputs, batch_size=512, verbose=0)
    plain = len(logits) // 2
    temperature = find_temperature(logits[:plain], judge.labels[:plain])
    return temperature, find_refusal(logits, temperature) if kind.knows_refusal else 1.0


def _accuracy(network: keras.Model, images: StoredImages, kind: Kind, degraded_by: int | None) -> float:
    inputs, labels = prepare_inputs(images, kind.prepare, degraded_by)
    logits = network.predict(inputs, batch_size=512, verbose=0)[:, : len(LABELS)]
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
