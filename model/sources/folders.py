"""Images in folders named after their label, on disk or in a zip: `あ/lomps_g05_p6_03.jpg`."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import cv2
import numpy as np

from model.sources import DamagedSource
from model.sources.stored import Written

IMAGES = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}
# The scanned sheets have thirteen columns; in most, one person filled the first six and another the rest.
SHEET_CELL = re.compile(r"(?P<project>\w+?)_(?P<group>g\d+)_(?P<page>p\d+)_(?P<column>\d+)$")
FIRST_HAND_COLUMNS = 6


def read_folders(path: Path) -> Iterator[Written]:
    """The images under a folder, or in a zip file, whose parent folder is their label; what is no image is passed over.

    Raises: OSError: no such file or folder. DamagedSource: a file that is no whole zip.
    """
    for name, content in _files(path):
        image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_ANYCOLOR)
        if image is not None:
            colours_in_order = np.ascontiguousarray(image[..., ::-1]) if image.ndim == 3 else image  # OpenCV has BGR
            yield Written(np.asarray(colours_in_order, np.uint8), name.parent.name, writer_of(name.stem))


def image_files(folder: Path) -> list[Path]:
    """The images in the folders of a folder, in a fixed order; none where there is no such folder."""
    return sorted(file for file in folder.glob("*/*") if file.suffix.lower() in IMAGES)


def _files(path: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    if path.is_dir():
        for file in image_files(path):
            yield PurePosixPath(file.relative_to(path).as_posix()), file.read_bytes()
        return
    try:
        with zipfile.ZipFile(path) as packed:
            for name in sorted(packed.namelist()):
                if PurePosixPath(name).suffix.lower() in IMAGES:
                    yield PurePosixPath(name), packed.read(name)
    except zipfile.BadZipFile as error:
        raise DamagedSource(f"{path} is no whole zip file ({error}): fetch it again") from error


def writer_of(stem: str) -> str:
    """Who wrote a cell of a sheet, as its file name tells: "lomps:g05:p6:left"; else what comes before the last _."""
    cell = SHEET_CELL.match(stem)
    if not cell:
        return stem.rpartition("_")[0] or stem
    half = "left" if int(cell["column"]) <= FIRST_HAND_COLUMNS else "right"
    return f"{cell['project']}:{cell['group']}:{cell['page']}:{half}"
