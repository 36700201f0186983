"""The parts of a character, moved on their own: people keep the strokes and are free with the space between them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import Ink
from model.segmentation.pieces import mask_of

MOST_PARTS = 7  # ぼ in seven separate strokes; more pieces than that are the grain of a pencil
SMALL = 0.12  # of the character's ink: dots and the ticks of ゛ wander further than strokes
_AROUND = np.ones((3, 3), np.uint8)


def move_parts(ink: Ink, rng: np.random.Generator) -> Ink:
    """Each connected part shifted, turned and scaled a little; some touch afterwards.

    Args: ink: (h, w) uint8, 0 paper to 255 ink, which is not changed.
    Returns: (h, w) uint8.
    """
    count, numbers, stats, centres = cv2.connectedComponentsWithStatsWithAlgorithm(
        mask_of(ink, 91), 8, cv2.CV_32S, cv2.CCL_GRANA
    )
    areas = stats[1:, cv2.CC_STAT_AREA]
    if not 2 <= np.count_nonzero(areas > 4) <= MOST_PARTS:
        return ink
    freedom = rng.uniform(0, 1.6)
    moved, paper, small = np.zeros_like(ink), (numbers == 0).view(np.uint8), SMALL * areas.sum()
    for part in range(1, count):
        loose = 1.6 if areas[part - 1] < small else 1.0
        here = (numbers == part).view(np.uint8)
        rim = cv2.dilate(here, _AROUND)  # it is soft, and lies outside of the part's number
        alone = ink * (rim & (here | paper))
        matrix = _another_place(centres[part], freedom * loose, ink.shape, rng)
        np.maximum(moved, cv2.warpAffine(alone, matrix, ink.shape[::-1], flags=cv2.INTER_LINEAR), out=moved)
    return moved


def _another_place(
    centre: NDArray[np.float64], freedom: float, shape: tuple[int, ...], rng: np.random.Generator
) -> NDArray[np.float64]:
    turn, scale = rng.normal(0, 6 * freedom), np.exp(rng.normal(0, 0.07 * freedom))
    matrix = np.asarray(cv2.getRotationMatrix2D((float(centre[0]), float(centre[1])), turn, scale), np.float64)
    matrix[:, 2] += rng.normal(0, 0.022 * max(shape) * freedom, 2)
    return matrix
