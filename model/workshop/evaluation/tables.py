"""An evaluation as tables for a terminal."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.table import Table

from model.labels import LABELS
from model.workshop.evaluation.evaluate import Evaluation, Findings
from model.workshop.evaluation.figures import Figures
from model.workshop.evaluation.resampling import Difference, Range


def tables(findings: Findings, classes: bool) -> list[Table]:
    """Everything about the first model, and where there are more the comparison; what was not tried is left out."""
    first = findings.models[0]
    drawn = [_reading(first), _writers(first.figures), _certainty(first.figures)]
    if classes:
        drawn.append(_classes(first.figures))
    if first.refusals:
        drawn.append(_refusals(first))
    if first.hardships:
        drawn.append(_hardships(first))
    if len(findings.models) > 1:
        drawn.append(_comparison(findings.models, findings.gains))
    return drawn


def _reading(evaluation: Evaluation) -> Table:
    table = Table("pictures", "number", "top-1", "95 %", "macro", "95 %", "top-5", title=evaluation.model)
    for one in evaluation.figures:
        shares = (_share(one.top1), _range(one.top1_range), _share(one.macro), _range(one.macro_range))
        table.add_row(one.name, f"{one.images:,}", *shares, _share(one.top5))
    if len(evaluation.figures) > 1:
        table.add_section()
        table.add_row("mean of the sets", "", _share(evaluation.top1))
    return table


def _writers(figures: Sequence[Figures]) -> Table:
    table = Table("pictures", "writers", "worst", "", "mean of them", title="For whom")
    for one in figures:
        who, worst = one.worst_writer
        table.add_row(one.name, str(one.writers), _share(worst), who, _share(one.mean_writer))
    return table


def _certainty(figures: Sequence[Figures]) -> Table:
    table = Table("pictures", "sure", "right when sure", "refused", "calibration error", title="How surely")
    for one in figures:
        shares = (one.sure, one.right_when_sure, one.refused, one.calibration_error)
        table.add_row(one.name, *map(_share, shares))
    if len(figures) > 1:
        table.add_section()
        error = sum(one.calibration_error for one in figures) / len(figures)
        table.add_row("mean of the sets", "", "", "", _share(error))
    return table


def _classes(figures: Sequence[Figures]) -> Table:
    table = Table("character", *(one.name for one in figures), "read as", title="Each character")
    read_as: dict[str, Counter[str]] = {label: Counter() for label in LABELS}
    for one in figures:
        for written, read, times in one.confusions:
            read_as[written][read or "nothing"] += times
    for label in LABELS:
        shares = [_share(one.per_class[label]) if label in one.per_class else "" for one in figures]
        table.add_row(label, *shares, ", ".join(f"{read} {times}" for read, times in read_as[label].most_common()))
    return table


def _refusals(evaluation: Evaluation) -> Table:
    table = Table("no hiragana", "number", "refused", "surely taken for one", title="Refusal")
    for one in evaluation.refusals:
        table.add_row(one.kind, str(one.images), _share(one.refused), _share(one.sure))
    table.add_section()
    table.add_row("mean of the kinds", "", _share(evaluation.refused))
    images = sum(one.images for one in evaluation.figures)
    wrongly = sum(one.refused * one.images for one in evaluation.figures) / images
    table.add_row("real hiragana refused", f"{images:,}", _share(wrongly))
    return table


def _hardships(evaluation: Evaluation) -> Table:
    table = Table("top-1, and its change in points", *(one.name for one in evaluation.figures), title="Hardships")
    for name, some in evaluation.hardships.items():
        cells = [
            f"{_share(one.top1)} {100 * (one.top1 - plain.top1):+.2f}"
            for one, plain in zip(some, evaluation.figures, strict=True)
        ]
        table.add_row(name, *cells)
    return table


def _comparison(evaluations: Sequence[Evaluation], gains: Sequence[Mapping[str, Difference]]) -> Table:
    table = Table(
        "", *(one.model for one in evaluations), title="Top-1 side by side, and what is gained over the first"
    )
    for row, set_gains in enumerate(gains):
        cells = []
        for evaluation in evaluations:
            one = evaluation.figures[row]
            lines = [f"{_share(one.top1)} {_range(one.top1_range)}", *map(str, _given(set_gains, evaluation.model))]
            cells.append("\n".join(lines))
        table.add_row(evaluations[0].figures[row].name, *cells)
    table.add_section()
    table.add_row("mean of the sets", *(_share(one.top1) for one in evaluations))
    if evaluations[0].refusals:
        table.add_row("no hiragana, refused", *(_share(one.refused) for one in evaluations))
    for name in evaluations[0].hardships:
        table.add_row(name, *(_share(_mean(one.hardships[name])) for one in evaluations))
    return table


def _given(gains: Mapping[str, Difference], model: str) -> list[Difference]:
    return [gains[model]] if model in gains else []


def _mean(figures: Sequence[Figures]) -> float:
    return sum(one.top1 for one in figures) / len(figures)


def _share(share: float) -> str:
    return f"{share:.2%}"


def _range(span: Range | None) -> str:
    return f"{100 * span[0]:.1f}-{100 * span[1]:.1f}" if span else ""
