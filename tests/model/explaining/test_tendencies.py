from pathlib import Path

import numpy as np
import pytest

from model.classifier import ARTIFACT, Classifier, load
from model.explaining import tendencies
from model.explaining.tendencies import FILE, NotSurveyed, Tendencies, as_input, most_confused
from model.labels import LABELS
from model.preprocess import preprocess
from tests.model.damages import DAMAGES, Damage
from tests.model.drawings import drawn


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load()


def test_every_label_has_an_average_and_a_typical_shape() -> None:
    known = tendencies.load()
    for label in LABELS:
        for ink in (known.average(label), known.typical(label)):
            assert (ink.shape, ink.dtype) == ((48, 48), np.uint8)
            assert ink.max() > 60, label


def test_the_typical_shapes_are_read_as_what_they_are(classifier: Classifier) -> None:
    read = [LABELS[int(np.argmax(classifier.logits(as_input(tendencies.typical(label)))[:74]))] for label in LABELS]
    assert np.mean([one == label for one, label in zip(read, LABELS, strict=True)]) > 0.95


def test_confusions_come_with_their_share_most_frequent_first() -> None:
    for label in LABELS:
        found = tendencies.load().confused_with(label)
        shares = [share for _, share in found]
        assert label not in dict(found)
        assert shares == sorted(shares, reverse=True)
        assert 0 < sum(shares) < 1


def test_an_unknown_label_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        tendencies.typical("猫")


@pytest.mark.parametrize("label", ["い", "こ", "と", "へ"])
def test_the_neighbours_of_a_drawing_are_like_it(classifier: Classifier, label: str) -> None:
    found = tendencies.nearest(classifier, preprocess(drawn(label)), k=4)
    assert found[0].label == label
    likeness = [one.likeness for one in found]
    assert likeness == sorted(likeness, reverse=True)
    assert likeness[0] <= 1.0001


def test_an_exemplar_is_its_own_nearest_neighbour(classifier: Classifier) -> None:
    ink = tendencies.typical("ね")
    nearest = tendencies.nearest(classifier, as_input(ink), k=1)[0]
    assert nearest.label == "ね"
    assert np.array_equal(nearest.image, ink)


def test_the_largest_entries_beside_the_diagonal_are_the_confusions() -> None:
    confusion = np.array([[0.9, 0.1, 0.0], [0.0, 0.7, 0.3], [0.2, 0.0, 0.8]], np.float32)
    assert most_confused(confusion, 2) == [(1, 2), (2, 0)]


def test_facts_survive_being_written(tmp_path: Path) -> None:
    known = tendencies.load()
    known.save(tmp_path / FILE)
    again = tendencies.load(tmp_path / FILE)
    assert np.array_equal(again.typical("を"), known.typical("を"))
    assert again.pairs(5) == known.pairs(5)
    assert again.examples(*known.pairs(1)[0][:2]).shape == (3, 48, 48)


def test_missing_and_damaged_facts_say_how_to_make_them(tmp_path: Path) -> None:
    (tmp_path / "damaged.npz").write_bytes(b"not a zip")
    for file in ("none.npz", "damaged.npz"):
        with pytest.raises(NotSurveyed, match="--survey"):
            tendencies.load(tmp_path / file)


@pytest.mark.parametrize("damage", DAMAGES)
def test_facts_that_were_whole_once_are_to_be_surveyed_anew(tmp_path: Path, damage: Damage) -> None:
    (tmp_path / FILE).write_bytes(damage((ARTIFACT.parent / FILE).read_bytes()))
    with pytest.raises(NotSurveyed, match="--survey"):
        tendencies.load(tmp_path / FILE)


def test_the_shipped_facts_are_small() -> None:
    assert (ARTIFACT.parent / FILE).stat().st_size <= 300_000


def test_pairs_without_examples_have_none() -> None:
    known = tendencies.load()
    empty = Tendencies(
        known.averages,
        known.exemplars,
        known.exemplar_labels,
        known.confusion,
        known.lookalikes[:0],
        known.lookalike_pairs[:0],
    )
    assert empty.examples("ば", "ぱ").shape == (0, 48, 48)
