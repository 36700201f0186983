"""The loop in which a network learns: new pictures every time, judged now and then by writers that it never saw.

A long training goes in rounds. In each the rate falls to nothing, and what the rounds end with is averaged, weight by
weight: the middle between two good networks is better on strangers than either (Izmailov et al., 2018). Of two rounds
one misread 26 of 4,524 pictures of strangers, the other 23, and their average 17. A short training has no time for
that: with 40,000 pictures the small network reads 93.0 % of g01 in one round and 89.7 in three (November 2026, one run
each).
"""

import json
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from model.workshop.training.calibrate import find_temperature, softmax
from model.workshop.training.dataset import SEED, Batch, Mixture, stream

BATCH = 128
FULL, QUICK = 1_200_000, 40_000  # pictures
LONG = 500_000  # pictures of a training that goes in rounds
ROUNDS = (0.8, 0.2)  # of a long training
SETTLES = 0.7  # of a training, after which the mixture's settled shares count
PEAK_RATE, AGAIN_RATE = 3e-3, 1e-3  # of the first round, and of those that go on from a trained network
NEWEST = (0.5, 1.0)  # what a round ended with, as a share of the average: the judge says which
RENEWING = 32  # batches that an average takes its batch normalisation from
WEIGHT_DECAY = 1e-3
SMOOTHING = 0.05
JUDGE_EVERY = 100_000  # pictures
WORST = 1 / 3  # of the writers: a network is as good as those find it whom it reads worst
HOPELESS = 0.01  # a chance below it counts as this: how wrong a network is about a blot says nothing of writing
BEST, GOING, STATE = "best.keras", "going.keras", "going.json"  # files of a training that is not done
TEACHER_SHARE, SOFTER = 0.7, 1.5  # of what a student believes; times a teacher's own temperature


@dataclass(frozen=True, slots=True)
class Plan:
    """What a training is to be. One that was cut off goes on where it is the same."""

    images: int = FULL  # to see at most
    seed: int = SEED  # of everything random; which writers are held out, too
    network: str = "large"  # a key of `model.workshop.training.train.KINDS`
    teacher: Path | None = None  # the folder of a training whose network teaches this one
    onward: bool = False  # from the network that ships, instead of from nothing
    augment: bool = True  # each picture with another hand, pen, light and camera; else clean ones

    def to_json(self) -> dict[str, Any]:
        """The plan as plain data."""
        return asdict(self) | {"teacher": self.teacher and str(self.teacher)}


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

    plan: dict[str, Any]
    sources: list[str]
    step: int = 0
    best: float = float("inf")  # the judge's loss, at the end of a round


def learn(
    network: keras.Model,
    mixture: Mixture,
    judge: Judge,
    plan: Plan,
    progress: Progress,
    folder: Path,
    teacher: Teacher | None = None,
) -> keras.Model:
    """Let a network practise until all pictures were seen, each once, or a round has made it no better.

    What was learnt so far lies in `folder`: a training that was cut off goes on from its last judging.

    Args: network: untrained, for the mixture's pictures; (n, classes) logits. One that is compiled, like that of 2017,
        brings its own way of learning, and goes in one round, as a short training does. plan: how many pictures, and
        which. teacher: one whose doubts are learnt along with the labels (Hinton et al., 2015).
    Returns: the average of the rounds that the judge liked best.
    """
    smoothing, steps = 0.0 if network.compiled else SMOOTHING, max(1, plan.images // BATCH)
    ends = _ends(steps) if plan.images >= LONG and not network.compiled else [steps]
    every = max(1, min(JUDGE_EVERY // BATCH, steps))
    fresh = Progressed(plan.to_json(), [source.name for source in mixture.sources])
    network, state = _started(network, fresh, ends, folder)
    task = progress.add_task("training", total=steps, completed=state.step)
    batches = stream(mixture, range(state.step, steps), BATCH, plan.seed, settled_from=round(SETTLES * steps))
    lessons = _lessons(batches, network.output_shape[-1], smoothing, teacher)
    recent: deque[NDArray[np.float32]] = deque(maxlen=RENEWING)
    for inputs, targets in lessons:
        network.train_on_batch(inputs, targets)
        recent.append(inputs)
        before, state = state, replace(state, step=state.step + 1)
        progress.update(task, completed=state.step)
        if state.step in ends:
            state = _end_round(network, state, judge, folder, recent)
            progress.update(task, description=f"training, loss {state.best:.4f} on the hardest unseen writers")
            if state.best == before.best or state.step == steps:
                break
            begin_round(network, ends, state.step)
        if state.step in ends or state.step % every == 0:
            _keep(network, state, folder)
            progress.update(task, description=f"training, loss {judge.loss(network):.4f} on the hardest unseen writers")
    lessons.close()
    best = keras.saving.load_model(folder / BEST)
    for name in (BEST, GOING, STATE):
        (folder / name).unlink(missing_ok=True)
    return best


def _ends(steps: int) -> list[int]:
    """The steps after which a round ends, the last one included."""
    return sorted({max(1, round(steps * sum(ROUNDS[: number + 1]))) for number in range(len(ROUNDS))})


def _started(network: keras.Model, fresh: Progressed, ends: list[int], folder: Path) -> tuple[keras.Model, Progressed]:
    """The network and state of a training like this one that was cut off; else the fresh ones."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        state = Progressed(**json.loads((folder / STATE).read_text(encoding="utf-8")))
        going = keras.saving.load_model(folder / GOING)
    except (OSError, ValueError, TypeError):
        pass
    else:
        if replace(fresh, step=state.step, best=state.best) == state and going.count_params() == network.count_params():
            return going, state
    if not network.compiled:
        begin_round(network, ends, 0, fresh.plan["onward"])
    return network, fresh


def begin_round(network: keras.Model, ends: list[int], step: int, onward: bool = False) -> None:
    """The rate falls along a cosine to nothing, so that the last pictures settle what the first ones roughed out."""
    steps, peak = next(end for end in ends if end > step) - step, AGAIN_RATE if step or onward else PEAK_RATE
    rate = keras.optimizers.schedules.CosineDecay(
        peak / 10, steps, warmup_target=peak, warmup_steps=max(1, steps // 20)
    )
    network.compile(
        keras.optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY), keras.losses.CategoricalCrossentropy(from_logits=True)
    )
    network.optimizer.build(network.trainable_variables)  # so that it can be kept before its first step


def _end_round(
    network: keras.Model, state: Progressed, judge: Judge, folder: Path, recent: Iterable[NDArray[np.float32]]
) -> Progressed:
    """Average the network with the best one so far, and keep what the judge likes better than that one."""
    newest = network.get_weights()
    average = keras.saving.load_model(folder / BEST).get_weights() if state.best < float("inf") else newest
    for share in NEWEST if state.best < float("inf") else (1.0,):
        network.set_weights([(1 - share) * old + share * new for old, new in zip(average, newest, strict=True)])
        if share < 1:
            renew_statistics(network, recent)
        loss = judge.loss(network)
        if loss < state.best:
            network.save(folder / BEST, include_optimizer=False)
            state = replace(state, best=loss)
    network.set_weights(keras.saving.load_model(folder / BEST).get_weights())
    return state


def meet_halfway(network: keras.Model, before: Sequence[NDArray[np.float32]], mixture: Mixture, seed: int) -> None:
    """Bring a network half of the way back to the weights that it went on from: strangers like the middle best."""
    set_to_mean(network, [before, network.get_weights()], mixture, seed)


def set_to_mean(
    network: keras.Model, weights: Sequence[Sequence[NDArray[np.float32]]], mixture: Mixture, seed: int
) -> None:
    """Give a network the mean of several ones' weights, and what batch normalisation measures with these."""
    network.set_weights([np.mean(same, axis=0) for same in zip(*weights, strict=True)])
    rng = np.random.default_rng(seed)
    renew_statistics(network, [mixture.batch(BATCH, rng)[0] for _ in range(RENEWING)])


def renew_statistics(network: keras.Model, recent: Iterable[NDArray[np.float32]]) -> None:
    """What batch normalisation subtracts and divides by is no weight: it is measured anew on the averaged network."""
    layers = [layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)]
    usual = [layer.momentum for layer in layers]
    for seen, inputs in enumerate(recent):
        for layer in layers:
            layer.momentum = seen / (seen + 1)  # the mean of all batches
        network(inputs, training=True)
    for layer, momentum in zip(layers, usual, strict=True):
        layer.momentum = momentum


def _keep(network: keras.Model, state: Progressed, folder: Path) -> None:
    network.save(folder / GOING)
    (folder / STATE).write_text(json.dumps(asdict(state)), encoding="utf-8")


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
