"""`python -m model prepare`: what there is to learn from."""

from typing import Annotated

import typer
from rich.console import Console

from model.workshop.command_line.options import Json, ShareAlike
from model.workshop.command_line.output import progress_bars, show


def prepare(
    offline: Annotated[bool, typer.Option(help="Only look; install no fonts.")] = False,
    share_alike: ShareAlike = False,
    as_json: Json = False,
) -> None:
    """Install the fonts, read every source, and show what each contains, or how to get it."""
    from model.workshop.training.prepare import install_fonts, look, look_at_others, together

    with progress_bars() as progress:
        note = None if offline else install_fonts(progress)
        found = look(progress, share_alike) + look_at_others(progress)
    columns = ["source", "images", "classes", "writers", "thinnest class", "note"]
    rows = [source.row() for source in [*found, together(found)]]
    show(as_json, "Sources", columns, rows, [source.to_json() for source in found])
    if note:
        Console(stderr=True).print(note)
    if any(source.state == "damaged" for source in found):
        raise typer.Exit(1)
