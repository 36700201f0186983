"""Photographs of one writer's pages -> what may be added to the samples, and what not, each with its reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from model.classifier import Classifier
from model.sheet.cells import has_consent, written_cells
from model.sheet.finding import FoundPage, NoSheet, find_page
from model.sheet.judging import Judged, judge
from model.sheet.photos import NoPhoto, open_photo


@dataclass(frozen=True, eq=False)
class ReadPage:
    """A page that can be used."""

    file: Path
    page: FoundPage
    cells: list[Judged]

    @property
    def doubtful(self) -> list[Judged]:
        """Cells that stay out unless a person takes them in; where nobody knows what they are for, nobody can."""
        return [one for one in self.cells if one.is_doubtful and one.cell.label is not None]

    @property
    def sure(self) -> list[Judged]:
        """Cells that the model reads as what should stand there, or at least not as something else."""
        return [one for one in self.cells if not one.is_doubtful]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A photo that is not used."""

    file: Path
    reason: str


def collect(
    files: Iterable[Path], classifier: Classifier, known: Mapping[str, str]
) -> tuple[list[ReadPage], list[LeftOut]]:
    """Read photos of pages, each page once.

    Args: known: the names of pages that this writer has given already, and when.
    Returns: the pages in their order, and the photos that are not used, in the order given.
    """
    pages: dict[str, ReadPage] = {}
    left_out: list[LeftOut] = []
    for file in files:
        try:
            found = _usable(file, known)
        except (NoPhoto, NoSheet) as error:
            left_out.append(LeftOut(file, str(error)))
            continue
        name, other = found.code.name, pages.get(found.code.name)
        if other is not None:
            kept, dropped = (file, other.file) if found.blur < other.page.blur else (other.file, file)
            left_out.append(LeftOut(dropped, _twice(name, kept)))
        if other is None or found.blur < other.page.blur:
            pages[name] = ReadPage(file, found, judge(classifier, written_cells(found)))
    return sorted(pages.values(), key=lambda one: (one.page.code.page, one.page.code.name)), left_out


def _usable(file: Path, known: Mapping[str, str]) -> FoundPage:
    page = find_page(open_photo(file))
    if page.code.name in known:
        raise NoSheet(
            f"page {page.code.name} of this writer was added on {known[page.code.name]}: "
            "if it is another copy of it, say --again"
        )
    if not has_consent(page):
        raise NoSheet(
            f"the box for consent on page {page.code.name} is not ticked: ask its writer, and photograph it again"
        )
    return page


def _twice(name: str, kept: Path) -> str:
    return (
        f"page {name} is on {kept.name}, too, which is sharper or as sharp: "
        "if they are two copies of it, import this one afterwards with --again"
    )
