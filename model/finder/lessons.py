"""What the finder practises on: as many scenes as it wants, with letters of a mixture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.dataset import Mixture
from model.finder.scenes import draw_scene
from model.finder.view import view_of
from model.ink import Ink
from model.labels import NOT_HIRAGANA

WORDS, LONGEST = 0.15, 5  # of the scenes show a word, of so many letters at most

Lesson = tuple[NDArray[np.float32], NDArray[np.float32]]  # (n, 160, 160, 3) views; (n, 80, 80, 2) what is written


@dataclass(frozen=True, slots=True)
class Scenes:
    """Photos with letters of a mixture."""

    mixture: Mixture

    def batch(self, size: int, rng: np.random.Generator, settled: bool = False) -> Lesson:
        """`size` photos, one in seven with a word."""
        photos = [draw_scene(self._letters(rng, settled), rng) for _ in range(size)]
        return np.stack([view_of(photo.picture) for photo in photos]), np.stack([photo.written for photo in photos])

    def _letters(self, rng: np.random.Generator, settled: bool) -> list[Ink]:
        number = int(rng.integers(2, LONGEST + 1)) if rng.random() < WORDS else 1
        letters = self.mixture.labels[self.mixture.labels != NOT_HIRAGANA]
        return [self.mixture.ink(int(label), rng, settled) for label in rng.choice(letters, number)]
