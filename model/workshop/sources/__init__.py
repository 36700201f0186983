"""Where images of hiragana come from. All sources look alike: items with a label and a writer, drawn on demand."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from model.ink import Ink


class Source(Protocol):
    """A collection of written characters."""

    @property
    def name(self) -> str:
        """What the source is called in tables and in the card."""

    @property
    def labels(self) -> NDArray[np.int64]:
        """(n,) the class of each item, an index into model.labels.LABELS."""

    @property
    def writers(self) -> tuple[str, ...]:
        """(n) who wrote each item, from the whole to the part: "lomps:g05:p6:left"."""

    def ink(self, item: int, rng: np.random.Generator) -> Ink:
        """The item as (h, w) uint8, 0 paper to 255 ink; sources that generate draw it anew each time."""
