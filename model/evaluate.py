"""How well a model file reads handwriting that it was not trained on: the figures of its card come from here."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from model.augment import degrade
from model.calibrate import calibration_error
from model.classifier import Classifier
from model.dataset import group_of
from model.ink import find_ink, to_grey
from model.labels import INDEX, LABELS, label_of
from model.segment import one_character
from model.sources.catalogue import real_file
from model.sources.folders import read_folders
from model.sources.npz import read_npz
from model.sources.stored import Written

Change = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]


@dataclass(frozen=True, slots=True)
class Figures:
    """How a model does on one set of pictures; shares are 0 to 1."""

    name: str
    images: int
    classes: int
    top1: float
    top5: float
    macro: float  # mean of the classes' top1
    calibration_error: float
    sure: float  # share of pictures with a best candidate of at least 0.6
    right_when_sure: float
    per_class: dict[str, float]
    confusions: list[tuple[str, str, int]]  # written, read, how often; most frequent first

    def to_json(self) -> dict[str, Any]:
        """The figures as plain data; rounded, since a digit more is noise."""
        return {key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Pictures:
    """A set of pictures to read, with their labels."""

    name: str
    written: Sequence[Written]


def unseen_pictures(held_out: Sequence[str]) -> list[Pictures]:
    """The real pictures at hand that no training with these held-out groups has seen; none without real data."""
    strangers = set(held_out)
    sets = []
    if (scans := real_file("hiragana", "raw_train.zip")).is_file():
        sets.append(Pictures("held-out scans", [w for w in read_folders(scans) if group_of(w.writer) in strangers]))
    if (sheets := real_file("hiragana", "train.npz")).is_file():
        sets.append(
            Pictures("held-out black and white", [w for w in read_npz(sheets) if group_of(w.writer) in strangers])
        )
    if (dev := real_file("hiragana", "dev.npz")).is_file():
        sets.append(Pictures("dev", list(read_npz(dev))))
    return sets


def evaluate(classifier: Classifier, pictures: Pictures, change: Change | None = None) -> Figures:
    """Read every picture, changed first if a change is given, and count.

    Raises: UnknownLabel: a picture's label is no hiragana.
    """
    images = [change(written.image) if change else written.image for written in pictures.written]
    answers = classifier.classify(images, top=5)
    truth = [label_of(written.character) for written in pictures.written]
    return count(pictures.name, truth, [[(c.label, c.probability) for c in found] for found in answers])


def count(name: str, truth: Sequence[str], answers: Sequence[Sequence[tuple[str, float]]]) -> Figures:
    """Figures from labels and the (label, probability) candidates read for each, best first."""
    best = [found[0] if found else ("", 0.0) for found in answers]
    right = np.asarray([label == read for label, (read, _) in zip(truth, best, strict=True)], bool)
    confidence = np.asarray([probability for _, probability in best], np.float32)
    sure = confidence >= 0.6
    classes = np.asarray([INDEX[label] for label in truth])
    per_class = {LABELS[c]: round(float(right[classes == c].mean()), 4) for c in np.unique(classes)}
    mistakes = Counter((label, read) for label, (read, _) in zip(truth, best, strict=True) if label != read)
    return Figures(
        name,
        len(truth),
        len(per_class),
        float(right.mean()),
        float(np.mean([any(label == read for read, _ in found) for label, found in zip(truth, answers, strict=True)])),
        float(np.mean(list(per_class.values()))),
        calibration_error(confidence, right),
        float(sure.mean()),
        float(right[sure].mean()) if sure.any() else 0.0,
        per_class,
        [(label, read, times) for (label, read), times in mistakes.most_common()],
    )


def evaluate_all(classifier: Classifier, held_out: Sequence[str], hard: bool, progress: Progress) -> dict[str, Figures]:
    """Figures for every test set at hand by its name, and with `hard` after every hardship, too."""
    pictures = unseen_pictures(held_out)
    figures = {some.name: evaluate(classifier, some) for some in progress.track(pictures, description="reading")}
    if hard:
        for change, rows in read_hardships(classifier, pictures, progress).items():
            figures |= {f"{one.name}, {change}": one for one in rows}
    return figures


def read_hardships(
    classifier: Classifier, pictures: Sequence[Pictures], progress: Progress
) -> dict[str, list[Figures]]:
    """Figures for the test sets after every hardship."""
    changes = progress.track(hardships().items(), description="hardships")
    return {name: [evaluate(classifier, some, change) for some in pictures] for name, change in changes}


def hardships() -> dict[str, Change]:
    """What happens to pictures on their way, each as a change of one picture; the same each time."""
    rng = np.random.default_rng(7)
    return {
        "inverted": lambda image: np.asarray(cv2.bitwise_not(image), np.uint8),
        "at 40 % of the frame": lambda image: _moved(image, scale=0.4),
        "at 250 % size": lambda image: np.asarray(cv2.resize(image, None, fx=2.5, fy=2.5), np.uint8),
        "shifted by 20 %": lambda image: _moved(image, scale=0.75, shift=(0.2, -0.15)),
        "turned 8°": lambda image: _moved(image, scale=0.8, angle=8),
        "turned 15°": lambda image: _moved(image, scale=0.8, angle=15),
        "like a poor photo": lambda image: degrade(one_character(find_ink(to_grey(_moved(image, scale=0.8))))[0], rng),
    }


def _moved(
    image: NDArray[np.uint8], scale: float = 1.0, angle: float = 0.0, shift: tuple[float, float] = (0.0, 0.0)
) -> NDArray[np.uint8]:
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, scale)
    matrix[:, 2] += np.array(shift) * (width, height)
    paper = float(np.median(image))
    return np.asarray(
        cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_AREA, borderValue=(paper,) * 3), np.uint8
    )
