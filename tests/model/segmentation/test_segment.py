import numpy as np

from model.preprocess import locate
from tests.model.drawings import drawn

ALONE = locate(drawn("い", 240)).box


def test_specks_around_a_character_are_not_part_of_it() -> None:
    picture = drawn("い", 240)
    for x, y in [(5, 9), (230, 20), (12, 200), (120, 225)]:
        picture[y : y + 2, x : x + 2] = 60
    assert np.allclose(locate(picture).box, ALONE, atol=2)


def test_both_strokes_of_a_character_belong_to_it() -> None:
    _, _, width, _ = locate(drawn("い", 240)).box
    assert width > 0.5 * 240
