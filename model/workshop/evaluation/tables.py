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
    for scores in evaluation.figures:
        shares = (_share(scores.top1), _range(scores.top1_range), _share(scores.macro), _range(scores.macro_range))
        table.add_row(scores.name, f"{scores.images:,}", *shares, _share(scores.top5))
    if len(evaluation.figures) > 1:
        table.add_section()
        table.add_row("mean of the sets", "", _share(evaluation.top1))
    return table


def _writers(figures: Sequence[Figures]) -> Table:
    table = Table("pictures", "writers", "worst", "", "mean of them", title="For whom")
    for scores in figures:
        who, worst = scores.worst_writer
        table.add_row(scores.name, str(scores.writers), _share(worst), who, _share(scores.mean_writer))
    return table


def _certainty(figures: Sequence[Figures]) -> Table:
    table = Table("pictures", "sure", "right when sure", "refused", "calibration error", title="How surely")
    for scores in figures:
        shares = (scores.sure, scores.right_when_sure, scores.refused, scores.calibration_error)
        table.add_row(scores.name, *map(_share, shares))
    if len(figures) > 1:
        table.add_section()
        error = sum(scores.calibration_error for scores in figures) / len(figures)
        table.add_row("mean of the sets", "", "", "", _share(error))
    return table


def _classes(figures: Sequence[Figures]) -> Table:
    table = Table("character", *(scores.name for scores in figures), "read as", title="Each character")
    read_as: dict[str, Counter[str]] = {label: Counter() for label in LABELS}
    for scores in figures:
        for written, read, times in scores.confusions:
            read_as[written][read or "nothing"] += times
    for label in LABELS:
        shares = [_share(scores.per_class[label]) if label in scores.per_class else "" for scores in figures]
        table.add_row(label, *shares, ", ".join(f"{read} {times}" for read, times in read_as[label].most_common()))
    return table


def _refusals(evaluation: Evaluation) -> Table:
    table = Table("no hiragana", "number", "refused", "surely taken for one", title="Refusal")
    for kind in evaluation.refusals:
        table.add_row(kind.kind, str(kind.images), _share(kind.refused), _share(kind.sure))
    table.add_section()
    table.add_row("mean of the kinds", "", _share(evaluation.refused))
    images = sum(scores.images for scores in evaluation.figures)
    wrongly = sum(scores.refused * scores.images for scores in evaluation.figures) / images
    table.add_row("real hiragana refused", f"{images:,}", _share(wrongly))
    return table


def _hardships(evaluation: Evaluation) -> Table:
    table = Table("top-1, and its change in points", *(scores.name for scores in evaluation.figures), title="Hardships")
    for name, some in evaluation.hardships.items():
        cells = [
            f"{_share(scores.top1)} {100 * (scores.top1 - plain.top1):+.2f}"
            for scores, plain in zip(some, evaluation.figures, strict=True)
        ]
        table.add_row(name, *cells)
    return table


def _comparison(evaluations: Sequence[Evaluation], gains: Sequence[Mapping[str, Difference]]) -> Table:
    table = Table(
        "",
        *(evaluation.model for evaluation in evaluations),
        title="Top-1 side by side, and what is gained over the first",
    )
    for row, set_gains in enumerate(gains):
        cells = []
        for evaluation in evaluations:
            scores = evaluation.figures[row]
            lines = [
                f"{_share(scores.top1)} {_range(scores.top1_range)}",
                *map(str, _given(set_gains, evaluation.model)),
            ]
            cells.append("\n".join(lines))
        table.add_row(evaluations[0].figures[row].name, *cells)
    table.add_section()
    table.add_row("mean of the sets", *(_share(evaluation.top1) for evaluation in evaluations))
    if evaluations[0].refusals:
        table.add_row("no hiragana, refused", *(_share(evaluation.refused) for evaluation in evaluations))
    for name in evaluations[0].hardships:
        table.add_row(name, *(_share(_mean(evaluation.hardships[name])) for evaluation in evaluations))
    return table


def _given(gains: Mapping[str, Difference], model: str) -> list[Difference]:
    return [gains[model]] if model in gains else []


def _mean(figures: Sequence[Figures]) -> float:
    return sum(scores.top1 for scores in figures) / len(figures)


def _share(share: float) -> str:
    return f"{share:.2%}"


def _range(span: Range | None) -> str:
    return f"{100 * span[0]:.1f}-{100 * span[1]:.1f}" if span else ""
