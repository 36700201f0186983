"""The ETL Character Database of AIST: files ETL8G and ETL9G, grey scans of forms filled in by 160 and 200 people.

Whoever registers with AIST may use the files and may not pass them on. The layout of a record is AIST's "G-type data
format" (etlcdb.db.aist.go.jp); the two differ only in where the image lies.
"""

import re
import struct
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from model.errors import DamagedFile
from model.labels import UnknownLabel, label_of
from model.workshop.sources.stored import Written

RECORD = 8199  # bytes
WIDTH, HEIGHT = 128, 127  # 4 bits a pixel, 0 paper to 15 ink, the left one of two in the upper half of the byte
IMAGE = {"8": slice(60, 60 + WIDTH * HEIGHT // 2), "9": slice(64, 64 + WIDTH * HEIGHT // 2)}
HEADER = struct.Struct(">2H")  # the sheet's number, the character in JIS X 0208
HIRAGANA = 0x24  # the row of JIS X 0208
FILE = re.compile(r"ETL([89])G[_-]?\d+", re.IGNORECASE)


def etl_files(folder: Path) -> list[Path]:
    """ETL8G and ETL9G files in a folder, at any depth, and zips of them; in a fixed order, none where there is none."""
    packed = (file for file in folder.rglob("*.zip") if re.match(r"ETL[89]G", file.name, re.IGNORECASE))
    return sorted({*packed, *(file for file in folder.rglob("*") if FILE.fullmatch(file.name) and file.is_file())})


def read_etl(files: Sequence[Path]) -> Iterator[Written]:
    """The hiragana of ETL8G and ETL9G files, small kana with their label; other characters are passed over.

    Args: files: plain ones or zips of them; the name, such as ETL8G_01, tells the layout.
    Returns: images (127, 128) uint8, dark ink on white; writers as "etl8g:ETL8G_01:3", where 3 is the sheet's number.
    Raises: OSError: no such file. DamagedFile: a file that ends inside a record, or a zip that is none.
    """
    for file in files:
        if file.suffix.lower() == ".zip":
            yield from _read_zip(file)
        else:
            yield from _records(file.name, file.read_bytes())


def _read_zip(file: Path) -> Iterator[Written]:
    try:
        with zipfile.ZipFile(file) as packed:
            for name in sorted(packed.namelist()):
                if FILE.fullmatch(PurePosixPath(name).name):
                    yield from _records(PurePosixPath(name).name, packed.read(name))
    except zipfile.BadZipFile as error:
        raise DamagedFile(f"{file} is no whole zip file ({error}): fetch it again") from error


def _records(name: str, content: bytes) -> Iterator[Written]:
    count, rest = divmod(len(content), RECORD)
    if rest:
        raise DamagedFile(
            f"{name} ends inside record {count + 1}, after {rest} of {RECORD} bytes: it is cut short, unpack it again"
        )
    matched = FILE.fullmatch(name)
    if not matched:
        raise DamagedFile(f"{name} is not named like an ETL8G or ETL9G file, so its layout is unknown")
    generation = matched[1]
    for number in range(count):
        record = content[number * RECORD : (number + 1) * RECORD]
        sheet, code = HEADER.unpack_from(record)
        character = _hiragana(code)
        if character:
            yield Written(_image(record[IMAGE[generation]]), character, f"etl{generation}g:{name}:{sheet}")


def _hiragana(code: int) -> str | None:
    """The hiragana with a code of JIS X 0208; None for anything that has no label."""
    if code >> 8 != HIRAGANA:
        return None
    try:  # EUC-JP is JIS X 0208 with the highest bits set
        return label_of(bytes([code >> 8 | 0x80, code & 0xFF | 0x80]).decode("euc_jp"))
    except (UnicodeDecodeError, UnknownLabel):
        return None


def _image(packed: bytes) -> NDArray[np.uint8]:
    pairs = np.frombuffer(packed, np.uint8)
    ink = np.stack([pairs >> 4, pairs & 15], axis=1).reshape(HEIGHT, WIDTH)
    return np.asarray(255 - 17 * ink, np.uint8)
