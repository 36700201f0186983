"""Tesseract's Japanese reader, to compare with: a ready-made program that most people would try first."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from model.labels import UnknownLabel, label_of
from model.preprocess import BlankImage, preprocess
from model.workshop.errors import WorkshopError

# It is given every help: the ink alone, black on white, at the size that it reads best. Of 32, 40, 48, 64 and 96 pixels
# that was the smallest: 62 % on a fifth of the screen drawings, against 31 % at 96.
SIDE = 32
MARGIN = 8


class TesseractMissing(WorkshopError):
    """Tesseract or its Japanese data is not installed; the message says what to install."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What Tesseract makes of pictures."""

    answers: tuple[str, ...]  # one a picture: the label, or nothing
    ms_a_picture: float  # without the start of the program, which a picture alone would pay, too
    start_ms: float


def require() -> str:
    """The path of the program. Raises: TesseractMissing."""
    program = shutil.which("tesseract")
    if program is None:
        raise TesseractMissing("Tesseract is not installed: Debian has tesseract-ocr and tesseract-ocr-jpn")
    listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False)  # noqa: S603
    if "jpn" not in listed.stdout.split():
        raise TesseractMissing("Tesseract has no Japanese data: Debian has it in tesseract-ocr-jpn")
    return program


def read(pictures: Sequence[NDArray[np.uint8]]) -> Attempt:
    """Read pictures of one character each with `-l jpn --psm 10`, on one thread.

    Args: pictures: two or more, for the first one's time is that of the start; each (h, w) grey or (h, w, 3) RGB,
        uint8.
    Returns: small kana count as their full form.
    Raises: TesseractMissing.
    """
    program = require()
    with tempfile.TemporaryDirectory() as folder:
        files = [_write(picture, Path(folder) / f"{i}.png") for i, picture in enumerate(pictures)]
        _, start_ms = _run(program, files[:1])
        pages, all_ms = _run(program, files)
    answers = tuple(_label(page) for page in pages[: len(files)])
    return Attempt(answers, max(0.0, all_ms - start_ms) / max(1, len(files) - 1), start_ms)


def _write(picture: NDArray[np.uint8], file: Path) -> Path:
    try:
        ink = cv2.resize(preprocess(picture)[:, :, 0], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    except BlankImage:
        ink = np.zeros((SIDE, SIDE), np.float32)
    paper = np.pad((255 - ink * 255).astype(np.uint8), MARGIN, constant_values=255)
    file.write_bytes(cv2.imencode(".png", paper)[1].tobytes())
    return file


def _run(program: str, files: Sequence[Path]) -> tuple[list[str], float]:
    listed = files[0].with_name("list.txt")
    listed.write_text("\n".join(map(str, files)), encoding="utf-8")
    command = [program, str(listed), "-", "-l", "jpn", "--psm", "10"]
    started = time.perf_counter()
    done = subprocess.run(  # noqa: S603  # fixed words and files of our own
        command, capture_output=True, text=True, check=True, env=os.environ | {"OMP_THREAD_LIMIT": "1"}
    )
    return done.stdout.split("\f"), (time.perf_counter() - started) * 1000


def _label(page: str) -> str:
    try:
        return label_of(page.strip()[:1])
    except UnknownLabel:
        return ""
