"""`python -m model average`: one network of several."""

from pathlib import Path
from typing import Annotated

import typer

from model.workshop.command_line.options import RUN, Json, Run, ShareAlike
from model.workshop.command_line.output import EXPECTED, fail, show


def average(
    runs: Annotated[list[Path], typer.Argument(help="Folders of trainings that went on from the same network.")],
    share_alike: ShareAlike = False,
    run: Run = RUN,
    as_json: Json = False,
) -> None:
    """Make one network of several trainings with --onward: how it reads depends less on chance."""
    from model.workshop.sources.catalogue import at_hand
    from model.workshop.training.average import average as average_of
    from model.workshop.training.train import as_data

    for each in runs:
        if not (each / "network.keras").is_file():
            fail(f"nothing was trained in {each}: `python -m model train --onward --run {each}` first")
    try:
        facts = average_of(list(at_hand(share_alike)), runs, run)
    except EXPECTED as error:
        fail(str(error))
    rows = [
        ["held-out writers, plain", f"{facts.held_out_accuracy:.2%}"],
        ["held-out writers, degraded", f"{facts.degraded_accuracy:.2%}"],
        ["temperature", f"{facts.temperature:.2f}"],
        ["refuses from", f"{facts.refuse_from:.2f}"],
        ["written to", str(run)],
    ]
    show(as_json, f"The mean of {len(runs)} trainings", ["", ""], rows, as_data(facts))
