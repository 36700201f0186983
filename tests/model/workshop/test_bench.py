import json
import shutil
import subprocess

import numpy as np
import pytest
from typer.testing import CliRunner

from model.workshop import bench
from model.workshop.command_line import app
from model.workshop.evaluation import tesseract
from model.workshop.evaluation.tesseract import TesseractMissing
from tests.model.drawings import drawn

runner = CliRunner()


def installed() -> bool:
    try:
        return bool(tesseract.require())
    except TesseractMissing:
        return False


@pytest.fixture
def without_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)


@pytest.mark.usefixtures("without_tesseract")
def test_speed_and_memory_are_measured_on_one_thread() -> None:
    done = runner.invoke(app, ["bench", "--rounds", "5", "--json"])
    figures = json.loads(done.stdout)
    assert done.exit_code == 0
    assert set(figures) >= {"preprocess_300_ms", "network_ms", "images_a_second", "import_ms", "memory_growth_mb"}
    assert all(value > 0 for value in figures.values())
    assert figures["memory_growth_mb"] < 120
    assert {"explain_1000_ms", "explain_first_ms"} <= set(figures)


@pytest.mark.usefixtures("without_tesseract")
def test_without_tesseract_one_line_says_what_to_install() -> None:
    done = runner.invoke(app, ["bench", "--rounds", "1"])
    assert done.exit_code == 0
    assert "tesseract-ocr-jpn" in done.stdout.splitlines()[-1]


def test_one_picture_tells_nothing_of_tesseracts_speed() -> None:
    done = runner.invoke(app, ["bench", "--pictures", "1"])
    assert done.exit_code == 2
    assert "greater than or equal to 2" in " ".join(done.output.replace("│", " ").split())


def test_without_japanese_data_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = subprocess.CompletedProcess([], 0, "List of available languages (2):\neng\nosd\n", "")
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/tesseract")
    monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: listed)
    with pytest.raises(TesseractMissing, match="Japanese"):
        tesseract.require()


@pytest.mark.parametrize(("page", "label"), [("あ\n", "あ"), ("っ\n", "つ"), ("ヘ", "へ"), ("木\n", ""), ("\n", "")])
def test_an_answer_counts_as_the_label_it_shows(page: str, label: str) -> None:
    assert tesseract._label(page) == label


@pytest.mark.skipif(not installed(), reason="Tesseract with Japanese is not installed")
def test_tesseract_answers_every_picture() -> None:
    blank = np.full((60, 60), 255, np.uint8)
    attempt = tesseract.read([drawn("こ"), blank, drawn("く")])
    assert len(attempt.answers) == 3
    assert attempt.answers[1] == ""
    assert attempt.start_ms > 0


@pytest.mark.skipif(not installed(), reason="Tesseract with Japanese is not installed")
def test_both_read_the_same_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TSUDOI_REAL_DATA", raising=False)
    found = bench.compare(30)
    assert found.number == 30
    assert found.top1 > found.tesseract_top1
