"""The middle lines of printed characters, drawn again with another pen: a brush letter as a ballpoint writes it."""

from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import Ink
from model.workshop.sources.line_ends import LineEnds, find_line_ends, vary_line_ends
from model.workshop.sources.stored import StoredImages

FINEST, BROADEST = 2, 9  # pixels, where the character is 64 high


@dataclass(frozen=True)
class Redrawn:
    """A source that draws another one's images along their middle lines."""

    name: str
    images: StoredImages
    labels: NDArray[np.int64] = field(init=False)
    writers: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Take over what is known of the images."""
        object.__setattr__(self, "labels", self.images.labels)
        object.__setattr__(self, "writers", self.images.writers)

    @cached_property
    def middles(self) -> tuple[tuple[Ink, LineEnds], ...]:
        """(n) the middle line of each image, 255 on 0, and its ends."""
        return tuple((line, find_line_ends(line)) for line in map(_middle_line, self.images.inks))

    def ink(self, item: int, rng: np.random.Generator) -> Ink:
        """The image with another pen: (80, 80) uint8."""
        line, ends = self.middles[item]
        width = int(rng.integers(FINEST, BROADEST + 1))
        pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
        varied = vary_line_ends(line, ends, rng)
        return np.asarray(cv2.blur(cv2.dilate(varied, pen), (3, 3)), np.uint8)


def _middle_line(ink: Ink) -> Ink:
    from skimage.morphology import skeletonize  # of the extra `train`, which the bot does without

    smooth = cv2.GaussianBlur(ink, (0, 0), 1.5)  # an uneven rim would give the line spurs
    line = skeletonize(smooth > 110)  # type: ignore[no-untyped-call]
    return np.asarray(line, np.uint8) * np.uint8(255)
