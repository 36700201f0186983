"""What training sees: writers kept apart, classes and sources mixed, batches made by a process of their own."""

import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cached_property
from multiprocessing.queues import Queue

import cv2
import numpy as np
from numpy.typing import NDArray

from model.augment import degrade
from model.preprocess import INPUT_SIZE, BlankImage, preprocess
from model.sources import Source
from model.sources.stored import StoredImages

Batch = tuple[NDArray[np.float32], NDArray[np.int64]]  # (n, 48, 48, 1) inputs, (n,) classes

HELD_OUT_SHARE = 0.18
SEED = 13  # holds out the groups g01 and g12, as the first study did, so that figures can be compared


def group_of(writer: str) -> str:
    """The group that a writer belongs to: "lomps:g05" for "lomps:g05:p6:left". Nobody is known to be in two."""
    return ":".join(writer.split(":")[:2])


def choose_held_out(writers: Sequence[str], seed: int, share: float = HELD_OUT_SHARE) -> frozenset[str]:
    """Groups of writers for the test on strangers, about `share` of the images; the same for the same seed.

    Args: writers: one for each image. seed: which groups. share: 0 to 1.
    """
    groups, counts = np.unique([group_of(writer) for writer in writers], return_counts=True)
    order = np.random.default_rng(seed).permutation(len(groups))
    before = np.cumsum(counts[order]) - counts[order]
    return frozenset(str(groups[i]) for i, seen in zip(order, before, strict=True) if seen < share * counts.sum())


def split_by_writer(images: StoredImages, held_out: frozenset[str]) -> tuple[StoredImages, StoredImages]:
    """Practice and held-out images: no group of writers is on both sides, since the test is on new hands."""
    kept_back = np.asarray([group_of(writer) in held_out for writer in images.writers], bool)
    return images.select(~kept_back), images.select(kept_back)


@dataclass(frozen=True)
class Mixture:
    """Sources and how often each is used. Every class is equally frequent, for a member may try any."""

    sources: tuple[Source, ...]
    shares: tuple[float, ...]

    @cached_property
    def labels(self) -> NDArray[np.int64]:
        """The classes that at least one source has."""
        return np.unique(np.concatenate([source.labels for source in self.sources]))

    @cached_property
    def _choices(self) -> dict[int, tuple[NDArray[np.float64], list[NDArray[np.int64]]]]:
        """For each class the weight of each source, and the items of the class in it."""
        choices = {}
        for label in self.labels:
            items = [np.flatnonzero(source.labels == label) for source in self.sources]
            weights = np.asarray(
                [share if len(found) else 0.0 for share, found in zip(self.shares, items, strict=True)]
            )
            choices[int(label)] = (weights / weights.sum(), items)
        return choices

    def draw(self, label: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """One picture of the class, as the network reads it: (48, 48, 1)."""
        weights, items = self._choices[label]
        while True:
            chosen = int(rng.choice(len(weights), p=weights))
            try:
                return preprocess(degrade(self.sources[chosen].ink(int(rng.choice(items[chosen])), rng), rng))
            except BlankImage:  # bent out of the picture or faded away: draw another
                continue

    def batch(self, size: int, rng: np.random.Generator) -> Batch:
        """`size` pictures of classes drawn at random."""
        labels = rng.choice(self.labels, size)
        inputs = np.empty((size, INPUT_SIZE, INPUT_SIZE, 1), np.float32)
        for i, label in enumerate(labels):
            inputs[i] = self.draw(int(label), rng)
        return inputs, labels


def prepare_inputs(images: StoredImages, degraded_by: int | None = None) -> Batch:
    """A source as the network reads it, plain or, with a seed, degraded as in training."""
    rng = np.random.default_rng(degraded_by)
    inputs = np.zeros((len(images.labels), INPUT_SIZE, INPUT_SIZE, 1), np.float32)
    for i, ink in enumerate(images.inks):
        with suppress(BlankImage):  # an image that was degraded away stays empty, and counts as the error that it is
            inputs[i] = preprocess(255 - ink if degraded_by is None else degrade(ink, rng))
    return inputs, images.labels


def stream(mixture: Mixture, batches: int, size: int, seed: int) -> Iterator[Batch]:
    """Batches made by another process, so that drawing and learning share the work; they depend on the seed alone."""
    context = multiprocessing.get_context("spawn")  # a fork would copy TensorFlow's threads in an undefined state
    queue: Queue[Batch] = context.Queue(maxsize=24)
    maker = context.Process(target=_make, args=(mixture, batches, size, seed, queue), daemon=True)
    maker.start()
    try:
        with closing(queue):
            for _ in range(batches):
                yield queue.get(timeout=120)
    finally:
        maker.terminate()
        maker.join()


def _make(mixture: Mixture, batches: int, size: int, seed: int, queue: "Queue[Batch]") -> None:
    cv2.setNumThreads(1)
    for i in range(batches):
        queue.put(mixture.batch(size, np.random.default_rng((seed, i))))
