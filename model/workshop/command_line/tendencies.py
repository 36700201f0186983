"""`python -m model tendencies`: what a network has learned."""

from pathlib import Path
from typing import Annotated

import typer

from model.workshop.command_line.options import Json
from model.workshop.command_line.output import EXPECTED, fail, progress_bars, show


def tendencies(
    pictures: Annotated[
        list[Path] | None, typer.Argument(help="Pictures of one character, to see why they were read that way.")
    ] = None,
    out: Annotated[Path, typer.Option(file_okay=False, help="The folder that the PNGs go to.")] = Path(
        "build/tendencies"
    ),
    survey: Annotated[
        bool, typer.Option("--survey", help="Survey the network again with the available sources; about a minute.")
    ] = False,
    model: Annotated[Path | None, typer.Option(help="A .tflite file; the shipped one by default.")] = None,
    as_json: Json = False,
) -> None:
    """Draw what the network has learned: typical shapes, confusions, what decided."""
    from model.classifier import ARTIFACT, load
    from model.explaining import tendencies as facts
    from model.workshop.explaining.gallery import draw_all
    from model.workshop.explaining.survey import survey as ask
    from model.workshop.sources.catalogue import at_hand

    file = model or ARTIFACT
    beside, entries, chosen = file.parent / facts.FILE, list(at_hand()) if survey else [], pictures or []
    try:
        with progress_bars() as progress:
            classifier = load(file)
            if survey:
                ask(classifier, entries, progress).save(beside)
            known, sheets = facts.load(beside), 2 + bool(entries) + len(chosen)
            drawing = draw_all(classifier, known, entries, chosen, out)
            drawn = list(progress.track(drawing, total=sheets, description="drawing sheets"))
    except (*EXPECTED, OSError) as error:
        fail(str(error))
    pairs = known.pairs()
    rows = [[written, read, f"{share:.1%}"] for written, read, share in pairs]
    confusions = [{"written": written, "read": read, "share": round(share, 4)} for written, read, share in pairs]
    data = {"files": [str(sheet) for sheet in drawn], "confusions": confusions}
    show(as_json, f"Confusions in poor pictures; sheets are in {out}", ["written", "read", "share"], rows, data)
