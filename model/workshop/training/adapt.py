"""A group's own letters for the network that ships: minutes of practice, after which it reads them and forgets nothing.

Some dozens of letters could overwrite what a million pictures taught. So the letters of everybody else are rehearsed
beside them; the network that ships teaches wherever it is right, so that its doubts stay, too (Li and Hoiem, 2016); its
batch normalisation stays as it is; and of the way that the weights went, half is taken (Wortsman et al., 2022). What
each of these is worth stands in docs/decisions/training.md.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from rich.progress import Progress

from model.classifier import ARTIFACT, CARD
from model.explaining import tendencies
from model.labels import LABELS
from model.workshop.errors import WorkshopError
from model.workshop.sources import Source
from model.workshop.sources.catalogue import Entry
from model.workshop.sources.folders import read_folders
from model.workshop.sources.members import LIST, read_members
from model.workshop.sources.stored import NO_LETTER, StoredImages, Written, store
from model.workshop.training.dataset import Mixture, group_of
from model.workshop.training.leaks import without_copies
from model.workshop.training.learning import Plan, Teacher, learn
from model.workshop.training.practice import make_mixture, set_strangers_aside
from model.workshop.training.thawed import thaw
from model.workshop.training.train import KINDS, UNFOLDING, judge_by, short_floats

IMAGES = 15_000
HELD_OUT = 1 / 3  # of the writers
KEPT_BACK = 5  # of so many letters by the others, one
FEWEST_WRITERS, FEWEST_LETTERS = 2, 20
AS_MUCH = 1.0  # of the group's letters as of all others
SHAPES = 0.3  # share of the letters that ship, as strokes have
MAY_BE_THEIRS = {"members", "own"}  # sources that are not rehearsed: the writers who judge may be among them
GROUP = "group"


class TooFewLetters(WorkshopError):
    """A group gave too little to learn from and to judge by."""


@dataclass(frozen=True, slots=True)
class Group:
    """What a group wrote: to practise on, and to judge by."""

    practice: StoredImages
    kept_back: tuple[Written, ...]  # other letters by the same writers
    strangers: tuple[Written, ...]  # letters by writers who were held out

    @property
    def held_out(self) -> list[str]:
        """Those writers, as `group_of` names them."""
        return sorted({group_of(letter.writer) for letter in self.strangers})


def read_group(folders: Sequence[Path], seed: int) -> Group:
    """Read what a group wrote, hold a third of its writers out, and keep a fifth of what the others wrote back.

    Args: folders: as `tsudoi samples export` and `import-sheet` write them, of which only what was agreed to is read,
        or with a folder for each character, `あ/aki_01.png`. seed: who is held out.
    Raises: TooFewLetters. OSError: no such folder. UnknownLabel: a folder's name is no hiragana. LeakFound.
    """
    written = [letter for folder in folders for letter in _written(folder)]
    writers = sorted({group_of(letter.writer) for letter in written})
    if len(writers) < FEWEST_WRITERS or len(written) < FEWEST_LETTERS:
        raise TooFewLetters(
            f"{', '.join(map(str, folders))}: {len(written)} letters of {len(writers)} writers; it takes "
            f"{FEWEST_LETTERS} of {FEWEST_WRITERS}, for one is held out to judge by"
        )
    rng = np.random.default_rng(seed)
    held_out = set(rng.permutation(writers)[: max(1, round(HELD_OUT * len(writers)))])
    strangers = [letter for letter in written if group_of(letter.writer) in held_out and letter.character != NO_LETTER]
    known = [letter for letter in written if group_of(letter.writer) not in held_out]
    back = set(rng.permutation(len(known))[::KEPT_BACK].tolist())
    practice = store(GROUP, (letter for number, letter in enumerate(known) if number not in back))
    (practice,) = without_copies([practice], [store(GROUP, strangers)])
    kept_back = [known[number] for number in sorted(back) if known[number].character != NO_LETTER]
    return Group(practice, tuple(kept_back), tuple(strangers))


def _written(folder: Path) -> Iterator[Written]:
    return read_members(folder) if (folder / LIST).is_file() else read_folders(folder)


@short_floats()
def adapt(group: Group, entries: Sequence[Entry], plan: Plan, progress: Progress) -> keras.Model:
    """Let the network that ships practise a group's letters among those of everybody else.

    Args: entries: the sources at hand, to rehearse from; without any, the letters that ship. plan: how many pictures.
    """
    card = card_that_ships()
    keras.utils.set_random_seed(plan.seed)
    mixture = _mixture(group.practice, entries, frozenset(card["training"]["held_out"]))
    pictures, _ = mixture.batch(UNFOLDING, np.random.default_rng(plan.seed))
    kind = KINDS[plan.network]
    before = thaw(ARTIFACT.read_bytes(), kind.build(), pictures)
    network = keras.models.clone_model(before)
    network.set_weights(before.get_weights())
    for layer in network.layers:
        layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
    judge = judge_by(store(GROUP, group.strangers), kind)
    with tempfile.TemporaryDirectory() as folder:
        teacher = Teacher(before, card["temperature"])
        learnt = learn(network, mixture, judge, plan, progress, Path(folder), teacher)
    halfway = zip(before.get_weights(), learnt.get_weights(), strict=True)
    learnt.set_weights([(old + new) / 2 for old, new in halfway])
    return learnt


def card_that_ships() -> dict[str, Any]:
    """The card of the network that ships."""
    return dict(json.loads((ARTIFACT.parent / CARD).read_text(encoding="utf-8")))


def rehearsed(entries: Sequence[Entry]) -> list[Entry]:
    """Those of the sources at hand that are rehearsed."""
    return [entry for entry in entries if entry.name not in MAY_BE_THEIRS]


def _mixture(letters: StoredImages, entries: Sequence[Entry], strangers: frozenset[str]) -> Mixture:
    """As many of the group's letters as of all others, and what is no hiragana."""
    entries = rehearsed(entries)
    sources: dict[str, Source] = {entry.name: entry.read() for entry in entries}
    shares = {entry.name: entry.share for entry in entries}
    sources, _ = set_strangers_aside(sources, strangers)
    sources["shapes"], shares["shapes"] = _shapes_that_ship(), SHAPES
    shares = {GROUP: AS_MUCH * sum(shares.values()), **shares}
    return make_mixture({GROUP: letters, **sources}, shares, GROUP, KINDS["large"].prepare, refusal=True)


def _shapes_that_ship() -> StoredImages:
    """The most typical shapes of each letter; the pictures that models are checked with are not among them."""
    known = tendencies.load()
    shapes = zip(known.exemplars, known.exemplar_labels, strict=True)
    return store("shapes", (Written(np.asarray(255 - ink, np.uint8), LABELS[i], "generated") for ink, i in shapes))
