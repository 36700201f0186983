"""From answers to figures: how often, how surely and for whom a model is right."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from model.labels import INDEX, LABELS
from model.reading import Candidate, Verdict
from model.workshop.evaluation.resampling import Range, range_of_share
from model.workshop.training.calibrate import calibration_error


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model read in one picture, beside what is written there."""

    written: str  # one of LABELS
    writer: str
    candidates: tuple[Candidate, ...]  # best first; empty where no ink was found
    verdict: Verdict

    @property
    def read(self) -> str:
        """The label of the best candidate; empty where there is none."""
        return self.candidates[0].label if self.candidates else ""

    @property
    def confidence(self) -> float:
        """The best candidate's probability, 0 to 1."""
        return self.candidates[0].probability if self.candidates else 0.0

    @property
    def right(self) -> bool:
        """True where the best candidate is what is written."""
        return self.read == self.written


@dataclass(frozen=True, slots=True)
class Figures:
    """How a model does on one set of pictures; shares are 0 to 1."""

    name: str
    images: int
    classes: int
    writers: int
    top1: float
    top1_range: Range | None  # 95 %, over writers; None where there are too few of them
    top5: float
    macro: float  # mean of the classes' top1
    macro_range: Range | None
    calibration_error: float
    sure: float  # share of pictures that are called sure
    right_when_sure: float
    refused: float  # share of pictures that are called no hiragana, though they are
    per_class: dict[str, float]
    per_writer: dict[str, float]  # worst first
    confusions: list[tuple[str, str, int]]  # written, read, how often; most frequent first

    @property
    def worst_writer(self) -> tuple[str, float]:
        """Who is read worst, and how well."""
        return next(iter(self.per_writer.items()))

    @property
    def mean_writer(self) -> float:
        """The mean of the writers' top1: each hand counts the same."""
        return float(np.mean(list(self.per_writer.values())))

    def to_json(self) -> dict[str, Any]:
        """The figures as plain data; rounded, since a digit more is noise."""
        return {key: _rounded(value) for key, value in (asdict(self) | {"mean_writer": self.mean_writer}).items()}


def count(name: str, answers: Sequence[Answer]) -> Figures:
    """The figures of some answers, of at least one."""
    right = np.asarray([answer.right for answer in answers], bool)
    sure = np.asarray([answer.verdict == "sure" for answer in answers], bool)
    classes = np.asarray([INDEX[answer.written] for answer in answers])
    writers = [answer.writer for answer in answers]
    per_class = {LABELS[c]: float(right[classes == c].mean()) for c in np.unique(classes)}
    per_writer = {str(who): float(right[np.asarray(writers) == who].mean()) for who in np.unique(writers)}
    mistakes = Counter((answer.written, answer.read) for answer in answers if not answer.right)
    return Figures(
        name=name,
        images=len(answers),
        classes=len(per_class),
        writers=len(per_writer),
        top1=float(right.mean()),
        top1_range=range_of_share(right, writers),
        top5=float(np.mean([answer.written in [c.label for c in answer.candidates[:5]] for answer in answers])),
        macro=float(np.mean(list(per_class.values()))),
        macro_range=range_of_share(right, writers, classes),
        calibration_error=calibration_error(np.asarray([a.confidence for a in answers], np.float32), right),
        sure=float(sure.mean()),
        right_when_sure=float(right[sure].mean()) if sure.any() else 0.0,
        refused=float(np.mean([answer.verdict == "not_hiragana" for answer in answers])),
        per_class=per_class,
        per_writer=dict(sorted(per_writer.items(), key=lambda item: item[1])),
        confusions=[(written, read, times) for (written, read), times in mistakes.most_common()],
    )


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    return tuple(_rounded(inner) for inner in value) if isinstance(value, tuple) else value
