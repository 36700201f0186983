import json
import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from rich.progress import Progress
from typer.testing import CliRunner

from model.errors import DamagedFile
from model.labels import NOT_HIRAGANA
from model.workshop.command_line import app
from model.workshop.sources import cache, folders
from model.workshop.sources.cache import cached, version
from model.workshop.sources.catalogue import CATALOGUE, Entry, at_hand, kept
from model.workshop.sources.stored import StoredImages, Written, store
from model.workshop.training import prepare as preparing
from model.workshop.training.prepare import look, look_at_others, together
from tests.model.drawings import drawn


@pytest.fixture(autouse=True)
def kept_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "FOLDER", tmp_path / "kept")
    for name in ("TSUDOI_REAL_DATA", "TSUDOI_SAMPLES"):
        monkeypatch.delenv(name, raising=False)


class Counted:
    """Pictures in folders, and how often they were read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.times = 0
        self.add("い", "a_01")
        self.add("こ", "b_01")

    def add(self, label: str, stem: str) -> Path:
        file = self.folder / label / f"{stem}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(file), drawn(label, 60))
        return file

    def read(self) -> StoredImages:
        return cached("pictures", folders.image_files(self.folder), folders, self._read)

    def _read(self) -> StoredImages:
        self.times += 1
        return store("pictures", folders.read_folders(self.folder))


@pytest.fixture
def pictures(tmp_path: Path) -> Counted:
    return Counted(tmp_path / "pictures")


def test_a_source_is_read_once_and_comes_out_the_same(pictures: Counted) -> None:
    once, again = pictures.read(), pictures.read()
    assert pictures.times == 1
    assert np.array_equal(once.inks, again.inks)
    assert np.array_equal(once.labels, again.labels)
    assert once.labels.dtype == again.labels.dtype
    assert (once.name, once.writers) == (again.name, again.writers)


def test_it_is_read_again_when_a_file_is_new_or_other_and_the_old_version_goes(pictures: Counted) -> None:
    pictures.read()
    file = pictures.add("こ", "c_01")
    assert len(pictures.read().labels) == 3
    os.utime(file, (1, 1))
    pictures.read()
    assert pictures.times == 3
    assert len(list(cache.FOLDER.iterdir())) == 1


def test_it_is_read_again_when_the_code_is_other(pictures: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    files = folders.image_files(pictures.folder)
    before = version(files, folders)
    assert version(files, cache) != before
    monkeypatch.setattr(cache, "CROPPING", cache.CROPPING[:-1])
    assert version(files, folders) != before


def test_a_damaged_cache_is_read_again(pictures: Counted) -> None:
    pictures.read()
    (file,) = cache.FOLDER.iterdir()
    file.write_bytes(file.read_bytes()[:100])
    assert len(pictures.read().labels) == 2
    assert pictures.times == 2


def pictured(folder: Path, share_alike: bool = False) -> Entry:
    return kept(
        "pictures",
        1.0,
        "drawn for a test",
        "a folder",
        lambda: folders.image_files(folder),
        folders,
        lambda files: folders.read_folders(folder),
        share_alike=share_alike,
    )


def test_a_table_says_what_a_source_holds(pictures: Counted) -> None:
    pictures.add("こ", "c_01")
    (found,) = look(Progress(disable=True), entries=[pictured(pictures.folder)])
    assert found.row() == ["pictures", "3", "2", "3", "い 1", "drawn for a test"]
    assert found.to_json()["per_class"] == {"い": 1, "こ": 2}


def test_what_is_no_hiragana_has_no_label(pictures: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    some = pictures.read()
    images = StoredImages("signs", some.inks, np.full(2, NOT_HIRAGANA), some.writers)
    monkeypatch.setattr(preparing, "training_negatives", lambda strokes: [(images, 1.0)])
    (found,) = look_at_others(Progress(disable=True))
    assert found.to_json()["per_class"] == {"": 2}
    assert found.row()[:5] == ["signs", "2", "1", "2", "not hiragana 2"]


def test_missing_and_damaged_sources_are_named_and_left_out(pictures: Counted, tmp_path: Path) -> None:
    def damaged(files: object) -> Iterator[Written]:
        raise DamagedFile("sheets.zip is no whole zip file: fetch it again")

    broken = kept("sheets", 1.0, "", "", lambda: folders.image_files(pictures.folder), folders, damaged)
    found = look(Progress(disable=True), entries=[pictured(tmp_path / "none"), broken, pictured(pictures.folder)])
    assert [(one.state, one.note) for one in found] == [
        ("missing", "needs a folder"),
        ("damaged", "sheets.zip is no whole zip file: fetch it again"),
        ("ready", "drawn for a test"),
    ]
    assert together(found).row()[:5] == ["together", "2", "2", "", "い 1"]


def test_a_share_alike_source_is_off_until_asked_for(pictures: Counted) -> None:
    entry = pictured(pictures.folder, share_alike=True)
    assert [look(Progress(disable=True), asked, [entry])[0].state for asked in (False, True)] == ["off", "ready"]


def test_the_shipped_model_does_without_share_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {entry.name for entry in CATALOGUE if entry.share_alike} == {"kanjivg", "kuzushiji"}
    assert not any(entry.share_alike for entry in at_hand())


def test_pictures_of_ones_own_are_found_by_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Counted(tmp_path / "own")
    (tmp_path / "etl").mkdir()
    (tmp_path / "etl" / "ETL8G_01").write_bytes(bytes(100))
    monkeypatch.setenv("TSUDOI_REAL_DATA", str(tmp_path))
    monkeypatch.setattr("model.workshop.sources.fonts.font_files", list)  # rendering all of them takes half a minute
    monkeypatch.setattr("model.workshop.sources.negatives.font_files", list)
    done = CliRunner().invoke(app, ["prepare", "--offline", "--json"])
    found = {source["name"]: source for source in json.loads(done.stdout)}
    assert (found["own"]["state"], found["own"]["images"], found["own"]["writers"]) == ("ready", 2, 2)
    assert found["etl"]["state"] == "damaged"
    assert "record 1" in found["etl"]["note"]
    assert done.exit_code == 1  # a script learns that a file is damaged
