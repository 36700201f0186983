"""Characters drawn for the tests: pen movements on a square of side 1, as a person would make them with a mouse."""

import cv2
import numpy as np
from numpy.typing import NDArray

DETAIL = 4  # drawn so many times larger, and shrunk: small drawings have honest edges, too

STROKES: dict[str, list[list[tuple[float, float]]]] = {
    "い": [[(0.22, 0.25), (0.2, 0.5), (0.26, 0.72), (0.36, 0.64)], [(0.68, 0.3), (0.78, 0.42), (0.8, 0.58)]],
    "う": [[(0.4, 0.15), (0.58, 0.2)], [(0.28, 0.42), (0.5, 0.34), (0.64, 0.42), (0.62, 0.62), (0.4, 0.88)]],
    "く": [[(0.64, 0.12), (0.3, 0.5), (0.66, 0.88)]],
    "こ": [[(0.26, 0.26), (0.7, 0.25), (0.62, 0.34)], [(0.22, 0.66), (0.3, 0.78), (0.55, 0.8), (0.78, 0.77)]],
    "し": [[(0.35, 0.12), (0.33, 0.62), (0.42, 0.84), (0.6, 0.82), (0.76, 0.66)]],
    "つ": [[(0.14, 0.4), (0.5, 0.28), (0.78, 0.36), (0.8, 0.55), (0.62, 0.7), (0.42, 0.75)]],
    "と": [[(0.34, 0.15), (0.44, 0.42)], [(0.74, 0.36), (0.34, 0.56), (0.3, 0.74), (0.46, 0.83), (0.76, 0.82)]],
    "へ": [[(0.1, 0.58), (0.36, 0.34), (0.46, 0.36), (0.9, 0.68)]],
    "ん": [[(0.5, 0.12), (0.2, 0.84), (0.4, 0.52), (0.52, 0.6), (0.56, 0.82), (0.68, 0.82), (0.84, 0.58)]],
}


def drawn(
    label: str, side: int = 200, pen: float = 0.04, ink: int = 20, paper: int = 245, scale: float = 1.0
) -> NDArray[np.uint8]:
    """A drawing: (side, side) uint8. pen: width of the line, and scale: of the character, as shares of the side."""
    picture = np.full((DETAIL * side, DETAIL * side), paper, np.uint8)
    for stroke in STROKES[label]:
        points = _rounded(0.5 + (np.array(stroke) - 0.5) * scale)
        pixels = np.round(points * DETAIL * side).astype(np.int32)
        cv2.polylines(picture, [pixels], False, ink, max(1, round(pen * DETAIL * side * scale)))
    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def _rounded(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Corners cut twice (Chaikin): a hand does not turn on the spot."""
    for _ in range(2):
        if len(points) > 2:
            cut = np.stack([0.75 * points[:-1] + 0.25 * points[1:], 0.25 * points[:-1] + 0.75 * points[1:]], axis=1)
            points = np.concatenate([points[:1], cut.reshape(-1, 2), points[-1:]])
    return points


def on_a_table(picture: NDArray[np.uint8], table: int = 60, place: tuple[int, int] = (480, 200)) -> NDArray[np.uint8]:
    """A sheet, (h, w, 3), on a table, its corner at x, y; the lamp is on the left."""
    photo = np.full((600, 800, 3), table, np.uint8)
    photo[place[1] : place[1] + picture.shape[0], place[0] : place[0] + picture.shape[1]] = picture
    lamp = np.linspace(1.0, 0.7, 800)[None, :, None]
    return np.asarray(photo * lamp, np.uint8)


def small_on_a_sheet(label: str, light_on_dark: bool = False) -> NDArray[np.uint8]:
    sheet = np.full((1200, 1600), 245, np.uint8)
    sheet[700:740, 500:540] = drawn(label, 40)
    return ~sheet if light_on_dark else sheet
