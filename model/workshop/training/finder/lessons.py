"""What the finder practises on: as many scenes as it wants, with letters of a mixture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.finder.square import view_of
from model.ink import Ink
from model.labels import NOT_HIRAGANA
from model.workshop.training.dataset import Mixture
from model.workshop.training.finder.scenes import draw_scene

WORDS, LONGEST = 0.12, 5  # of the scenes show a word, of so many letters at most
PAGES, MOST = 0.13, 24  # show more

Lesson = tuple[NDArray[np.float32], NDArray[np.float32]]  # (n, 160, 160, 3) views; (n, 80, 80, 2) what is written


@dataclass(frozen=True, slots=True)
class Scenes:
    """Photos with letters of a mixture."""

    mixture: Mixture

    def batch(self, size: int, rng: np.random.Generator, settled: bool = False) -> Lesson:
        """`size` photos, three in four of a single letter."""
        photos = [draw_scene(self._letters(rng, settled), rng) for _ in range(size)]
        return np.stack([view_of(photo.picture) for photo in photos]), np.stack([photo.written for photo in photos])

    def _letters(self, rng: np.random.Generator, settled: bool) -> list[Ink]:
        kind = rng.random()
        fewest, most = (2, LONGEST) if kind < WORDS else (LONGEST + 1, MOST) if kind < WORDS + PAGES else (1, 1)
        number = int(rng.integers(fewest, most + 1))
        letters = self.mixture.labels[self.mixture.labels != NOT_HIRAGANA]
        return [self.mixture.ink(int(label), rng, settled) for label in rng.choice(letters, number)]
