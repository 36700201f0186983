"""How every command shows its progress, and how it ends: a table, data, or one sentence."""

import json
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from model.errors import ReaderError
from model.workshop.errors import WorkshopError

EXPECTED = (ReaderError, WorkshopError)  # what a command ends with as one sentence


def progress_bars() -> Progress:
    """Progress on stderr."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True))


def show(as_json: bool, title: str, columns: list[str], rows: list[list[str]], data: Any) -> None:
    """Print a table, or the data of a command that was given `--json`."""
    if as_json:
        typer.echo(json.dumps(data, ensure_ascii=False))
        return
    table = Table(*columns, title=title, show_header=any(columns))
    for row in rows:
        table.add_row(*row)
    Console(markup=False).print(table)


def fail(reason: str) -> NoReturn:
    """End with a sentence on stderr, and 1."""
    typer.echo(reason, err=True)
    raise typer.Exit(1)
