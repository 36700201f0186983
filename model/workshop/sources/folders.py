"""Images in folders named after their label, on disk or in a zip: `あ/lomps_g05_p6_03.jpg`."""

import lzma
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from model.errors import DamagedFile
from model.ink import to_rgb
from model.workshop.sources.stored import Written

IMAGES = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}
# The scanned sheets have thirteen columns; in most, one person filled the first six and another the rest.
SHEET_CELL = re.compile(r"(?P<project>\w+?)_(?P<group>g\d+)_(?P<page>p\d+)_(?P<column>\d+)$")
FIRST_HAND_COLUMNS = 6
CAN_BE_TRANSPARENT = (b"\x89PNG", b"RIFF")  # PNG and WebP begin so; what would be alpha in a BMP is mostly padding
NAMES_ARE_UTF_8 = 0x800  # flag 11 of a file in a zip
DAMAGES = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError)


def read_folders(path: Path) -> Iterator[Written]:
    """The images under a folder, or in a zip file, whose parent folder is their label; what is no image is passed over.

    Raises: OSError: no such file or folder. DamagedFile: a file that is no whole zip, or one that cannot be unpacked.
    """
    for name, content in _files(path):
        image = decoded(content)
        if image is not None:
            yield Written(image, name.parent.name, writer_of(name.stem))


def decoded(content: bytes) -> NDArray[np.uint8] | None:
    """The picture in an image file, turned as its EXIF says; what is transparent is laid on paper, and not turned.

    Returns: (h, w) grey or (h, w, 3) RGB, uint8; None where the bytes are no image.
    """
    packed = np.frombuffer(content, np.uint8)
    try:
        if content.startswith(CAN_BE_TRANSPARENT):
            whole: NDArray[Any] | None = cv2.imdecode(packed, cv2.IMREAD_UNCHANGED)
            if whole is not None and whole.ndim == 3 and whole.shape[2] == 4:
                return to_rgb(whole[..., [2, 1, 0, 3]])  # OpenCV has BGR
        image = cv2.imdecode(packed, cv2.IMREAD_ANYCOLOR)
    except cv2.error:  # there are no bytes, or they say that the picture is immense
        return None
    if image is None:
        return None
    return np.asarray(np.ascontiguousarray(image[..., ::-1]) if image.ndim == 3 else image, np.uint8)


def image_files(folder: Path) -> list[Path]:
    """The images in the folders of a folder, in a fixed order; none where there is no such folder."""
    return sorted(file for file in folder.glob("*/*") if file.suffix.lower() in IMAGES)


def _files(path: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    if path.is_dir():
        for file in image_files(path):
            yield _composed(file.relative_to(path).as_posix()), file.read_bytes()
        return
    with _opened(path) as packed:
        named = [(_composed(_name_of(entry)), entry) for entry in packed.infolist()]
        for name, entry in sorted(named, key=lambda pair: str(pair[0])):
            if name.suffix.lower() in IMAGES:
                yield name, _unpacked(path, packed, entry)


def _composed(name: str) -> PurePosixPath:
    """The name with each letter and its mark as one: a Mac keeps them apart, and one letter would be two labels."""
    return PurePosixPath(unicodedata.normalize("NFC", name))


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise DamagedFile(f"{path} is no whole zip file ({error}): fetch it again") from error


def _name_of(entry: zipfile.ZipInfo) -> str:
    """The name as who packed it saw it: without the flag a Mac writes UTF-8, a Japanese Windows cp932."""
    if not entry.flag_bits & NAMES_ARE_UTF_8:
        for encoding in ("utf-8", "cp932"):
            try:
                return entry.filename.encode("cp437").decode(encoding)  # zipfile took the bytes for cp437
            except UnicodeError:
                continue
    return entry.filename


def _unpacked(path: Path, packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        return packed.read(entry)
    except RuntimeError as error:  # a password, or a compression that Python does not know
        raise DamagedFile(
            f"{path}: {_name_of(entry)} cannot be unpacked ({error}): pack the folder again as an ordinary zip, "
            "without a password"
        ) from error
    except DAMAGES as error:
        raise DamagedFile(f"{path}: {_name_of(entry)} is damaged ({error}): fetch the zip again") from error


def writer_of(stem: str) -> str:
    """Who wrote a cell of a sheet, as its file name tells: "lomps:g05:p6:left"; else what comes before the last _."""
    cell = SHEET_CELL.match(stem)
    if not cell:
        return stem.rpartition("_")[0] or stem
    half = "left" if int(cell["column"]) <= FIRST_HAND_COLUMNS else "right"
    return f"{cell['project']}:{cell['group']}:{cell['page']}:{half}"
