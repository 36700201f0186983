from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.classifier import load
from model.workshop.evaluation.boxed_pages import NoPages, boxed_pages, matched, read_boxed
from tests.model.drawings import drawn


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    page = np.full((200, 460), 240, np.uint8)
    for number, label in enumerate("いとこ"):
        page[50:150, 30 + 140 * number : 130 + 140 * number] = drawn(label, 100, ink=30, paper=240)
    Image.fromarray(page).save(tmp_path / "page.png")
    listed = "い 40 60 80 80; と 180 60 80 80; ん 320 60 80 80"
    (tmp_path / "pages.csv").write_text(f"file,characters\npage.png,{listed}\n", encoding="utf-8")
    return tmp_path


def test_what_is_found_and_what_is_read_right_are_told_apart(folder: Path) -> None:
    figures = read_boxed(load(), boxed_pages(folder))
    assert (figures.pages, figures.characters, figures.extra) == (1, 3, 0)
    assert figures.found == 1
    assert figures.right == pytest.approx(2 / 3)
    assert figures.confused == {"ん>こ": 1}
    assert figures.to_json()["error_rate"] == pytest.approx(0.3333)


def test_a_box_is_matched_once_with_the_closest() -> None:
    boxes = [(0, 0, 10, 10), (20, 0, 10, 10)]
    assert matched(boxes, [(18, 0, 10, 10), (1, 0, 10, 10), (2, 0, 10, 10)]) == [(0, 1), (1, 0)]
    assert matched(boxes, []) == matched([], boxes) == matched(boxes, [(60, 60, 5, 5)]) == []


@pytest.mark.parametrize(
    "rows", [None, "file\npage.png\n", "file,characters\npage.png,あ 1 2 3\n", "file,characters\n"]
)
def test_a_folder_without_pages_says_what_it_needs(tmp_path: Path, rows: str | None) -> None:
    if rows is not None:
        (tmp_path / "pages.csv").write_text(rows, encoding="utf-8")
    with pytest.raises(NoPages, match=r"pages\.csv"):
        boxed_pages(tmp_path)
