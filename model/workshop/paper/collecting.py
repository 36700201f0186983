"""Photographs of one writer's pages -> what may be added to the samples, and what not, each with its reason."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from model.classifier import Classifier
from model.workshop.paper.cells import Cell, has_consent, written_cells
from model.workshop.paper.copies import KeptPaper, is_same_paper
from model.workshop.paper.finding import FoundPage, NoSheet, find_page
from model.workshop.paper.judging import Judged, judge
from model.workshop.paper.photos import NoPhoto, open_photo


@dataclass(frozen=True, eq=False)
class ReadPage:
    """A page that can be used."""

    file: Path
    page: FoundPage
    cells: list[Judged]

    @property
    def doubtful(self) -> list[Judged]:
        """Cells that stay out unless a person takes them in; where nobody knows what they are for, nobody can."""
        return [judged for judged in self.cells if judged.is_doubtful and judged.cell.label is not None]

    @property
    def sure(self) -> list[Judged]:
        """Cells that the model reads as what should stand there."""
        return [judged for judged in self.cells if not judged.is_doubtful]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was imported before."""

    writer: str  # who wrote what is imported now
    papers: Callable[[str], Iterable[KeptPaper]]  # of a page, by its name
    again: bool  # whether the writer gives another copy of a page

    def require_new(self, name: str, cells: Iterable[Cell]) -> None:
        """Raises: NoSheet: this paper was added before, or, unless told of it, another copy by this writer."""
        papers, cells = list(self.papers(name)), list(cells)
        for paper in papers:
            if is_same_paper(cells, paper.cells):
                raise NoSheet(f"this very sheet, page {name}, was added on {paper.day} as {paper.writer!r}")
        if mine := [paper.day for paper in papers if paper.writer == self.writer and not self.again]:
            raise NoSheet(
                f"{self.writer!r} gave a page {name} on {mine[-1]}: if this is another copy of it by the same person, "
                "say --again; if it is somebody else's, give them another alias"
            )


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A photo that is not used."""

    file: Path
    reason: str


def collect(files: Iterable[Path], classifier: Classifier, earlier: Earlier) -> tuple[list[ReadPage], list[LeftOut]]:
    """Read photos of pages, each page once.

    Returns: the pages in their order, and the photos that are not used, in the order given.
    """
    pages: dict[str, ReadPage] = {}
    left_out: list[LeftOut] = []
    for file in files:
        try:
            found, cells = _usable(file, earlier)
        except (NoPhoto, NoSheet) as error:
            left_out.append(LeftOut(file, str(error)))
            continue
        name, other = found.code.name, pages.get(found.code.name)
        if other is not None:
            kept, dropped = (file, other.file) if found.blur < other.page.blur else (other.file, file)
            left_out.append(LeftOut(dropped, _twice(name, kept)))
        if other is None or found.blur < other.page.blur:
            pages[name] = ReadPage(file, found, judge(classifier, cells))
    return sorted(pages.values(), key=lambda read: (read.page.code.page, read.page.code.name)), left_out


def _usable(file: Path, earlier: Earlier) -> tuple[FoundPage, list[Cell]]:
    page = find_page(open_photo(file))
    if not has_consent(page):
        raise NoSheet(
            f"the box for consent on page {page.code.name} is not ticked, so nothing of it is kept: "
            "ask its writer, and photograph it again"
        )
    cells = list(written_cells(page))
    earlier.require_new(page.code.name, cells)
    return page, cells


def _twice(name: str, kept: Path) -> str:
    return (
        f"page {name} is on {kept.name}, too, which is sharper or as sharp: "
        "if they are two copies of it, import this one afterwards with --again"
    )
