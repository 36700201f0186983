"""How well a model file reads handwriting that it was not trained on: the figures of its card come from here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from model.classifier import Classifier, judge
from model.figures import Answer, Figures, count
from model.hardships import SLOW, Change, hardships
from model.labels import label_of
from model.pictures import Pictures

SAMPLE = 200  # pictures of a set that a slow hardship is tried on


@dataclass(frozen=True, slots=True)
class Refusal:
    """How a model does on pictures of one kind that show no hiragana; shares are 0 to 1."""

    kind: str
    images: int
    refused: float
    sure: float  # called a hiragana, and surely: what must not happen


def read(classifiers: Sequence[Classifier], pictures: Pictures, change: Change | None = None) -> list[list[Answer]]:
    """Let every classifier read every picture, changed first if a change is given.

    Returns: the answers of each classifier, in the pictures' order.
    Raises: UnknownLabel: a picture's label is no hiragana.
    """
    answers: list[list[Answer]] = [[] for _ in classifiers]
    for written in pictures.written:
        image = change(written.image) if change else written.image
        for classifier, given in zip(classifiers, answers, strict=True):
            (found,) = classifier.classify([image])
            given.append(Answer(label_of(written.character), written.writer, tuple(found), judge(found)))
    return answers


def evaluate(classifier: Classifier, pictures: Pictures, change: Change | None = None) -> Figures:
    """Read every picture, changed first if a change is given, and count.

    Raises: UnknownLabel: a picture's label is no hiragana.
    """
    (answers,) = read([classifier], pictures, change)
    return count(pictures.name, answers)


def read_hardships(
    classifier: Classifier, pictures: Sequence[Pictures], progress: Progress
) -> dict[str, list[Figures]]:
    """Figures for the test sets after every hardship; of those that are slow to make, on a sample of each set."""
    changes = progress.track(hardships().items(), description="hardships")
    return {
        name: [evaluate(classifier, sample(some) if name in SLOW else some, change) for some in pictures]
        for name, change in changes
    }


def sample(pictures: Pictures, wanted: int = SAMPLE) -> Pictures:
    """At most `wanted` of the pictures, evenly spread over them."""
    chosen = np.unique(np.linspace(0, len(pictures.written) - 1, wanted).round().astype(int))
    return replace(pictures, written=[pictures.written[i] for i in chosen])


def refusals(classifier: Classifier, negatives: Mapping[str, Sequence[NDArray[np.uint8]]]) -> list[Refusal]:
    """How many pictures without hiragana are refused, for each kind of them."""
    return [_refusal(kind, [judge(found) for found in classifier.classify(some)]) for kind, some in negatives.items()]


def _refusal(kind: str, verdicts: Sequence[str]) -> Refusal:
    return Refusal(
        kind,
        len(verdicts),
        verdicts.count("not_hiragana") / max(1, len(verdicts)),
        verdicts.count("sure") / max(1, len(verdicts)),
    )
