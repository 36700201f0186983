"""Files in the layout that AIST documents, made here: the real ones may not be passed on."""

import struct
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from model.errors import DamagedFile
from model.labels import LABELS
from model.workshop.sources.etl import etl_files, read_etl
from model.workshop.sources.stored import store
from tests.model.drawings import drawn

# Sheet, JIS code, reading, serial number, evaluations, sex, age, industry, occupation, two dates, place on the sheet.
HEADER = ">2H8sI4B4H2B"
PADDING = {"8": (30, 11), "9": (34, 7)}  # undefined bytes before and after the image


def jis(character: str) -> int:
    high, low = character.encode("euc_jp")
    return (high & 0x7F) << 8 | low & 0x7F


def grey(letter: str) -> NDArray[np.uint8]:
    """(127, 128) in the steps of 17 that four bits can tell apart."""
    picture = cv2.resize(drawn(letter, 128), (128, 127), interpolation=cv2.INTER_AREA)
    return np.asarray(picture // 17 * 17, np.uint8)


def record(generation: str, character: str, sheet: int, letter: str = "い") -> bytes:
    ink = (255 - grey(letter)) // 17
    packed = (ink.reshape(-1, 2) @ np.array([16, 1])).astype(np.uint8).tobytes()
    before, after = PADDING[generation]
    header = struct.pack(HEADER, sheet, jis(character), b"A.HIRA  ", 1, 0, 0, 1, 30, 1, 2, 8001, 8002, 3, 4)
    made = header + b"\xaa" * before + packed + b"\xaa" * after
    assert len(made) == 8199
    return made


@pytest.mark.parametrize("generation", ["8", "9"])
def test_an_image_comes_out_as_it_was_written(tmp_path: Path, generation: str) -> None:
    file = tmp_path / f"ETL{generation}G_01"
    file.write_bytes(record(generation, "あ", 1, letter="う") + record(generation, "ぽ", 7, letter="く"))
    first, second = read_etl([file])
    assert (first.character, first.writer) == ("あ", f"etl{generation}g:ETL{generation}G_01:1")
    assert (second.character, second.writer) == ("ぽ", f"etl{generation}g:ETL{generation}G_01:7")
    assert np.array_equal(first.image, grey("う"))
    assert np.array_equal(second.image, grey("く"))


def test_only_hiragana_are_read_and_small_ones_as_their_full_form(tmp_path: Path) -> None:
    file = tmp_path / "ETL9G_50"
    file.write_bytes(b"".join(record("9", character, 1) for character in "亜っアをーゝ"))
    assert [written.character for written in read_etl([file])] == ["つ", "を"]


def test_a_code_that_is_no_character_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "ETL8G_33"
    made = record("8", "い", 1)
    file.write_bytes(made[:2] + b"\x24\x7e" + made[4:] + made)
    assert [written.character for written in read_etl([file])] == ["い"]


def test_a_file_cut_short_is_named_with_the_record(tmp_path: Path) -> None:
    file = tmp_path / "ETL8G_02"
    file.write_bytes(record("8", "い", 1) + record("8", "う", 1)[:-100])
    with pytest.raises(DamagedFile, match="ETL8G_02 ends inside record 2, after 8099 of 8199 bytes"):
        list(read_etl([file]))


def test_plain_files_and_zips_are_found_in_a_folder_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "ETL8G").mkdir()
    (tmp_path / "ETL8G" / "ETL8G_01").write_bytes(record("8", "い", 1))
    (tmp_path / "ETL8G" / "ETL8INFO").write_text("about the files")
    with zipfile.ZipFile(tmp_path / "ETL9G.zip", "w") as packed:
        packed.writestr("ETL9G/ETL9G_03", record("9", "う", 2))
        packed.writestr("ETL9G/ETL9INFO", "about the files")
    (tmp_path / "photos.zip").write_bytes(b"")
    files = etl_files(tmp_path)
    assert [file.name for file in files] == ["ETL8G_01", "ETL9G.zip"]
    assert [written.writer for written in read_etl(files)] == ["etl8g:ETL8G_01:1", "etl9g:ETL9G_03:2"]


def test_a_broken_zip_is_named(tmp_path: Path) -> None:
    (tmp_path / "ETL9G.zip").write_bytes(b"PK but no more")
    with pytest.raises(DamagedFile, match=r"ETL9G\.zip is no whole zip file"):
        list(read_etl(etl_files(tmp_path)))


def test_a_file_of_unknown_layout_is_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "ETL1C_01").write_bytes(record("8", "い", 1))
    with pytest.raises(DamagedFile, match="ETL1C_01 is not named like"):
        list(read_etl([tmp_path / "ETL1C_01"]))


def test_what_is_read_becomes_ink_for_training(tmp_path: Path) -> None:
    (tmp_path / "ETL8G_01").write_bytes(record("8", "い", 1))
    kept = store("etl", read_etl(etl_files(tmp_path)))
    assert [LABELS[label] for label in kept.labels] == ["い"]
    assert kept.inks[0].max() > 200
    assert kept.inks[0, 0].max() == 0
