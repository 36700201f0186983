"""Batch normalisation in one operation.

Keras composes it of eight on a processor: of the detector's steps that took more than half of the time.
"""

from typing import Any

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("tsudoi")
class BatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]  # Keras has no types
    """The layer of Keras over the channels of pictures, with the same figures: (n, height, width, channels) alike."""

    def call(self, inputs: tf.Tensor, training: bool | None = None, mask: None = None) -> tf.Tensor:
        """Normalise by the batch, and keep its statistics, where it learns; by the kept ones where it does not."""
        if not (training and self.trainable):
            return self._normalized(inputs, mean=self.moving_mean, variance=self.moving_variance, is_training=False)[0]
        answer, mean, variance = self._normalized(inputs, exponential_avg_factor=1.0, is_training=True)
        points = tf.cast(tf.reduce_prod(tf.shape(inputs)[:-1]), tf.float32)
        for moving, seen in ((self.moving_mean, mean), (self.moving_variance, variance * (points - 1) / points)):
            moving.assign(moving * self.momentum + seen * (1 - self.momentum))
        return answer

    def _normalized(self, inputs: tf.Tensor, **statistics: Any) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        fused = tf.compat.v1.nn.fused_batch_norm
        answer, mean, variance = fused(inputs, self.gamma, self.beta, epsilon=self.epsilon, **statistics)[:3]
        return answer, mean, variance
