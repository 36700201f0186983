"""The network: a small residual one (He et al., 2016), for 48 x 48 pixels hold little and a member is waiting."""

import keras
from keras import layers

from model.labels import NOT_HIRAGANA
from model.preprocess import INPUT_SIZE
from model.workshop.training.batch_normalization import BatchNormalization

Stages = tuple[tuple[int, int], ...]  # channels and blocks; each stage after the first halves the picture

LARGE: Stages = ((32, 1), (64, 2), (128, 2))
SMALL: Stages = ((24, 1), (48, 2), (96, 2))
OUTPUTS = NOT_HIRAGANA + 1


def build_network(classes: int = OUTPUTS, stages: Stages = LARGE) -> keras.Model:
    """An untrained network: (n, 48, 48, 1) float32 ink -> (n, classes) logits.

    Args: classes: outputs. stages: channels and number of residual blocks of each stage.
    """
    picture = keras.Input((INPUT_SIZE, INPUT_SIZE, 1))
    # A broad, coarse first look: strokes are three pixels wide, so every second pixel loses nothing.
    x = _convolve(picture, stages[0][0], size=5, stride=2)
    x = layers.ReLU()(x)
    for number, (channels, blocks) in enumerate(stages):
        for block in range(blocks):
            x = _residual(x, channels, stride=2 if number and not block else 1)
    # The mean says which shapes there are, the coarse map where: ゛ at the top right is no stroke in the middle.
    where = layers.Flatten()(layers.AveragePooling2D(2)(x))
    where = layers.Dense(64, activation="relu")(layers.Dropout(0.2)(where))
    what = layers.GlobalAveragePooling2D()(x)
    return keras.Model(picture, layers.Dense(classes)(layers.Concatenate()([what, where])), name="hiragana")


def _convolve(x: keras.KerasTensor, channels: int, size: int = 3, stride: int = 1) -> keras.KerasTensor:
    x = layers.Conv2D(channels, size, stride, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
    return BatchNormalization(momentum=0.98)(x)


def _residual(x: keras.KerasTensor, channels: int, stride: int) -> keras.KerasTensor:
    straight = x if stride == 1 and x.shape[-1] == channels else _convolve(x, channels, size=1, stride=stride)
    bent = layers.ReLU()(_convolve(x, channels, stride=stride))
    bent = _convolve(bent, channels)
    return layers.ReLU()(layers.Add()([straight, bent]))
