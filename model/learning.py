"""The loop in which a network learns: new pictures every time, judged now and then by writers that it never saw."""

import json
from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from model.calibrate import find_temperature, softmax
from model.dataset import Batch, Mixture, stream

BATCH = 128
PEAK_RATE = 3e-3
WEIGHT_DECAY = 1e-3
SMOOTHING = 0.05
JUDGE_EVERY = 100_000  # pictures
PATIENCE = 0.2  # of all judgings may pass without a better one
SETTLES = 0.7  # of a training, after which the mixture's settled shares count, and so does which judging was best
WORST = 1 / 3  # of the writers: a network is as good as those find it whom it reads worst
HOPELESS = 0.01  # a chance below it counts as this: how wrong a network is about a blot says nothing of writing
TEACHER_SHARE, SOFTER = 0.7, 1.5  # of what a student believes; times a teacher's own temperature


@dataclass(frozen=True, slots=True)
class Judge:
    """Writers who were kept aside, and what they wrote."""

    inputs: NDArray[np.float32]  # (n, side, side, 1)
    labels: NDArray[np.int64]  # (n,)
    writers: tuple[str, ...]  # (n)

    def loss(self, network: keras.Model) -> float:
        """How surprised the network is, in nats, by the third of the writers that it reads worst."""
        logits = network.predict(self.inputs, batch_size=512, verbose=0)
        chances = softmax(logits, find_temperature(logits, self.labels))  # boldness is set right after the training
        surprise = -np.log(np.maximum(chances[np.arange(len(self.labels)), self.labels], HOPELESS))
        names = np.asarray(self.writers)
        losses = sorted(float(surprise[names == name].mean()) for name in set(self.writers))
        return float(np.mean(losses[-max(1, round(WORST * len(losses))) :]))


@dataclass(frozen=True, slots=True)
class Teacher:
    """A trained network, and the temperature that makes its doubts honest: smoothed labels had made it too timid."""

    network: keras.Model
    temperature: float

    def beliefs(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, classes): how likely the teacher finds each class, a little softer than it would answer."""
        return softmax(self.network.predict_on_batch(inputs), SOFTER * self.temperature)


@dataclass(frozen=True, slots=True)
class Progressed:
    """How far a training has come, and how good its best was."""

    images: int  # in the whole training
    seed: int
    step: int = 0
    best: float = float("inf")  # the judge's loss
    waited: int = 0  # judgings since the best one, after the training settled


def learn(
    network: keras.Model,
    mixture: Mixture,
    judge: Judge,
    images: int,
    seed: int,
    progress: Progress,
    folder: Path,
    teacher: Teacher | None = None,
) -> keras.Model:
    """Let a network practise until all pictures were seen, each once, or the judge finds no more improvement.

    What was learnt so far lies in `folder`: a training that was cut off goes on from its last judging.

    Args: network: untrained, for the mixture's pictures; (n, classes) logits. images: pictures to see at most. seed: of
        the pictures. teacher: one whose doubts are learnt along with the labels (Hinton et al., 2015).
    Returns: the network as it was when the judge liked it best, once it had settled.
    """
    smoothing = 0.0 if network.compiled else SMOOTHING  # the network of 2017 brings its own way of learning
    steps = max(1, images // BATCH)
    every = max(1, min(JUDGE_EVERY // BATCH, steps))
    network, state = _started(network, Progressed(images, seed), steps, folder)
    task = progress.add_task("training", total=steps, completed=state.step)
    batches = stream(mixture, range(state.step, steps), BATCH, seed, settled_from=round(SETTLES * steps))
    lessons = _lessons(batches, network.output_shape[-1], smoothing, teacher)
    for inputs, targets in lessons:
        network.train_on_batch(inputs, targets)
        state = replace(state, step=state.step + 1)
        progress.update(task, completed=state.step)
        if state.step % every == 0 or state.step == steps:
            state = _judged(network, state, judge, folder, settled=state.step > SETTLES * steps)
            progress.update(task, description=f"training, loss {state.best:.4f} on the hardest unseen writers")
            if state.waited >= max(3, PATIENCE * steps / every):
                break
    lessons.close()
    best = keras.saving.load_model(folder / "best.keras")
    for name in ("best.keras", "going.keras", "going.json"):
        (folder / name).unlink()
    return best


def _started(network: keras.Model, fresh: Progressed, steps: int, folder: Path) -> tuple[keras.Model, Progressed]:
    """The network and state of a training like this one that was cut off; else the fresh ones."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        state = Progressed(**json.loads((folder / "going.json").read_text(encoding="utf-8")))
        going = keras.saving.load_model(folder / "going.keras")
    except (OSError, ValueError, TypeError):
        pass
    else:
        if (state.images, state.seed, going.count_params()) == (fresh.images, fresh.seed, network.count_params()):
            return going, state
    if network.compiled:
        return network, fresh
    # The rate falls along a cosine to nothing, so that the last pictures settle what the first ones roughed out.
    rate = keras.optimizers.schedules.CosineDecay(
        PEAK_RATE / 10, steps, warmup_target=PEAK_RATE, warmup_steps=max(1, steps // 20)
    )
    network.compile(
        keras.optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY), keras.losses.CategoricalCrossentropy(from_logits=True)
    )
    return network, fresh


def _judged(network: keras.Model, state: Progressed, judge: Judge, folder: Path, settled: bool) -> Progressed:
    loss = judge.loss(network)
    if not settled or loss < state.best:  # while the rate is high a good judging is luck: the last one counts
        network.save(folder / "best.keras", include_optimizer=False)
        state = replace(state, best=loss, waited=0)
    else:
        state = replace(state, waited=state.waited + settled)
    network.save(folder / "going.keras")
    (folder / "going.json").write_text(json.dumps(asdict(state)), encoding="utf-8")
    return state


def _lessons(
    batches: Iterator[Batch], classes: int, smoothing: float, teacher: Teacher | None
) -> Generator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Pictures and how likely each class is to be right: the label, less a little, or what a teacher makes of it."""
    certain = np.eye(classes, dtype=np.float32)
    for inputs, labels in batches:
        if teacher is None:
            yield inputs, certain[labels] * (1 - smoothing) + smoothing / classes
        else:
            yield inputs, _taught(certain[labels] * (1 - smoothing) + smoothing / classes, teacher.beliefs(inputs))


def _taught(targets: NDArray[np.float32], believed: NDArray[np.float32]) -> NDArray[np.float32]:
    """The targets, and where the teacher finds the right class its doubts, too: where it errs it has nothing to say."""
    agrees = targets.argmax(axis=1) == believed.argmax(axis=1)
    share = np.where(agrees, TEACHER_SHARE, 0.0)[:, np.newaxis]
    return np.asarray((1 - share) * targets + share * believed, np.float32)
