import numpy as np
import pytest

from model.detector.view import VIEW_SIZE, ViewPlace, as_seen


@pytest.mark.parametrize("shape", [(100, 300), (300, 100), (900, 700), (5, 40), (1, 1)])
def test_a_whole_picture_lies_in_the_middle_of_its_view(shape: tuple[int, int]) -> None:
    height, width = shape
    picture, longer = np.full(shape, 200, np.uint8), max(shape)
    picture[: height // 2] = 50
    place = ViewPlace((width - longer) / 2, (height - longer) / 2, VIEW_SIZE / longer)
    view = place.cut_out(picture)
    assert view.shape == (VIEW_SIZE, VIEW_SIZE)
    assert place.side == longer
    if min(shape) > 1:
        assert view[0, VIEW_SIZE // 2] == 50
        assert view[-1, VIEW_SIZE // 2] == 200


def test_a_view_from_near_shows_a_part_and_beyond_the_picture_its_rim() -> None:
    picture = np.zeros((400, 400), np.uint8)
    picture[:, 300:] = 255
    assert (ViewPlace(0, 0, 1.0).cut_out(picture) == 0).all()
    assert (ViewPlace(300, 300, 1.0).cut_out(picture) == 255).all()
    assert (ViewPlace(-300, 10, 1.0).cut_out(picture) == 0).all()


def test_the_light_says_nothing_and_grain_is_not_blown_up() -> None:
    view = np.random.default_rng(1).integers(0, 100, (VIEW_SIZE, VIEW_SIZE), np.uint8)
    assert np.allclose(as_seen(view), as_seen(view * np.float32(2.5)), atol=1e-4)
    assert as_seen(view).shape == (VIEW_SIZE, VIEW_SIZE, 1)
    assert np.abs(as_seen(np.asarray(127 + view % 2, np.uint8))).max() < 0.2
