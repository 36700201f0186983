"""`python -m model adapt`."""

from pathlib import Path
from typing import Annotated

import typer

from model.workshop.command_line.options import Json, ShareAlike
from model.workshop.command_line.output import EXPECTED, fail, progress_bars, show


def adapt(
    folders: Annotated[
        list[Path],
        typer.Argument(
            help="The group's letters: what `tsudoi samples export` or import-sheet wrote, or あ/aki_01.png."
        ),
    ],
    images: Annotated[int | None, typer.Option(min=1, help="Pictures to see; the default takes minutes.")] = None,
    seed: Annotated[int | None, typer.Option(help="The random seed; another one holds out other writers.")] = None,
    share_alike: ShareAlike = False,
    out: Annotated[Path, typer.Option(dir_okay=False, help="Where the .tflite file goes, with its card.")] = Path(
        "models/adapted/hiragana.tflite"
    ),
    as_json: Json = False,
) -> None:
    """Fine-tune the shipped network on a group's own letters; what reads it no better, or forgets, is refused."""
    from model.workshop.release.adaptation import adapt_to
    from model.workshop.sources.catalogue import at_hand
    from model.workshop.training.adapt import IMAGES
    from model.workshop.training.dataset import SEED
    from model.workshop.training.learning import Plan

    plan = Plan(images or IMAGES, SEED if seed is None else seed, onward=True)
    try:
        with progress_bars() as progress:
            found = adapt_to(folders, list(at_hand(share_alike)), out, plan, progress)
    except EXPECTED as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}")
    adapted, shipped = found.findings.models
    rows = [
        [now.name, f"{now.images:,}", str(now.writers), f"{before.top1:.2%}", f"{now.top1:.2%}"]
        for now, before in zip(adapted.figures, shipped.figures, strict=True)
    ]
    rows.append(["no hiragana, refused", "", "", f"{shipped.refused:.2%}", f"{adapted.refused:.2%}"])
    columns = ["pictures", "number", "writers", "shipped", "adapted"]
    show(as_json, "The shipped model and the adapted one", columns, rows, found.to_json())
    if found.objections:
        fail(f"not written to {out}: {'; '.join(found.objections)}")
    if not as_json:
        typer.echo(f"written to {out}")
