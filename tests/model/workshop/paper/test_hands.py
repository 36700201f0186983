"""Simulated people, who fill sheets where nobody else is there to."""

import numpy as np
from numpy.typing import NDArray

from model.classifier import load
from model.labels import LABELS
from model.workshop.paper.hands import hand_of
from model.workshop.training.leaks import find_leaks, looks


def written(person: int, label: str, time: int) -> NDArray[np.uint8]:
    return hand_of(person)(label, np.random.default_rng(time))


def likeness(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    first, second = looks(np.stack([one, other]))
    return float(first @ second)


def test_a_person_writes_the_same_letter_alike_and_never_the_same() -> None:
    assert np.array_equal(written(1, "あ", 5), written(1, "あ", 5))
    assert not np.array_equal(written(1, "あ", 5), written(1, "あ", 6))
    own = np.mean([likeness(written(person, "あ", 1), written(person, "あ", 2)) for person in range(1, 9)])
    others = np.mean([likeness(written(person, "あ", 1), written(person + 1, "あ", 2)) for person in range(1, 9)])
    assert own > 0.6
    assert others < own - 0.3


def test_a_class_copies_nobody_so_that_those_who_judge_are_strangers() -> None:
    class_of_six = [np.stack([written(person, label, 1) for label in LABELS]) for person in range(1, 7)]
    assert find_leaks(looks(np.concatenate(class_of_six[:5])), looks(class_of_six[5])) == []


def test_most_of_what_they_write_can_be_read() -> None:
    model, labels = load(), LABELS[::3]
    read = [model.glyph(255 - np.pad(written(person, label, 3), 20)).best for person in (1, 2) for label in labels]
    right = [best is not None and best.label == label for best, label in zip(read, 2 * labels, strict=True)]
    assert np.mean(right) > 0.75
