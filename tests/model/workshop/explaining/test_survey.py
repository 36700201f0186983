import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from rich.progress import Progress
from typer.testing import CliRunner

from model.classifier import load
from model.explaining import tendencies
from model.labels import INDEX
from model.preprocess import preprocess
from model.workshop.command_line import app
from model.workshop.explaining import survey as surveying
from model.workshop.explaining.gallery import augmentation_sheet, kana_chart
from model.workshop.explaining.survey import survey
from model.workshop.sources import Source
from model.workshop.sources.catalogue import Entry
from model.workshop.sources.stored import StoredImages
from tests.model.drawings import drawn

runner = CliRunner()


def source(name: str, inverted: bool = False) -> StoredImages:
    known = tendencies.load()
    inks = np.pad(known.exemplars, ((0, 0), (16, 16), (16, 16)))
    labels = known.exemplar_labels.astype(np.int64)
    return StoredImages(name, 255 - inks if inverted else inks, labels, (name,) * len(labels))


def entry(name: str, read: Source) -> Entry:
    return Entry(name, 1.0, "", "", lambda: True, lambda: read)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, count in {"AVERAGED": 3, "CANDIDATES": 5, "DEGRADED": 6}.items():
        monkeypatch.setattr(surveying, name, count)


@pytest.mark.usefixtures("hasty")
def test_a_survey_is_the_same_for_the_same_sources_and_takes_nothing_of_members() -> None:
    with Progress(disable=True) as progress:
        one = survey(load(), [entry("fonts", source("fonts"))], progress)
        members = source("members", inverted=True)
        two = survey(load(), [entry("fonts", source("fonts")), entry("members", members)], progress)
    assert one.averages.shape == (74, 48, 48)
    assert np.bincount(one.exemplar_labels, minlength=74).min() >= 1
    assert one.lookalikes.shape == (24, 3, 48, 48)
    read = one.confusion.sum(axis=1)  # the rest of a row was called no hiragana; of six pictures, half may be a blot
    assert read.min() > 0.4
    assert read.mean() > 0.85
    assert read.max() <= 1.01
    assert np.array_equal(one.averages, two.averages)
    assert np.array_equal(one.exemplars, two.exemplars)


@pytest.mark.usefixtures("hasty")
def test_scans_are_averaged_but_never_shown() -> None:
    scan = np.asarray(255 - drawn("い", 80), np.uint8)
    scans = StoredImages("scans", np.stack([scan] * 74), np.arange(74), ("somebody",) * 74)
    with Progress(disable=True) as progress:
        found = survey(load(), [entry("fonts", source("fonts")), entry("scans", scans)], progress)
    seen = preprocess(drawn("い", 80)).ravel()
    others = found.exemplar_labels != INDEX["い"]
    assert likeness(found.averages, seen).min() > 0.4
    assert likeness(found.exemplars[others], seen).max() < 0.9
    assert likeness(found.lookalikes[found.lookalike_pairs[:, 0] != INDEX["い"]], seen).max() < 0.9


@pytest.mark.usefixtures("hasty")
def test_without_fonts_and_strokes_the_letters_that_ship_are_read_also_by_one_that_knows_none() -> None:
    class Untrained:
        def logits(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
            return np.eye(75, dtype=np.float32)[INDEX["ん"]] + picture.mean()

        def probabilities(self, picture: NDArray[np.float32]) -> NDArray[np.float64]:
            return np.full(75, 1 / 75)

    with Progress(disable=True) as progress:
        found = survey(Untrained(), [], progress)
    assert np.bincount(found.exemplar_labels, minlength=74).min() >= 1
    assert found.averages.max(axis=(1, 2)).min() > 0


def likeness(pictures: NDArray[np.uint8], to: NDArray[np.float32]) -> NDArray[np.float64]:
    flat = pictures.reshape(-1, 48 * 48).astype(np.float64)
    return np.asarray(flat @ to / np.linalg.norm(flat, axis=1) / np.linalg.norm(to))


def test_what_cannot_be_generated_is_named() -> None:
    nothing = StoredImages("fonts", np.zeros((0, 80, 80), np.uint8), np.zeros(0, np.int64), ())
    with Progress(disable=True) as progress, pytest.raises(ValueError, match="あ"):
        survey(load(), [entry("fonts", nothing)], progress)


def test_the_chart_of_kana_is_wide_and_shows_ink() -> None:
    chart = kana_chart(tendencies.load())
    assert chart.shape[1] > chart.shape[0]
    assert (chart < 80).all(axis=2).mean() > 0.02


def test_the_sheet_of_augmentation_grows_with_its_sources() -> None:
    one = augmentation_sheet([source("fonts")], [], columns=4, rows=2)
    two = augmentation_sheet([source("fonts")], [drawn("い"), drawn("う")], columns=4, rows=2)
    assert two.shape[0] > one.shape[0]
    assert np.array_equal(one[: len(one) // 2], two[: len(one) // 2])


def test_the_command_draws_sheets_and_why_a_picture_was_read_so(tmp_path: Path) -> None:
    picture = tmp_path / "mine.png"
    picture.write_bytes(cv2.imencode(".png", drawn("と"))[1].tobytes())
    done = runner.invoke(app, ["tendencies", str(picture), "--out", str(tmp_path / "sheets"), "--json"])
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert [Path(file).name for file in told["files"]] == ["typical.png", "confusions.png", "decided-mine.png"]
    assert all(cv2.imread(file) is not None for file in told["files"])
    assert set(told["confusions"][0]) == {"written", "read", "share"}


def test_the_command_names_a_file_that_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("milk")
    done = runner.invoke(app, ["tendencies", str(tmp_path / "list.txt"), "--out", str(tmp_path)])
    assert done.exit_code == 1
    assert "list.txt" in done.output
