from pathlib import Path

import numpy as np
import pytest

from model.errors import DamagedFile
from model.workshop.sources.kuzushiji import CLASSES, kuzushiji_files, read_kuzushiji
from tests.model.drawings import drawn


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    images = np.stack([255 - drawn(character, 28) for character in "うくん"])
    np.savez_compressed(tmp_path / "k49-train-imgs.npz", images)
    np.savez_compressed(tmp_path / "k49-train-labels.npz", np.array([0, 48, 47], np.uint8))
    return tmp_path


def test_images_are_turned_to_dark_on_white_and_the_iteration_mark_is_left_out(folder: Path) -> None:
    first, last = read_kuzushiji(*kuzushiji_files(folder))
    assert (first.character, last.character) == ("あ", "ん")
    assert np.array_equal(first.image, drawn("う", 28))


def test_the_classes_are_in_the_order_of_the_published_table() -> None:
    assert [CLASSES.index(character) for character in "あなまゆらわゐゑをんゝ"] == [
        *(0, 20, 30, 36, 38, 43),
        *(44, 45, 46, 47, 48),
    ]


def test_half_a_pair_is_not_at_hand(folder: Path) -> None:
    (folder / "k49-train-labels.npz").unlink()
    assert kuzushiji_files(folder) == []


@pytest.mark.parametrize("labels", [np.zeros(2, np.uint8), np.array([0, 1, 49], np.uint8)])
def test_files_that_do_not_belong_together_are_refused(folder: Path, labels: np.ndarray) -> None:
    np.savez_compressed(folder / "k49-train-labels.npz", labels)
    with pytest.raises(DamagedFile, match=r"k49-train-imgs\.npz"):
        list(read_kuzushiji(*kuzushiji_files(folder)))


def test_a_file_cut_short_is_named(folder: Path) -> None:
    images, labels = kuzushiji_files(folder)
    images.write_bytes(images.read_bytes()[:-200])
    with pytest.raises(DamagedFile, match=r"k49-train-imgs\.npz is no whole \.npz file"):
        list(read_kuzushiji(images, labels))


def test_a_file_with_other_fields_is_named(folder: Path) -> None:
    images, labels = kuzushiji_files(folder)
    np.savez(labels, classes=np.zeros(3, np.uint8))
    with pytest.raises(DamagedFile, match=r"k49-train-labels\.npz lacks the field"):
        list(read_kuzushiji(images, labels))
