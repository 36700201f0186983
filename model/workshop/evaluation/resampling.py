"""How far chance could move a figure. Chance draws writers, for images of one hand are not independent of each other.

Ranges come from a bootstrap over writers (Efron, 1979), the test of two models from flipping the sign of each writer's
difference (Fisher's randomisation test). Few writers give wide ranges and no verdict, as they should.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

ROUNDS = 4000
SEED = 11
FEWEST_WRITERS = 4  # three hands have ten different resamples: their spread says nothing
NOISE_FROM = 0.05  # p; a difference that chance alone makes at least this often is called noise

Range = tuple[float, float]
Verdict = Literal["real", "noise", "too few writers to tell"]
Right = NDArray[np.bool_]  # (n,) which images were read rightly


@dataclass(frozen=True, slots=True)
class Difference:
    """What the second of two models gains over the first on the same images."""

    gain: float  # of top-1, -1 to 1
    range: Range | None  # 95 %; None where there are too few writers
    p: float  # how often chance alone makes a difference as large
    writers: int

    @property
    def verdict(self) -> Verdict:
        """Whether another draw of writers could as well show no difference."""
        if 2 ** (1 - self.writers) >= NOISE_FROM:  # even if all of them gain
            return "too few writers to tell"
        return "noise" if self.p >= NOISE_FROM else "real"

    def to_json(self) -> dict[str, float | str | Range | None]:
        """The difference as plain data."""
        return {"gain": round(self.gain, 4), "range": self.range, "p": round(self.p, 4), "verdict": self.verdict}

    def __str__(self) -> str:
        """In words: "+0.31 points (p = 0.020)", "+0.02 points (noise, p = 0.400)"."""
        chance = "p < 0.001" if self.p < 0.001 else f"p = {self.p:.3f}"
        told = {"real": chance, "noise": f"noise, {chance}"}.get(self.verdict, self.verdict)
        return f"{100 * self.gain:+.2f} points ({told})"


def range_of_share(right: Right, writers: Sequence[str], groups: NDArray[np.int64] | None = None) -> Range | None:
    """The range in which the share of right images lies in 95 of 100 draws of as many writers.

    It is never narrower than Wilson's (1927) for independent images: where all are right, resampling alone knows no
    doubt.

    Args: right, writers: (n) one for each image. groups: (n,) classes, for the mean of the classes' shares.
    Returns: low and high, 0 to 1; None for fewer than FEWEST_WRITERS writers.
    """
    names, hands = np.unique(writers, return_inverse=True)
    if len(names) < FEWEST_WRITERS:
        return None
    kinds = np.zeros(len(right), np.int64) if groups is None else np.unique(groups, return_inverse=True)[1]
    drawn = _draws(len(names))
    seen, read = drawn @ _tally(hands, kinds, np.ones(len(right))), drawn @ _tally(hands, kinds, right)
    shares = np.nanmean(np.divide(read, seen, out=np.full(seen.shape, np.nan), where=seen > 0), axis=1)
    low, high = np.quantile(shares, [0.025, 0.975])
    least, most = wilson(float(np.mean(right)), len(right))
    return min(float(low), least), max(float(high), most)


def compare(first: Right, second: Right, writers: Sequence[str]) -> Difference:
    """What the second model gains over the first, image by image and writer by writer.

    Args: first, second, writers: (n) of the same images.
    """
    names, hands = np.unique(writers, return_inverse=True)
    nothing = np.zeros(len(hands), np.int64)
    gains = _tally(hands, nothing, second.astype(np.float64) - first)[:, 0]
    images = _tally(hands, nothing, np.ones(len(hands)))[:, 0]
    signs = np.random.default_rng(SEED).choice([-1.0, 1.0], (ROUNDS, len(names)))
    as_large = np.abs(signs @ gains) >= abs(gains.sum()) - 1e-9
    drawn = _draws(len(names))
    low, high = np.quantile((drawn @ gains) / (drawn @ images), [0.025, 0.975])
    return Difference(
        float(gains.sum() / images.sum()),
        (float(low), float(high)) if len(names) >= FEWEST_WRITERS else None,
        float((1 + as_large.sum()) / (1 + ROUNDS)),
        len(names),
    )


def _draws(writers: int) -> NDArray[np.float64]:
    """(rounds, writers) how often each writer is in each resample."""
    return np.random.default_rng(SEED).multinomial(writers, np.full(writers, 1 / writers), ROUNDS).astype(np.float64)


def _tally(hands: NDArray[np.int64], kinds: NDArray[np.int64], values: NDArray[np.generic]) -> NDArray[np.float64]:
    """(writers, kinds) sums of the images' values."""
    sums = np.zeros((int(hands.max()) + 1, int(kinds.max()) + 1))
    np.add.at(sums, (hands, kinds), values)
    return sums


def wilson(share: float, images: int) -> Range:
    """Wilson's (1927) 95 % range of a share, 0 to 1, that was seen in some independent images."""
    z = 1.96
    middle = (share + z * z / (2 * images)) / (1 + z * z / images)
    half = z / (1 + z * z / images) * float(np.sqrt(share * (1 - share) / images + z * z / (4 * images * images)))
    return max(0.0, middle - half), min(1.0, middle + half)
