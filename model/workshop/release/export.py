"""From a training run to the file that ships, with its card and the pictures to check another one with."""

from collections.abc import Sequence
from pathlib import Path

import keras
from rich.progress import Progress

from model.check_set import FILE as CHECK_SET
from model.classifier import Classifier
from model.network import Calibration, open_network
from model.synthetic.strokes import StrokeDrawings, read_tdic
from model.workshop.errors import WorkshopError
from model.workshop.evaluation.evaluate import evaluate, examine
from model.workshop.evaluation.pictures import Pictures, negatives_beside, unseen_pictures
from model.workshop.release.card import make_card, write_artifact
from model.workshop.release.check_set import write_check_set
from model.workshop.release.conversion import Exported, export, inputs_of
from model.workshop.sources.catalogue import real_file
from model.workshop.training.train import KINDS as NETWORKS
from model.workshop.training.train import load_training


def export_run(
    run: Path, file: Path, progress: Progress, hard: bool = True, strangers: Sequence[Pictures] = ()
) -> tuple[Exported, list[Exported]]:
    """Write down what was trained in the folder `run`, with its card beside the file.

    Args: hard: the card also says how the network reads changed pictures, which takes a minute and more. strangers:
        pictures of other sources, by which the weights that ship are chosen; the card says how each is read.
    Returns: the kind that was written, and all that were tried.
    Raises: OSError: nothing was trained there. WorkshopError: no pictures are at hand to compare its answers on.
    """
    training = load_training(run)
    network = NETWORKS[training.network]
    pictures = unseen_pictures(training.held_out)
    if not pictures:
        raise WorkshopError(
            "there are no pictures to compare answers on: `python -m model prepare` says what is missing"
        )
    task = progress.add_task("converting", total=1)
    inputs = inputs_of(pictures, network.prepare)
    chosen, tried = export(keras.saving.load_model(run / "network.keras"), inputs, network.reads_with)
    progress.advance(task)
    calibration = Calibration(training.temperature, training.refuse_from)
    classifier = Classifier(open_network(chosen.content, calibration, network.reads_with))
    (found,) = examine({training.network: classifier}, pictures, negatives_beside(pictures), hard, progress).models
    others = [evaluate(classifier, some) for some in progress.track(strangers, description="strangers")]
    write_artifact(make_card(training, chosen, found, network.reads_with, others), chosen.content, file)
    if (strokes := real_file("strokes", "hiragana.tdic")).is_file():
        write_check_set(StrokeDrawings("strokes", read_tdic(strokes))).save(file.parent / CHECK_SET)
    return chosen, tried
