"""`python -m model train`."""

from pathlib import Path
from typing import Annotated

import typer

from model.workshop.command_line.options import RUN, Json, Run, ShareAlike
from model.workshop.command_line.output import EXPECTED, fail, progress_bars, show


def train(
    images: Annotated[
        int | None, typer.Option(min=1, help="Pictures to train on; the default takes about 45 minutes.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Two to four minutes, to see how it works.")] = False,
    network: Annotated[
        str, typer.Option(help="large, which ships, small, or classic, the one of the 2017 hands-on.")
    ] = "large",
    teacher: Annotated[
        Path | None, typer.Option(help="The folder of a training whose network acts as teacher.")
    ] = None,
    augment: Annotated[
        bool, typer.Option(help="Vary hand, pen, light and camera of each picture; without, clean pictures.")
    ] = True,
    onward: Annotated[bool, typer.Option("--onward", help="Start from the network that ships.")] = False,
    seed: Annotated[int | None, typer.Option(help="The random seed; another one holds out other writers.")] = None,
    share_alike: ShareAlike = False,
    run: Run = RUN,
    as_json: Json = False,
) -> None:
    """Train a network on the available sources; an interrupted training resumes where it stopped."""
    from model.workshop.sources.catalogue import at_hand, not_at_hand
    from model.workshop.training import train as training
    from model.workshop.training.adapt import card_that_ships
    from model.workshop.training.dataset import SEED
    from model.workshop.training.learning import FULL, QUICK, Plan

    if network not in training.KINDS:
        fail(f"there is no network {network!r}: --network takes {', '.join(training.KINDS)}")
    if teacher and not (teacher / "network.keras").is_file():
        fail(f"nothing was trained in {teacher}: `python -m model train --run {teacher}` first")
    for entry in not_at_hand(card_that_ships()["training"]["sources"]):
        typer.echo(f"Without {entry.name}, which the network that ships learnt from: needs {entry.where}", err=True)
    plan = Plan(images or (QUICK if quick else FULL), SEED if seed is None else seed, network, teacher, onward, augment)
    try:
        with progress_bars() as progress:
            facts = training.train(list(at_hand(share_alike)), run, progress, plan)
    except EXPECTED as error:
        fail(str(error))
    rows = [
        ["parameters", f"{facts.parameters:,}"],
        ["held-out writers, plain", f"{facts.held_out_accuracy:.2%}"],
        ["held-out writers, degraded", f"{facts.degraded_accuracy:.2%}"],
        ["temperature", f"{facts.temperature:.2f}"],
        ["refuses from", f"{facts.refuse_from:.2f}"],
        ["written to", str(run)],
    ]
    show(as_json, f"Trained on {plan.images:,} images", ["", ""], rows, training.as_data(facts))
