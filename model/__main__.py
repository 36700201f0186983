"""The recogniser's command line: `python -m model prepare | train | evaluate | export | finder | tendencies | ...`.

Every command shows its progress on stderr and ends with a short table; all but forget-writer print data instead with
`--json`.
"""

import json
import os
import sys
import tempfile
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from model.sheet import command_line as paper

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from model.classifier import Classifier
    from model.judging.evaluate import Findings
    from model.judging.pictures import Pictures

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # read when TensorFlow is imported, which only some commands do

app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
paper.add_to(app)
RUN, STUDENT = Path("build/model"), Path("build/student")

Json = Annotated[bool, typer.Option("--json", help="Print data instead of a table.")]
ShareAlike = Annotated[
    bool, typer.Option("--share-alike", help="Also sources whose licence may ask that the model be shared alike.")
]
Run = Annotated[Path, typer.Option("--run", help="The folder of a training: network.keras, training.json.")]


@app.command()
def prepare(
    offline: Annotated[bool, typer.Option(help="Only look; install no fonts.")] = False,
    share_alike: ShareAlike = False,
    as_json: Json = False,
) -> None:
    """Install the fonts, read every source, and say what is in it or what to do to have it."""
    from model.training.prepare import install_fonts, look, look_at_others, together

    with _progress() as progress:
        note = None if offline else install_fonts(progress)
        found = look(progress, share_alike) + look_at_others(progress)
    columns = ["source", "images", "classes", "writers", "thinnest class", "note"]
    rows = [one.row() for one in [*found, together(found)]]
    _print(as_json, "Sources", columns, rows, [one.to_json() for one in found])
    if note:
        Console(stderr=True).print(note)
    if any(one.state == "damaged" for one in found):
        raise typer.Exit(1)


@app.command()
def train(
    images: Annotated[
        int | None, typer.Option(min=1, help="Pictures to see; the default takes about 45 minutes.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Two to four minutes, to learn how it goes.")] = False,
    network: Annotated[
        str, typer.Option(help="large, which ships, small, or classic, the one of the 2017 hands-on.")
    ] = "large",
    teacher: Annotated[Path | None, typer.Option(help="The folder of a training whose network teaches.")] = None,
    augment: Annotated[
        bool, typer.Option(help="Each picture with another hand, pen, light and camera; without, clean ones.")
    ] = True,
    seed: Annotated[int | None, typer.Option(help="Of everything random; another one holds other writers out.")] = None,
    share_alike: ShareAlike = False,
    run: Run = RUN,
    as_json: Json = False,
) -> None:
    """Train a network on the sources at hand; one that was cut off goes on where it stood."""
    from model.sources import DamagedSource
    from model.sources.catalogue import at_hand
    from model.training import train as training
    from model.training.dataset import SEED
    from model.training.leaks import LeakFound
    from model.training.learning import FULL, QUICK, Plan
    from model.training.practice import NoHandwriting

    if network not in training.KINDS:
        _fail(f"there is no network {network!r}: --network takes {', '.join(training.KINDS)}")
    if teacher and not (teacher / "network.keras").is_file():
        _fail(f"nothing was trained in {teacher}: `python -m model train --run {teacher}` first")
    plan = Plan(images or (QUICK if quick else FULL), SEED if seed is None else seed, network, teacher, augment)
    try:
        with _progress() as progress:
            facts = training.train(list(at_hand(share_alike)), run, progress, plan)
    except (NoHandwriting, DamagedSource, LeakFound) as error:
        _fail(str(error))
    rows = [
        ["parameters", f"{facts.parameters:,}"],
        ["held-out writers, plain", f"{facts.held_out_accuracy:.2%}"],
        ["held-out writers, degraded", f"{facts.degraded_accuracy:.2%}"],
        ["temperature", f"{facts.temperature:.2f}"],
        ["refuses from", f"{facts.refuse_from:.2f}"],
        ["written to", str(run)],
    ]
    _print(as_json, f"Trained on {plan.images:,} images", ["", ""], rows, training.as_data(facts))


@app.command()
def distil(
    quick: Annotated[bool, typer.Option("--quick", help="A few minutes, to learn how it goes.")] = False,
    alone: Annotated[bool, typer.Option(help="Also train the student without a teacher, to compare.")] = True,
    seed: Annotated[int | None, typer.Option(help="Of everything random.")] = None,
    teacher: Annotated[
        Path, typer.Option(help="The folder of the training whose network teaches; it is trained if there is none.")
    ] = RUN,
    run: Annotated[Path, typer.Option("--run", help="The student's folder: network.keras, training.json.")] = STUDENT,
    as_json: Json = False,
) -> None:
    """Let a larger network teach the small one, and show what that buys."""
    from model.sources import DamagedSource
    from model.sources.catalogue import at_hand
    from model.training import distil as distilling
    from model.training.leaks import LeakFound
    from model.training.practice import NoHandwriting
    from model.training.train import as_data

    teaches, learns = (
        replace(
            plan, images=distilling.QUICK_IMAGES if quick else plan.images, seed=plan.seed if seed is None else seed
        )
        for plan in (distilling.TEACHES, distilling.LEARNS)
    )
    try:
        with _progress() as progress:
            trained = distilling.distil(list(at_hand()), run, teacher, progress, teaches, learns, alone)
    except (NoHandwriting, DamagedSource, LeakFound) as error:
        _fail(str(error))
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
    _print(as_json, "What a teacher buys", columns, rows, {name: as_data(facts) for name, facts in trained.items()})


@app.command()
def evaluate(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Folders or zips with a folder for each character, or .npz files; by default the real data at hand, "
            "without the writers that a model was trained on."
        ),
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="A .tflite file with its card.json; the shipped one by default.")
    ] = None,
    compare: Annotated[
        list[Path] | None, typer.Option(help="Another such file, to see side by side; can be given several times.")
    ] = None,
    classes: Annotated[bool, typer.Option("--classes", help="Also a table of every character.")] = False,
    hard: Annotated[
        bool, typer.Option("--hard", help="Also turned, shifted, inverted, small, tight and photographed pictures.")
    ] = False,
    lines: Annotated[
        int, typer.Option("--lines", min=0, help="Instead so many pages of every kind: whole words in unseen hands.")
    ] = 0,
    out: Annotated[Path | None, typer.Option(help="A folder for charts: confusions, reliability, errors.")] = None,
    as_json: Json = False,
) -> None:
    """Read pictures with a model file: how well it does, for whom, and how far chance could move that."""
    from model.classifier import ARTIFACT, ModelUnusable, load
    from model.judging.evaluate import examine
    from model.judging.pictures import UnreadablePictures, held_out_by, negatives_beside, pictures_in, unseen_pictures
    from model.judging.tables import tables

    if lines and (out or classes or hard):
        _fail("--lines reads pages, of which there are no charts, classes or hardships: leave --out, --classes, --hard")
    if out:
        _require_charts(out)
    files = [model or ARTIFACT, *(compare or [])]
    try:
        models = {"shipped" if file == ARTIFACT else str(file): load(file) for file in files}
        named = [some for path in paths or () for some in pictures_in(path)]
        pictures = named or unseen_pictures(held_out_by(files))
    except (ModelUnusable, UnreadablePictures) as error:
        _fail(str(error))
    for note in (note for some in pictures for note in some.notes()):
        typer.echo(note, err=True)
    pictures = [some for some in pictures if some.written]
    if not pictures:
        _fail("there are no real pictures to read: name a folder, or set TSUDOI_REAL_DATA to the one with hiragana/")
    if lines:
        _evaluate_pages(models, pictures, lines, as_json)
        return
    with _progress() as progress:
        findings = examine(models, pictures, negatives_beside(pictures), hard, progress)
    if not as_json:
        Console(markup=False).print(*tables(findings, classes), sep="\n")
    charts = _draw(findings, out) if out else []
    if as_json:
        typer.echo(json.dumps(findings.to_json() | {"charts": list(map(str, charts))}, ensure_ascii=False))
    elif charts:
        Console(markup=False).print(*charts, sep="\n")


def _evaluate_pages(
    models: "Mapping[str, Classifier]", pictures: "Sequence[Pictures]", each: int, as_json: bool
) -> None:
    from model.judging.composed_pages import hands_of
    from model.judging.transcripts import read_pages

    hands = hands_of(one for some in pictures if not some.name.startswith("black") for one in some.written)
    if not hands:
        _fail("no writer among the pictures left characters enough for words")
    with _progress() as progress:
        found = {name: read_pages(classifier, hands, each, progress) for name, classifier in models.items()}
    for name, figures in found.items() if not as_json else ():
        rows = [
            [one.style, "columns" if one.vertical else "rows", str(one.characters)]
            + [f"{share:.1%}" for share in (one.error_rate, one.exact, one.miscounted)]
            for one in figures
        ]
        columns = ["pages", "", "characters", "character errors", "pages without", "miscounted"]
        _print(False, f"{name}: {each} pages of a kind, {len(hands)} hands", columns, rows, None)
    if as_json:
        typer.echo(json.dumps({name: [one.to_json() for one in figures] for name, figures in found.items()}))


def _require_charts(out: Path) -> None:
    """Fail where charts can neither be drawn nor written: minutes later would be late to learn that."""
    try:
        import model.judging.charts  # noqa: F401
    except ModuleNotFoundError as error:
        _fail(f"charts need {error.name}: pip install 'tsudoi[train]'")
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        _fail_to_write(out, error)


def _draw(findings: "Findings", out: Path) -> list[Path]:
    from model.judging.charts import draw

    try:
        return draw(out, findings)
    except OSError as error:
        _fail_to_write(out, error)


def _fail_to_write(out: Path, error: OSError) -> NoReturn:
    _fail(f"charts cannot be written to {out} ({error.strerror}): name another folder with --out")


@app.command()
def export(
    run: Run = RUN,
    out: Annotated[
        Path | None, typer.Option(help="Where the .tflite file goes, with its card; the package by default.")
    ] = None,
    hard: Annotated[
        bool, typer.Option(help="The card also says how it reads turned, small and photographed pictures; a minute.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Turn a trained network into the file that ships, and write its card."""
    from model.classifier import ARTIFACT
    from model.release.export import export_run

    if not (run / "network.keras").is_file():
        _fail(f"nothing was trained in {run}: `python -m model train` comes first")
    try:
        with _progress() as progress:
            chosen, tried = export_run(run, out or ARTIFACT, progress, hard)
    except ValueError as error:
        _fail(str(error))
    rows = [
        [
            one.kind,
            f"{len(one.content):,}",
            f"{one.otherwise:.2%}",
            f"{one.furthest:.1e}",
            "kept" if one is chosen else "",
        ]
        for one in tried
    ]
    data = [
        {"kind": one.kind, "bytes": len(one.content), "otherwise": one.otherwise, "furthest": one.furthest}
        | {"kept": one is chosen}
        for one in tried
    ]
    columns = ["kind", "bytes", "answered otherwise", "furthest from Keras", ""]
    _print(as_json, "Exported", columns, rows, data)


@app.command()
def finder(
    scenes: Annotated[
        int | None, typer.Option(min=1, help="Photos to practise on; the default takes about 45 minutes.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of everything random; another one holds other writers out.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the .tflite file goes; the package by default.")] = None,
    as_json: Json = False,
) -> None:
    """Train the small network that finds the writing in a photo, and write its file."""
    from model.finder.find import FILE
    from model.sources import DamagedSource
    from model.sources.catalogue import at_hand
    from model.training.dataset import SEED
    from model.training.finder import practice
    from model.training.leaks import LeakFound
    from model.training.practice import NoHandwriting

    entries = list(at_hand())
    file = out or FILE
    file.parent.mkdir(parents=True, exist_ok=True)  # when it is trained would be late to learn that it cannot be
    try:
        with _progress() as progress:
            trained = practice.practise(entries, progress, scenes or practice.SCENES, SEED if seed is None else seed)
    except (NoHandwriting, DamagedSource, LeakFound) as error:
        _fail(str(error))
    file.write_bytes(trained.content)
    rows = [
        ["letters found, unseen hands", f"{trained.found:.1%}"],
        ["bytes", f"{len(trained.content):,}"],
        ["written to", str(file)],
    ]
    data = {"scenes": trained.scenes, "found": trained.found, "bytes": len(trained.content), "file": str(file)}
    _print(as_json, f"Practised on {trained.scenes:,} photos", ["", ""], rows, data)


@app.command()
def tendencies(
    pictures: Annotated[list[Path] | None, typer.Argument(help="Pictures of one character: why read so?")] = None,
    out: Annotated[Path, typer.Option(help="The folder that the PNGs go to.")] = Path("build/tendencies"),
    survey: Annotated[
        bool, typer.Option("--survey", help="Ask the network anew, with the sources at hand; about a minute.")
    ] = False,
    model: Annotated[Path | None, typer.Option(help="A .tflite file; the shipped one by default.")] = None,
    as_json: Json = False,
) -> None:
    """Draw what the network has learned: typical shapes, confusions, what decided."""
    from model.classifier import ARTIFACT, ModelUnusable, load
    from model.explaining import tendencies as facts
    from model.explaining.gallery import draw_all
    from model.explaining.survey import survey as ask
    from model.sources.catalogue import at_hand

    file = model or ARTIFACT
    beside, entries, chosen = file.parent / facts.FILE, list(at_hand()) if survey else [], pictures or []
    try:
        with _progress() as progress:
            classifier = load(file)
            if survey:
                ask(classifier, entries, progress).save(beside)
            known, sheets = facts.load(beside), 2 + bool(entries) + len(chosen)
            drawing = draw_all(classifier, known, entries, chosen, out)
            drawn = list(progress.track(drawing, total=sheets, description="drawing sheets"))
    except (ModelUnusable, facts.NotSurveyed, ValueError, OSError) as error:
        _fail(str(error))
    pairs = known.pairs()
    rows = [[written, read, f"{share:.1%}"] for written, read, share in pairs]
    confusions = [{"written": written, "read": read, "share": round(share, 4)} for written, read, share in pairs]
    data = {"files": [str(one) for one in drawn], "confusions": confusions}
    _print(as_json, f"Confusions in poor pictures; sheets are in {out}", ["written", "read", "share"], rows, data)


@app.command()
def bench(
    rounds: Annotated[int, typer.Option(min=1, help="How often each thing is timed.")] = 200,
    pictures: Annotated[int, typer.Option(min=2, help="How many Tesseract reads, where it is installed.")] = 200,
    training: Annotated[
        bool, typer.Option("--training", help="Also how fast trainings go; takes some minutes.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Measure speed and memory of the shipped model, on one thread, and Tesseract beside it."""
    from model.bench import bench as measure
    from model.bench import compare
    from model.judging.tesseract import TesseractMissing

    with _progress() as progress:
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
    _print(as_json, "On one thread", ["", ""], rows, figures)
    if not as_json:
        _print_comparison(figures.get("tesseract"), note)


def _pace(progress: Progress) -> dict[str, float]:
    from model.sources.catalogue import at_hand
    from model.training.pace import measure

    try:
        pace = measure(list(at_hand()), progress)
    except ValueError as error:
        _fail(str(error))
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
    _print(False, title, ["", "right", "ms a picture"], rows, None)


def _progress() -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True))


def _print(as_json: bool, title: str, columns: list[str], rows: list[list[str]], data: Any) -> None:
    if as_json:
        typer.echo(json.dumps(data, ensure_ascii=False))
        return
    table = Table(*columns, title=title, show_header=any(columns))
    for row in rows:
        table.add_row(*row)
    Console(markup=False).print(table)


def _fail(reason: str) -> NoReturn:
    typer.echo(reason, err=True)
    raise typer.Exit(1)


def main() -> None:
    """Run the command line on a console of any encoding."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # as stderr is; in JSON, \u3094 even remains ゔ
    app()


if __name__ == "__main__":
    main()
