"""From a trained network to the file that ships: LiteRT, as small as it gets without reading worse."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from rich.progress import Progress

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow greets in five lines otherwise

import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from model.card import make_card, write_artifact
from model.classifier import open_model
from model.evaluate import evaluate, read_hardships
from model.figures import Figures
from model.pictures import Pictures, unseen_pictures
from model.preprocess import INPUT_SIZE
from model.train import load_training

KINDS = ("dynamic 8-bit", "float16")  # the smaller first: it wins unless it reads worse
WORSE_BY = 0.001  # top1; less is noise on our test sets


@dataclass(frozen=True, slots=True)
class Exported:
    """One way to write the network down, and how it reads."""

    kind: str
    content: bytes
    figures: tuple[Figures, ...]

    @property
    def top1(self) -> float:
        """The mean over the test sets, 0 to 1; 0 without any."""
        return float(np.mean([figures.top1 for figures in self.figures])) if self.figures else 0.0


def convert(network: keras.Model, kind: str) -> bytes:
    """The content of a .tflite file.

    Args: network: (n, 48, 48, 1) -> (n, classes). kind: one of KINDS, or "float32".
    """
    function = tf.function(lambda picture: network(picture, training=False))
    concrete = function.get_concrete_function(tf.TensorSpec((1, INPUT_SIZE, INPUT_SIZE, 1), tf.float32))
    # Freeze first. Converting the Keras function directly gives a file without weights that loads and even runs.
    frozen = convert_variables_to_constants_v2(concrete)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    if kind != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if kind == "float16":
        converter.target_spec.supported_types = [tf.float16]
    return bytes(converter.convert())


def export(network: keras.Model, temperature: float, pictures: Sequence[Pictures]) -> tuple[Exported, list[Exported]]:
    """Write the network down in every kind, read the test sets with each file itself, and choose.

    Returns: the smallest that reads as well as the best, and all of them.
    """
    tried = []
    for kind in KINDS:
        content = convert(network, kind)
        classifier = open_model(content, temperature)
        tried.append(Exported(kind, content, tuple(evaluate(classifier, some) for some in pictures)))
    best = max(one.top1 for one in tried)
    return next(one for one in tried if one.top1 >= best - WORSE_BY), tried


def export_run(run: Path, file: Path, progress: Progress) -> tuple[Exported, list[Exported]]:
    """Write down what was trained in the folder `run`, with its card beside the file.

    Returns: the kind that was written, and all that were tried.
    Raises: OSError, ValueError: nothing was trained there.
    """
    training = load_training(run)
    pictures = unseen_pictures(training.held_out)
    task = progress.add_task("converting and reading the test sets", total=2)
    chosen, tried = export(keras.saving.load_model(run / "network.keras"), training.temperature, pictures)
    progress.advance(task)
    (hard,) = read_hardships([open_model(chosen.content, training.temperature)], pictures, progress)
    write_artifact(make_card(training, chosen.kind, chosen.content, chosen.figures, hard), chosen.content, file)
    progress.advance(task)
    return chosen, tried
