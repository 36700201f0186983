import os

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from model.workshop.sources.catalogue import CATALOGUE, REAL_DATA, real_file
from model.workshop.sources.npz import read_npz
from model.workshop.sources.stored import StoredImages, Written, store
from model.workshop.training.dataset import group_of
from model.workshop.training.leaks import LeakFound, find_leaks, looks, without_copies
from tests.model.drawings import STROKES, drawn

HELD_OUT = {"lomps:g01", "lomps:g12"}


def by_another_hand(label: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The letter with its parts moved and stretched as hands differ, and with another pen."""
    picture = drawn(label, 120, pen=float(rng.uniform(0.03, 0.07)), scale=0.7)
    moved = cv2.resize(rng.normal(0, 7, (4, 4, 2)).astype(np.float32), (120, 120), interpolation=cv2.INTER_CUBIC)
    rows, columns = np.mgrid[:120, :120].astype(np.float32)
    x, y = columns + moved[:, :, 0], rows + moved[:, :, 1]
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderValue=245), np.uint8)


def written(seed: int, hands: int) -> list[Written]:
    rng = np.random.default_rng(seed)
    return [Written(by_another_hand(label, rng), label, f"hand:{seed}-{n}") for n in range(hands) for label in STROKES]


def images(found: list[Written], name: str = "some") -> StoredImages:
    return store(name, found)


CHANGES = {
    "as it is": lambda picture: picture,
    "re-encoded": lambda picture: cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 50])[1], 0),
    "larger": lambda picture: cv2.resize(picture, None, fx=1.7, fy=1.7, interpolation=cv2.INTER_CUBIC),
    "smaller": lambda picture: cv2.resize(picture, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA),
    "thresholded": lambda picture: cv2.threshold(picture, 130, 255, cv2.THRESH_BINARY)[1],
    "inverted": lambda picture: 255 - picture,
    "moved": lambda picture: cv2.copyMakeBorder(picture, 20, 0, 0, 9, cv2.BORDER_REPLICATE),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_picture_that_was_practised_is_found_in_any_guise(change: str) -> None:
    practised = written(seed=1, hands=12)
    leaked = practised[40]
    copy = Written(np.asarray(CHANGES[change](leaked.image), np.uint8), leaked.character, "somebody else")
    with pytest.raises(LeakFound, match=rf"^1 of .* judged 0 \(somebody else\) is practice 40 \({leaked.writer}\)"):
        without_copies([images(practised, "practice")], [images([copy, *written(seed=2, hands=2)], "judged")])


def test_a_picture_that_was_practised_many_times_is_found() -> None:
    practised = written(seed=3, hands=4)
    with pytest.raises(LeakFound):
        without_copies([images(practised), images(practised[:1] * 30)], [images(practised[:1])])


def test_another_drawing_of_the_same_letter_is_no_leak() -> None:
    practised = images(written(seed=1, hands=12))
    (kept,) = without_copies([practised], [images(written(seed=2, hands=12))])
    assert kept.writers == practised.writers


def test_a_few_that_look_alike_by_chance_are_left_out_and_nothing_else() -> None:
    some, more, judged = (written(seed, hands=12) for seed in (1, 7, 2))
    chance = [Written(judged[3].image, judged[3].character, "by chance")]
    kept, others = without_copies([images(some), images(chance + more)], [images(judged)])
    assert kept.writers == images(some).writers
    assert others.writers == images(more).writers
    assert np.array_equal(others.inks, images(more).inks)


def test_copies_of_what_is_judged_are_counted_and_named_by_number() -> None:
    practised, judged = written(seed=4, hands=12), written(seed=5, hands=3)
    leaks = find_leaks(looks(images(practised).inks), looks(images([*judged, *practised[5:9]]).inks))
    assert [(leak.judged - len(judged), leak.practised) for leak in leaks] == [(0, 5), (1, 6), (2, 7), (3, 8)]


def test_where_nothing_is_practised_or_judged_there_is_nothing_to_compare() -> None:
    some, none = images(written(seed=6, hands=1)), images([])
    assert without_copies([none], [some]) == [none]
    assert without_copies([some, none], [none]) == [some, none]
    (kept, empty) = without_copies([some, none], [images(written(seed=8, hands=1))])
    assert (len(kept.labels), len(empty.labels)) == (len(some.labels), 0)


# On real handwriting, where it is at hand.


@pytest.fixture(scope="module")
def real() -> dict[str, StoredImages]:
    if not os.environ.get(REAL_DATA):
        pytest.skip(f"{REAL_DATA} does not point at the folder of real handwriting")
    found = {entry.name: entry.read() for entry in CATALOGUE if entry.name in {"scans", "thresholded"}}
    return {**found, "dev": store("dev", read_npz(real_file("hiragana", "dev.npz")))}  # type: ignore[dict-item]


def parted(source: StoredImages) -> tuple[StoredImages, StoredImages]:
    """Practice, and the held-out groups."""
    held_out = np.asarray([group_of(writer) in HELD_OUT for writer in source.writers])
    return source.select(~held_out), source.select(held_out)


@pytest.mark.minutes
def test_no_picture_that_we_judge_by_is_practised(real: dict[str, StoredImages]) -> None:
    practice, judged = zip(*(parted(real[name]) for name in ("scans", "thresholded")), strict=True)
    assert len(practice[0].labels) + len(practice[1].labels) > 14_000
    assert all(len(source.labels) > 1_700 for source in judged)
    kept = without_copies(practice, [*judged, real["dev"]])
    assert [len(source.labels) for source in kept] == [len(source.labels) for source in practice]


@pytest.mark.minutes
def test_a_group_left_in_one_of_the_two_versions_of_the_sheets_would_be_found(real: dict[str, StoredImages]) -> None:
    """train.npz holds the cells of raw_train.zip, thresholded: both have to be split alike."""
    grey = parted(real["scans"])[1]
    found = find_leaks(looks(real["thresholded"].inks), looks(grey.inks))
    assert len(found) > 0.4 * len(grey.labels)
    writers = [(real["thresholded"].writers[leak.practised], group_of(grey.writers[leak.judged])) for leak in found]
    assert np.mean([practised == judged for practised, judged in writers]) > 0.99
