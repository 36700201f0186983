"""`python -m model bench`: speed and memory."""

from typing import Annotated, Any

import typer
from rich.progress import Progress

from model.workshop.command_line.options import Json
from model.workshop.command_line.output import EXPECTED, fail, progress_bars, show


def bench(
    rounds: Annotated[int, typer.Option(min=1, help="How often each thing is timed.")] = 200,
    pictures: Annotated[int, typer.Option(min=2, help="How many Tesseract reads, where it is installed.")] = 200,
    training: Annotated[
        bool, typer.Option("--training", help="Also how fast trainings go; takes some minutes.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Measure speed and memory of the shipped model, on one thread, and Tesseract beside it."""
    from model.workshop.bench import bench as measure
    from model.workshop.bench import compare
    from model.workshop.evaluation.tesseract import TesseractMissing

    with progress_bars() as progress:
        task = progress.add_task("measuring", total=2)
        figures: dict[str, Any] = dict(measure(rounds).to_json())
        progress.advance(task)
        if training:
            figures |= _pace(progress)
        try:
            figures["tesseract"] = compare(pictures).to_json()
            note = ""
        except TesseractMissing as error:
            note = str(error)
        progress.advance(task)
    rows = [[name, f"{value:,.2f}"] for name, value in figures.items() if name != "tesseract"]
    show(as_json, "On one thread", ["", ""], rows, figures)
    if not as_json:
        _print_comparison(figures.get("tesseract"), note)


def _pace(progress: Progress) -> dict[str, float]:
    from model.workshop.sources.catalogue import at_hand
    from model.workshop.training.pace import measure

    try:
        pace = measure(list(at_hand()), progress)
    except EXPECTED as error:
        fail(str(error))
    return {
        "training_images_drawn_a_second": round(pace.drawn, 1),
        "training_images_learnt_a_second": round(pace.learnt, 1),
        "training_images_learnt_a_second_with_photos": round(pace.learnt_in_photos, 1),
        "training_minutes": round(pace.minutes(), 1),
        "finder_scenes_learnt_a_second": round(pace.scenes_learnt, 1),
        "finder_minutes": round(pace.finder_minutes(), 1),
    }


def _print_comparison(found: dict[str, Any] | None, note: str) -> None:
    if found is None:
        typer.echo(note)
        return
    rows = [
        ["this model", f"{found['top1']:.1%}", f"{found['ms']:.2f}"],
        ["Tesseract jpn", f"{found['tesseract_top1']:.1%}", f"{found['tesseract_ms']:.2f}"],
    ]
    title = f"{found['number']} pictures: {found['pictures']}"
    show(False, title, ["", "right", "ms a picture"], rows, None)
