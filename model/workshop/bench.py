"""How fast the shipped model is and what it costs, on one thread, and how Tesseract does beside it."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.classifier import Classifier, load
from model.explaining import tendencies
from model.explaining.explain import explain
from model.finder.find import shipped
from model.labels import LABELS, label_of
from model.preprocess import preprocess
from model.synthetic.augment import degrade
from model.workshop.evaluation import tesseract
from model.workshop.sources.catalogue import real_file
from model.workshop.sources.npz import read_npz
from model.workshop.sources.stored import Written

SEED = 6
MOST_EXPLAINED = 30  # an explanation asks the network some hundred times

# Measured in a process of its own, since this one has imported everything already.
COST = """
import time
import numpy
from pathlib import Path

def resident():  # the peak that the system counts would be that of the process that started this one
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) / 256 if statm.exists() else 0.0

before, started = resident(), time.perf_counter()
from model.classifier import load
imported = time.perf_counter()
classifier, loaded = load(), time.perf_counter()
drawing = numpy.pad(numpy.zeros((80, 9), numpy.uint8), 60, constant_values=255)
classifier.read(drawing)
classifier.read((drawing * numpy.linspace(1, 0.4, drawing.shape[1])).astype(numpy.uint8))  # in the shadow: a photo
after, began = resident(), time.perf_counter()
from model.explaining.explain import explain
explain(classifier, drawing)
explained = (time.perf_counter() - began) * 1000
print((imported - started) * 1000, (loaded - imported) * 1000, after - before, after, explained)
"""


@dataclass(frozen=True, slots=True)
class Speed:
    """What a character costs; times are medians."""

    preprocess_300_ms: float  # a grey picture of 300 x 300
    preprocess_1000_ms: float  # an RGB picture of 1000 x 1000
    network_ms: float
    read_1000_ms: float
    find_1000_ms: float  # where it is written in a photo, RGB of 1000 x 1000
    read_photo_1000_ms: float
    explain_1000_ms: float  # the picture that says why, without encoding it
    images_a_second: float  # classify, 300 x 300
    import_ms: float  # of model.classifier, with OpenCV and LiteRT, after NumPy
    load_ms: float
    memory_growth_mb: float  # over an interpreter with NumPy; 0 where the system has no /proc
    memory_mb: float  # resident, of the whole process
    explain_first_ms: float  # with the import, and what all later explanations share

    def to_json(self) -> dict[str, float]:
        """The figures with two decimals."""
        return {name: round(value, 2) for name, value in asdict(self).items()}


def bench(rounds: int = 100) -> Speed:
    """Measure the shipped model on a drawn character.

    Args: rounds: how often each thing is done.
    Raises: ModelUnusable: no model is shipped.
    """
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        return _measure(load(), rounds)
    finally:
        cv2.setNumThreads(threads)


def _measure(classifier: Classifier, rounds: int) -> Speed:
    small, large = draw_to(300), np.dstack([draw_to(1000)] * 3)
    photo = np.asarray(large * np.linspace(1.0, 0.4, 1000)[:, np.newaxis], np.uint8)
    ready = preprocess(small)
    ms_of_one = _median_ms(lambda: classifier.classify([small]), rounds)
    command = [sys.executable, "-c", COST]
    told = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  # our own text
    cost = [float(word) for word in told.stdout.split()]
    return Speed(
        _median_ms(lambda: preprocess(small), rounds),
        _median_ms(lambda: preprocess(large), rounds),
        _median_ms(lambda: classifier.logits(ready), rounds),
        _median_ms(lambda: classifier.read(large), rounds),
        _median_ms(lambda: shipped().find(photo), rounds),
        _median_ms(lambda: classifier.read(photo), rounds),
        _median_ms(lambda: explain(classifier, large), min(rounds, MOST_EXPLAINED)),
        1000 / ms_of_one,
        *cost,
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """The shipped model beside Tesseract, on the same pictures."""

    pictures: str  # which
    number: int
    top1: float
    ms: float  # a picture, preprocessing included
    tesseract_top1: float
    tesseract_ms: float  # a picture, without preprocessing and without the start of the program
    tesseract_start_ms: float

    def to_json(self) -> dict[str, str | float]:
        """The figures with four decimals."""
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(self).items()}


def compare(number: int = 200) -> Comparison:
    """Read the same pictures with the shipped model and with Tesseract, each on one thread.

    The pictures are drawings of people whom no training has seen, where they are at hand, else poor photographs of
    typical shapes, which training may have seen.

    Args: number: how many pictures.
    Raises: TesseractMissing: it is not installed. ModelUnusable, NotSurveyed: no model is shipped, or no exemplars.
    """
    tesseract.require()
    name, written = _pictures(number)
    images, truth = [picture.image for picture in written], [label_of(picture.character) for picture in written]
    classifier = load()
    classifier.classify(images[:1])
    started = time.perf_counter()
    answers = classifier.classify(images, top=1)
    ms = (time.perf_counter() - started) * 1000 / len(images)
    attempt = tesseract.read(images)
    return Comparison(
        name,
        len(images),
        _share_right(truth, [found[0].label if found else "" for found in answers]),
        ms,
        _share_right(truth, attempt.answers),
        attempt.ms_a_picture,
        attempt.start_ms,
    )


def _pictures(number: int) -> tuple[str, list[Written]]:
    drawings = real_file("hiragana", "dev.npz")
    if drawings.is_file():
        found = list(read_npz(drawings))
        return "screen drawings by 20 people", found[:: max(1, len(found) // number)][:number]
    rng = np.random.default_rng(SEED)
    labels = [LABELS[i % len(LABELS)] for i in range(number)]
    photographs = [degrade(tendencies.typical(label), rng) for label in labels]
    return "typical shapes in poor photographs", [
        Written(photograph, label, "generated") for photograph, label in zip(photographs, labels, strict=True)
    ]


def _share_right(truth: Sequence[str], answers: Sequence[str]) -> float:
    return float(np.mean([label == answer for label, answer in zip(truth, answers, strict=True)]))


def _median_ms(action: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return float(np.median(times)) * 1000


def draw_to(side: int) -> NDArray[np.uint8]:
    """と in two strokes, (side, side) uint8, dark on light, with the grain of a scan."""
    angles = np.linspace(-0.4 * np.pi, -1.5 * np.pi, 60)
    bowl = np.stack([0.5 + 0.2 * np.cos(angles), 0.66 + 0.16 * np.sin(angles)], axis=1)
    strokes = [np.array([[0.34, 0.16], [0.43, 0.47]]), np.concatenate([[[0.72, 0.4]], bowl, [[0.74, 0.81]]])]
    picture = np.full((side, side), 230, np.uint8)
    for stroke in strokes:
        cv2.polylines(picture, [np.round(stroke * side).astype(np.int32)], False, 40, max(1, side // 40), cv2.LINE_AA)
    grain = np.random.default_rng(0).normal(0, 3, picture.shape)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)
