"""From a trained network to the file that ships: LiteRT, as small as it gets without reading otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from model.classifier import Calibration, Classifier, open_model
from model.judging.evaluate import examine
from model.judging.pictures import Pictures, negatives_beside, unseen_pictures
from model.preprocess import BlankImage
from model.release.card import make_card, write_artifact
from model.release.check_set import FILE as CHECK_SET
from model.release.check_set import write_check_set
from model.sources.catalogue import real_file
from model.sources.strokes import StrokeDrawings, read_tdic
from model.training.dataset import Prepare
from model.training.litert import KINDS, convert
from model.training.train import KINDS as NETWORKS
from model.training.train import load_training

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
    answers = {kind: _answers(open_model(content, network=reads_with), inputs) for kind, content in contents.items()}
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
    return next(one for one in tried if one.otherwise <= OTHERWISE), tried


def _answers(classifier: Classifier, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.stack([classifier.logits(picture) for picture in inputs])


def inputs_of(pictures: Sequence[Pictures], prepare: Prepare) -> NDArray[np.float32]:
    """What a network reads of the pictures, (n, side, side, 1); those without ink are left out."""
    inputs = []
    for written in (written for some in pictures for written in some.written):
        try:
            inputs.append(prepare(written.image))
        except BlankImage:
            continue
    return np.stack(inputs)


def export_run(run: Path, file: Path, progress: Progress, hard: bool = True) -> tuple[Exported, list[Exported]]:
    """Write down what was trained in the folder `run`, with its card beside the file.

    Args: hard: the card also says how the network reads changed pictures, which takes a minute and more.
    Returns: the kind that was written, and all that were tried.
    Raises: OSError: nothing was trained there. ValueError: no pictures are at hand to compare its answers on.
    """
    training = load_training(run)
    network = NETWORKS[training.network]
    pictures = unseen_pictures(training.held_out)
    if not pictures:
        raise ValueError("there are no pictures to compare answers on: `python -m model prepare` says what is missing")
    task = progress.add_task("converting", total=1)
    inputs = inputs_of(pictures, network.prepare)
    chosen, tried = export(keras.saving.load_model(run / "network.keras"), inputs, network.reads_with)
    progress.advance(task)
    calibration = Calibration(training.temperature, training.refuse_from)
    classifier = open_model(chosen.content, calibration, network.reads_with)
    (found,) = examine({training.network: classifier}, pictures, negatives_beside(pictures), hard, progress).models
    write_artifact(make_card(training, chosen, found, network.reads_with), chosen.content, file)
    if (strokes := real_file("strokes", "hiragana.tdic")).is_file():
        write_check_set(StrokeDrawings("strokes", read_tdic(strokes))).save(file.parent / CHECK_SET)
    return chosen, tried
