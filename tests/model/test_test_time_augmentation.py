import numpy as np
import pytest
from numpy.typing import NDArray

from model.test_time_augmentation import ANGLE, tilt


def test_what_stands_upright_leans_to_the_left_and_to_the_right_and_stays_a_picture() -> None:
    pole = np.zeros((48, 48, 1), np.float32)
    pole[4:44, 23:25] = 1
    left, right = tilt(pole)
    assert (_lean(left), _lean(right)) == (pytest.approx(-ANGLE, abs=0.5), pytest.approx(ANGLE, abs=0.5))
    for leaning in (left, right):
        assert (leaning.shape, leaning.dtype) == (pole.shape, pole.dtype)
        assert 0 <= float(leaning.min()) <= float(leaning.max()) <= 1
        assert leaning.sum() == pytest.approx(pole.sum(), rel=0.02)


def _lean(picture: NDArray[np.float32]) -> float:
    """Degrees to the right of upright."""
    rows, columns = np.nonzero(picture[:, :, 0] > 0.5)
    return float(-np.degrees(np.arctan(np.polyfit(rows, columns, 1)[0])))
