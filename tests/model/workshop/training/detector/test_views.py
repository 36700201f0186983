import numpy as np
import pytest

from model.detector.detect import Kind
from model.detector.view import MAP_SIZE, VIEW_SIZE
from model.ink import Ink
from model.labels import INDEX
from model.workshop.sources.stored import Written as Given
from model.workshop.sources.stored import store
from model.workshop.training.dataset import Mixture
from model.workshop.training.detector.lessons import CENTRE, CHANNELS, COUNTS, PageViews, wanted
from model.workshop.training.detector.pages import PageContent, Writing, Written, draw_page
from model.workshop.training.detector.views import Shown, draw_view
from tests.model.drawings import drawn


@pytest.fixture(scope="module")
def writing() -> Writing:
    """Three letters, and a cross for all that is no hiragana."""
    letters = store("drawn", [Given(drawn(label, 90), label, "me") for label in "いとこ"])
    others = store("others", [Given(drawn("い", 90), "×", "me")])
    return Writing(Mixture((letters,), (1.0,)), (others,), (1.0,))


def _ink(label: str) -> Ink:
    return np.asarray(255 - drawn(label, 90, ink=0, paper=255), np.uint8)


def test_pages_are_the_same_for_the_same_seed_and_their_writing_is_around_the_middle(writing: Writing) -> None:
    for seed in range(40):
        page, again = (draw_page(writing, np.random.default_rng(seed)) for _ in range(2))
        assert [(w.kind, w.x, w.y, w.half) for w in page.written] == [(w.kind, w.x, w.y, w.half) for w in again.written]
        if page.written:
            start, end = page.corners()
            assert np.allclose(start, -end)
            assert (np.maximum(-start, end) <= page.reach + 1e-9).all()


def test_there_are_blank_pages_single_letters_forms_points_and_what_is_no_hiragana(writing: Writing) -> None:
    pages = [draw_page(writing, np.random.default_rng(seed)) for seed in range(200)]
    assert any(not page.written for page in pages)
    assert any(len(page.written) == 1 for page in pages)
    assert any(page.lines for page in pages)
    assert {w.kind for page in pages for w in page.written} == set(Kind)


def test_a_view_says_where_the_ink_of_each_character_is() -> None:
    page = PageContent([Written(Kind.HIRAGANA, _ink("と"), -1.5, 0, 1), Written(Kind.OTHER, _ink("い"), 1.5, 0, 1)])
    dark = []
    for seed in range(30):
        view = draw_view(page, np.random.default_rng(seed))
        assert view.picture.shape == (VIEW_SIZE, VIEW_SIZE, 3)
        grey = view.picture.mean(axis=2)
        for shown in view.shown:
            x, y, width, height = shown.box
            inside = grey[max(0, y) : y + height, max(0, x) : x + width]
            if shown.seen == 1:
                dark.append(float(inside.std()))
        kinds = [shown.kind for shown in sorted(view.shown, key=lambda shown: shown.box[0])]
        assert kinds in ([Kind.HIRAGANA, Kind.OTHER], [Kind.HIRAGANA], [Kind.OTHER], [])
    assert np.median(dark) > 10


def test_a_peak_is_wanted_in_the_middle_of_what_is_whole_and_nothing_is_asked_of_what_is_cut_off() -> None:
    whole, cut = Shown(Kind.OTHER, 1.0, (40, 80, 32, 16)), Shown(Kind.HIRAGANA, 0.5, (-8, 0, 16, 16))
    answer = wanted([whole, cut])
    assert answer.shape == (MAP_SIZE, MAP_SIZE, CHANNELS)
    assert np.argwhere(answer[:, :, CENTRE]).tolist() == [[22, 14]]
    assert answer[22, 14, Kind.OTHER] == 1
    assert answer[22, 14, CENTRE + 1 :] == pytest.approx([0, 0, np.log(2), 0])
    assert answer[1, 1, COUNTS] == 0
    assert answer[30, 30, COUNTS] == 1
    assert answer[:, :, Kind.HIRAGANA].max() == 0


def test_lessons_are_views_with_their_answers(writing: Writing) -> None:
    views, answers = PageViews(writing).batch(5, np.random.default_rng(3))
    assert views.shape == (5, VIEW_SIZE, VIEW_SIZE, 1)
    assert answers.shape == (5, MAP_SIZE, MAP_SIZE, CHANNELS)
    assert views.dtype == answers.dtype == np.float32
    assert INDEX["い"] in writing.mixture.labels
    assert answers[..., CENTRE].sum() > 3
