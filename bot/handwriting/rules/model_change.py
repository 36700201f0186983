"""When another model may take the place of the one that reads: the rule, and what it is applied to."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import comb

SIGNIFICANT = 0.05
MOST_LOST, MOST_PASSED = 0.02, 0.10  # of all pictures of a kind: what may not be lost even if it might be chance
CLASS_KNOWN = 4  # pictures of a character that the old model reads, from which losing most of them counts
SLOWER, SLOW = 3.0, 10.0  # times the old one's, and milliseconds a character


class Reason(StrEnum):
    """Why a model is not taken in."""

    READS_WORSE = "reads worse"
    SAMPLES_WORSE = "samples worse"
    REFUSES_LESS = "refuses less"
    LOSES_CHARACTER = "loses character"
    SLOWER = "slower"


@dataclass(frozen=True, slots=True)
class Tally:
    """How two models did on the same pictures; `only_old` and `only_new`: rightly by one of them alone."""

    pictures: int = 0
    old_right: int = 0
    new_right: int = 0
    only_old: int = 0
    only_new: int = 0

    @property
    def p(self) -> float:
        """How often chance alone loses as much: the exact one-sided test of McNemar (1947) on where the two differ."""
        differing = self.only_old + self.only_new
        ways = sum(comb(differing, lost) for lost in range(self.only_old, differing + 1))
        return float(ways / 2**differing)

    def is_worse(self, most_lost: float) -> bool:
        """Whether the new one is worse beyond chance, or by more than this share of the pictures."""
        lost = self.old_right - self.new_right
        return lost > 0 and (self.p < SIGNIFICANT or lost > most_lost * self.pictures)


@dataclass(frozen=True, slots=True)
class Trial:
    """Two models on the same pictures: generated ones, members' samples (there may be none), and scribbles to refuse.

    `per_label` has, for each character, its pictures and how many of them the old and the new one read. Speeds are
    medians in milliseconds a character.
    """

    generated: Tally
    samples: Tally
    scribbles: Tally
    per_label: dict[str, tuple[int, int, int]]
    old_ms: float
    new_ms: float

    @property
    def losses(self) -> list[tuple[str, int, int, int]]:
        """The characters that the new one reads less often, the greatest loss first: label, pictures, old, new."""
        found = [(label, *counts) for label, counts in self.per_label.items() if counts[2] < counts[1]]
        return sorted(found, key=lambda loss: loss[3] - loss[2])

    def reasons(self) -> Iterator[Reason]:
        """Say why the new model may not take over; nothing where it may.

        It may if, on the generated pictures and on the samples each, it is not worse beyond chance (McNemar's exact
        test, one-sided, p < 0.05) nor by more than 2 points whatever chance may do; if it refuses scribbles as often,
        within chance and 10 points; if it does not misread most pictures of a character that the old one knows; and if
        it is not three times as slow, unless a character takes it less than 10 ms.
        """
        if self.generated.is_worse(MOST_LOST):
            yield Reason.READS_WORSE
        if self.samples.is_worse(MOST_LOST):
            yield Reason.SAMPLES_WORSE
        if self.scribbles.is_worse(MOST_PASSED):
            yield Reason.REFUSES_LESS
        if any(old >= CLASS_KNOWN and new < old / 2 for _, _, old, new in self.losses):
            yield Reason.LOSES_CHARACTER
        if self.new_ms > max(SLOWER * self.old_ms, SLOW):
            yield Reason.SLOWER
