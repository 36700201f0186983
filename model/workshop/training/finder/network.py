"""The finder's network: a small U-Net (Ronneberger et al., 2015), which answers for each point of a photo."""

import keras
from keras import layers

from model.finder.square import VIEW_SIZE
from model.workshop.training.batch_normalization import BatchNormalization

CHANNELS = (8, 16, 32, 64)  # each stage halves the picture


def build_finder() -> keras.Model:
    """An untrained network: (n, 160, 160, 3) views -> (n, 80, 80, 2) logits, of strokes and of hulls."""
    view = keras.Input((VIEW_SIZE, VIEW_SIZE, 3))
    x = _convolved(view, CHANNELS[0], stride=2)
    passed = []
    for channels in CHANNELS[1:]:
        passed.append(x)
        x = _convolved(_convolved(x, channels, stride=2), channels)
    x = _convolved(_convolved(x, CHANNELS[-1]), CHANNELS[-1])
    for finer in reversed(passed):
        x = layers.UpSampling2D(interpolation="bilinear")(_convolved(x, finer.shape[-1], size=1))
        x = _convolved(layers.Add()([x, finer]), finer.shape[-1])
    return keras.Model(view, layers.Conv2D(2, 3, padding="same")(x), name="finder")


def _convolved(x: keras.KerasTensor, channels: int, size: int = 3, stride: int = 1) -> keras.KerasTensor:
    x = layers.Conv2D(channels, size, stride, padding="same", use_bias=False)(x)
    return layers.ReLU()(BatchNormalization(momentum=0.98)(x))
