"""`python -m model export`: the file that ships."""

from pathlib import Path
from typing import Annotated

import typer

from model.workshop.command_line.options import RUN, Json, Run
from model.workshop.command_line.output import EXPECTED, fail, progress_bars, show


def export(
    run: Run = RUN,
    out: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="Where the .tflite file goes, with its card; the package by default."),
    ] = None,
    hard: Annotated[
        bool, typer.Option(help="The card also says how it reads turned, small and photographed pictures; a minute.")
    ] = True,
    strangers: Annotated[
        Path | None, typer.Option(help="An .npz of other people's pictures, by which the weights that ship are chosen.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Turn a trained network into the file that ships, and write its card."""
    from model.classifier import ARTIFACT
    from model.workshop.evaluation.pictures import pictures_in
    from model.workshop.release.export import export_run

    if not (run / "network.keras").is_file():
        fail(f"nothing was trained in {run}: `python -m model train` comes first")
    try:
        with progress_bars() as progress:
            others = pictures_in(strangers) if strangers else []
            chosen, tried = export_run(run, out or ARTIFACT, progress, hard, others)
    except EXPECTED as error:
        fail(str(error))
    rows = [
        [
            way.kind,
            f"{len(way.content):,}",
            f"{way.otherwise:.2%}",
            f"{way.furthest:.1e}",
            "kept" if way is chosen else "",
        ]
        for way in tried
    ]
    data = [
        {"kind": way.kind, "bytes": len(way.content), "otherwise": way.otherwise, "furthest": way.furthest}
        | {"kept": way is chosen}
        for way in tried
    ]
    columns = ["kind", "bytes", "answered otherwise", "furthest from Keras", ""]
    show(as_json, "Exported", columns, rows, data)
