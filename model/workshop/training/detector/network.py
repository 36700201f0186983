"""The detector's network: a small U-Net (Ronneberger et al., 2015) with one answer for every fourth pixel."""

import keras
import tensorflow as tf
from keras import layers

from model.detector.detect import KINDS
from model.detector.view import VIEW_SIZE
from model.workshop.training.batch_normalization import BatchNormalization
from model.workshop.training.detector.lessons import CENTRE, COUNTS, GEOMETRY

STEM, STAGES, DEEPEST, ANSWERING = 16, (32, 48, 64), 96, 48  # channels; each stage halves the picture
RARE = -4.0  # logit of a peak before anything is learnt: nearly every point is none


def build_detector() -> keras.Model:
    """An untrained network: (n, 256, 256, 1) views -> (n, 64, 64, 7), peaks as logits, offsets, logarithms of sizes."""
    view = keras.Input((VIEW_SIZE, VIEW_SIZE, 1))
    x, passed = _convolved(view, STEM, stride=2), []
    for channels in STAGES:
        x = _convolved(_convolved(x, channels, stride=2), channels)
        passed.append(x)
    x = _convolved(_convolved(_convolved(x, DEEPEST, stride=2), DEEPEST), DEEPEST)
    for finer in reversed(passed):
        x = layers.UpSampling2D(interpolation="bilinear")(_convolved(x, finer.shape[-1], size=1))
        x = _convolved(layers.Add()([x, finer]), finer.shape[-1])
    x = _convolved(x, ANSWERING)
    peaks = layers.Conv2D(KINDS, 1, bias_initializer=keras.initializers.Constant(RARE))(x)
    return keras.Model(view, layers.Concatenate()([peaks, layers.Conv2D(4, 1)(x)]), name="detector")


def _convolved(x: keras.KerasTensor, channels: int, size: int = 3, stride: int = 1) -> keras.KerasTensor:
    x = layers.Conv2D(channels, size, stride, padding="same", use_bias=False)(x)
    return layers.ReLU()(BatchNormalization(momentum=0.98)(x))


def loss(wanted: tf.Tensor, answer: tf.Tensor) -> tf.Tensor:
    """Focal loss of the peaks, as CenterNet has it, and at the middles the distance of offsets and logarithms."""
    peaks, logits = wanted[..., :KINDS], answer[..., :KINDS]
    middles = wanted[..., CENTRE : CENTRE + 1]
    number = tf.reduce_sum(middles) + 1.0
    likely, is_peak = tf.sigmoid(logits), tf.cast(peaks > 0.999, tf.float32)
    missed = is_peak * tf.square(1 - likely) * tf.nn.softplus(-logits)
    invented = (1 - is_peak) * tf.pow(1 - peaks, 4.0) * tf.square(likely) * tf.nn.softplus(logits)
    found = tf.reduce_sum((missed + invented) * wanted[..., COUNTS : COUNTS + 1])
    off = tf.abs(answer[..., KINDS:] - wanted[..., GEOMETRY]) * middles * [0.5, 0.5, 1.0, 1.0]
    return (found + tf.reduce_sum(off)) / number
