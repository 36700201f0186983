from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from model.ink import find_ink
from model.preprocess import INPUT_SIZE, BlankImage, UnreadableImage, locate, preprocess
from model.segmentation.pieces import INK_FROM
from tests.model.drawings import STROKES, drawn

LETTERS = st.sampled_from(sorted(STROKES))
QUICKLY = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def distance(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """How much ink differs, as a share of the ink; both blurred, since half a pixel matters to nobody."""
    soft = [cv2.GaussianBlur(image, (0, 0), 1.5) for image in (one, other)]
    return float(np.abs(soft[0] - soft[1]).sum() / soft[0].sum())


@QUICKLY
@given(
    st.one_of(
        arrays(np.uint8, st.tuples(st.integers(0, 40), st.integers(0, 40))),
        arrays(np.uint8, st.tuples(st.integers(0, 20), st.integers(0, 20), st.just(3))),
        arrays(np.uint8, st.sampled_from([(1, 1), (1, 900), (900, 1), (2, 700, 3), (1, 1, 3)])),
    )
)
def test_any_picture_becomes_an_input_or_is_called_blank(image: NDArray[np.uint8]) -> None:
    try:
        ready = preprocess(image)
    except BlankImage:
        return
    assert ready.shape == (INPUT_SIZE, INPUT_SIZE, 1)
    assert ready.dtype == np.float32
    assert np.isfinite(ready).all()
    assert 0 <= ready.min() <= ready.max() <= 1
    assert ready.max() > 0.5


@pytest.mark.parametrize("shape", [(0, 0), (0, 7), (5, 0, 3), (1, 1), (300, 300), (1, 5000), (64, 64, 3)])
@pytest.mark.parametrize("brightness", [0, 128, 255])
def test_a_picture_of_one_colour_is_blank(shape: tuple[int, ...], brightness: int) -> None:
    with pytest.raises(BlankImage):
        preprocess(np.full(shape, brightness, np.uint8))


def test_bare_paper_is_blank_despite_its_grain_and_the_lamp_beside_it() -> None:
    light = np.linspace(150, 240, 400)[None, :] + np.random.default_rng(1).normal(0, 1.5, (400, 400))
    with pytest.raises(BlankImage):
        preprocess(light.astype(np.uint8))


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((9, 9)),
        np.full((9, 9, 3), np.nan, np.float32),
        np.zeros((9, 9), np.bool_),
        np.zeros((9, 9, 2), np.uint8),
        np.zeros((9, 9, 5), np.uint8),
        np.zeros(9, np.uint8),
        np.zeros((2, 9, 9, 3), np.uint8),
        np.array(5, np.uint8),
    ],
    ids=["floats", "no numbers", "bits", "two channels", "five channels", "a row", "a batch", "a number"],
)
def test_an_array_that_is_no_picture_is_refused_with_the_reason(wrong: NDArray[np.uint8]) -> None:
    with pytest.raises(UnreadableImage, match="a picture is"):
        preprocess(wrong)


@QUICKLY
@given(
    arrays(
        st.sampled_from([np.uint8, np.uint16, np.float32, np.bool_]),
        st.one_of(
            st.tuples(st.integers(0, 50), st.integers(0, 50), st.sampled_from([1, 3, 4])),
            st.tuples(st.integers(1, 3), st.integers(1, 300)),
        ),
    )
)
def test_any_array_is_answered_or_refused_and_left_as_it_was(image: NDArray[np.uint8]) -> None:
    before = image.tobytes()
    image.flags.writeable = False
    try:
        ready = preprocess(image)
    except (BlankImage, UnreadableImage):
        return
    finally:
        assert image.tobytes() == before
    assert ready.shape == (INPUT_SIZE, INPUT_SIZE, 1)
    assert ready.dtype == np.float32
    assert 0 <= ready.min() <= ready.max() <= 1


def as_rgba(grey: NDArray[np.uint8], ink: int) -> NDArray[np.uint8]:
    """Ink of one brightness on a transparent ground, whatever colour hides in it."""
    return np.dstack([np.full_like(grey, ink)] * 3 + [255 - grey])


DRAWING = drawn("と", 200, ink=0, paper=255)
SAME_DRAWINGS: dict[str, NDArray[np.uint8] | NDArray[np.uint16]] = {
    "one channel": DRAWING[:, :, np.newaxis],
    "16 bit": DRAWING.astype(np.uint16) * 257,
    "columns first": np.asfortranarray(DRAWING),
    "mirrored twice": np.ascontiguousarray(DRAWING[::-1, ::-1])[::-1, ::-1],
    "every second pixel": np.repeat(np.repeat(DRAWING, 2, axis=0), 2, axis=1)[::2, ::2],
    "opaque": np.dstack([DRAWING] * 3 + [np.full_like(DRAWING, 255)]),
    "dark ink on nothing": as_rgba(DRAWING, 0),
    "light ink on nothing": as_rgba(DRAWING, 255),
}


@pytest.mark.parametrize("kind", SAME_DRAWINGS)
def test_it_does_not_matter_how_the_pixels_are_kept(kind: str) -> None:
    assert distance(preprocess(DRAWING), preprocess(SAME_DRAWINGS[kind])) < 0.02


@pytest.mark.parametrize("shape", [(10, 10_000), (10_000, 10), (10_000, 10_000)])
def test_a_huge_picture_is_read(shape: tuple[int, int]) -> None:
    sheet = np.full(shape, 240, np.uint8)
    sheet[shape[0] // 5 : -(shape[0] // 5), shape[1] // 2 : shape[1] // 2 + max(4, shape[1] // 50)] = 10
    assert preprocess(sheet).max() == 1


def test_threads_get_the_answer_that_one_gets() -> None:
    pictures = [drawn(label, 300) for label in sorted(STROKES)] * 4
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(preprocess, pictures))
    assert all(np.array_equal(one, preprocess(picture)) for one, picture in zip(together, pictures, strict=True))


@QUICKLY
@given(LETTERS)
def test_a_tight_crop_shows_the_same_though_ink_touches_the_rim(label: str) -> None:
    picture = drawn(label, 300)
    x, y, width, height = locate(picture).box
    assert distance(preprocess(picture), preprocess(picture[y : y + height, x : x + width])) < 0.3


@QUICKLY
@given(LETTERS, st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_a_small_character_on_a_large_sheet_shows_the_same(label: str, place: tuple[float, float]) -> None:
    sheet = np.full((1600, 1600), 245, np.uint8)
    y, x = (int(40 + share * 1380) for share in place)
    sheet[y : y + 120, x : x + 120] = drawn(label, 120)  # its ink is about a twentieth of the sheet
    assert distance(preprocess(drawn(label, 120)), preprocess(sheet)) < 0.25


@pytest.mark.parametrize("label", sorted(STROKES))
def test_a_broad_brush_is_read_as_ink(label: str) -> None:
    picture = drawn(label, 300, pen=0.17, scale=0.8)
    plain = (255 - picture[:, :, np.newaxis].astype(np.float32)) / 255
    assert (preprocess(picture) > 0.5).mean() > 0.8 * (plain > 0.5).mean()


@pytest.mark.parametrize("label", sorted(STROKES))
def test_grey_strokes_beside_black_ones_are_ink_in_a_tight_crop_too(label: str) -> None:
    picture = drawn(label, pen=0.08, ink=130)
    picture[:80] = drawn(label, pen=0.08, ink=20)[:80]
    x, y, width, height = cv2.boundingRect((picture < 235).view(np.uint8))
    tight = picture[y : y + height, x : x + width]
    assert np.median(find_ink(tight)[np.abs(tight.astype(int) - 130) < 10]) >= INK_FROM


@pytest.mark.parametrize("label", sorted(STROKES))
def test_twenty_four_pixels_are_enough(label: str) -> None:
    assert distance(preprocess(drawn(label, 200, pen=0.08)), preprocess(drawn(label, 24, pen=0.08))) < 0.45


def in_a_hard_shadow(label: str) -> NDArray[np.uint8]:
    photo = np.pad(drawn(label, 300, ink=40, paper=235), 80, constant_values=235).astype(np.float32)
    photo[:, :230] *= 0.5
    return photo.astype(np.uint8)


@pytest.mark.parametrize("label", sorted(STROKES))
def test_a_shadow_with_a_hard_edge_is_not_ink(label: str) -> None:
    assert distance(preprocess(drawn(label, 200)), preprocess(in_a_hard_shadow(label))) < 0.4


@QUICKLY
@given(LETTERS, st.integers(40, 500), st.integers(0, 110), st.integers(190, 255))
def test_white_on_black_is_read_as_black_on_white(label: str, side: int, ink: int, paper: int) -> None:
    picture = drawn(label, side, ink=ink, paper=paper)
    assert distance(preprocess(picture), preprocess(255 - picture)) < 0.05


@QUICKLY
@given(LETTERS, st.integers(160, 700), st.floats(0.5, 1.0))
def test_neither_the_size_of_the_picture_nor_that_of_the_character_matters(label: str, side: int, scale: float) -> None:
    assert distance(preprocess(drawn(label, 300)), preprocess(drawn(label, side, scale=scale))) < 0.3


@QUICKLY
@given(LETTERS, st.tuples(st.integers(0, 150), st.integers(0, 150)))
def test_it_does_not_matter_where_on_the_sheet_the_character_stands(label: str, place: tuple[int, int]) -> None:
    sheet = np.full((350, 350), 245, np.uint8)
    sheet[place[0] : place[0] + 200, place[1] : place[1] + 200] = drawn(label, 200)
    assert distance(preprocess(drawn(label, 200)), preprocess(sheet)) < 0.22


@pytest.mark.parametrize("label", sorted(STROKES))
def test_a_shadow_across_the_paper_does_not_matter(label: str) -> None:
    picture = drawn(label, 240)
    shadow = 0.45 + 0.55 / (1 + np.exp(-(np.arange(240) - 120) / 14))
    shaded = (picture * shadow[None, :]).astype(np.uint8)
    assert distance(preprocess(picture), preprocess(shaded)) < 0.2


@pytest.mark.parametrize("ink", [(230, 220, 0), (200, 30, 30), (20, 60, 200)], ids=["yellow", "red", "blue"])
def test_coloured_ink_is_seen(ink: tuple[int, int, int]) -> None:
    grey = drawn("い", 200)
    coloured = np.where(grey[:, :, None] < 128, np.array(ink, np.uint8), np.uint8(255)).astype(np.uint8)
    assert distance(preprocess(grey), preprocess(coloured)) < 0.2


def test_the_box_lies_around_the_ink_in_pixels_of_the_picture() -> None:
    sheet = np.full((1200, 900, 3), 250, np.uint8)
    sheet[700:760, 300:330] = 10
    x, y, width, height = locate(sheet).box
    assert np.allclose((x, y, width, height), (300, 700, 30, 60), atol=3)
