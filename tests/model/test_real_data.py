"""The shipped model on real handwriting. The images are not part of the project: TSUDOI_REAL_DATA points at them."""

import hashlib
import json
import os
from collections.abc import Iterable

import pytest

from model.classifier import ARTIFACT, load
from model.preprocess import preprocess
from model.workshop.evaluation.evaluate import evaluate, refusals
from model.workshop.evaluation.pictures import Pictures, negatives_beside, unseen_pictures
from model.workshop.sources.catalogue import REAL_DATA, real_file
from model.workshop.sources.folders import read_folders
from model.workshop.sources.npz import read_npz
from model.workshop.sources.stored import Written
from model.workshop.training.dataset import SEED, choose_held_out, group_of

pytestmark = pytest.mark.skipif(
    not os.environ.get(REAL_DATA), reason=f"{REAL_DATA} does not point at the folder of real handwriting"
)
HELD_OUT = json.loads((ARTIFACT.parent / "card.json").read_text(encoding="utf-8"))["training"]["held_out"]


def every_third(pictures: Pictures) -> Pictures:
    return Pictures(pictures.name, pictures.written[::3])


@pytest.fixture(scope="module")
def sets() -> dict[str, Pictures]:
    return {pictures.name: pictures for pictures in unseen_pictures(HELD_OUT)}


def test_the_shipped_model_reads_drawings_of_twenty_strangers(sets: dict[str, Pictures]) -> None:
    figures = evaluate(load(), sets["dev"])
    assert figures.top1 >= 0.99
    assert figures.top5 >= 0.995
    assert figures.calibration_error <= 0.02
    assert figures.refused <= 0.01
    assert min(figures.per_class.values()) >= 0.85


@pytest.mark.parametrize("name", ["scans g01", "scans g12"])
def test_the_shipped_model_reads_scans_of_strangers(sets: dict[str, Pictures], name: str) -> None:
    figures = evaluate(load(), every_third(sets[name]))
    assert figures.top1 >= 0.985
    assert figures.refused <= 0.01


def test_the_shipped_model_refuses_what_is_no_hiragana(sets: dict[str, Pictures]) -> None:
    few = {kind: pictures[:60] for kind, pictures in negatives_beside(sets.values()).items()}
    assert len(few) >= 3
    for found in refusals(load(), few):
        assert found.refused >= 0.9, found
        assert found.sure <= 0.07, found


def test_inverted_drawings_are_read_as_well(sets: dict[str, Pictures]) -> None:
    some = every_third(sets["dev"])
    assert abs(evaluate(load(), some, lambda image: 255 - image).top1 - evaluate(load(), some).top1) <= 0.003


def hashes(written: Iterable[Written]) -> set[str]:
    return {hashlib.sha256(one.image.tobytes()).hexdigest() for one in written}


def test_no_image_that_we_judge_by_was_trained_on(sets: dict[str, Pictures]) -> None:
    scans = list(read_folders(real_file("hiragana", "raw_train.zip")))
    sheets = list(read_npz(real_file("hiragana", "train.npz")))
    held_out = choose_held_out([one.writer for one in scans], SEED)
    assert sorted(held_out) == HELD_OUT
    seen = hashes(one for one in scans + sheets if group_of(one.writer) not in held_out)
    assert len(seen) > 14_000
    assert not any(seen & hashes(pictures.written) for pictures in sets.values())


def test_every_real_image_can_be_preprocessed(sets: dict[str, Pictures]) -> None:
    for pictures in sets.values():
        for written in pictures.written[::5]:
            assert preprocess(written.image).max() == 1
