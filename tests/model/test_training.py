"""Training, from sources to a file that ships, with a network and a data set as small as they get."""

import json
from pathlib import Path

import numpy as np
import pytest
from rich.progress import Progress

from model.card import as_prose, make_card, write_artifact
from model.classifier import load, open_model
from model.dataset import Mixture
from model.figures import Answer, count
from model.pictures import Pictures
from model.reading import Candidate
from model.sources.catalogue import Entry
from model.sources.stored import StoredImages, Written, store
from tests.model.drawings import STROKES, drawn

keras = pytest.importorskip("keras", reason="training needs the extra `train`")

from model import train as training  # noqa: E402
from model.export import convert, export, export_run  # noqa: E402
from model.network import build_network  # noqa: E402

# Keras 3.15 copies TensorFlow variables in a way that NumPy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

TINY = ((8, 1), (16, 1))
WRITERS = ["lomps:g01:p1:left", "lomps:g02:p1:left", "lomps:g03:p1:left"]


@pytest.fixture(scope="module")
def images() -> StoredImages:
    pens = zip(WRITERS, (0.03, 0.05, 0.07), strict=True)
    return store("drawn", [Written(drawn(label, 90, pen), label, who) for who, pen in pens for label in STROKES])


@pytest.fixture(scope="module")
def network(images: StoredImages) -> "keras.Model":
    """A tiny network after a few steps: it knows something, so a file without its weights reads otherwise."""
    keras.utils.set_random_seed(1)
    with Progress(disable=True) as progress:
        return training.fit(build_network(stages=TINY), Mixture((images,), (1.0,)), 30 * training.BATCH, 1, progress)


def test_practice_makes_a_network_read_what_it_saw(network: "keras.Model", images: StoredImages) -> None:
    inputs, labels = Mixture((images,), (1.0,)).batch(200, np.random.default_rng(2))
    right = network.predict(inputs, verbose=0).argmax(axis=1) == labels
    assert right.mean() > 0.5


@pytest.mark.parametrize(("kind", "close"), [("float32", 1e-3), ("float16", 2e-2), ("dynamic 8-bit", 0.5)])
def test_the_exported_file_answers_as_the_network_does(
    network: "keras.Model", images: StoredImages, kind: str, close: float
) -> None:
    inputs, _ = Mixture((images,), (1.0,)).batch(32, np.random.default_rng(3))
    expected = network.predict(inputs, verbose=0)
    classifier = open_model(convert(network, kind))
    exported = np.stack([classifier.logits(picture) for picture in inputs])
    assert np.abs(exported - expected).max() < close
    assert np.ptp(expected) > 2  # it has learnt: constant answers would agree as well


def test_of_the_exported_files_the_smallest_that_reads_as_well_is_kept(network: "keras.Model") -> None:
    pictures = Pictures("drawings", [Written(drawn(label, 90), label, "test") for label in STROKES])
    chosen, tried = export(network, 1.0, [pictures])
    best = max(one.top1 for one in tried)
    assert len(chosen.content) == min(len(one.content) for one in tried if one.top1 >= best - 0.001)


def test_training_leaves_strangers_out_and_export_ships_what_it_learnt(
    images: StoredImages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "build_network", lambda: build_network(stages=TINY))
    monkeypatch.delenv("TSUDOI_REAL_DATA", raising=False)
    entry = Entry("drawn", 1.0, "drawn for a test", "nothing", lambda: True, lambda: images, knows_writers=True)
    with Progress(disable=True) as progress:
        facts = training.train([entry], tmp_path / "run", progress, images=256, seed=2)
        assert len(facts.held_out) == 1
        assert facts == training.load_training(tmp_path / "run")
        export_run(tmp_path / "run", tmp_path / "out" / "hiragana.tflite", progress)
    assert len(load(tmp_path / "out" / "hiragana.tflite").classify([drawn("い")], top=4)[0]) == 4
    card = json.loads((tmp_path / "out" / "card.json").read_text(encoding="utf-8"))
    assert card["temperature"] == facts.temperature
    assert "drawn for a test" in (tmp_path / "out" / "card.md").read_text(encoding="utf-8")


def test_training_needs_handwriting_to_judge_by(images: StoredImages, tmp_path: Path) -> None:
    entry = Entry("fonts", 1.0, "", "", lambda: True, lambda: images)
    with Progress(disable=True) as progress, pytest.raises(ValueError, match="python -m model prepare"):
        training.train([entry], tmp_path, progress)


def test_held_out_writers_are_in_no_source(images: StoredImages) -> None:
    practice, strangers = training.set_strangers_aside([images, images], 0, seed=3)
    unseen = set(strangers.writers)
    assert unseen
    assert all(not unseen & set(source.writers) for source in practice)


def test_a_card_says_what_was_measured_and_how_to_make_it_again(tmp_path: Path) -> None:
    facts = training.Training(128, 5, ["lomps:g01"], 0.7, 0.9, 0.8, ["drawn"], ["drawn for a test, MIT"])
    figures = count(
        "strangers",
        [
            Answer("あ", "one", (Candidate("あ", 0.9),), "sure"),
            Answer("い", "two", (Candidate("り", 0.8),), "sure"),
        ],
    )
    card = make_card(facts, "float16", b"content", [figures], {"inverted": [figures]})
    write_artifact(card, b"content", tmp_path / "hiragana.tflite")
    prose = (tmp_path / "card.md").read_text(encoding="utf-8")
    assert prose == as_prose(json.loads((tmp_path / "card.json").read_text(encoding="utf-8")))
    for words in (
        "python -m model train --images 128 --seed 5",
        "| strangers | 2 | 2 | 50.00%",
        "い as り (1)",
        "inverted",
    ):
        assert words in prose
