"""`python -m model finder`: the network that finds the writing in a photo."""

from pathlib import Path
from typing import Annotated

import typer

from model.workshop.command_line.options import Json
from model.workshop.command_line.output import EXPECTED, fail, progress_bars, show


def finder(
    scenes: Annotated[
        int | None, typer.Option(min=1, help="Photos to practise on; the default takes about 45 minutes.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="The random seed; another one holds out other writers.")] = None,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Where the .tflite file goes; the package by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Train the small network that finds the writing in a photo, and write its file."""
    from model.finder.find import FILE
    from model.workshop.sources.catalogue import at_hand
    from model.workshop.training.dataset import SEED
    from model.workshop.training.finder import practice

    entries = list(at_hand())
    file = out or FILE
    file.parent.mkdir(parents=True, exist_ok=True)  # when it is trained would be late to learn that it cannot be
    try:
        with progress_bars() as progress:
            trained = practice.practise(entries, progress, scenes or practice.SCENES, SEED if seed is None else seed)
    except EXPECTED as error:
        fail(str(error))
    file.write_bytes(trained.content)
    rows = [
        ["letters found, unseen hands", f"{trained.found:.1%}"],
        ["bytes", f"{len(trained.content):,}"],
        ["written to", str(file)],
    ]
    data = {"scenes": trained.scenes, "found": trained.found, "bytes": len(trained.content), "file": str(file)}
    show(as_json, f"Practised on {trained.scenes:,} photos", ["", ""], rows, data)
