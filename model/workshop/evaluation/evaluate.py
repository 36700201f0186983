"""How well a model file reads handwriting that it was not trained on: the figures of its card come from here."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from model.classifier import Classifier
from model.labels import label_of
from model.preprocess import BlankImage
from model.workshop.evaluation.figures import Answer, Figures, count
from model.workshop.evaluation.hardships import SLOW, Change, hardships
from model.workshop.evaluation.pictures import Pictures
from model.workshop.evaluation.resampling import Difference, compare

SAMPLE = 200  # pictures of a set that a slow hardship is tried on


@dataclass(frozen=True, slots=True)
class Refusal:
    """How a model does on pictures of one kind that show no hiragana; shares are 0 to 1."""

    kind: str
    images: int
    refused: float
    sure: float  # called a hiragana, and surely: what must not happen


@dataclass(frozen=True, slots=True)
class Mistake:
    """A picture that was misread, beside what the network saw of it."""

    source: str
    answer: Answer
    picture: NDArray[np.uint8]  # (h, w) or (h, w, 3)
    seen: NDArray[np.float32] | None  # (side, side, 1), 0 paper to 1 ink; None where no ink was found


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that was found out about one model."""

    model: str
    answers: list[list[Answer]]  # of each set of pictures
    figures: list[Figures]
    refusals: list[Refusal]
    hardships: dict[str, list[Figures]]  # empty where none was tried

    @property
    def top1(self) -> float:
        """The mean of the sets' top1: each source counts the same."""
        return float(np.mean([scores.top1 for scores in self.figures]))

    @property
    def refused(self) -> float:
        """The mean of the kinds' share that is refused, 0 to 1."""
        return float(np.mean([refusal.refused for refusal in self.refusals]))

    def to_json(self) -> dict[str, Any]:
        """Everything but the single answers, as plain data."""
        return {
            "model": self.model,
            "top1": round(self.top1, 4),
            "figures": [scores.to_json() for scores in self.figures],
            "refused": {refusal.kind: asdict(refusal) for refusal in self.refusals},
            "hardships": {
                name: {scores.name: round(scores.top1, 4) for scores in some} for name, some in self.hardships.items()
            },
        }


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found out about some models on the same pictures."""

    models: list[Evaluation]  # the first is the one in question
    gains: list[dict[str, Difference]]  # for each set of pictures, what each other model gains over the first
    mistakes: list[Mistake]  # of the first, the most confident first

    def to_json(self) -> dict[str, Any]:
        """Everything but the pictures and the single answers, as plain data."""
        gains = {
            some.name: {model: gain.to_json() for model, gain in gained.items()}
            for some, gained in zip(self.models[0].figures, self.gains, strict=True)
        }
        return {"models": [evaluation.to_json() for evaluation in self.models], "gains": gains}


def examine(
    models: Mapping[str, Classifier],
    pictures: Sequence[Pictures],
    negatives: Mapping[str, Sequence[NDArray[np.uint8]]],
    hard: bool,
    progress: Progress,
) -> Findings:
    """Let every model read everything: the pictures, what it must refuse, and with `hard` the pictures changed."""
    classifiers = list(models.values())
    by_set = [read(classifiers, some) for some in progress.track(pictures, description="reading")]
    refused = [refusals(classifier, negatives) for classifier in progress.track(classifiers, description="refusing")]
    changed = read_hardships(classifiers, pictures, progress) if hard else [{} for _ in models]
    found = []
    for model, answers, no, hardest in zip(models, zip(*by_set, strict=True), refused, changed, strict=True):
        figures = [count(some.name, given) for some, given in zip(pictures, answers, strict=True)]
        found.append(Evaluation(model, list(answers), figures, no, hardest))
    return Findings(found, _gains_over(found[0], found[1:]), _mistakes(classifiers[0], pictures, found[0].answers))


def _gains_over(first: Evaluation, others: Sequence[Evaluation]) -> list[dict[str, Difference]]:
    return [
        {other.model: _gain(answers, other.answers[number]) for other in others}
        for number, answers in enumerate(first.answers)
    ]


def _gain(first: Sequence[Answer], second: Sequence[Answer]) -> Difference:
    was, is_now = (np.asarray([answer.right for answer in answers], bool) for answers in (first, second))
    return compare(was, is_now, [answer.writer for answer in first])


def _mistakes(
    classifier: Classifier, pictures: Sequence[Pictures], answered: Sequence[Sequence[Answer]]
) -> list[Mistake]:
    found = [
        Mistake(some.name, answer, written.image, _seen(classifier, written.image))
        for some, answers in zip(pictures, answered, strict=True)
        for written, answer in zip(some.written, answers, strict=True)
        if not answer.right
    ]
    return sorted(found, key=lambda mistake: -mistake.answer.confidence)


def _seen(classifier: Classifier, image: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    try:
        return classifier.locate(image).input
    except BlankImage:
        return None


def read(classifiers: Sequence[Classifier], pictures: Pictures, change: Change | None = None) -> list[list[Answer]]:
    """Let every classifier read every picture, changed first if a change is given.

    Returns: the answers of each classifier, in the pictures' order.
    Raises: UnknownLabel: a picture's label is no hiragana.
    """
    answers: list[list[Answer]] = [[] for _ in classifiers]
    for written in pictures.written:
        image = change(written.image) if change else written.image
        for classifier, given in zip(classifiers, answers, strict=True):
            glyph = classifier.glyph(image)
            given.append(Answer(label_of(written.character), written.writer, glyph.candidates, glyph.verdict))
    return answers


def evaluate(classifier: Classifier, pictures: Pictures, change: Change | None = None) -> Figures:
    """Read every picture, changed first if a change is given, and count.

    Raises: UnknownLabel: a picture's label is no hiragana.
    """
    (answers,) = read([classifier], pictures, change)
    return count(pictures.name, answers)


def read_hardships(
    classifiers: Sequence[Classifier], pictures: Sequence[Pictures], progress: Progress
) -> list[dict[str, list[Figures]]]:
    """Figures for the test sets after every hardship, for each classifier; on a sample where the change is slow."""
    figures: list[dict[str, list[Figures]]] = [{} for _ in classifiers]
    for name, change in progress.track(hardships().items(), description="hardships"):
        for some in pictures:
            answers = read(classifiers, sample(some, SAMPLE) if name in SLOW else some, change)
            for found, given in zip(figures, answers, strict=True):
                found.setdefault(name, []).append(count(some.name, given))
    return figures


def sample(pictures: Pictures, wanted: int) -> Pictures:
    """At most `wanted` of the pictures, evenly spread over them."""
    chosen = np.unique(np.linspace(0, len(pictures.written) - 1, wanted).round().astype(int))
    return replace(pictures, written=[pictures.written[i] for i in chosen])


def refusals(classifier: Classifier, negatives: Mapping[str, Sequence[NDArray[np.uint8]]]) -> list[Refusal]:
    """How many pictures without hiragana are refused, for each kind of them."""
    return [_refusal(kind, [classifier.glyph(picture).verdict for picture in some]) for kind, some in negatives.items()]


def _refusal(kind: str, verdicts: Sequence[str]) -> Refusal:
    return Refusal(
        kind,
        len(verdicts),
        verdicts.count("not_hiragana") / max(1, len(verdicts)),
        verdicts.count("sure") / max(1, len(verdicts)),
    )
