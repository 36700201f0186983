import os
import subprocess
import sys
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from model.labels import INDEX, LABELS, NOT_HIRAGANA
from model.synthetic.augment import PICTURE_SIZE, degrade
from model.workshop.sources.stored import StoredImages, Written, store
from model.workshop.training.dataset import Mixture, choose_held_out, group_of, prepare_inputs, split_by_writer, stream
from tests.model.drawings import STROKES, drawn


@dataclass(frozen=True)
class _Never:
    """A source that nobody may ask."""

    name: str
    labels: NDArray[np.int64]
    writers: tuple[str, ...] = ()

    def ink(self, item: int, rng: np.random.Generator) -> NDArray[np.uint8]:
        raise AssertionError("asked though its share is nothing")


@pytest.fixture(scope="module")
def images() -> StoredImages:
    writers = ["lomps:g01:p1:left", "lomps:g01:p1:right", "lomps:g02:p1:left", "lomps:g03", "lomps:g04"]
    return store("drawn", [Written(drawn(label, 90), label, writer) for label in STROKES for writer in writers])


@pytest.mark.parametrize("seed", range(5))
def test_nobody_writes_on_both_sides_of_the_split(images: StoredImages, seed: int) -> None:
    practice, strangers = split_by_writer(images, choose_held_out(images.writers, seed))
    groups = [{group_of(writer) for writer in side.writers} for side in (practice, strangers)]
    assert not groups[0] & groups[1]
    assert all(groups)
    assert len(practice.labels) + len(strangers.labels) == len(images.labels)


def test_the_same_seed_holds_the_same_writers_out(images: StoredImages) -> None:
    chosen = {seed: choose_held_out(images.writers, seed) for seed in range(20)}
    assert all(choose_held_out(images.writers, seed) == held_out for seed, held_out in chosen.items())
    assert len(set(chosen.values())) > 1


def test_a_degraded_picture_still_holds_ink_and_varies(images: StoredImages) -> None:
    rng = np.random.default_rng(5)
    pictures = [degrade(images.inks[0], rng) for _ in range(20)]
    assert {(picture.shape, picture.dtype) for picture in pictures} == {((PICTURE_SIZE,) * 2, np.dtype(np.uint8))}
    assert len({picture.tobytes() for picture in pictures}) == 20
    assert all(np.ptp(picture) > 20 for picture in pictures)


def test_a_batch_is_ready_for_the_network_and_every_class_is_as_frequent(images: StoredImages) -> None:
    inputs, labels = Mixture((images,), (1.0,)).batch(270, np.random.default_rng(6))
    assert inputs.shape == (270, 48, 48, 1)
    assert 0 <= inputs.min() <= inputs.max() <= 1
    counts = np.bincount(labels, minlength=len(LABELS))
    assert set(np.flatnonzero(counts)) == {INDEX[label] for label in STROKES}
    assert counts.max() < 3 * counts[counts > 0].min()


def test_a_source_without_the_class_is_not_asked_for_it(images: StoredImages) -> None:
    only_i = images.select(images.labels == INDEX["い"])
    mixture = Mixture((only_i, images), (0.9, 0.1))
    assert mixture.draw(INDEX["う"], np.random.default_rng(7)).shape == (48, 48, 1)


def test_what_is_no_hiragana_has_the_share_that_it_was_given(images: StoredImages) -> None:
    others = StoredImages("others", images.inks, np.full(len(images.labels), NOT_HIRAGANA), images.writers)
    _, labels = Mixture((images, others), (1.0, 1.0), other_share=0.3).batch(400, np.random.default_rng(9))
    assert 0.2 < np.mean(labels == NOT_HIRAGANA) < 0.4


@pytest.mark.parametrize("makers", [1, 2])
def test_batches_from_other_processes_depend_on_their_number_and_the_seed_alone(
    images: StoredImages, makers: int
) -> None:
    mixture = Mixture((images,), (1.0,))
    made = list(islice(stream(mixture, range(3, 6), 8, seed=8, makers=makers), 3))
    for number, (inputs, labels) in enumerate(made, 3):
        expected = mixture.batch(8, np.random.default_rng((8, number)))
        assert np.array_equal(inputs, expected[0])
        assert np.array_equal(labels, expected[1])


TRAINER = """
import sys
from model.workshop.training.dataset import stream
from tests.model.workshop.training.test_dataset import Blank
if __name__ == "__main__":
    made = stream(Blank(), range(1000), 1, seed=1)
    next(made)
    print("drawing", flush=True)
    sys.stdin.read()
"""


class Blank:
    """Makes batches of nothing."""

    def batch(self, size: int, rng: np.random.Generator, settled: bool = False) -> int:
        return size


def test_those_who_draw_end_with_a_trainer_that_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "trainer.py"
    file.write_text(TRAINER, encoding="utf-8")
    command, paths = [sys.executable, str(file)], os.pathsep.join([str(Path.cwd()), *sys.path])
    with subprocess.Popen(  # our own text
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": paths}
    ) as trainer:
        assert trainer.stdout is not None
        assert trainer.stdout.readline() == b"drawing\n"
        trainer.kill()
        assert trainer.communicate(timeout=60)[0] == b""  # those who draw hold the other end of the pipe until they end


def test_towards_the_end_the_settled_shares_count(images: StoredImages) -> None:
    mixture = Mixture((images, _Never("never", images.labels)), (0.0, 1.0), settled_shares=(1.0, 0.0))
    with pytest.raises(AssertionError):
        mixture.batch(4, np.random.default_rng(1))
    assert len(mixture.batch(4, np.random.default_rng(1), settled=True)[1]) == 4


def test_inputs_for_judging_keep_the_order_of_the_images(images: StoredImages) -> None:
    plain, labels = prepare_inputs(images)
    degraded, _ = prepare_inputs(images, degraded_by=1)
    assert np.array_equal(labels, images.labels)
    assert plain.shape == degraded.shape == (len(labels), 48, 48, 1)
    assert not np.array_equal(plain, degraded)
