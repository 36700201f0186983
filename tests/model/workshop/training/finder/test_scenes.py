import numpy as np
import pytest

from model.finder.square import HULLS, MAP_SIZE, STROKES, VIEW_SIZE, view_of
from model.ink import Ink
from model.workshop.sources.stored import Written, store
from model.workshop.training.dataset import Mixture
from model.workshop.training.finder.lessons import Scenes
from model.workshop.training.finder.scenes import draw_scene
from tests.model.drawings import drawn


def _ink(label: str = "と") -> Ink:
    return np.asarray(255 - drawn(label, 90, ink=0, paper=255), np.uint8)


def test_a_scene_is_the_same_for_the_same_seed() -> None:
    one, other = (draw_scene([_ink()], np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(one.picture, other.picture)
    assert np.array_equal(one.written, other.written)
    assert not np.array_equal(one.picture, draw_scene([_ink()], np.random.default_rng(5)).picture)


@pytest.mark.parametrize("seed", range(20))
def test_a_scene_shows_a_letter_and_says_where(seed: int) -> None:
    photo = draw_scene([_ink()], np.random.default_rng(seed))
    assert (photo.picture.shape, photo.picture.dtype) == ((VIEW_SIZE, VIEW_SIZE, 3), np.uint8)
    assert photo.written.shape == (MAP_SIZE, MAP_SIZE, 2)
    assert 0 <= photo.written.min() < photo.written.max() <= 1
    strokes, hulls = photo.written[:, :, STROKES] > 0.5, photo.written[:, :, HULLS] > 0.5
    assert hulls.sum() > strokes.sum() > 0
    assert (hulls & strokes).sum() > 0.5 * strokes.sum()


def test_where_a_letter_is_written_a_scene_is_mostly_darker_or_brighter() -> None:
    apart = []
    for seed in range(60):
        photo = draw_scene([_ink()], np.random.default_rng(seed))
        grey = photo.picture.mean(axis=2)[::2, ::2]
        strokes, hull = photo.written[:, :, STROKES] > 0.9, photo.written[:, :, HULLS] > 0.9
        paper = hull & (photo.written[:, :, STROKES] < 0.1)
        if strokes.sum() > 20 and paper.sum() > 20:
            apart.append(abs(grey[strokes].mean() - grey[paper].mean()) / max(grey[paper].mean(), grey[strokes].mean()))
    assert len(apart) > 30
    assert np.median(apart) > 0.2


def test_a_word_stands_in_a_row_with_a_hull_for_each_letter() -> None:
    photo = draw_scene([_ink("こ"), _ink("ん"), _ink("い")], np.random.default_rng(2))
    single = draw_scene([_ink("こ")], np.random.default_rng(2))
    across = [int(one.written[:, :, HULLS].max(axis=0).nonzero()[0].size) for one in (single, photo)]
    assert across[1] > across[0]


def test_the_light_of_a_room_says_nothing() -> None:
    picture = draw_scene([_ink()], np.random.default_rng(1)).picture // 2
    assert np.allclose(view_of(picture), view_of(np.asarray(picture * 2, np.uint8)), atol=1e-3)
    assert np.abs(view_of(np.full((30, 40, 3), 128, np.uint8))).max() < 1e-3


def test_lessons_show_letters_of_the_mixture_alone() -> None:
    images = store("drawn", [Written(drawn("い", 90), "い", "me"), Written(drawn("と", 90), "×", "me")])
    views, written = Scenes(Mixture((images,), (1.0,))).batch(6, np.random.default_rng(3))
    assert views.shape == (6, VIEW_SIZE, VIEW_SIZE, 3)
    assert written.shape == (6, MAP_SIZE, MAP_SIZE, 2)
    assert views.dtype == written.dtype == np.float32
    assert written.max(axis=(1, 2, 3)).min() > 0.5
