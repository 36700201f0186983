"""`python -m model detector`: the network that finds every character of a page."""

from pathlib import Path
from typing import Annotated

import typer

from model.workshop.command_line.options import Json
from model.workshop.command_line.output import EXPECTED, fail, progress_bars, show


def detector(
    views: Annotated[
        int | None, typer.Option(min=1, help="Views of pages to practise on; the default takes about 45 minutes.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="The random seed; another one holds out other writers.")] = None,
    onward: Annotated[bool, typer.Option("--onward", help="Go on from the one that ships, not from nothing.")] = False,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Where the .tflite file goes; the package by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Train the small network that finds every character of a page, and write its file."""
    from model.detector.detect import FILE
    from model.workshop.sources.catalogue import at_hand
    from model.workshop.training.dataset import SEED
    from model.workshop.training.detector import practice

    entries = list(at_hand())
    file, before = out or FILE, FILE.read_bytes() if onward else None
    file.parent.mkdir(parents=True, exist_ok=True)  # when it is trained would be late to learn that it cannot be
    try:
        with progress_bars() as progress:
            trained = practice.practise(
                entries, progress, views or practice.VIEWS, SEED if seed is None else seed, before
            )
    except EXPECTED as error:
        fail(str(error))
    file.write_bytes(trained.content)
    rows = [
        ["letters found, unseen hands", f"{trained.found:.1%}"],
        ["of what was found, letters", f"{trained.right:.1%}"],
        ["bytes", f"{len(trained.content):,}"],
        ["written to", str(file)],
    ]
    data = {"views": trained.views, "found": trained.found, "right": trained.right, "file": str(file)}
    show(as_json, f"Practised on {trained.views:,} views", ["", ""], rows, data)
