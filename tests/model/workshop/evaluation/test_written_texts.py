from pathlib import Path

import cv2
import pytest

from model.classifier import load
from model.workshop.evaluation.written_texts import NoTexts, TextFigures, read_texts, written_texts
from tests.model.drawings import drawn


def test_texts_are_compared_with_what_is_read(tmp_path: Path) -> None:
    for name in ("right.png", "wrong.png"):
        cv2.imwrite(str(tmp_path / name), drawn("い"))
    (tmp_path / "labels.csv").write_text("file,text\nright.png,い\nwrong.png,夜は。\n", encoding="utf-8")
    texts = written_texts(tmp_path)
    assert [written.text for written in texts] == ["い", "〓は。"]
    assert read_texts(load(), texts) == TextFigures(pictures=2, characters=4, wrong=3, exact=1)


@pytest.mark.parametrize("content", [None, "file,text\n", "picture\na.png\n"])
def test_a_folder_without_a_list_of_texts_is_named(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "labels.csv").write_text(content, encoding="utf-8")
    with pytest.raises(NoTexts, match=r"labels\.csv"):
        written_texts(tmp_path)
