"""Surveying what a network has learned, with the sources of training: it makes the file of `tendencies`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from model import check_set
from model.classifier import Classifier
from model.explaining import tendencies
from model.explaining.tendencies import Tendencies, as_input, directions, most_confused
from model.ink import Ink
from model.labels import LABELS
from model.preprocess import INPUT_SIZE, BlankImage, preprocess
from model.synthetic.augment import degrade
from model.workshop.errors import WorkshopError
from model.workshop.sources import Source
from model.workshop.sources.catalogue import Entry
from model.workshop.sources.stored import StoredImages, Written, store

# Only pictures from these ship: they are drawn from free fonts and strokes, never copied from anyone's handwriting.
GENERATED = ("fonts", "strokes", "shipped")
# And averages are made of these alone: what members draw, or what may not be passed on, leaves no trace in the file.
PUBLIC = ("scans", "thresholded", *GENERATED)
AVERAGED = 60  # pictures of each label and source
CANDIDATES = 40  # of which the exemplars are chosen
EXEMPLARS = 5  # of each label
DEGRADED = 240  # pictures of each label that are read to see what they are taken for
SHOWN_PAIRS, SHOWN_EXAMPLES = 24, 3
DEPTH = 16  # shades of ink that are kept: more cost space and show nothing
SEED = 4

Pictures = NDArray[np.uint8]  # (n, 48, 48)


@dataclass(frozen=True, slots=True)
class Taken:
    """What degraded pictures of one label are taken for."""

    shares: NDArray[np.float32]  # (74,) the mean probability given to each label
    probabilities: NDArray[np.float64]  # (n, 74) of the generated pictures among them
    pictures: Pictures  # (n, 48, 48) as the network saw those


def survey(classifier: Classifier, entries: Sequence[Entry], progress: Progress) -> Tendencies:
    """Ask a network about what training sees.

    Args: entries: sources at hand. Only those of PUBLIC are used; where none generates, the letters that ship do.
    Raises: WorkshopError: what generates has no pictures of some label.
    """
    chosen = [entry for entry in entries if entry.name in PUBLIC]
    sources = [entry.read() for entry in progress.track(chosen, description="reading sources")]
    if not any(source.name in GENERATED for source in sources):
        sources.append(letters_that_ship())
    generating = [source for source in sources if source.name in GENERATED]
    rng = np.random.default_rng(SEED)
    averages, exemplars, taken = [], [], []
    for label in progress.track(range(len(LABELS)), description="asking the network"):
        exemplars.append(_exemplars(classifier, generating, label, rng))
        averages.append(_average(sources, label, rng))
        taken.append(_taken_for(classifier, sources, label, rng))
    confusion = np.stack([answers.shares for answers in taken])
    pairs = most_confused(confusion, SHOWN_PAIRS)
    return Tendencies(
        averages=_fewer_shades(np.stack(averages), 2 * DEPTH),
        exemplars=_fewer_shades(np.concatenate(exemplars)),
        exemplar_labels=np.repeat(np.arange(len(LABELS), dtype=np.uint8), [len(found) for found in exemplars]),
        confusion=confusion,
        lookalikes=_fewer_shades(np.stack([_most_alike(taken[written], read) for written, read in pairs])),
        lookalike_pairs=np.asarray(pairs, np.uint8),
    )


def letters_that_ship() -> StoredImages:
    """What was generated for the shipped model, some shapes of each label: for machines without fonts and strokes."""
    letters, known = check_set.load(), tendencies.load()
    found = [*zip(letters.inks, letters.labels, strict=True)]
    found += zip(known.exemplars, known.exemplar_labels, strict=True)
    return store("shipped", (Written(np.asarray(255 - ink, np.uint8), LABELS[i], "generated") for ink, i in found))


def inks_of(source: Source, label: int, count: int, rng: np.random.Generator) -> Iterator[Ink]:
    """Up to `count` different items of a label; a source that draws anew each time gives all of them."""
    items = np.flatnonzero(source.labels == label)
    if len(items):
        chosen = rng.permutation(items)[:count] if len(items) > 3 else rng.choice(items, count)
        for item in chosen:
            yield source.ink(int(item), rng)


def _read_inks(inks: Iterator[Ink]) -> Pictures:
    found = []
    for ink in inks:
        try:
            found.append((preprocess(255 - ink)[:, :, 0] * 255).astype(np.uint8))
        except BlankImage:
            continue
    return np.asarray(found, np.uint8).reshape(-1, INPUT_SIZE, INPUT_SIZE)


def _average(sources: Sequence[Source], label: int, rng: np.random.Generator) -> Ink:
    means = [_read_inks(inks_of(source, label, AVERAGED, rng)) for source in sources]
    return np.asarray(np.mean([found.mean(axis=0) for found in means if len(found)], axis=0), np.uint8)


def _exemplars(classifier: Classifier, generating: Sequence[Source], label: int, rng: np.random.Generator) -> Pictures:
    """The most typical picture of a label, then others that differ from it and from one another."""
    pool = _read_inks(chain.from_iterable(inks_of(source, label, CANDIDATES, rng) for source in generating))
    logits = [classifier.logits(as_input(ink)) for ink in pool]
    if not logits:
        raise WorkshopError(f"no picture of {LABELS[label]} is generated: are the fonts or strokes at hand?")
    # A network that has hardly begun to learn may read none: then what it finds typical of them all tells as much.
    right = [i for i, answer in enumerate(logits) if int(np.argmax(answer)) == label] or list(range(len(logits)))
    pool, answers = pool[right], directions([logits[i] for i in right])
    return np.asarray(pool[_spread_out(answers, _most_typical(answers, pool), EXEMPLARS)], np.uint8)


def _most_typical(answers: NDArray[np.float32], pool: Pictures) -> int:
    """The picture whose answer is nearest to the mean of all, among those that are neither thin nor bold."""
    blackness = pool.mean(axis=(1, 2))
    thin, bold = np.quantile(blackness, (0.2, 0.6))
    return int(np.argmax(np.where((blackness >= thin) & (blackness <= bold), answers @ answers.mean(axis=0), -np.inf)))


def _spread_out(answers: NDArray[np.float32], first: int, count: int) -> list[int]:
    """The first answer, then each time the one furthest from those chosen (Gonzalez, 1985)."""
    chosen = [first]
    likeness = answers @ answers[chosen[0]]
    while len(chosen) < min(count, len(answers)):
        chosen.append(int(np.argmin(likeness)))
        likeness = np.maximum(likeness, answers @ answers[chosen[-1]])
    return chosen


def _taken_for(classifier: Classifier, sources: Sequence[Source], label: int, rng: np.random.Generator) -> Taken:
    """Read degraded pictures of a label, as many of each source that has it.

    The mean of the probabilities given is, for a calibrated network, the share read so, with less noise than a count of
    the few mistakes.
    """
    having = [source for source in sources if (source.labels == label).any()]
    total, generated, pictures = [], [], []
    for source in having:
        for ink in inks_of(source, label, DEGRADED // len(having), rng):
            try:
                picture = preprocess(degrade(ink, rng))
            except BlankImage:
                continue
            total.append(classifier.probabilities(picture)[: len(LABELS)])
            if source.name in GENERATED:
                generated.append(total[-1])
                pictures.append((picture[:, :, 0] * 255).astype(np.uint8))
    return Taken(np.mean(total, axis=0).astype(np.float32), np.stack(generated), np.stack(pictures))


def _most_alike(taken: Taken, read: int) -> Pictures:
    """The generated pictures that were most nearly, or wholly, taken for another label."""
    order = np.argsort(-taken.probabilities[:, read], kind="stable")
    return np.asarray(taken.pictures[order[:SHOWN_EXAMPLES]], np.uint8)


def _fewer_shades(pictures: Pictures, shades: int = DEPTH) -> Pictures:
    step = 255 / (shades - 1)
    return np.asarray(np.round(np.round(pictures / step) * step), np.uint8)
