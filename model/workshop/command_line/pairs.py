"""`python -m model pairs`: two letters, as training shows them."""

from pathlib import Path
from typing import Annotated

import typer

from model.workshop.command_line.options import Json, ShareAlike
from model.workshop.command_line.output import EXPECTED, fail, show


def pairs(
    letters: Annotated[list[str], typer.Argument(help="Two letters each: うづ いじ")],
    out: Annotated[Path, typer.Option(file_okay=False, help="The folder that the PNGs go to.")] = Path("build/pairs"),
    share_alike: ShareAlike = False,
    as_json: Json = False,
) -> None:
    """Draw what training shows of two letters, every source, one above the other, to see where they look alike."""
    from model.labels import INDEX
    from model.workshop.explaining.gallery import write_png
    from model.workshop.explaining.pair_sheet import pair_sheet
    from model.workshop.sources.catalogue import at_hand
    from model.workshop.training.dataset import SEED
    from model.workshop.training.practice import prepare_practice

    if unknown := [pair for pair in letters if len(pair) != 2 or not set(pair) <= INDEX.keys()]:
        fail(f"{unknown[0]!r} is no pair: two of the hiragana that a model reads, as in うづ")
    try:
        sources = prepare_practice(list(at_hand(share_alike)), SEED).mixture.sources
        files = [str(write_png(out / f"{pair}.png", pair_sheet(sources, pair))) for pair in letters]
    except (*EXPECTED, OSError) as error:
        fail(str(error))
    show(as_json, "Pairs", ["sheet"], [[file] for file in files], {"files": files})
