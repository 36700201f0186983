"""What members teach: samples, and the rules by which one is used for training.

Nobody can poison the model alone. A sample is used once an organiser accepted it. Before that it is used only

- if the model is sure of the same label, and its member's record is good: organisers accepted at least `PROVEN` of
  their samples and dropped at most one in ten;
- or if a second member, whose record is good, said the same, and its own member's record is not bad.

It waits for an organiser whatever else holds if a second member said something else. A record is that of one server or
workspace: whoever organises their own cannot make themselves believed elsewhere.
"""

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.uploads import Source
from model.reading import LABELS, UnknownLabel, label_of

NOT_HIRAGANA = "×"  # the label of what its writer says is no hiragana
PROVEN = 3  # accepted samples that make a record
DAY = timedelta(days=1)
MOST_A_DAY, MOST_IN_ALL, MOST_OF_LABEL = 150, 2000, 60  # of one member: one hand must not outweigh all others
THIN = 10  # usable samples of a label, below which it lacks some


class State(StrEnum):
    """What organisers decided about a sample."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DROPPED = "dropped"


class Opinion(StrEnum):
    """What a second member said about a sample."""

    NONE = ""
    SAME = "same"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Sample:
    """One character that its writer gave. Its picture is kept beside it, and told from others by `digest`.

    `space` is the server or workspace where it was given, "" for the local room and direct messages. `said`, `share`
    and `is_sure` are what the `model` had made of it: its first candidate or NOT_HIRAGANA, 0.0 to 1.0.
    """

    owner: str
    space: str
    digest: str
    label: str
    source: Source
    at: datetime
    model: str
    said: str
    share: float
    is_sure: bool
    state: State = State.PENDING
    opinion: Opinion = Opinion.NONE
    reviewer: str = ""
    reviewed_at: datetime | None = None
    writer: str = ""
    id: int = 0

    @property
    def agrees(self) -> bool:
        """Whether the model is sure of the same label."""
        return self.is_sure and self.said == self.label


@dataclass(frozen=True, slots=True)
class Record:
    """How many samples of one member organisers of a space accepted and dropped."""

    accepted: int = 0
    dropped: int = 0

    @property
    def is_good(self) -> bool:
        """Whether the member's word counts."""
        return self.accepted >= PROVEN and not self.is_bad

    @property
    def is_bad(self) -> bool:
        """Whether more than one in ten was dropped."""
        return self.dropped * 10 > self.accepted + self.dropped


def record_of(samples: Iterable[Sample]) -> Record:
    """Return the record that these samples of one member in one space make."""
    states = [sample.state for sample in samples]
    return Record(states.count(State.ACCEPTED), states.count(State.DROPPED))


def is_used(sample: Sample, record: Record) -> bool:
    """Whether a sample may be trained on, its member having this record."""
    if sample.state is not State.PENDING:
        return sample.state is State.ACCEPTED
    if sample.opinion is Opinion.OTHER:
        return False
    return (sample.agrees and record.is_good) or (sample.opinion is Opinion.SAME and not record.is_bad)


def used(samples: Iterable[Sample]) -> list[Sample]:
    """Return those of the samples of many members that may be trained on."""
    listed = list(samples)
    records = {key: record_of(some) for key, some in _by_member(listed).items()}
    return [sample for sample in listed if is_used(sample, records[sample.owner, sample.space])]


def to_review(samples: Iterable[Sample]) -> list[Sample]:
    """Return what organisers should look at, the most doubtful first: disagreements, then what else is not used."""
    listed = list(samples)
    settled = {sample.id for sample in used(listed)}
    waiting = [sample for sample in listed if sample.state is State.PENDING and sample.id not in settled]
    return sorted(
        waiting,
        key=lambda sample: (sample.opinion is not Opinion.OTHER, sample.said == sample.label, sample.at, sample.id),
    )


def _by_member(samples: Iterable[Sample]) -> dict[tuple[str, str], list[Sample]]:
    found: dict[tuple[str, str], list[Sample]] = {}
    for sample in samples:
        found.setdefault((sample.owner, sample.space), []).append(sample)
    return found


@dataclass(frozen=True, slots=True)
class Given:
    """How many samples a member gave: within a day, in all, of one label; and whether too many of visitors wait."""

    today: int = 0
    in_all: int = 0
    of_label: int = 0
    too_many_wait: bool = False


class Offered(StrEnum):
    """What became of a character that was offered as a sample."""

    KEPT = "kept"
    KNOWN = "known"  # the same picture of the same member is there; it has the label that was said now
    NO_CONSENT = "no consent"
    DAY_FULL = "day full"
    ALL_FULL = "all full"
    LABEL_FULL = "label full"
    TOO_MANY_WAIT = "too many wait"


def admitted(given: Given) -> Offered:
    """Say whether one more sample is kept, or which limit of a member is reached."""
    if given.in_all >= MOST_IN_ALL:
        return Offered.ALL_FULL
    if given.today >= MOST_A_DAY:
        return Offered.DAY_FULL
    if given.too_many_wait:
        return Offered.TOO_MANY_WAIT
    return Offered.LABEL_FULL if given.of_label >= MOST_OF_LABEL else Offered.KEPT


def understood(written: str) -> str | None:
    """Return the label that somebody wrote, NOT_HIRAGANA included; None if it is none.

    A small kana and a katakana twin stand for their label: つ for っ, へ for ヘ. 「か゛」 is が.
    """
    marked = written.strip(" \t\n　「」『』\"'").replace("゛", "\u3099").replace("゜", "\u309a")
    letter = unicodedata.normalize("NFKC", marked)
    if letter in (NOT_HIRAGANA, "x", "X", "✗", "✕"):
        return NOT_HIRAGANA
    try:
        return label_of(letter)
    except UnknownLabel:
        return None


def digest_of(png: bytes) -> str:
    """Return what tells pictures apart: 64 hexadecimal digits."""
    return hashlib.sha256(png).hexdigest()


def counts(samples: Iterable[Sample]) -> dict[str, int]:
    """Return how many samples each label has, all labels included, in their order; NOT_HIRAGANA last."""
    found = dict.fromkeys((*LABELS, NOT_HIRAGANA), 0)
    for sample in samples:
        found[sample.label] += 1
    return found
