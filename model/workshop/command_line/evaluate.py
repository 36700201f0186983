"""`python -m model evaluate`: how well a model reads strangers."""

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

from model.workshop.command_line.options import Json
from model.workshop.command_line.output import EXPECTED, fail, progress_bars, show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from model.classifier import Classifier
    from model.workshop.evaluation.evaluate import Findings
    from model.workshop.evaluation.pictures import Pictures


def evaluate(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Folders or zips with a folder for each character, or .npz files; by default the real data available, "
            "without the writers that a model was trained on."
        ),
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="A .tflite file with its card.json; the shipped one by default.")
    ] = None,
    compare: Annotated[
        list[Path] | None, typer.Option(help="Another such file, to see side by side; can be given several times.")
    ] = None,
    classes: Annotated[bool, typer.Option("--classes", help="Also a table of every character.")] = False,
    hard: Annotated[
        bool, typer.Option("--hard", help="Also turned, shifted, inverted, small, tight and photographed pictures.")
    ] = False,
    lines: Annotated[
        int,
        typer.Option(
            "--lines", min=0, help="Instead, this many pages of every kind: whole words in unseen handwriting."
        ),
    ] = 0,
    pages: Annotated[
        Path | None, typer.Option(help="Instead, a folder of photographed pages with pages.csv, which has their boxes.")
    ] = None,
    texts: Annotated[
        Path | None,
        typer.Option(help="Instead, a folder of photographed writing with labels.csv, which has its texts."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="A folder for charts: confusions, reliability, errors.")] = None,
    as_json: Json = False,
) -> None:
    """Evaluate a model file on pictures: how well it reads, for whom, and how much of that may be chance."""
    from model.classifier import ARTIFACT, load
    from model.workshop.evaluation.evaluate import examine
    from model.workshop.evaluation.pictures import (
        held_out_by,
        negatives_beside,
        pictures_in,
        unseen_pictures,
    )
    from model.workshop.evaluation.tables import tables

    if (lines or pages or texts) and (out or classes or hard):
        fail("pages have no charts, classes or hardships: leave --out, --classes, --hard")
    if out:
        _require_charts(out)
    files = [model or ARTIFACT, *(compare or [])]
    try:
        models = {"shipped" if file == ARTIFACT else str(file): load(file) for file in files}
        named = [some for path in paths or () for some in pictures_in(path)]
        pictures = named or unseen_pictures(held_out_by(files))
    except EXPECTED as error:
        fail(str(error))
    if pages:
        _evaluate_boxed(models, pages, as_json)
        return
    if texts:
        _evaluate_texts(models, texts, as_json)
        return
    for note in (note for some in pictures for note in some.notes()):
        typer.echo(note, err=True)
    pictures = [some for some in pictures if some.written]
    if not pictures:
        fail("there are no real pictures to read: name a folder, or set TSUDOI_REAL_DATA to the one with hiragana/")
    if lines:
        _evaluate_pages(models, pictures, lines, as_json)
        return
    with progress_bars() as progress:
        findings = examine(models, pictures, negatives_beside(pictures), hard, progress)
    if not as_json:
        Console(markup=False).print(*tables(findings, classes), sep="\n")
    charts = _draw(findings, out) if out else []
    if as_json:
        typer.echo(json.dumps(findings.to_json() | {"charts": list(map(str, charts))}, ensure_ascii=False))
    elif charts:
        Console(markup=False).print(*charts, sep="\n")


def _evaluate_pages(
    models: "Mapping[str, Classifier]", pictures: "Sequence[Pictures]", each: int, as_json: bool
) -> None:
    from model.workshop.evaluation.composed_pages import hands_of
    from model.workshop.evaluation.transcripts import read_pages

    hands = hands_of(written for some in pictures if not some.name.startswith("black") for written in some.written)
    if not hands:
        fail("no writer among the pictures left characters enough for words")
    with progress_bars() as progress:
        found = {name: read_pages(classifier, hands, each, progress) for name, classifier in models.items()}
    for name, figures in found.items() if not as_json else ():
        rows = [
            [style.style, "columns" if style.vertical else "rows", str(style.characters)]
            + [f"{share:.1%}" for share in (style.error_rate, style.exact, style.miscounted)]
            for style in figures
        ]
        columns = ["pages", "", "characters", "character errors", "pages without", "miscounted"]
        show(False, f"{name}: {each} pages of a kind, {len(hands)} hands", columns, rows, None)
    if as_json:
        typer.echo(json.dumps({name: [style.to_json() for style in figures] for name, figures in found.items()}))


def _evaluate_boxed(models: "Mapping[str, Classifier]", folder: Path, as_json: bool) -> None:
    from model.workshop.evaluation.boxed_pages import boxed_pages, read_boxed

    try:
        listed = boxed_pages(folder)
        with progress_bars() as progress:
            found = {
                name: read_boxed(classifier, progress.track(listed, description="reading pages"))
                for name, classifier in models.items()
            }
    except EXPECTED as error:
        fail(str(error))
    rows = [
        [name, str(figures.characters)]
        + [f"{share:.1%}" for share in (figures.found, figures.right, figures.extra, figures.error_rate)]
        for name, figures in found.items()
    ]
    columns = ["", "characters", "found", "read right", "too many", "errors"]
    show(as_json, f"{len(listed)} pages", columns, rows, {name: figures.to_json() for name, figures in found.items()})


def _evaluate_texts(models: "Mapping[str, Classifier]", folder: Path, as_json: bool) -> None:
    from model.workshop.evaluation.written_texts import read_texts, written_texts

    try:
        listed = written_texts(folder)
        with progress_bars() as progress:
            found = {
                name: read_texts(classifier, progress.track(listed, description="reading texts"))
                for name, classifier in models.items()
            }
    except EXPECTED as error:
        fail(str(error))
    rows = [[name, *map(str, (f.characters, f.wrong, f.exact))] for name, f in found.items()]
    columns = ["", "characters", "wrong", "pictures without errors"]
    show(
        as_json, f"{len(listed)} pictures", columns, rows, {name: figures.to_json() for name, figures in found.items()}
    )


def _require_charts(out: Path) -> None:
    """Fail where charts can neither be drawn nor written: minutes later would be late to learn that."""
    try:
        import model.workshop.evaluation.charts  # noqa: F401
    except ModuleNotFoundError as error:
        fail(f"charts need {error.name}: pip install 'tsudoi[train]'")
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        _fail_to_write(out, error)


def _draw(findings: "Findings", out: Path) -> list[Path]:
    from model.workshop.evaluation.charts import draw

    try:
        return draw(out, findings)
    except OSError as error:
        _fail_to_write(out, error)


def _fail_to_write(out: Path, error: OSError) -> NoReturn:
    fail(f"charts cannot be written to {out} ({error.strerror}): name another folder with --out")
