from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="charts need the extra `train`")

import cv2
from matplotlib import font_manager

from model.labels import LABELS
from model.reading import Candidate
from model.workshop.evaluation import chart_style, charts
from model.workshop.evaluation.charts import draw
from model.workshop.evaluation.evaluate import Evaluation, Findings, Mistake
from model.workshop.evaluation.figures import Answer, count
from model.workshop.evaluation.resampling import compare
from tests.model.drawings import drawn


def answer(written: str, read: str, sure: float, writer: str) -> Answer:
    return Answer(written, writer, (Candidate(read, sure), Candidate(written, 1 - sure)), "sure")


@pytest.fixture(scope="module")
def findings() -> Findings:
    good = [answer(label, label, 0.9, f"w{i % 5}") for i, label in enumerate(LABELS)]
    poor = [answer("い", "り", 0.8, "w0"), Answer("う", "w1", (), "not_hiragana"), *good[3:]]
    first = Evaluation("first", [poor, good], [count("pens", poor), count("screens", good)], [], {})
    second = Evaluation("second", [good[: len(poor)], good], [count("pens", good), count("screens", good)], [], {})
    right = np.ones(10, bool)
    gain = compare(~right, right, [f"w{i}" for i in range(10)])
    pictures = [drawn("い", 60), np.dstack([drawn("う", 80)] * 3)]
    mistakes = [Mistake("pens", poor[i], pictures[i], None) for i in (0, 1)]
    return Findings([first, second], [{"second": gain}, {"second": gain}], mistakes)


@pytest.mark.parametrize("japanese", [True, False], ids=["with a Japanese font", "without"])
def test_every_chart_is_drawn(
    findings: Findings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, japanese: bool
) -> None:
    if not japanese:
        monkeypatch.setattr(chart_style, "_japanese", lambda: None)
    elif chart_style.shown("あ") != "あ":
        pytest.skip("no Japanese font is installed")
    files = draw(tmp_path / "new", findings)
    assert {file.name for file in files} == {
        "confusions.png",
        "reliability.png",
        "classes.png",
        "errors.png",
        "comparison.png",
    }
    for file in files:
        picture = cv2.imdecode(np.fromfile(file, np.uint8), cv2.IMREAD_COLOR)
        assert picture.shape[1] > 600
        assert np.ptp(picture) > 100
        assert np.median(picture) == 255  # a light background


def test_one_model_has_nothing_to_be_compared_with(findings: Findings, tmp_path: Path) -> None:
    alone = Findings(findings.models[1:], [{}, {}], [])
    assert [file.name for file in draw(tmp_path, alone)] == [
        "confusions.png",
        "reliability.png",
        "classes.png",
        "errors.png",
    ]


def test_of_many_confused_labels_the_most_frequent_are_detailed() -> None:
    often = [answer("あ", "お", 0.9, "w")] * 3
    once = [answer(LABELS[i], LABELS[-1 - i], 0.9, "w") for i in range(6, 37)]
    chart = charts.confusion_matrix([*often, *once])
    detail = chart.axes[1]
    names = [label.get_text() for label in detail.get_yticklabels()]
    assert {chart_style.shown("あ"), chart_style.shown("お")} <= set(names)
    assert len(names) <= charts.DETAILED
    assert "without 16 rarer" in detail.get_title()


def test_fonts_that_were_installed_since_matplotlib_made_its_list_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = chart_style.font_manager.fontManager.ttflist
    latin = [font for font in listed if font.name == chart_style.LATIN]
    monkeypatch.setattr(chart_style.font_manager.fontManager, "ttflist", latin)
    monkeypatch.setattr(chart_style.font_manager, "findSystemFonts", lambda: [font.fname for font in listed])
    monkeypatch.setattr(chart_style, "FAMILIES", ("DejaVu Serif",))  # comes with matplotlib
    assert chart_style._installed() is None
    assert chart_style._newly_installed() == "DejaVu Serif"


def test_without_a_japanese_font_labels_are_written_as_they_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chart_style, "_japanese", lambda: None)
    assert [chart_style.shown(label) for label in ("あ", "が", "ぴ", "ゔ", "")] == ["a", "ga", "pi", "vu", "–"]
    assert chart_style.families() == [chart_style.LATIN]


def test_a_font_of_npm_is_unpacked_where_the_system_has_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    packed = chart_style.NPM_FONTS / chart_style.NPM_FILE
    if not packed.is_file():
        pytest.skip("`python -m model prepare` installs the fonts of npm")
    monkeypatch.setattr("matplotlib.get_cachedir", lambda: str(tmp_path))
    before = list(font_manager.fontManager.ttflist)
    try:
        family = chart_style._unpacked(packed)
    finally:
        font_manager.fontManager.ttflist[:] = before
    assert family is not None
    assert family.startswith("Noto Sans JP")
    assert (tmp_path / f"{packed.stem}.ttf").stat().st_size > 100_000


def test_a_font_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert chart_style._unpacked(tmp_path / "nowhere.woff2") is None
