"""`python -m model distil`: a small network learns from a larger one."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from model.workshop.command_line.options import RUN, Json
from model.workshop.command_line.output import EXPECTED, fail, progress_bars, show

STUDENT = Path("build/student")


def distil(
    quick: Annotated[bool, typer.Option("--quick", help="A few minutes, to see how it works.")] = False,
    alone: Annotated[bool, typer.Option(help="Also train the student without a teacher, to compare.")] = True,
    seed: Annotated[int | None, typer.Option(help="The random seed.")] = None,
    teacher: Annotated[
        Path, typer.Option(help="The folder of the training whose network teaches; it is trained if there is none.")
    ] = RUN,
    run: Annotated[Path, typer.Option("--run", help="The student's folder: network.keras, training.json.")] = STUDENT,
    as_json: Json = False,
) -> None:
    """Let a larger network teach the small one, and show what it gains."""
    from model.workshop.sources.catalogue import at_hand
    from model.workshop.training import distil as distilling
    from model.workshop.training.train import as_data

    teaches, learns = (
        replace(
            plan, images=distilling.QUICK_IMAGES if quick else plan.images, seed=plan.seed if seed is None else seed
        )
        for plan in (distilling.TEACHES, distilling.LEARNS)
    )
    try:
        with progress_bars() as progress:
            trained = distilling.distil(list(at_hand()), run, teacher, progress, teaches, learns, alone)
    except EXPECTED as error:
        fail(str(error))
    rows = [
        [
            name,
            f"{facts.parameters:,}",
            f"{facts.images:,}",
            f"{facts.chosen_accuracy:.2%}",
            f"{facts.held_out_accuracy:.2%}",
            f"{facts.degraded_accuracy:.2%}",
        ]
        for name, facts in trained.items()
    ]
    columns = ["network", "parameters", "images", "choosing writers", "judging writers", "degraded"]
    show(as_json, "What a teacher buys", columns, rows, {name: as_data(facts) for name, facts in trained.items()})
