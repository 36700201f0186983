import numpy as np
import pytest

from model.synthetic.grain import grain


@pytest.mark.parametrize("shape", [(96, 96), (160, 160, 3)])
def test_grain_is_normal_noise(shape: tuple[int, ...]) -> None:
    noise = grain(shape, np.random.default_rng(1))
    assert noise.shape == shape
    assert noise.dtype == np.float32
    assert noise.mean() == pytest.approx(0, abs=0.05)
    assert noise.std() == pytest.approx(1, abs=0.03)
    assert np.quantile(noise, [0.1587, 0.8413]) == pytest.approx([-1, 1], abs=0.05)
    assert np.abs(noise).max() < 3
    beside = np.corrcoef(noise[:, 1:].ravel(), noise[:, :-1].ravel())[0, 1]
    assert abs(beside) < 0.05


def test_the_seed_decides() -> None:
    one, other, again = (grain((8, 8), np.random.default_rng(seed)) for seed in (1, 2, 1))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
