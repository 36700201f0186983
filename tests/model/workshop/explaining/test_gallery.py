"""The sheets that say why a picture was read as it was: which files they take, and where each goes."""

from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image
from typer.testing import CliRunner

from model.classifier import Classifier, load
from model.explaining import tendencies
from model.workshop.command_line import app
from model.workshop.explaining import gallery
from model.workshop.explaining.gallery import draw_all, draw_decided
from tests.model.drawings import drawn

runner = CliRunner()


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load()


def test_pictures_of_the_same_name_get_a_sheet_each(
    classifier: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("kana_chart", "confusion_sheet"):
        monkeypatch.setattr(gallery, name, lambda _: np.zeros((8, 8, 3), np.uint8))
    pictures = [tmp_path / place for place in ("a/1.png", "b/1.png", "b/1.bmp", "b/1-2.png", "b/I.png", "a/i.png")]
    for picture, label in zip(pictures, "いうくこしつ", strict=True):
        picture.parent.mkdir(exist_ok=True)
        Image.fromarray(drawn(label)).save(picture)
    files = [file.name for file in draw_all(classifier, tendencies.load(), [], pictures, tmp_path / "out")][2:]
    stems = ("1", "1-2", "1-3", "1-2-2", "I", "i-2")
    assert files == [f"decided-{stem}.png" for stem in stems]
    assert len({(tmp_path / "out" / file).read_bytes() for file in files}) == len(files)


@pytest.mark.parametrize("brightness", [0, 255])
def test_ink_on_nothing_gets_the_paper_that_it_needs(classifier: Classifier, tmp_path: Path, brightness: int) -> None:
    ink = np.full((200, 200, 4), brightness, np.uint8)
    ink[:, :, 3] = 255 - drawn("い", ink=0, paper=255)
    Image.fromarray(ink).save(tmp_path / "ink.png")
    assert draw_decided(classifier, tmp_path / "ink.png", tmp_path / "decided.png").is_file()


def test_a_phones_picture_is_understood(classifier: Classifier, tmp_path: Path) -> None:
    pillow_heif.from_pillow(Image.fromarray(np.dstack([drawn("い")] * 3))).save(tmp_path / "phone.heic")
    assert draw_decided(classifier, tmp_path / "phone.heic", tmp_path / "decided.png").is_file()


def test_a_picture_that_was_cut_off_is_named(classifier: Classifier, tmp_path: Path) -> None:
    Image.fromarray(drawn("い")).save(tmp_path / "cut.jpg")
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "cut.jpg").read_bytes()[:1500])
    with pytest.raises(ValueError, match=r"cut\.jpg is no picture that can be read \(.*truncated"):
        draw_decided(classifier, tmp_path / "cut.jpg", tmp_path / "decided.png")


def test_a_picture_that_would_fill_the_memory_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10_000)
    Image.fromarray(drawn("い")).save(tmp_path / "vast.png")
    done = runner.invoke(app, ["tendencies", str(tmp_path / "vast.png"), "--out", str(tmp_path / "out")])
    assert done.exit_code == 1
    assert "vast.png is no picture that can be read" in done.output


def test_a_blank_picture_is_named(classifier: Classifier, tmp_path: Path) -> None:
    Image.new("L", (80, 80), 250).save(tmp_path / "blank.png")
    with pytest.raises(ValueError, match=r"blank\.png: nothing stands out"):
        draw_decided(classifier, tmp_path / "blank.png", tmp_path / "decided.png")
