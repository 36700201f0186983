"""What training sees: writers kept apart, classes and sources mixed, batches made by a process of their own."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from multiprocessing.queues import Queue
from threading import Thread
from typing import Protocol, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import Ink
from model.labels import INDEX, NOT_HIRAGANA, TOLD_BY_A_TICK
from model.preprocess import BlankImage, preprocess
from model.synthetic.augment import Picture, degrade
from model.synthetic.marks import shows_both_ticks
from model.workshop.sources import Source
from model.workshop.sources.stored import StoredImages
from model.workshop.training.in_photos import found_in_photo

Made = TypeVar("Made", covariant=True)
Batch = tuple[NDArray[np.float32], NDArray[np.int64]]  # (n, side, side, 1) inputs, (n,) classes
Prepare = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
Change = Callable[[Ink, np.random.Generator], Picture]  # one of `model.synthetic.augment`

HELD_OUT_SHARE = 0.18
MAKERS, WAITING = 2, 12  # processes that draw pictures, and batches that each may have ready
_TOLD_BY_A_TICK = frozenset(INDEX[label] for label in TOLD_BY_A_TICK)
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


def can_be_told(label: int, ink: Ink) -> bool:
    """False for ink of the class that nobody could tell from another letter."""
    return label not in _TOLD_BY_A_TICK or shows_both_ticks(ink)


def split_by_writer(images: StoredImages, held_out: frozenset[str]) -> tuple[StoredImages, StoredImages]:
    """Practice and held-out images: no group of writers is on both sides, since the test is on new hands."""
    kept_back = np.asarray([group_of(writer) in held_out for writer in images.writers], bool)
    return images.select(~kept_back), images.select(kept_back)


@dataclass(frozen=True)
class Mixture:
    """Sources and how often each is used. Every class is equally frequent, for a member may try any."""

    sources: tuple[Source, ...]
    shares: tuple[float, ...]
    prepare: Prepare = preprocess  # a picture -> what the network reads
    settled_shares: tuple[float, ...] | None = None  # towards the end of a training; None: the same
    other_share: float = 0.12  # of what is no hiragana, where a source has it
    change: Change = degrade  # clean ink -> a picture as people send it
    in_photos: float = 0.0  # of the settled pictures, 0 to 1: as the views of a photo show them

    @cached_property
    def labels(self) -> NDArray[np.int64]:
        """The classes that at least one source has, among them perhaps NOT_HIRAGANA."""
        return np.unique(np.concatenate([source.labels for source in self.sources]))

    @cached_property
    def _chances(self) -> NDArray[np.float64]:
        """(classes,) how often each is drawn."""
        other = self.labels == NOT_HIRAGANA
        chances = np.where(other, self.other_share, (1 - self.other_share) / max(1, int((~other).sum())))
        return np.asarray(chances / chances.sum(), np.float64)

    @cached_property
    def _items(self) -> dict[int, list[NDArray[np.int64]]]:
        """For each class its items in each source."""
        return {
            int(label): [np.flatnonzero(source.labels == label) for source in self.sources] for label in self.labels
        }

    @cached_property
    def _cumulated(self) -> dict[tuple[int, bool], NDArray[np.float64]]:
        """For each class, before and after the training settles, how often each source or one before it is used."""
        sums = {}
        for label, items in self._items.items():
            there = np.asarray([len(found) > 0 for found in items])
            for settled, shares in ((False, self.shares), (True, self.settled_shares or self.shares)):
                reached = np.cumsum(np.where(there, shares, 0.0))
                sums[label, settled] = reached / reached[-1]
        return sums

    def ink(self, label: int, rng: np.random.Generator, settled: bool = False) -> Ink:
        """One item of the class from any source, (h, w) uint8, 0 paper to 255 ink.

        A づ whose two ticks ran together is an う: no source may show one, or many an う is taken for a づ.
        """
        while True:
            chosen = int(self._cumulated[label, settled].searchsorted(rng.random(), side="right"))
            items = self._items[label][chosen]
            ink = self.sources[chosen].ink(int(items[rng.integers(len(items))]), rng)
            if can_be_told(label, ink):
                return ink

    def draw(self, label: int, rng: np.random.Generator, settled: bool = False) -> NDArray[np.float32]:
        """One picture of the class, as the network reads it: (side, side, 1)."""
        while True:
            try:
                ink = self.ink(label, rng, settled)
                if settled and rng.random() < self.in_photos:
                    return found_in_photo(ink, rng)
                return self.prepare(self.change(ink, rng))
            except BlankImage:  # bent out of the picture or faded away: draw another
                continue

    def batch(self, size: int, rng: np.random.Generator, settled: bool = False) -> Batch:
        """`size` pictures of classes drawn at random."""
        labels = rng.choice(self.labels, size, p=self._chances)
        return np.stack([self.draw(int(label), rng, settled) for label in labels]), labels


def prepare_inputs(images: StoredImages, prepare: Prepare = preprocess, degraded_by: int | None = None) -> Batch:
    """A source as the network reads it, plain or, with a seed, degraded as in training."""
    rng = np.random.default_rng(degraded_by)
    empty = np.zeros_like(prepare(np.pad(np.zeros((8, 4), np.uint8), 30, constant_values=255)))
    inputs = np.stack([empty] * len(images.labels)) if len(images.labels) else empty[None][:0]
    for i, ink in enumerate(images.inks):
        with suppress(BlankImage):  # an image that was degraded away stays empty, and counts as the error that it is
            inputs[i] = prepare(255 - ink if degraded_by is None else degrade(ink, rng))
    return inputs, images.labels


class Batches(Protocol[Made]):
    """What makes batches: a mixture, or what is drawn with its letters."""

    def batch(self, size: int, rng: np.random.Generator, settled: bool = False) -> Made:
        """As many examples as asked for, of either part of a training."""


def stream(
    batches: Batches[Made], numbers: range, size: int, seed: int, settled_from: int | None = None, makers: int = MAKERS
) -> Iterator[Made]:
    """Batches made by processes of their own, so that drawing and learning share the work.

    Args: batches: what makes them. numbers: of the batches; a batch depends on its number and the seed alone, however
        many processes there are. size: pictures in a batch. settled_from: the first batch with the settled shares.
        makers: processes.
    """
    context = multiprocessing.get_context("spawn")  # a fork would copy TensorFlow's threads in an undefined state
    queues: list[Queue[Made]] = [context.Queue(maxsize=WAITING) for _ in range(makers)]
    workers = [
        context.Process(
            target=_make, args=(batches, numbers[first::makers], size, seed, settled_from, queue), daemon=True
        )
        for first, queue in enumerate(queues)
    ]
    for worker in workers:
        worker.start()
    try:
        for turn in range(len(numbers)):
            yield queues[turn % makers].get(timeout=300)
    finally:
        for worker, queue in zip(workers, queues, strict=True):
            worker.terminate()
            worker.join()
            queue.close()


def _make(
    batches: Batches[Made], numbers: range, size: int, seed: int, settled_from: int | None, queue: "Queue[Made]"
) -> None:
    Thread(target=_end_with_the_trainer, daemon=True).start()
    cv2.setNumThreads(1)
    for number in numbers:
        settled = settled_from is not None and number >= settled_from
        queue.put(batches.batch(size, np.random.default_rng((seed, number)), settled))


def _end_with_the_trainer() -> None:
    """A trainer that is killed cannot end its makers, which would wait for ever to hand over what they drew."""
    trainer = multiprocessing.parent_process()
    if trainer is not None:
        trainer.join()
        os._exit(1)
