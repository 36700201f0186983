"""The network of the 2017 hands-on, from TensorFlow's tutorial for MNIST; `model.classic` makes its input."""

import keras
from keras import layers

from model.classic import INPUT_SIZE
from model.labels import LABELS

RATE = 1e-4  # of Adam (Kingma and Ba, 2015)


def build(classes: int = len(LABELS)) -> keras.Model:
    """The untrained network, compiled as then: (n, 32, 32, 1) float32 -> (n, classes) logits, for one-hot labels.

    The softmax is not part of it, since whoever reads the file applies it together with the temperature.
    """
    network = keras.Sequential(
        [
            keras.Input((INPUT_SIZE, INPUT_SIZE, 1)),
            layers.Conv2D(32, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(1024, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(classes),
        ],
        name="classic",
    )
    network.compile(
        keras.optimizers.Adam(RATE), keras.losses.CategoricalCrossentropy(from_logits=True), metrics=["accuracy"]
    )
    return network
