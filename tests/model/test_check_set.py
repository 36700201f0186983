"""The pictures on which models are compared."""

from pathlib import Path

import numpy as np
import pytest

from model import check_set
from model.check_set import FILE, SIDE, CheckSet, CheckSetMissing, answers_of
from model.classifier import ARTIFACT, load
from model.labels import LABELS
from model.synthetic.strokes import Stroke, StrokeDrawings
from model.workshop.release.check_set import PER_LABEL, write_check_set
from tests.model.damages import DAMAGES, Damage

LINE = [Stroke(np.array([[0.2, 0.5], [0.4, 0.5], [0.6, 0.5], [0.8, 0.5]], np.float32))]


def test_the_shipped_set_is_small_and_has_each_letter_as_often() -> None:
    assert (ARTIFACT.parent / FILE).stat().st_size <= 300_000
    known = check_set.load()
    counts = np.bincount(known.labels, minlength=len(LABELS))
    assert known.inks.shape[1:] == (SIDE, SIDE)
    assert set(counts.tolist()) <= {0, PER_LABEL}
    assert (counts > 0).sum() >= 70


def test_it_gives_the_same_pictures_each_time_and_they_are_hard_but_readable() -> None:
    known, again = check_set.load(), check_set.load()
    assert all(
        label == other and np.array_equal(picture, same)
        for (label, picture), (other, same) in zip(known.written, again.written, strict=True)
    )
    answers = answers_of(load(), [picture for _, picture in known.written])
    right = np.mean([read == label for read, (label, _) in zip(answers.labels, known.written, strict=True)])
    assert 0.85 < right < 0.99  # a set that every model reads tells none from another
    assert answers.ms > 0
    refused = answers_of(load(), known.scribbles)
    assert np.mean([label == "" for label in refused.labels]) > 0.9


def test_the_same_strokes_make_the_same_set(tmp_path: Path) -> None:
    source = StrokeDrawings("strokes", {"つ": [LINE], "へ": [LINE]})
    one, other = write_check_set(source), write_check_set(source)
    assert np.array_equal(one.inks, other.inks)
    assert len(one.labels) == PER_LABEL * len(source.labels)
    one.save(tmp_path / FILE)
    assert np.array_equal(check_set.load(tmp_path / FILE).inks, one.inks)


def test_a_damaged_set_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no archive")
    for file in (tmp_path / FILE, tmp_path / "none.npz"):
        with pytest.raises(CheckSetMissing, match="export the model again"):
            check_set.load(file)
    assert isinstance(check_set.load(), CheckSet)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_set_that_was_whole_once_is_missing_too(tmp_path: Path, damage: Damage) -> None:
    (tmp_path / FILE).write_bytes(damage((ARTIFACT.parent / FILE).read_bytes()))
    with pytest.raises(CheckSetMissing, match="export the model again"):
        check_set.load(tmp_path / FILE)
