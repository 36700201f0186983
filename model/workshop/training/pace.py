"""How fast trainings go on this machine, each timed for a hundred batches: the minutes in the documents are these."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from rich.progress import Progress

from model.workshop.sources.catalogue import Entry
from model.workshop.training import learning, train
from model.workshop.training.dataset import MAKERS, SEED, WAITING, Batch, Batches, stream
from model.workshop.training.finder import practice as finder_practice
from model.workshop.training.finder.lessons import Lesson, Scenes
from model.workshop.training.practice import prepare_practice

BATCHES = 100  # that are timed
READY = MAKERS * (WAITING + 1)  # batches that were drawn while nobody asked: they say nothing

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Pace:
    """How much of a training two processes draw, or this one and they draw and learn, in a second."""

    drawn: float  # pictures, while nothing learns and without photos
    learnt: float  # pictures, by the network that ships
    learnt_in_photos: float  # the same once some are photos, as towards the end
    scenes_learnt: float  # by the finder

    def minutes(self) -> float:
        """Of a whole training of the network that ships, without judging, which adds about one in twenty."""
        early, late = learning.SETTLES / self.learnt, (1 - learning.SETTLES) / self.learnt_in_photos
        return learning.FULL * (early + late) / 60

    def finder_minutes(self) -> float:
        """Of a whole training of the finder."""
        return finder_practice.SCENES / self.scenes_learnt / 60


def measure(entries: Sequence[Entry], progress: Progress, batches: int = BATCHES) -> Pace:
    """Draw and learn for some minutes, and throw away what was learnt.

    Args: entries: as for `model.workshop.training.train`. batches: that are timed of each kind.
    Raises: ValueError: as `prepare_practice`.
    """
    task = progress.add_task("training for a while", total=4)
    mixture = prepare_practice(entries, SEED).mixture
    network, finder = train.KINDS["large"].build(), finder_practice.compiled(batches)
    learning.begin_round(network, [READY + batches], 0)
    certain = np.eye(network.output_shape[-1], dtype=np.float32)

    def learn(batch: Batch) -> None:
        inputs, labels = batch
        network.train_on_batch(inputs, certain[labels])

    def learn_to_find(lesson: Lesson) -> None:
        finder.train_on_batch(*lesson)

    pictures, scenes = learning.BATCH, finder_practice.BATCH
    drawn = _a_second(mixture, pictures, batches, lambda batch: None)
    progress.advance(task)
    with train.short_floats():
        learnt = _a_second(mixture, pictures, batches, learn)
        progress.advance(task)
        in_photos = _a_second(mixture, pictures, batches, learn, settled=True)
        progress.advance(task)
    found = _a_second(Scenes(mixture), scenes, batches, learn_to_find)
    progress.advance(task)
    return Pace(drawn, learnt, in_photos, found)


def _a_second(
    batches: Batches[Made], size: int, number: int, use: Callable[[Made], object], settled: bool = False
) -> float:
    made = stream(batches, range(READY + number), size, SEED, settled_from=0 if settled else None)
    for _ in range(READY):
        use(next(made))
    started = time.perf_counter()
    for batch in made:
        use(batch)
    return number * size / (time.perf_counter() - started)
