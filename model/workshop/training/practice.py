"""What the network practises on: every source at hand without the writers that judge it, and what is made of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from model.labels import INDEX, NOT_HIRAGANA, TOLD_BY_A_TICK
from model.preprocess import preprocess
from model.workshop.errors import WorkshopError
from model.workshop.sources import Source
from model.workshop.sources.catalogue import Entry, real_file
from model.workshop.sources.crowded import Crowded
from model.workshop.sources.marked import MarkedLetters
from model.workshop.sources.negatives import training_negatives
from model.workshop.sources.neighbours import Neighbours
from model.workshop.sources.npz import read_npz
from model.workshop.sources.redrawn import Redrawn
from model.workshop.sources.stored import StoredImages, store
from model.workshop.training.dataset import Mixture, Prepare, choose_held_out, group_of, split_by_writer
from model.workshop.training.leaks import without_copies

# Made shapes teach how far a letter may go, real ones where it mostly stays: they have the last word.
SETTLED = 2.5  # times as much real handwriting towards the end of a training
MARKED = 0.25  # of the share of real handwriting: its letters with ゛ and ゜ drawn on
CROWDED = 0.4  # of the same share: its letters with bits of others beside them
REDRAWN = 0.8  # of the share of fonts: their middle lines with another pen
NEIGHBOURS = 0.15  # of the share of what else is no hiragana: letters close together
IN_PHOTOS = 0.25  # of the settled pictures
UNTOLD = [NOT_HIRAGANA, *(INDEX[label] for label in TOLD_BY_A_TICK)]  # a speck beside a つ would pass for a tick
DEVELOPMENT = ("hiragana", "dev.npz")


class NoHandwriting(WorkshopError):
    """No source is real handwriting, of which writers can be held out to judge by."""


@dataclass(frozen=True, slots=True)
class Practice:
    """The pictures to learn from, and the writers that nothing was learnt from."""

    mixture: Mixture
    held_out: frozenset[str]  # groups of writers
    choosing: StoredImages  # decide when to stop, the temperature, and from where on the network refuses
    judging: StoredImages  # decide nothing
    left_out: int = 0  # pictures that look like some of theirs, and are not practised


def prepare_practice(
    entries: Sequence[Entry], seed: int, prepare: Prepare = preprocess, refusal: bool = True, is_long: bool = True
) -> Practice:
    """Read the sources, set writers aside, and make marked letters, other pens and things to refuse of the rest.

    Args: entries: at least one that knows its writers. seed: which groups of writers are held out. prepare:
        a picture -> the network's input. refusal: with things to refuse. is_long: with what a short training has no
        time for: photos, which take a fifth longer, and letters close together, of which 40,000 pictures teach nothing
        that could be told from chance.
    Raises: NoHandwriting. DamagedFile. LeakFound: pictures of the held-out writers are among those to practise on,
        more than look alike by chance. All three are ValueErrors.
    """
    real = next((entry for entry in entries if entry.knows_writers), None)
    if real is None:
        raise NoHandwriting("there is no real handwriting to judge by: `python -m model prepare` says what is missing")
    sources = {entry.name: entry.read() for entry in entries}
    held_out = choose_held_out(sources[real.name].writers, seed)
    shares = {entry.name: entry.share for entry in entries}
    kept, strangers = set_strangers_aside(sources, held_out)
    choosing, judging = divide_strangers(letters_of(strangers[real.name]))
    kept, left_out = leave_out_copies(kept, [choosing, judging])
    mixture = make_mixture(kept, shares, real.name, prepare, refusal)
    if refusal and is_long:
        mixture = made_harder(mixture, kept[real.name], real.share)
    more = {entry.name: entry.share * (SETTLED if entry.knows_writers else 1) for entry in entries}
    settled = tuple(more.get(source.name, share) for source, share in zip(mixture.sources, mixture.shares, strict=True))
    return Practice(replace(mixture, settled_shares=settled), held_out, choosing, judging, left_out)


def set_strangers_aside(
    sources: dict[str, Source], held_out: frozenset[str]
) -> tuple[dict[str, Source], dict[str, StoredImages]]:
    """Each source without the held-out groups of writers, and what these wrote in it."""
    kept, strangers = dict(sources), {}
    for name, source in sources.items():
        if isinstance(source, StoredImages):
            kept[name], strangers[name] = split_by_writer(source, held_out)
    return kept, strangers


def leave_out_copies(sources: dict[str, Source], judged: Sequence[StoredImages]) -> tuple[dict[str, Source], int]:
    """The sources without the pictures that look like judged ones, and how many these were. Raises: LeakFound."""
    stored = {name: source for name, source in sources.items() if isinstance(source, StoredImages)}
    unlike = without_copies(list(stored.values()), judged)
    left_out = sum(len(source.labels) for source in stored.values()) - sum(len(source.labels) for source in unlike)
    return {**sources, **dict(zip(stored, unlike, strict=True))}, left_out


def letters_of(images: StoredImages) -> StoredImages:
    """The images without those that members gave as no hiragana."""
    return images.select(images.labels != NOT_HIRAGANA)


def divide_strangers(strangers: StoredImages) -> tuple[StoredImages, StoredImages]:
    """Those who choose and those who judge. The drawings of the development set, where at hand, choose as well.

    With a single group of strangers, it does both.
    """
    groups = [group_of(writer) for writer in strangers.writers]
    judges = frozenset(sorted(set(groups))[: max(1, len(set(groups)) // 2)])
    choosing, judging = split_by_writer(strangers, judges)
    if not len(choosing.labels):
        choosing = judging
    development = real_file(*DEVELOPMENT)
    if development.is_file():
        choosing = together(choosing, store("dev", read_npz(development)))
    return choosing, judging


def together(first: StoredImages, other: StoredImages) -> StoredImages:
    """The images of both."""
    inks, labels = np.concatenate([first.inks, other.inks]), np.concatenate([first.labels, other.labels])
    return StoredImages(f"{first.name} and {other.name}", inks, labels, first.writers + other.writers)


def make_mixture(
    kept: dict[str, Source], shares: dict[str, float], real: str, prepare: Prepare, refusal: bool
) -> Mixture:
    """The sources, what is drawn on and along them, and what is no hiragana."""
    if not refusal:
        kept = {name: letters_of(its) if isinstance(its, StoredImages) else its for name, its in kept.items()}
    sources = [(kept[name], share) for name, share in shares.items()]
    letters, fonts, strokes = kept[real], kept.get("fonts"), real_file("strokes", "all.tdic")
    if isinstance(letters, StoredImages):
        sources.append((MarkedLetters("marked", letters), MARKED * shares[real]))
    if isinstance(fonts, StoredImages):
        sources.append((Redrawn("redrawn", fonts), REDRAWN * shares["fonts"]))
    if refusal:
        sources += training_negatives(strokes if strokes.is_file() else None)
    return Mixture(tuple(source for source, _ in sources), tuple(share for _, share in sources), prepare)


def made_harder(mixture: Mixture, letters: Source, share: float) -> Mixture:
    """With letters close together, which are to be refused, with letters cut out roughly, and in the end with photos.

    Args: letters: real handwriting. share: its share.
    """
    if not isinstance(letters, StoredImages):
        return mixture
    refused = [set(source.labels.tolist()) == {NOT_HIRAGANA} for source in mixture.sources]
    refusals = NEIGHBOURS * float(np.dot(refused, mixture.shares))
    crowded = Crowded("crowded", letters.select(~np.isin(letters.labels, UNTOLD)))
    sources = (*mixture.sources, Neighbours("neighbours", letters_of(letters)), crowded)
    shares = (*mixture.shares, refusals, CROWDED * share)
    return replace(mixture, sources=sources, shares=shares, in_photos=IN_PHOTOS)
