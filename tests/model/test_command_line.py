import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from model.__main__ import app
from model.sources import fonts

runner = CliRunner()


@pytest.fixture(autouse=True)
def without_real_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TSUDOI_REAL_DATA", raising=False)


def test_prepare_names_what_is_missing_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "font_files", list)  # rendering all of them takes half a minute
    done = runner.invoke(app, ["prepare", "--offline", "--json"])
    found = {source["name"]: source for source in json.loads(done.stdout)}
    assert done.exit_code == 0
    assert {"scans", "thresholded", "fonts", "strokes", "etl", "members", "kanjivg", "kuzushiji"} <= set(found)
    assert found["scans"]["state"] == "missing"
    assert "TSUDOI_REAL_DATA" in found["scans"]["note"]


def test_training_without_handwriting_says_what_to_do(tmp_path: Path) -> None:
    done = runner.invoke(app, ["train", "--quick", "--run", str(tmp_path)])
    assert done.exit_code == 1
    assert "python -m model prepare" in done.output


def test_exporting_nothing_says_what_comes_first(tmp_path: Path) -> None:
    done = runner.invoke(app, ["export", "--run", str(tmp_path)])
    assert done.exit_code == 1
    assert "python -m model train" in done.output


def test_evaluating_without_pictures_says_how_to_name_them() -> None:
    done = runner.invoke(app, ["evaluate"])
    assert done.exit_code == 1
    assert "TSUDOI_REAL_DATA" in done.output


def test_evaluating_a_missing_model_says_so(tmp_path: Path) -> None:
    done = runner.invoke(app, ["evaluate", "--model", str(tmp_path / "none.tflite")])
    assert done.exit_code == 1
    assert "cannot be used" in done.output


def test_bench_measures_speed_and_memory_on_one_thread() -> None:
    done = runner.invoke(app, ["bench", "--rounds", "5", "--json"])
    figures = json.loads(done.stdout)
    assert done.exit_code == 0
    assert all(value > 0 for value in figures.values())
    assert figures["memory_growth_mb"] < 120
