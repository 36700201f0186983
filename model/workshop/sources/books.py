"""Printed kana of old books: of what is there, the shapes that nothing else has, marks that touch the letter.

こ and ご in one go are there as well, and left out: today that is how people write て.
"""

from collections.abc import Iterator
from pathlib import Path

from model.labels import UNMARKED
from model.workshop.sources.npz import read_npz
from model.workshop.sources.stored import Written

WRITER = "ndl:"  # begins what names a book; other pictures of the file are handwriting, and judge
WANTED = UNMARKED.keys() - {"ご"}


def read_books(path: Path) -> Iterator[Written]:
    """The wanted kana of a file. Raises: OSError, DamagedFile: as `read_npz`."""
    return (picture for picture in read_npz(path) if picture.writer.startswith(WRITER) and picture.character in WANTED)
