"""The ways to write a network down, each judged by its own answers, and the smallest that answers the same."""

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from model.network import Network, open_network
from model.preprocess import BlankImage
from model.workshop.evaluation.pictures import Pictures
from model.workshop.training.dataset import Prepare
from model.workshop.training.litert import KINDS, convert

OTHERWISE = 0.001  # share of the pictures that may get another first answer than from the float32 file


@dataclass(frozen=True, slots=True)
class Exported:
    """One way to write the network down, and how its answers differ."""

    kind: str
    content: bytes
    otherwise: float  # share of the pictures with another first answer than from the float32 file, 0 to 1
    furthest: float  # the greatest difference of a logit from what Keras computes


def export(
    network: keras.Model, inputs: NDArray[np.float32], reads_with: str = "hiragana"
) -> tuple[Exported, list[Exported]]:
    """Write the network down in every kind, let each file itself answer, and choose.

    Args: inputs: (n, side, side, 1), of pictures that it was not trained on. reads_with: as `Kind` has it.
    Returns: the smallest that answers as the float32 file does, and all of them.
    """
    computed = network.predict(inputs, batch_size=256, verbose=0)
    contents = {kind: convert(network, kind) for kind in KINDS}
    answers = {kind: _answers(open_network(content, name=reads_with), inputs) for kind, content in contents.items()}
    plain = answers["float32"].argmax(axis=1)
    tried = [
        Exported(
            kind,
            contents[kind],
            float(np.mean(given.argmax(axis=1) != plain)),
            float(np.abs(given - computed).max(initial=0.0)),
        )
        for kind, given in answers.items()
    ]
    return next(way for way in tried if way.otherwise <= OTHERWISE), tried


def _answers(network: Network, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.stack([network.logits(picture) for picture in inputs])


def inputs_of(pictures: Sequence[Pictures], prepare: Prepare) -> NDArray[np.float32]:
    """What a network reads of the pictures, (n, side, side, 1); those without ink are left out."""
    inputs = []
    for written in (written for some in pictures for written in some.written):
        try:
            inputs.append(prepare(written.image))
        except BlankImage:
            continue
    return np.stack(inputs)
