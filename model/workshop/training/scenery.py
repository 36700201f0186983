"""What lies around letters in a photo: paper or a board, a table with other things, light and shadow, and a phone.

Of any size, in pixels of the view. Nothing here is shared with `model.workshop.evaluation.photographs`.
"""

from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import Ink
from model.synthetic.grain import grain

LETTER = 96  # pixels of a letter's square before it is seen
FINE = 8  # parts of a pixel in which lines are drawn; 3 bits
FINEST = 24  # pixels of a letter's square that a coarse photo still has
BOARD = 0.2  # of the scenes: chalk on a board, or a white pen on dark paper
FILLED = 0.45  # of the scenes show nothing but the sheet

Scene = NDArray[np.float32]  # (3, side, side) RGB, 0 to 1: a cover goes over all three
Cover = NDArray[np.float32]  # (side, side), 0 to 1
Camera = NDArray[np.float64]  # (3, 3): from the sheet, where a letter is 2 broad and high, to the view
Corners = NDArray[np.float32]  # (n, 2): x, y


class Scenery:
    """Draws square views of so many pixels a side."""

    def __init__(self, side: int) -> None:
        self.side = side

    @cached_property
    def _shape(self) -> tuple[int, int]:
        return self.side, self.side

    @cached_property
    def _down(self) -> Cover:
        return np.asarray(np.mgrid[: self.side, : self.side][0] / self.side, np.float32)

    @cached_property
    def _across(self) -> Cover:
        return self._down.T

    def sheet(self, paper: Scene, printed: float, camera: Camera, rng: np.random.Generator) -> Scene:
        """Paper of a colour, (3, 1, 1). `printed`: how likely there are lines on it, and how likely there is print."""
        sheet = np.zeros((3, *self._shape), np.float32) + paper
        fibres = self._noise(rng.uniform(1, 8), rng.uniform(1, 8), rng)
        sheet *= 1 + fibres * rng.uniform(0, 0.04)
        for add in (self._rule, self._print):
            if rng.random() < printed:
                sheet = add(sheet, camera, rng)
        return sheet

    def on_table(self, sheet: Scene, reach: NDArray[np.float64], camera: Camera, rng: np.random.Generator) -> Scene:
        """The sheet among other things, and its shadow; or the sheet alone."""
        if rng.random() < FILLED:
            return sheet
        (left, top), (right, bottom) = -reach - 0.1 - rng.exponential(2, 2), reach + 0.1 + rng.exponential(2, 2)
        corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]]) + rng.normal(0, 0.05, (4, 2))
        edges = on_view(camera, corners)
        table = self._table(rng)
        for _ in range(int(rng.integers(0, 4))):
            table = self._laid(
                table, self._somewhere(rng.uniform(0.03, 0.5), rng.uniform(0.05, 1), rng), any_colour(rng, 0.02, 1), rng
            )
        return self._laid(table, edges, sheet, rng)

    def written(self, ink: Ink, square: Corners) -> Cover:
        """How much of each pixel a letter covers. `square`: its corners in the view."""
        return warped(ink, square, self._shape)

    def write(self, scene: Scene, cover: Cover, paper: Scene, board: bool, rng: np.random.Generator) -> Scene:
        """Ink, pencil or chalk, sometimes faint, sometimes dry."""
        if rng.random() < 0.3:
            cover = cover * np.clip(0.9 + rng.uniform(0.1, 0.6) * self._noise(2, 2, rng), 0.2, 1)
        colour = any_colour(rng, 0.75, 1.0) if board else np.minimum(any_colour(rng, 0.02, 0.5), 0.6 * paper)
        strength = rng.uniform(0.4, 1.0) * cover
        return np.asarray(scene + strength * (colour - scene), np.float32)

    def lit(self, scene: Scene, rng: np.random.Generator) -> Scene:
        """A lamp to one side or above, shadows with soft edges and hard ones, and the colour of the light."""
        along = self._along(rng.uniform(0, 2 * np.pi))
        light = 1 + rng.uniform(0, 0.8) * (along - along.mean())
        if rng.random() < 0.3:
            (x, y), reach = rng.uniform(-0.2, 1.2, 2).tolist(), rng.uniform(0.3, 1.2)
            light *= 0.5 + np.exp(-((self._across - x) ** 2 + (self._down - y) ** 2) / reach**2)
        for _ in range(int(rng.choice([0, 1, 2], p=[0.4, 0.4, 0.2]))):
            shadow = self._somewhere(rng.uniform(0.2, 2.0), rng.uniform(0.1, 1), rng)
            light *= 1 - rng.uniform(0.15, 0.7) * self._mask(
                shadow, float(np.exp(rng.uniform(np.log(0.3), np.log(12))))
            )
        colour = (1 + rng.normal(0, 0.08, (3, 1, 1))).astype(np.float32)
        return np.asarray(scene * np.maximum(light, 0.05) * colour, np.float32)

    def taken(self, scene: Scene, side: float, rng: np.random.Generator) -> NDArray[np.uint8]:
        """Out of focus, exposed, coarse, with grain, and packed. `side`: of a letter, in pixels of the view."""
        seen = np.asarray(cv2.merge(list(scene)), np.float32)
        if rng.random() < 0.4:
            seen = np.asarray(cv2.GaussianBlur(seen, (0, 0), rng.uniform(0.3, 1.2)), np.float32)
        if rng.random() < 0.3:
            size = round(self.side / rng.uniform(1, max(1.0, side / FINEST)))
            seen = np.asarray(cv2.resize(seen, (size, size), interpolation=cv2.INTER_AREA), np.float32)
        seen = seen * (rng.uniform(0.5, 1.15) / max(0.1, float(np.percentile(seen[::4, ::4], 97))))
        if rng.random() < 0.7:
            seen = seen + grain(seen.shape, rng) * np.float32(rng.uniform(0.003, 0.04))
        picture = np.clip(seen * 255, 0, 255).astype(np.uint8)
        if rng.random() < 0.15:
            picture = np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[:, :, np.newaxis], 3, axis=2)
        if rng.random() < 0.4:
            _, packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 95))])
            picture = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
        return np.asarray(cv2.resize(picture, self._shape, interpolation=cv2.INTER_LINEAR), np.uint8)

    def _table(self, rng: np.random.Generator) -> Scene:
        """Wood, cloth, stone, plastic; sometimes with stripes."""
        table = np.zeros((3, *self._shape), np.float32) + any_colour(rng, 0.05, 0.95)
        along, spots = (rng.uniform(20, 120), rng.uniform(1, 5)), rng.uniform(1, 12)
        for across, down in ((along if rng.random() < 0.5 else along[::-1]), (spots, spots)):
            table *= 1 + self._noise(across, down, rng) * rng.uniform(0, 0.14)
        if rng.random() < 0.3:
            apart, broad = rng.uniform(0.04, 0.25), rng.uniform(0.05, 0.5)
            stripes = np.mod(self._along(rng.uniform(0, np.pi)), apart) < apart * broad
            table += stripes * rng.uniform(0.2, 1.0) * (any_colour(rng, 0.05, 0.95) - table)
        return table

    def _laid(self, scene: Scene, corners: Corners, thing: Scene, rng: np.random.Generator) -> Scene:
        """Something flat laid down, which throws a shadow; `thing`: its colours, (3, 1, 1) or for every point."""
        shadow = self._mask(corners + rng.normal(0, 2.5, 2).astype(np.float32), rng.uniform(0.3, 4))
        scene = scene * (1 - rng.uniform(0, 0.6) * shadow)
        return np.asarray(scene + self._mask(corners) * (thing - scene), np.float32)

    def _somewhere(self, size: float, flat: float, rng: np.random.Generator) -> Corners:
        """A box or an oval anywhere. `size`: in sides of the view; `flat`: how broad it is, of its length."""
        middle, angle = rng.uniform(-0.15, 1.15, 2) * self.side, float(rng.uniform(0, 360))
        sides = size * self.side * np.array([1, flat])
        if rng.random() < 0.5:
            return np.asarray(cv2.boxPoints((middle.tolist(), sides.tolist(), angle)), np.float32)
        halves = [max(1, round(side / 2)) for side in sides.tolist()]
        return np.asarray(cv2.ellipse2Poly((0, 0), halves, int(angle), 0, 360, 15) + middle, np.float32)

    def _rule(self, sheet: Scene, camera: Camera, rng: np.random.Generator) -> Scene:
        """Lines, squares, or the box to write in."""
        at = rng.uniform(-1, 1) + float(np.exp(rng.uniform(np.log(0.25), np.log(3)))) * np.arange(-20, 20)
        far = np.full(len(at), 20.0)
        ends = [np.column_stack(end) for end in ((at, -far), (at, far), (-far, at), (far, at))]
        squared = rng.random() < 0.4
        drawn = [ends[:2], ends[2:]] if squared else [ends[:2] if rng.random() < 0.5 else ends[2:]]
        lines, width = np.zeros(self._shape, np.uint8), int(rng.choice([1, 1, 1, 2]))
        for start, end in drawn:
            seen = np.hstack([on_view(camera, start), on_view(camera, end)]).clip(-999, 999)
            for x0, y0, x1, y1 in np.round(seen * FINE).astype(int).tolist():
                cv2.line(lines, (x0, y0), (x1, y1), 255, width, cv2.LINE_AA, 3)
        cover = lines.astype(np.float32) / 255 * rng.uniform(0.1, 0.9)
        return np.asarray(sheet + cover * (any_colour(rng, 0.2, 0.8) - sheet), np.float32)

    def _print(self, sheet: Scene, camera: Camera, rng: np.random.Generator) -> Scene:
        """Rows of print, on this side or showing through from the other."""
        height = float(np.exp(rng.uniform(np.log(0.05), np.log(0.4))))
        places = np.meshgrid(np.arange(-6, 6, height * 0.8), np.arange(-6, 6, height * rng.uniform(1.5, 3)))
        at = np.stack(places, axis=2).reshape(-1, 2)
        at = at[self._is_seen(on_view(camera, at)).all(axis=1)]  # the sheet is large: of small print, 50,000 letters
        at = at[rng.random(len(at)) < 0.85, np.newaxis]
        strokes = on_view(camera, (at + rng.uniform(0, height, (len(at), 4, 2))).reshape(-1, 2)).reshape(-1, 4, 2)
        strokes = strokes[self._is_seen(strokes).all(axis=(1, 2))]
        letters = np.zeros(self._shape, np.uint8)
        cv2.polylines(letters, list(np.round(strokes * FINE).astype(np.int32)), False, 255, 1, cv2.LINE_AA, 3)
        cover = letters.astype(np.float32) / 255
        if rng.random() < 0.5:
            cover = np.asarray(cv2.GaussianBlur(cover, (0, 0), rng.uniform(0.5, 1.5)), np.float32)
        return np.asarray(sheet * (1 - cover * rng.uniform(0.1, 0.8)), np.float32)

    def _is_seen(self, points: Corners) -> NDArray[np.bool_]:
        """Whether each x and y lies in the view."""
        return (points > 0) & (points < self.side)

    def _noise(self, across: float, down: float, rng: np.random.Generator) -> Cover:
        """Smooth noise, standard deviation about 1, with spots of so many pixels."""
        cells = max(2, int(self.side / down) + 1), max(2, int(self.side / across) + 1)
        return np.asarray(cv2.resize(rng.standard_normal(cells, np.float32), self._shape), np.float32)

    def _along(self, angle: float) -> Cover:
        """How far each point is along a direction, in sides of the view."""
        return np.asarray(np.cos(angle) * self._across + np.sin(angle) * self._down, np.float32)

    def _mask(self, corners: Corners, soft: float = 0.0) -> Cover:
        """1 inside of a polygon; its edge is `soft` pixels broad."""
        filled = np.zeros(self._shape, np.float32)
        cv2.fillPoly(filled, [np.round(corners * FINE).astype(np.int32)], 1.0, cv2.LINE_AA, 3)
        if soft > 0.4:
            filled = np.asarray(cv2.GaussianBlur(filled, (0, 0), soft), np.float32)
        return filled


def warped(ink: Ink, square: Corners, size: tuple[int, int]) -> Cover:
    """How much of each pixel a letter covers whose square has these corners. `size`: across and down, in pixels."""
    side = side_of(square)
    if side < LETTER / 2:  # warping skips pixels below a half: take the mean of whole pixels first
        ink = np.asarray(cv2.resize(ink, (max(8, round(side * 1.5)),) * 2, interpolation=cv2.INTER_AREA), np.uint8)
    edge = len(ink) - 1
    matrix = cv2.getPerspectiveTransform(np.array([[0, 0], [edge, 0], [edge, edge], [0, edge]], np.float32), square)
    return np.asarray(cv2.warpPerspective(ink, matrix, size, flags=cv2.INTER_LINEAR), np.float32) / np.float32(255)


def on_view(camera: Camera, points: NDArray[np.float64]) -> Corners:
    """Where points of the sheet, (n, 2), are in the view."""
    seen = np.column_stack([points, np.ones(len(points))]) @ camera.T
    return np.asarray(seen[:, :2] / np.maximum(seen[:, 2:], 0.2), np.float32)


def with_pen(ink: Ink, rng: np.random.Generator) -> Ink:
    """The letter in its square, (96, 96), with a broader or a finer pen."""
    square = _square(ink)
    broad, choice = int(rng.integers(2, 5)), rng.random()
    if choice < 0.3:
        return np.asarray(cv2.dilate(square, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (broad, broad))), np.uint8)
    finer = np.asarray(cv2.erode(square, np.ones((2, 2), np.uint8)), np.uint8)
    return finer if choice < 0.6 and finer.sum() > 0.4 * square.sum() else square


def _square(ink: Ink) -> Ink:
    x, y, width, height = cv2.boundingRect((ink > 90).view(np.uint8))
    cut = ink[y : y + height, x : x + width] if width and height else ink
    scale = LETTER / max(cut.shape)
    width, height = (max(1, round(side * scale)) for side in cut.shape[::-1])
    left, top = (LETTER - width) // 2, (LETTER - height) // 2
    cut = np.asarray(cv2.resize(cut, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    return np.pad(cut, ((top, LETTER - top - height), (left, LETTER - left - width)))


def square_at(middle: NDArray[np.float64], camera: Camera) -> Corners:
    """(4, 2): the corners of a letter's square in the view."""
    return on_view(camera, middle + np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]))


def side_of(square: Corners) -> float:
    """How long the upper edge of a letter's square is, in pixels of the view."""
    return float(np.linalg.norm(square[1] - square[0]))


def any_colour(rng: np.random.Generator, dark: float, bright: float) -> Scene:
    """(3, 1, 1): any colour, mostly a dull one, of a brightness in between."""
    tint = 1 + rng.normal(0, 1, 3) * rng.choice([0.02, 0.08, 0.3])
    return np.asarray(np.clip(tint * rng.uniform(dark, bright), 0.01, 1).reshape(3, 1, 1), np.float32)
