from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from model.classifier import ARTIFACT
from model.finder.find import BESIDE, FILE, STROKES_SIZE, Place, everything, heaviest, shipped
from model.finder.square import MAP_SIZE
from model.reading import overlap
from model.workshop.training.finder.scenes import draw_scene
from tests.model.drawings import STROKES, drawn

PLACE = (480, 200, 240, 240)


def _on_a_table(label: str, shadow: bool = True) -> NDArray[np.uint8]:
    """A sheet in the right half of a dark table, with a hard shadow across both."""
    photo = np.full((600, 800, 3), 70, np.uint8)
    photo[150:500, 440:760] = 235
    x, y, width, height = PLACE
    photo[y : y + height, x : x + width] = drawn(label, 240, ink=40, paper=235)[:, :, None]
    if shadow:
        photo[:330, :600] = photo[:330, :600] // 2
    return photo


def _maps(*boxes: tuple[int, int, int, int]) -> NDArray[np.float32]:
    maps = np.zeros((MAP_SIZE, MAP_SIZE, 2), np.float32)
    for x, y, width, height in boxes:
        maps[y : y + height, x : x + width] = 0.9
    return maps


@pytest.mark.parametrize("label", sorted(STROKES))
def test_a_letter_is_found_on_its_sheet_through_a_shadow(label: str) -> None:
    photo = _on_a_table(label)
    ink = np.argwhere(drawn(label, 240, ink=0, paper=255) < 128)
    (y0, x0), (y1, x1) = ink.min(axis=0), ink.max(axis=0)
    found = shipped().find(photo)
    assert found is not None
    assert overlap(found.box, (int(x0) + 480, int(y0) + 200, int(x1 - x0), int(y1 - y0))) > 0.5


def test_the_box_is_in_pixels_of_the_picture() -> None:
    photo = _on_a_table("こ")
    large, small = shipped().find(photo), shipped().find(np.ascontiguousarray(photo[::2, ::2]))
    assert large is not None
    assert small is not None
    x, y, width, height = small.box
    assert overlap(large.box, (2 * x, 2 * y, 2 * width, 2 * height)) > 0.8


def test_most_of_what_is_written_is_found_in_scenes_of_its_own_kind() -> None:
    rng, hits = np.random.default_rng(99), 0
    for _ in range(60):
        label = str(rng.choice(sorted(STROKES)))
        photo = draw_scene([np.asarray(255 - drawn(label, 90, ink=0, paper=255), np.uint8)], rng)
        wanted, found = heaviest(photo.written), heaviest(shipped().maps(photo.picture))
        hits += wanted is not None and found is not None and overlap(wanted.box, found.box) > 0.5
    assert hits >= 42


def test_a_mark_belongs_to_the_letter_beside_it_and_another_letter_does_not() -> None:
    assert heaviest(_maps((20, 20, 12, 12), (36, 14, 3, 3))) == Place((20, 14, 19, 18), alone=True)
    assert heaviest(_maps((20, 20, 12, 12), (60, 20, 8, 8))) == Place((20, 20, 12, 12), alone=False)
    assert heaviest(_maps((20, 20, 12, 12), (60, 20, 2, 2))) == Place((20, 20, 12, 12), alone=True)  # a crumb


def test_everything_is_all_but_crumbs() -> None:
    assert everything(_maps((20, 20, 12, 12), (60, 20, 8, 8)), BESIDE) == (20, 20, 48, 12)
    assert everything(_maps((20, 20, 12, 12), (60, 20, 2, 2)), BESIDE) == (20, 20, 12, 12)


@pytest.mark.parametrize("label", sorted(STROKES))
def test_the_finder_draws_the_strokes_that_it_sees(label: str) -> None:
    photo = np.pad(drawn(label, 240, ink=40, paper=235), ((40, 40), (90, 90)), constant_values=235)
    photo[:, :120] //= 2
    strokes = shipped().strokes(np.dstack([photo] * 3))
    assert strokes.shape == (round(STROKES_SIZE * 320 / 420), STROKES_SIZE)
    ink = np.pad(255 - drawn(label, 240, ink=0, paper=255), ((40, 40), (90, 90)))
    wanted = cv2.resize(ink, strokes.shape[::-1], interpolation=cv2.INTER_AREA) > 100
    near = cv2.dilate(wanted.view(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert strokes[wanted].mean() > 180
    assert (strokes > 128)[~near].sum() < 0.1 * wanted.sum()


def test_letters_are_their_strokes_and_what_lies_within() -> None:
    photo = _on_a_table("こ", shadow=False)[150:500, 440:760]
    letters = shipped().letters(np.ascontiguousarray(photo))
    assert (letters.shape, letters.dtype) == ((MAP_SIZE, MAP_SIZE), np.uint8)
    assert letters[30:50, 30:50].mean() > 128
    assert letters[:8].mean() < 30


def test_where_nothing_is_likely_nothing_is_found() -> None:
    assert heaviest(np.full((MAP_SIZE, MAP_SIZE, 2), 0.1, np.float32)) is None
    blank = np.full((300, 400, 3), 200, np.uint8)
    assert shipped().find(blank) is None
    assert shipped().find_all(blank) is None
    assert shipped().find_small(blank) is None


def test_small_letters_are_found_from_near_where_they_are() -> None:
    photo = np.full((1500, 2100, 3), 190, np.uint8)
    places = [(300 + 110 * column, 400 + 150 * row) for column in range(12) for row in range(5)]
    for number, (x, y) in enumerate(places):
        letter = drawn(sorted(STROKES)[number % len(STROKES)], 80, pen=0.06, paper=190)
        photo[y : y + 80, x : x + 80] = letter[:, :, np.newaxis]
    found = shipped().find_small(photo)
    assert found is not None
    (x, y, width, height), seen = found
    assert overlap((x, y, width, height), (300, 400, 110 * 12 - 30, 150 * 5 - 70)) > 0.65  # with a margin
    likely = cv2.resize(seen, (width, height)) > 50
    middles = [likely[top - y + 10 : top - y + 70, left - x + 10 : left - x + 70].any() for left, top in places]
    assert np.mean(middles) > 0.95
    assert likely[400 + 95 - y : 400 + 135 - y].mean() < 0.05  # between two rows


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (7, 30), (39, 39), (500, 90)])
def test_a_box_lies_in_its_picture_however_small_that_is(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(7)
    for _ in range(20):
        picture = rng.integers(0, 255, (*shape, 3), np.uint8)
        one, small = shipped().find(picture), shipped().find_small(picture)
        for x, y, width, height in [*([one.box] if one else []), *([small[0]] if small else [])]:
            assert 0 <= x < x + width <= shape[1]
            assert 0 <= y < y + height <= shape[0]


def test_threads_share_a_finder_and_each_gets_its_own_answer() -> None:
    photos = [_on_a_table(label) for label in sorted(STROKES)] * 4
    alone = [shipped().maps(photo) for photo in photos[: len(STROKES)]] * 4
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(shipped().maps, photos))
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))


def test_both_networks_together_are_a_megabyte_at_most() -> None:
    assert FILE.stat().st_size + ARTIFACT.stat().st_size <= 1_000_000
