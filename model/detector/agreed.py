"""What several looks at the same characters agree on: where each is, of what kind, and how likely there is one."""

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from model.detector.detect import MOST_FOUND, Detection, Kind

SAME = 0.35  # of what two boxes cover together: both are around one character
AGREED = 0.35  # how likely a character is on the mean of all looks, to count; a look that misses it says 0
MOST_IN_ONE = 2 * MOST_FOUND  # of one look, the likeliest: its views overlap, and most characters are in two


def agreed(looks: Sequence[Sequence[Detection]]) -> list[Detection]:
    """Each character once, in no order, as all looks together show it. Args: looks: what each of them found."""
    return [found for group in _groups(looks) if (found := _mean(group, len(looks))).likely >= AGREED]


def _groups(looks: Sequence[Sequence[Detection]]) -> Iterator[list[Detection]]:
    """What is the same character, at most one of each look; the likeliest begin."""
    kept = [sorted(look, key=lambda seen: -seen.likely)[:MOST_IN_ONE] for look in looks]
    seen = list(chain.from_iterable(kept))
    look = np.repeat(np.arange(len(kept)), [len(one) for one in kept])
    boxes = np.array([(one.x, one.y, one.x + one.width, one.y + one.height) for one in seen]).reshape(-1, 4)
    is_point = np.array([one.kind is Kind.POINT for one in seen], bool)
    is_left = np.ones(len(seen), bool)
    for first in np.argsort([-one.likely for one in seen], kind="stable"):
        if is_left[first]:
            shared = _shared(boxes[first], boxes)
            same = np.flatnonzero((shared > SAME) & is_left & (is_point == is_point[first]))
            is_left[same] = False
            best = same[np.argsort(-shared[same], kind="stable")]
            yield [seen[best[look[best] == number][0]] for number in np.unique(look[best])]


def _shared(box: NDArray[np.float64], boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a box and others share, of what they cover together: (n,). Args: box: (4,) left, top, right, bottom."""
    sides = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    both = sides.clip(0).prod(axis=1)
    return np.asarray(both / ((box[2:] - box[:2]).prod() + (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) - both))


def _mean(group: Sequence[Detection], looks: int) -> Detection:
    """One character; the likelier it is in a look, the more that look counts."""
    likely = np.array([seen.likely for seen in group])
    boxes = np.array([(seen.x, seen.y, seen.width, seen.height) for seen in group])
    x, y, width, height = (likely @ boxes / likely.sum()).tolist()
    kind = max(Kind, key=lambda kind: sum(seen.likely for seen in group if seen.kind is kind))
    return Detection(x, y, width, height, kind, float(likely.sum()) / looks)
