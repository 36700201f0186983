import json
from pathlib import Path

import numpy as np
import pytest

from model import classic
from model.classifier import ARTIFACT, CARD, ModelUnusable, load
from model.labels import LABELS
from model.preprocess import UnreadableImage
from tests.model.drawings import STROKES, drawn


def test_a_picture_becomes_black_and_white_and_keeps_its_place() -> None:
    prepared = classic.prepare(drawn("い", 200, ink=90, paper=180))
    assert (prepared.shape, prepared.dtype, set(np.unique(prepared))) == ((32, 32, 1), np.float32, {0, 1})
    assert 0.03 < prepared.mean() < 0.3
    corner = np.full((400, 400), 245, np.uint8)
    corner[:200, :200] = drawn("い", 200)
    assert classic.prepare(corner)[16:].sum() == 0  # nobody looks for the ink


def test_ink_is_looked_for_in_colour_and_in_grey_alike() -> None:
    grey = drawn("と")
    assert np.array_equal(classic.prepare(grey), classic.prepare(np.dstack([grey] * 3)))


def test_paper_of_one_colour_has_no_ink() -> None:
    assert classic.prepare(np.full((50, 50), 200, np.uint8)).sum() == 0


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(UnreadableImage):
        classic.locate(np.zeros((5,), np.uint8))


def test_a_model_of_an_unknown_network_is_refused(tmp_path: Path) -> None:
    card = json.loads((ARTIFACT.parent / CARD).read_text(encoding="utf-8")) | {"network": "abacus"}
    (tmp_path / CARD).write_text(json.dumps(card), encoding="utf-8")
    (tmp_path / "model.tflite").write_bytes(ARTIFACT.read_bytes())
    with pytest.raises(ModelUnusable, match="classic, and not abacus"):
        load(tmp_path / "model.tflite")


@pytest.mark.trains
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # as in test_training
def test_the_network_learns_and_its_file_is_read_with_its_own_preparation(tmp_path: Path) -> None:
    keras = pytest.importorskip("keras", reason="training needs the extra `train`")
    import tensorflow as tf

    from model.workshop.training.classic import build

    keras.utils.set_random_seed(1)
    network = build()
    assert network.count_params() == 832 + 51_264 + 4_195_328 + 1025 * len(LABELS)
    labels = sorted(STROKES)
    pens = (0.04, 0.05, 0.06, 0.07)
    inputs = np.stack([classic.prepare(drawn(label, 100, pen)) for pen in pens for label in labels])
    truth = np.eye(len(LABELS), dtype=np.float32)[[LABELS.index(label) for label in labels] * len(pens)]
    network.fit(inputs, truth, batch_size=9, epochs=12, verbose=0)

    network.export(tmp_path / "saved", verbose=False)
    content = tf.lite.TFLiteConverter.from_saved_model(str(tmp_path / "saved")).convert()
    card = {"labels": "".join(LABELS), "temperature": 1.0, "network": "classic"}
    (tmp_path / CARD).write_text(json.dumps(card), encoding="utf-8")
    (tmp_path / "classic.tflite").write_bytes(content)
    classifier = load(tmp_path / "classic.tflite")
    answers = classifier.classify([drawn(label, 100, 0.055) for label in labels])
    assert [found[0].label for found in answers] == labels
    assert classifier.read(drawn(labels[0], 100, 0.055)).glyphs[0].box == (0, 0, 100, 100)
