import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from model.classifier import load
from model.ink import BlankImage
from model.labels import INDEX
from model.workshop.sources.stored import StoredImages
from model.workshop.training.dataset import Mixture
from model.workshop.training.in_photos import found_in_photo
from tests.model.drawings import STROKES, drawn


def _ink(label: str) -> NDArray[np.uint8]:
    return np.asarray(255 - drawn(label, 90, ink=0, paper=255), np.uint8)


def test_it_is_what_the_network_reads_and_the_seed_decides() -> None:
    one, other, third = (found_in_photo(_ink("こ"), np.random.default_rng(seed)) for seed in (5, 5, 6))
    assert (one.shape, one.dtype) == ((48, 48, 1), np.float32)
    assert 0 <= one.min() < 0.1 < 0.9 < one.max() <= 1
    assert np.array_equal(one, other)
    assert not np.array_equal(one, third)


def test_the_character_can_mostly_be_read() -> None:
    classifier, rng = load(), np.random.default_rng(3)
    read = []
    for label in sorted(STROKES) * 15:
        try:
            read.append(int(classifier.logits(found_in_photo(_ink(label), rng)).argmax()) == INDEX[label])
        except BlankImage:
            continue
    assert len(read) > 0.7 * 15 * len(STROKES)
    assert np.mean(read) > 2 / 3


def test_what_the_finder_does_not_see_is_no_practice() -> None:
    with pytest.raises(BlankImage, match="finder"):
        found_in_photo(np.zeros((96, 96), np.uint8), np.random.default_rng(4))


def test_only_towards_the_end_a_mixture_shows_photos() -> None:
    inks = np.stack([cv2.resize(_ink("う"), (80, 80), interpolation=cv2.INTER_AREA)])
    images = StoredImages("drawn", inks, np.array([INDEX["う"]]), ("hand",))
    mixture = Mixture((images,), (1.0,), in_photos=1.0)
    before, settled = (mixture.batch(4, np.random.default_rng(5), settled)[0] for settled in (False, True))
    expected = Mixture((images,), (1.0,)).batch(4, np.random.default_rng(5))[0]
    assert np.array_equal(before, expected)
    assert not np.array_equal(before, settled)
