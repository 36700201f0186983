"""`python -m model sheet`, `import-sheet` and `forget-writer`: handwriting collected on paper."""

import json
import re
import unicodedata
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from model.workshop.command_line.options import Json
from model.workshop.command_line.output import EXPECTED, fail
from model.workshop.errors import WorkshopError

if TYPE_CHECKING:
    from model.workshop.paper.collecting import LeftOut, ReadPage
    from model.workshop.paper.judging import Judged
    from model.workshop.paper.layout import Page

Samples = Annotated[
    Path | None,
    typer.Option(help="The folder of samples; by default the one that TSUDOI_SAMPLES names, else samples/."),
]


def sheet(
    characters: Annotated[
        str | None, typer.Option(help="Which hiragana, in this order; by default all, the least collected first.")
    ] = None,
    each: Annotated[int, typer.Option(min=1, max=100, help="Cells for each character; a strip has five.")] = 5,
    pages: Annotated[int | None, typer.Option(min=1, help="No more pages than these; a page has 22 strips.")] = None,
    out: Annotated[Path, typer.Option(dir_okay=False, help="The PDF.")] = Path("build/sheet.pdf"),
    samples: Samples = None,
    rehearse: Annotated[
        Path | None,
        typer.Option(help="A folder for photos of the same pages, filled by simulated people: to try import-sheet."),
    ] = None,
    hands: Annotated[int, typer.Option(min=1, help="How many of them; the photos of each get a folder.")] = 1,
    as_json: Json = False,
) -> None:
    """Make a sheet to print: A4, to write hiragana on and photograph."""
    from model.workshop.paper.keeping import default_folder
    from model.workshop.paper.layout import pages_for
    from model.workshop.paper.printing import save_pdf

    try:
        wanted = _labels(characters) if characters is not None else _least_collected(samples or default_folder())
        made = pages_for(wanted, each)[:pages]
        save_pdf(made, out)
    except EXPECTED as error:
        fail(str(error))
    except OSError as error:
        fail(f"{out} cannot be written ({error.strerror}): name another file with --out")
    photos = _rehearsed(made, rehearse, hands) if rehearse else []
    if as_json:
        listed = [{"name": page.code.name, "characters": "".join(page.labels)} for page in made]
        typer.echo(
            json.dumps({"file": str(out), "pages": listed, "photos": list(map(str, photos))}, ensure_ascii=False)
        )
        return
    table = Table("page", "characters", "cells", title=f"A sheet to print: {out}")
    for page in made:
        table.add_row(page.code.name, "".join(page.labels), str(5 * len(page.labels)))
    Console(markup=False).print(table)
    Console(markup=False).print(
        "Print it at its true size (100 %). Photographs go to: python -m model import-sheet", *photos, sep="\n"
    )


def _labels(characters: str) -> list[str]:
    """The labels of characters, each once. Raises: WorkshopError: one is no hiragana that can be learnt."""
    from model.labels import label_of

    composed = unicodedata.normalize("NFC", characters)  # else a mark typed apart would be a character of its own
    labels = list(dict.fromkeys(label_of(character) for character in composed if not character.isspace()))
    if not labels:
        raise WorkshopError("--characters names no hiragana: write them one after the other, as in --characters あいう")
    return labels


def _least_collected(folder: Path) -> list[str]:
    """All labels, those with the fewest samples first."""
    from model.labels import LABELS
    from model.workshop.paper.keeping import lines_in

    count = Counter(line.get("label") for line in lines_in(folder) if line.get("consent") is True)
    return sorted(LABELS, key=lambda label: count[label])


def _rehearsed(pages: "list[Page]", folder: Path, hands: int) -> list[Path]:
    """Let people fill the pages side by side, each in a process."""
    import cv2
    from rich.progress import track

    from model.workshop.paper.rehearsal import save_photos

    alone = ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=cv2.setNumThreads, initargs=(1,))
    with alone as people:
        filling = [people.submit(save_photos, pages, folder / str(hand), hand) for hand in range(1, hands + 1)]
        for _ in track(as_completed(filling), "writing", hands, console=Console(stderr=True), transient=True):
            pass
    try:
        return [file for files in filling for file in files.result()]
    except OSError as error:
        fail(f"{folder} cannot be written ({error.strerror}): name another folder with --rehearse")


def import_sheet(
    photos: Annotated[list[Path], typer.Argument(help="Photographs of filled sheets, a page each, all by one writer.")],
    writer: Annotated[str, typer.Option(help="The alias of who wrote them, as on the sheet.")],
    consent: Annotated[
        bool, typer.Option("--consent", help="The writer agreed that the samples train a model.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Add what is not doubtful, without asking.")] = False,
    doubtful_too: Annotated[
        bool, typer.Option("--doubtful", help="With --yes: also what the model doubts, unless it is crossed out.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Also pages that this writer gave before: another copy.")
    ] = False,
    samples: Samples = None,
    out: Annotated[Path, typer.Option(file_okay=False, help="The folder for contact sheets.")] = Path("build/contact"),
    as_json: Json = False,
) -> None:
    """Add what is written on photographed sheets to the samples that training uses."""
    from model.workshop.paper import keeping
    from model.workshop.paper.collecting import Earlier, collect

    if not consent:
        fail("only what its writer agreed to is kept: ask them to tick the box on the sheet, then add --consent")
    folder = samples or keeping.default_folder()
    try:
        alias = keeping.checked_alias(writer)
        lines = keeping.own_lines(folder)
        classifier, model = _model()
        earlier = Earlier(alias, lambda name: keeping.papers_of(folder, lines, name), again)
        pages, left_out = collect(photos, classifier, earlier)
        doubtful = dict(enumerate((judged for page in pages for judged in page.doubtful), 1))
        sheets = _contact_sheets(pages, doubtful, out)
        _show(pages, left_out, sheets, err=as_json)
        _tell_of_namesake(alias, *keeping.given_by(lines, alias))
        taken = [judged for judged in doubtful.values() if yes and doubtful_too and not judged.is_crossed_out]
        chosen = _chosen(pages, doubtful, set(taken), yes, as_json)
        added = keeping.add(folder, chosen, alias, model, datetime.now(UTC)) if chosen else 0
    except keeping.CannotKeep as error:
        fail(str(error))
    if as_json:
        typer.echo(json.dumps(_data(pages, left_out, doubtful, sheets, added, folder), ensure_ascii=False))
    elif added:
        named = keeping.training_reads(folder)
        typer.echo(f"{added} samples added to {folder}; train with: TSUDOI_SAMPLES={named} python -m model train")
    else:
        typer.echo("nothing was added")
    if not pages:
        raise typer.Exit(1)


def forget_writer(
    writer: Annotated[str, typer.Argument(help="The alias that --writer gave.")], samples: Samples = None
) -> None:
    """Erase everything someone gave on paper, as they may ask at any time."""
    from model.workshop.paper.keeping import CannotKeep, checked_alias, default_folder, forget

    folder = samples or default_folder()
    try:
        count = forget(folder, checked_alias(writer))
    except CannotKeep as error:
        fail(str(error))
    if not count:
        fail(f"{folder} holds nothing by {writer!r}: the alias must be the one that --writer gave")
    typer.echo(
        f"{count} samples by {writer} erased from {folder}; a model that was trained on them should be trained anew"
    )


def _model() -> "tuple[Any, str]":
    from model.classifier import ARTIFACT, CARD, ModelUnusable, load

    file = ARTIFACT.parent / CARD
    try:
        classifier = load()  # it is the one to say what is wrong with a card
        card = json.loads(file.read_text(encoding="utf-8"))
        return classifier, f"{card['name']} {card['made']}"
    except (ModelUnusable, OSError) as error:
        fail(str(error))
    except KeyError as error:
        fail(f"{file} does not say {error}, which every sample tells of its model: install Tsudoi again")


def _contact_sheets(pages: "list[ReadPage]", doubtful: "dict[int, Judged]", out: Path) -> list[Path]:
    from model.workshop.paper.contact import save_contact_sheets

    try:
        return save_contact_sheets(pages, {judged: number for number, judged in doubtful.items()}, out)
    except OSError as error:
        fail(f"{out} cannot be written ({error.strerror}): name another folder with --out")


def _show(pages: "list[ReadPage]", left_out: "list[LeftOut]", sheets: list[Path], err: bool) -> None:
    console = Console(stderr=err, markup=False)
    table = Table("photo", "page", "written", "doubtful", "strips unread", title="What was found")
    for read in pages:
        counts = [str(number) for number in (len(read.cells), len(read.doubtful), read.page.unread)]
        table.add_row(read.file.name, read.page.code.name, *counts)
    if pages:
        console.print(table)
    for file in sheets:
        typer.echo(f"contact sheet: {file}", err=err)
    for photo in left_out:
        typer.echo(f"left out: {photo.file}: {photo.reason}", err=True)


def _tell_of_namesake(alias: str, count: int, day: str) -> None:
    if count:
        typer.echo(f"{alias!r} gave {count} samples before, last on {day}: somebody else needs another alias", err=True)


def _chosen(
    pages: "list[ReadPage]", doubtful: "dict[int, Judged]", taken: "set[Judged]", yes: bool, err: bool
) -> "list[tuple[str, Judged]]":
    """The cells to add, each with the name of its page: those that are sure, `taken`, and what a person takes in."""
    if not yes and pages:
        if doubtful:
            taken = {doubtful[number] for number in _asked_numbers(doubtful, err)}
        count = sum(len(page.sure) for page in pages) + len(taken)
        if count and not typer.confirm(f"Look at the contact sheets. Add {count} samples?", err=err):
            return []
    named = [(page.page.code.name, judged) for page in pages for judged in page.cells]
    return [(name, judged) for name, judged in named if not judged.is_doubtful or judged in taken]


def _asked_numbers(asked: "dict[int, Judged]", err: bool) -> set[int]:
    question = "Which of the numbered cells hold what they should? Their numbers, or nothing"
    while True:
        numbers = {int(word) for word in re.findall(r"\d+", typer.prompt(question, default="", err=err))}
        if numbers <= set(asked):
            return numbers
        typer.echo(f"no such cell: {', '.join(map(str, sorted(numbers - set(asked))))}", err=True)


def _data(
    pages: "list[ReadPage]",
    left_out: "list[LeftOut]",
    doubtful: "dict[int, Judged]",
    sheets: list[Path],
    added: int,
    folder: Path,
) -> dict[str, Any]:
    return {
        "added": added,
        "samples": str(folder),
        "pages": [
            {
                "photo": str(read.file),
                "page": read.page.code.name,
                "written": len(read.cells),
                "unread": read.page.unread,
                "contact_sheet": str(file),
            }
            for read, file in zip(pages, sheets, strict=True)
        ],
        "doubtful": [
            {
                "number": number,
                "strip": judged.cell.slot + 1,
                "cell": judged.cell.number + 1,
                "label": judged.cell.label,
            }
            | {"said": judged.said, "share": round(judged.share, 4)}
            for number, judged in doubtful.items()
        ],
        "left_out": [{"photo": str(photo.file), "reason": photo.reason} for photo in left_out],
    }
