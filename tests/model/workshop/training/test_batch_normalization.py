"""Batch normalisation in one operation gives what Keras gives, while it learns and afterwards."""

import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="training needs the extra `train`")

import tensorflow as tf  # noqa: E402

from model.workshop.training.batch_normalization import BatchNormalization  # noqa: E402

pytestmark = [
    pytest.mark.trains,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
PICTURES = np.random.default_rng(1).normal(3, 2, (5, 6, 7, 4)).astype(np.float32)


def _both() -> list["keras.layers.BatchNormalization"]:
    """Ours and that of Keras, with the same weights of no round values."""
    both = [BatchNormalization(momentum=0.9), keras.layers.BatchNormalization(momentum=0.9)]
    for layer in both:
        layer.build(PICTURES.shape)
        layer.set_weights([np.linspace(*ends, 4) for ends in ((0.5, 2), (-1, 1), (2, 4), (1, 3))])
    return both


def test_it_learns_as_keras_does() -> None:
    learnt = []
    for layer in _both():
        with tf.GradientTape() as tape:
            seen = tf.constant(PICTURES)
            tape.watch(seen)
            answer = layer(seen, training=True)
            loss = tf.reduce_sum(tf.sin(answer))
        learnt.append([answer, *tape.gradient(loss, [seen, layer.gamma, layer.beta]), *layer.get_weights()])
    for ours, theirs in zip(*learnt, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("frozen", [False, True])
def test_afterwards_and_where_it_is_frozen_it_normalises_by_what_it_kept(frozen: bool) -> None:
    answers = []
    for layer in _both():
        layer.trainable = not frozen
        before = layer.get_weights()
        answers.append(np.asarray(layer(PICTURES, training=frozen)))
        assert all(np.array_equal(*pair) for pair in zip(before, layer.get_weights(), strict=True))
    np.testing.assert_allclose(*answers, rtol=1e-4, atol=1e-4)
