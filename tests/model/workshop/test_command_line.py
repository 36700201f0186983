import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from model.classifier import ARTIFACT
from model.workshop.command_line import app
from model.workshop.command_line.output import show
from model.workshop.evaluation import evaluate, pictures
from model.workshop.sources import fonts, negatives
from tests.model.drawings import STROKES, drawn

runner = CliRunner()


@pytest.fixture(autouse=True)
def without_real_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TSUDOI_REAL_DATA", raising=False)


def test_prepare_names_what_is_missing_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (fonts, negatives):
        monkeypatch.setattr(module, "font_files", list)  # rendering all of them takes half a minute
    done = runner.invoke(app, ["prepare", "--offline", "--json"])
    found = {source["name"]: source for source in json.loads(done.stdout)}
    assert done.exit_code == 0
    assert {"scans", "thresholded", "fonts", "strokes", "etl", "members", "kanjivg", "kuzushiji"} <= set(found)
    assert found["scans"]["state"] == "missing"
    assert "TSUDOI_REAL_DATA" in found["scans"]["note"]


def test_a_table_prints_square_brackets_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    show(False, "Sources", ["note"], [["needs pip install 'tsudoi[strokes]'"]], None)
    assert "needs pip install 'tsudoi[strokes]'" in capsys.readouterr().out


@pytest.mark.trains
def test_training_without_handwriting_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "font_files", list)
    done = runner.invoke(app, ["train", "--quick", "--run", str(tmp_path)])
    assert done.exit_code == 1
    assert "python -m model prepare" in done.output
    left_out = re.findall(r"^Without (\w+), .*: needs (.+)$", done.output, re.MULTILINE)
    assert {"scans", "fonts"} <= {name for name, _ in left_out}


@pytest.mark.trains
def test_a_teacher_that_was_not_trained_is_named_with_the_command_that_trains_it(tmp_path: Path) -> None:
    done = runner.invoke(app, ["train", "--teacher", str(tmp_path)])
    assert done.exit_code == 1
    (command,) = re.findall(r"`python -m model (.*?)`", " ".join(done.output.split()))
    assert "there is no real handwriting" in runner.invoke(app, command.split()).output


def test_a_console_that_is_not_unicode_shows_what_it_can() -> None:
    code = (
        "from model.workshop import command_line as it; from model.workshop.command_line.output import show; "
        "it.app = lambda: show(False, 'い', ['read'], [['ゔ']], None); it.main()"
    )
    environment = os.environ | {"PYTHONIOENCODING": "cp932"}
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, env=environment)
    assert {"い", r"\u3094"} <= set(re.split(r"[\s|]+", done.stdout.decode("cp932")))


def test_help_says_which_command_prints_no_data() -> None:
    assert "all but forget-writer" in " ".join(runner.invoke(app, ["--help"]).output.split())


@pytest.mark.trains
def test_exporting_nothing_says_what_comes_first(tmp_path: Path) -> None:
    done = runner.invoke(app, ["export", "--run", str(tmp_path)])
    assert done.exit_code == 1
    assert "python -m model train" in done.output


@pytest.fixture
def few_negatives(monkeypatch: pytest.MonkeyPatch) -> None:
    blank = np.full((40, 40), 230, np.uint8)
    monkeypatch.setattr(
        pictures, "evaluation_negatives", lambda *_: {"paper": [blank, blank]}
    )  # takes seconds otherwise


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for label in (*STROKES, "cats"):
        (tmp_path / "pens" / label).mkdir(parents=True)
        for number, pen in enumerate((0.04, 0.06)):
            drawing = drawn(label if label in STROKES else "い", 90, pen)
            cv2.imencode(".png", drawing)[1].tofile(tmp_path / "pens" / label / f"anna_{number}.png")
    return tmp_path / "pens"


def test_evaluating_without_pictures_says_how_to_name_them() -> None:
    done = runner.invoke(app, ["evaluate"])
    assert done.exit_code == 1
    assert "TSUDOI_REAL_DATA" in done.output


def test_evaluating_a_missing_model_or_folder_says_so(tmp_path: Path) -> None:
    done = runner.invoke(app, ["evaluate", "--model", str(tmp_path / "none.tflite")])
    assert done.exit_code == 1
    assert "cannot be used" in done.output
    assert "card.json" not in done.output
    done = runner.invoke(app, ["evaluate", str(tmp_path / "nowhere")])
    assert done.exit_code == 1
    assert "nowhere" in done.output


@pytest.mark.usefixtures("few_negatives")
def test_any_folder_is_evaluated_and_labels_that_are_no_hiragana_are_named(folder: Path) -> None:
    done = runner.invoke(app, ["evaluate", str(folder), "--classes"])
    assert done.exit_code == 0
    assert "the pictures under 'cats' (2) are left out" in done.stderr
    for words in ("100.00%", "anna", "real hiragana refused", "Each character"):
        assert words in done.stdout


@pytest.mark.usefixtures("few_negatives")
def test_a_source_without_any_hiragana_is_named_and_the_others_are_judged(tmp_path: Path) -> None:
    images = np.stack([drawn("い", 64), drawn("う", 64)])
    np.savez(tmp_path / "two.npz", images=images, label=["い", "x"], writer=["p", "q"], source=["pens", "presses"])
    done = runner.invoke(app, ["evaluate", str(tmp_path / "two.npz"), "--json"])
    assert "two: presses: the pictures under 'x' (1) are left out" in done.stderr
    assert [one["name"] for one in json.loads(done.stdout)["models"][0]["figures"]] == ["two: pens"]


@pytest.mark.usefixtures("few_negatives")
def test_models_are_compared_as_data_and_drawn(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="charts need the extra `train`")
    other = tmp_path / "other"
    shutil.copytree(ARTIFACT.parent, other)
    file = str(other / ARTIFACT.name)
    done = runner.invoke(app, ["evaluate", str(folder), "--compare", file, "--out", str(tmp_path / "charts"), "--json"])
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert [model["model"] for model in found["models"]] == ["shipped", file]
    assert found["models"][0]["figures"][0]["top1"] == 1
    assert found["models"][0]["refused"]["paper"]["refused"] == 1
    assert found["gains"]["pens"][file] == {
        "gain": 0,
        "range": None,
        "p": 1,
        "verdict": "too few writers to tell",
    }
    assert all(Path(chart).is_file() for chart in found["charts"])
    assert len(found["charts"]) == 5


@pytest.mark.parametrize("place", ["taken", "taken/charts"])
def test_charts_that_cannot_be_written_are_refused_before_anything_is_read(
    folder: Path, tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("matplotlib", reason="charts need the extra `train`")
    monkeypatch.setattr(evaluate, "examine", lambda *_: pytest.fail("pictures were read"))
    (tmp_path / "taken").write_text("a file")
    done = runner.invoke(app, ["evaluate", str(folder), "--out", str(tmp_path / place)])
    assert done.exit_code == 1
    assert re.search(rf"charts cannot be written to .*{place} \(.+\): name another folder with --out", done.output)


@pytest.mark.parametrize("others", [["--out", "charts"], ["--classes"], ["--hard"]])
def test_pages_have_no_charts_classes_or_hardships(others: list[str]) -> None:
    done = runner.invoke(app, ["evaluate", "--lines", "1", *others])
    assert done.exit_code == 1
    assert "leave --out, --classes, --hard" in " ".join(done.output.split())
    assert not Path("charts").exists()


@pytest.mark.usefixtures("few_negatives")
def test_hardships_are_tried_when_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate, "SAMPLE", 2)
    done = runner.invoke(app, ["evaluate", str(folder), "--hard", "--json"])
    hardships = json.loads(done.stdout)["models"][0]["hardships"]
    assert hardships["inverted"] == {"pens": 1}
    assert {"at 40 % of the frame", "turned 15° left", "turned 15° right", "phone photo"} <= set(hardships)


FILES = "adapt detector export finder sheet".split()
FOLDERS = "import-sheet pairs tendencies".split()


def test_every_command_that_writes_has_its_out_checked_first() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    writing = {name for name, command in commands.items() if any(option.name == "out" for option in command.params)}
    assert writing == {*FILES, *FOLDERS, "evaluate"}  # which says which charts cannot be written


@pytest.mark.parametrize("command", FILES)
def test_a_folder_in_place_of_the_file_to_write_is_refused_by_name(command: str, tmp_path: Path) -> None:
    assert f"'{tmp_path}' is a directory." in _refusal(command, tmp_path)


@pytest.mark.parametrize("command", FOLDERS)
def test_a_file_in_place_of_the_folder_to_write_to_is_refused_by_name(command: str, tmp_path: Path) -> None:
    (file := tmp_path / "file").touch()
    assert f"'{file}' is a file." in _refusal(command, file)


def _refusal(command: str, out: Path) -> str:
    done = runner.invoke(app, [command, "--out", str(out)], env={"COLUMNS": "500"})
    assert done.exit_code == 2
    return done.output
