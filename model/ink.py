"""From a picture to its ink: how much each point stands out from the paper around it, whatever the light."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from model.errors import ReaderError

LIGHT_SIZE = 64  # the light changes slowly: it is estimated on a picture of this size
FAINTEST = 12  # of 255; a fainter trace than this cannot be told from the grain of paper or from JPEG
DARKEST = 16  # of 255; below this a camera shows noise, and shares of it mean nothing
NOISE_SIGMAS = 4.0  # ink stands out from the grain by more than this, or it is grain
EVEN_LIGHT = 0.93  # of the brightest paper; simulated photos reach 0.91, and 0.95 is the least of a tight scan
STRONGEST_TEXTURE = 40  # of 255; what most points are darker by than this is no texture
_DARKNESSES = np.arange(256)

Grey = NDArray[np.uint8]
Ink = NDArray[np.uint8]


class UnreadableImage(ReaderError):
    """The array is no picture: another type or shape than `to_grey` takes. The caller decoded it wrongly."""


class BlankImage(ReaderError):
    """Nothing stands out from the paper: there is no character to read."""


def to_grey(image: NDArray[np.uint8] | NDArray[np.uint16]) -> Grey:
    """One brightness a pixel; of a coloured picture, the channel (or the usual mixture) in which the ink shows best.

    Args: image: (h, w) or (h, w, 1) grey, (h, w, 3) RGB or (h, w, 4) RGBA, uint8 or uint16, any size, any memory
        layout. What is transparent becomes white paper, or a black board behind light ink.
    Returns: (h, w) uint8.
    Raises: UnreadableImage: another type or shape. BlankImage: no pixels at all.
    """
    picture = _eight_bits(image)
    if picture.ndim != 2 and (picture.ndim != 3 or picture.shape[2] not in {1, 3, 4}):
        raise UnreadableImage(
            f"a picture is (h, w) or (h, w, 1) grey, (h, w, 3) RGB or (h, w, 4) RGBA, not {picture.shape}"
        )
    if picture.size == 0:
        raise BlankImage("the picture has no pixels")
    if picture.ndim == 2 or picture.shape[2] == 1:
        return np.ascontiguousarray(picture.reshape(picture.shape[:2]))
    return _clearest_channel(np.ascontiguousarray(picture if picture.shape[2] == 3 else _on_paper(picture)))


def to_colours(image: NDArray[np.uint8] | NDArray[np.uint16]) -> NDArray[np.uint8] | None:
    """The picture as (h, w, 3) RGB, uint8; None where it is grey. Args: as for `to_grey`, which says what is none."""
    if image.ndim != 3 or image.shape[2] == 1:
        return None
    picture = np.ascontiguousarray(_eight_bits(image))
    return picture if picture.shape[2] == 3 else _on_paper(picture)


def to_rgb(image: NDArray[np.uint8] | NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Any picture in colours, (h, w, 3) RGB uint8. Args, Raises: as `to_grey`."""
    colours = to_colours(image)
    return np.dstack([to_grey(image)] * 3) if colours is None else colours


def _eight_bits(image: NDArray[np.uint8] | NDArray[np.uint16]) -> NDArray[np.uint8]:
    if not isinstance(image, np.ndarray) or image.dtype not in (np.uint8, np.uint16):
        kind = getattr(image, "dtype", type(image).__name__)
        raise UnreadableImage(f"a picture is an array of uint8 or uint16, not {kind}: convert it before")
    return np.asarray(image if image.dtype == np.uint8 else image >> 8, np.uint8)


def _on_paper(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """RGBA laid on white, or on black if what is opaque is light; (h, w, 3)."""
    colours, alpha = image[:, :, :3], image[:, :, 3:].astype(np.uint16)
    opaque = int(alpha.sum(dtype=np.int64))
    light = int((colours * alpha).sum(dtype=np.int64)) > 1.5 * 255 * opaque  # three channels: half of 3 * 255
    paper = 0 if light and opaque < 0.9 * 255 * alpha.size else 255  # an opaque picture has its own paper
    return ((colours * alpha + paper * (255 - alpha) + 127) // 255).astype(np.uint8)


def _clearest_channel(image: NDArray[np.uint8]) -> Grey:
    # Luminance loses yellow on white and red on green. It is still preferred: single channels carry more JPEG grain.
    mixed = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
    step = max(1, max(mixed.shape) // (2 * LIGHT_SIZE))  # every few points tell how far a channel spreads
    spreads = [_spread(mixed[::step, ::step]) * 1.5, *(_spread(image[::step, ::step, c]) for c in range(3))]
    clearest = int(np.argmax(spreads))
    return mixed if clearest == 0 else np.ascontiguousarray(image[:, :, clearest - 1])


def _spread(grey: Grey) -> float:
    return float(np.std(grey))


def shrink(image: NDArray[np.uint8], longest: int) -> NDArray[np.uint8]:
    """The same picture with its longer side at most `longest` pixels; a smaller one is returned as it is."""
    height, width = image.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


@dataclass(frozen=True, slots=True)
class Dark:
    """What stands out from the paper, and how the paper is lit."""

    ink: Ink  # (h, w), 0 paper to 255 ink
    light: Grey  # on the bare paper, in a picture of LIGHT_SIZE; of a board, the negative

    def is_evenly_lit(self) -> bool:
        """Whether all the paper around the ink is equally bright, as in scans and drawings: no shadow, and no table."""
        odd = (self.light.size - 1) // 100  # the ends may be
        darkest, brightest = histogram(self.light).cumsum().searchsorted([odd + 1, self.light.size - odd])
        return bool(darkest >= EVEN_LIGHT * brightest)


def find_ink(grey: Grey) -> Ink:
    """How much each point stands out from the paper around it; pencil comes out as strong as a marker.

    Args: grey: (h, w) uint8, dark on light or light on dark, evenly lit or not.
    Returns: (h, w) uint8, 0 paper to 255 ink.
    Raises: BlankImage: nothing stands out.
    """
    return find_dark(grey).ink


def find_dark(grey: Grey) -> Dark:
    """The same, and the light. Args, Raises: as `find_ink`."""
    small = shrink(grey, LIGHT_SIZE)
    if ink_is_lighter(small):
        grey, small = ~grey, ~small
    paper = _paper(small)
    light = cv2.resize(paper, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    # Ink takes away a share of the light, so it is divided and not subtracted: a stroke in the shadow counts as much.
    share = cv2.divide(np.maximum(grey, DARKEST), np.maximum(light, DARKEST), scale=255)
    return Dark(_stretch(~np.asarray(share, np.uint8)), paper)


@dataclass(frozen=True, slots=True)
class Lines:
    """What is narrow in a picture, and what is left without it."""

    ink: Ink  # (h, w), 0 paper to 255 ink
    surface: Grey  # (h, w), paper, table and shadows, brighter than the ink: of a board, the negative


def find_lines(grey: Grey, widest: float, reverse: bool = False) -> Lines:
    """The ink among surfaces: sheets, a table, shadows with hard edges are wider than a pen's line, and drop out.

    Args: grey: as for `find_ink`. widest: a line's width at most, as a share of the picture's longer side. reverse:
        dark lines are looked for where light ones seem to be, and the reverse: a table's edges can outweigh the ink.
    Raises: BlankImage: nothing stands out.
    """
    if lines_are_lighter(grey) != reverse:
        grey = ~grey
    kernel = _square(_odd(widest * max(grey.shape)))
    lit = np.maximum(grey, DARKEST)
    soft = cv2.blur(lit, (3, 3), borderType=cv2.BORDER_REPLICATE)
    # A closing fills in what is narrow and leaves the step between two surfaces alone (a bottom-hat).
    surface = np.asarray(cv2.morphologyEx(soft, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE), np.uint8)
    darkness = ~np.asarray(cv2.divide(lit, surface, scale=255), np.uint8)
    return Lines(_stretch(np.asarray(cv2.subtract(darkness, _texture(darkness)), np.uint8)), surface)


def lines_are_lighter(grey: Grey) -> bool:
    """True for chalk on a board among surfaces: what is narrow is brighter than the nearest surface.

    Args: grey: as for `find_ink`.
    """
    return ink_is_lighter(shrink(grey, LIGHT_SIZE), around=0.28)


def _texture(darkness: Ink) -> Ink:
    """How dark the veins of wood or the fibres of paper are around each point: what most points there reach."""
    size = tuple(max(1, side // 8) for side in darkness.shape[::-1])
    small = cv2.resize(darkness, size, interpolation=cv2.INTER_AREA)
    usual = cv2.convertScaleAbs(cv2.medianBlur(np.minimum(small, STRONGEST_TEXTURE), 9), alpha=1.5)
    return np.asarray(cv2.resize(usual, darkness.shape[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)


def ink_is_lighter(small: Grey, around: float = 0.6) -> bool:
    """True for chalk on a board: what differs from its surroundings is brighter than they are.

    Args: small: (h, w) uint8, a picture of LIGHT_SIZE or so. around: how far the surroundings reach, as a share of it.
    """
    tiny = shrink(small, LIGHT_SIZE // 2)
    usual = cv2.medianBlur(tiny, _odd(max(tiny.shape) * around))
    difference = tiny.astype(np.float32) - usual
    # The third power lets the few strong differences decide (ink) and not the many weak ones (grain, JPEG).
    return float((difference * difference * difference).sum()) > 0.0


def _odd(size: float) -> int:
    return max(3, int(size) | 1)


@lru_cache
def _square(side: int) -> NDArray[np.uint8]:
    return np.ones((side, side), np.uint8)


def _paper(small: Grey) -> Grey:
    """The light on the bare paper: a closing wider than any stroke fills the strokes in, a blur hides its corners."""
    slope = _slope(small)  # a closing flattens the rim of a slope, which would look like ink
    kernel = _square(_odd(max(small.shape) * 0.4))
    closed = cv2.morphologyEx(small - slope, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE)
    light = cv2.blur(closed, (9, 9), borderType=cv2.BORDER_REPLICATE) + slope
    return light.clip(0, 255).astype(np.uint8)


def _slope(small: Grey) -> NDArray[np.float32]:
    """The plane that the brightness follows, less its mean: a lamp to one side."""
    (height, width), (down, across) = small.shape, map(_from_the_middle, small.shape)
    moments = cv2.moments(small)
    leaning_down = moments["m01"] - (height - 1) / 2 * moments["m00"]
    leaning_across = moments["m10"] - (width - 1) / 2 * moments["m00"]
    # Least squares: the distances from the middle of n points, squared, sum to (n^3 - n) / 12.
    by_row = 12 * leaning_down / (width * max(12, height**3 - height))
    by_column = 12 * leaning_across / (height * max(12, width**3 - width))
    return np.asarray(np.add.outer(by_row * down, by_column * across), np.float32)


@lru_cache
def _from_the_middle(side: int) -> NDArray[np.float32]:
    return np.arange(side, dtype=np.float32) - np.float32((side - 1) / 2)


def _stretch(darkness: Ink) -> Ink:
    paper, peak = _levels(histogram(darkness))
    if peak - paper < FAINTEST:
        raise BlankImage("nothing stands out from the paper")
    floor = paper + 0.12 * (peak - paper)
    table = ((_DARKNESSES - floor) * (255.0 / (peak - floor))).clip(0, 255)
    return np.asarray(cv2.LUT(darkness, table.astype(np.uint8)), np.uint8)


def _levels(counts: NDArray[np.float32]) -> tuple[float, float]:
    """The darkness of bare paper, its grain included, and that of the ink, from a histogram of 256 darknesses."""
    total = counts.sum()
    lowest, lower, median, upper = (counts.cumsum() / total).searchsorted([0.1, 0.25, 0.5, 0.75]).tolist()
    peak = mean_of_highest(counts, max(4.0, 0.004 * float(total)))
    grain = upper - median
    if grain > 0.1 * peak:  # a character covers more than a quarter of a tight picture: its strokes are no grain
        grain = min(1.1 * (lower - lowest) + 1, 0.1 * peak)
    return median + min(NOISE_SIGMAS / 1.35 * grain, 0.3 * peak) if median < 0.5 * peak else 0.0, peak


def histogram(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(256,) how many pixels of a picture have each value."""
    return np.asarray(cv2.calcHist([picture], [0], None, [256], [0, 256]), np.float32).ravel()


def mean_of_highest(counts: NDArray[np.float32], number: float) -> float:
    """The mean of the `number` highest values in a histogram of 256; of all, where there are fewer. 0.0 of none."""
    reached = np.minimum(counts[::-1].cumsum(), number)  # with the values from 255 down to each
    return float(reached[:-1].sum(dtype=np.float64) / max(1.0, float(reached[-1])))
