"""One character as a view of a picture shows it, and how surely the network knows it."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from model.labels import LABELS
from model.preprocess import Located
from model.reading import Box

Probabilities = NDArray[np.float64]  # (75,), calibrated: LABELS, and no hiragana

# How likely the best label is, for what follows from it:
SURE = 0.6  # it is a hiragana, and counts as read
CLEAR = 0.9  # beside a character that is known, grain of the table is soon taken for another: it must be as clear
KNOWN = 0.95  # nothing else need be tried
CERTAIN = 0.97  # what squares leave behind passes for a letter, but seldom for so clear a one


@dataclass(frozen=True, slots=True)
class Character:
    """A character that was located, and what the network takes it for."""

    located: Located
    probabilities: Probabilities
    turned: int = 0  # quarter turns against the clock after which it stands upright

    @property
    def box(self) -> Box:
        """Of its ink, in pixels of what it was found in."""
        return self.located.box

    @property
    def longer(self) -> int:
        """The longer side of its box."""
        return max(self.box[2:])

    @property
    def label(self) -> int:
        """The likeliest hiragana, an index into LABELS."""
        return int(np.argmax(self.probabilities[: len(LABELS)]))

    @property
    def best(self) -> float:
        """How likely that one is."""
        return float(self.probabilities[: len(LABELS)].max())

    def placed(self, scale: float, x: int, y: int) -> "Character":
        """The same in a picture of which a part was read, at x, y, with `scale` pixels for one."""
        left, top, width, height = (round(value * scale) for value in self.box)
        box = (left + x, top + y, max(1, width), max(1, height))
        return replace(self, located=replace(self.located, box=box))

    def distance(self, other: "Character") -> float:
        """From box to box, along the axis on which they are further apart."""
        mine, its = np.asarray(self.box), np.asarray(other.box)
        return float(np.maximum(mine[:2] - its[:2] - its[2:], its[:2] - mine[:2] - mine[2:]).max())


@dataclass(frozen=True, slots=True)
class Sign:
    """A character of a page that is no hiragana."""

    box: Box  # of its ink, in pixels of the picture
    point: str = ""  # 、 or 。; empty for any other
