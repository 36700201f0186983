"""An evaluation as pictures: what is confused with what, how far to trust a probability, and the worst errors.

Every chart is a matplotlib Figure; `draw` writes them down.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from model.labels import LABELS
from model.workshop.evaluation.chart_style import (
    FAINT,
    GROUND,
    LINE,
    MODELS,
    RIGHT,
    STYLE,
    TEXT,
    WRONG,
    families,
    shown,
    worded,
)
from model.workshop.evaluation.error_sheet import worst_errors
from model.workshop.evaluation.evaluate import Evaluation, Findings
from model.workshop.evaluation.figures import Answer, Figures
from model.workshop.evaluation.resampling import Difference, wilson

DETAILED = 32  # confused labels that are shown large
BINS = 10


def draw(out: Path, findings: Findings) -> list[Path]:
    """Write the first model's charts, and where there are more the comparison, into a folder; it is made if need be.

    Returns: the files.
    """
    first = findings.models[0]
    charts: dict[str, Callable[[], Figure]] = {
        "confusions.png": lambda: confusion_matrix([answer for some in first.answers for answer in some]),
        "reliability.png": lambda: reliability(first.figures, first.answers),
        "classes.png": lambda: misses_by_class(first.figures),
        "errors.png": lambda: worst_errors(findings.mistakes),
    }
    if len(findings.models) > 1:
        charts["comparison.png"] = lambda: comparison(findings.models, findings.gains)
    return [_write(out / name, chart) for name, chart in charts.items()]


def _write(file: Path, chart: Callable[[], Figure]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with matplotlib.rc_context({**STYLE, "font.family": families()}):
        chart().savefig(file)
    return file


def confusion_matrix(answers: Sequence[Answer]) -> Figure:
    """All 74 labels with the mistakes as dots, and beside them the confused labels alone, with numbers."""
    mistakes = Counter((answer.written, answer.read) for answer in answers if not answer.right)
    figure = Figure(figsize=(19, 9.6), layout="constrained")
    overview, detail = figure.subplots(1, 2)
    _overview(overview, mistakes)
    missed, all_of_them = sum(mistakes.values()), f"{len(answers):,}"
    overview.set_title(
        worded(f"{all_of_them}枚のうち読み間違い{missed}枚", f"{missed} of {all_of_them} pictures misread")
    )
    _detail(detail, mistakes, Counter(answer.written for answer in answers))
    return figure


def _overview(axes: Axes, mistakes: Counter[tuple[str, str]]) -> None:
    place = {label: i for i, label in enumerate([*LABELS, ""])}
    axes.plot([0, len(LABELS) - 1], [0, len(LABELS) - 1], color=LINE, linewidth=1, zorder=1)
    if mistakes:
        rows, columns = zip(*((place[written], place[read]) for written, read in mistakes), strict=True)
        axes.scatter(columns, rows, [26 * times**0.8 for times in mistakes.values()], WRONG, alpha=0.8, linewidths=0)
    _label(axes, list(place), size=6.5)
    axes.set(xlim=(-1, len(place)), ylim=(len(place), -1))


def _detail(axes: Axes, mistakes: Counter[tuple[str, str]], written: Counter[str]) -> None:
    confused, left = _most_confused(mistakes)
    place = {label: i for i, label in enumerate(confused)}
    counts = np.zeros((len(confused), len(confused)))
    for (truth, read), times in mistakes.items():
        if truth in place and read in place:
            counts[place[truth], place[read]] = times
    strongest = max(1.0, counts.max(initial=1.0))
    size = 11 if len(confused) <= 20 else 8
    for row, column in zip(*np.nonzero(counts), strict=True):
        strength = 0.25 + 0.75 * float(counts[row, column]) / strongest
        axes.add_patch(_square(column, row, WRONG, strength))
        axes.text(
            column,
            row,
            f"{counts[row, column]:.0f}",
            ha="center",
            va="center",
            fontsize=size,
            color=GROUND if strength > 0.55 else TEXT,
        )
    for label, i in place.items():
        missed = sum(times for (truth, _), times in mistakes.items() if truth == label)
        axes.add_patch(_square(i, i, RIGHT, 0.12))
        axes.text(
            i,
            i,
            str(written[label] - missed) if label else "",
            ha="center",
            va="center",
            fontsize=size - 3,
            color=FAINT,
        )
    _label(axes, confused, size=13 if len(confused) <= 20 else 10)
    axes.set(xlim=(-0.6, len(confused) - 0.4), ylim=(len(confused) - 0.4, -0.6), aspect="equal")
    rest = (f"（まれな間違い{left}枚を除く）", f", without {left} rarer mistakes") if left else ("", "")
    axes.set_title(worded(f"間違えた文字{rest[0]}", f"Confused characters{rest[1]}"))


def _most_confused(mistakes: Counter[tuple[str, str]]) -> tuple[list[str], int]:
    """The labels of the most frequent mistakes, in the labels' order, and how many mistakes are left out."""
    chosen: set[str] = set()
    left = 0
    for pair, times in mistakes.most_common():
        if len(chosen | set(pair)) <= DETAILED:
            chosen |= set(pair)
        else:
            left += times
    return [label for label in (*LABELS, "") if label in chosen], left


def _square(column: int, row: int, colour: str, strength: float) -> Rectangle:
    mixed = strength * np.asarray(to_rgb(colour)) + (1 - strength) * np.asarray(to_rgb(GROUND))
    return Rectangle((column - 0.46, row - 0.46), 0.92, 0.92, color=mixed, linewidth=0)


def _label(axes: Axes, labels: Sequence[str], size: float) -> None:
    names = [shown(label) for label in labels]
    _label_across(axes, names, size)
    axes.set_yticks(range(len(names)), names, fontsize=size)
    axes.tick_params(length=0)
    axes.set(xlabel=worded("読み取り結果", "read"), ylabel=worded("書いた文字", "written"))
    axes.grid(visible=True)
    axes.set_axisbelow(True)


def _label_across(axes: Axes, names: Sequence[str], size: float) -> None:
    # On one baseline: hung by their tops, high and low kana would dance.
    axes.set_xticks(range(len(names)), names, fontsize=size, va="baseline")
    axes.tick_params(axis="x", length=0, pad=1.35 * size)


def reliability(figures: Sequence[Figures], answers: Sequence[Sequence[Answer]]) -> Figure:
    """How often a probability keeps its word, a panel a set; on the line, 8 in 10 are right at 80 %."""
    figure = Figure(figsize=(1.2 + 4.4 * len(figures), 5.8), layout="constrained")
    panels = figure.subplots(2, len(figures), squeeze=False, height_ratios=[4, 1], sharex=True)
    for scores, some, promise, histogram in zip(figures, answers, *panels, strict=True):
        _reliability(promise, histogram, some)
        off = f"{scores.calibration_error:.2%}"
        promise.set_title(f"{scores.name}: {worded(f'ずれ {off}', f'off by {off}')}")
    panels[0][0].set_ylabel(worded("正解の割合", "share that is right"))
    panels[1][0].set_ylabel(worded("枚数", "pictures"))
    return figure


def _reliability(promise: Axes, histogram: Axes, answers: Sequence[Answer]) -> None:
    confidence = np.asarray([answer.confidence for answer in answers])
    right = np.asarray([answer.right for answer in answers])
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    promise.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle=(0, (4, 4)))
    for b in np.unique(place):
        inside = place == b
        said, true = confidence[inside].mean(), right[inside].mean()
        low, high = wilson(float(true), int(inside.sum()))
        promise.plot([said, said], [low, high], color=RIGHT, alpha=0.35, linewidth=5, solid_capstyle="butt")
        promise.plot(said, true, "o", color=RIGHT, markersize=8)
    promise.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.04))
    promise.grid(visible=True)
    histogram.bar(
        (np.arange(BINS) + 0.5) / BINS, np.bincount(place, minlength=BINS), 0.9 / BINS, color=RIGHT, alpha=0.5
    )
    histogram.set(yscale="log", ylim=(0.7, None), xlabel=worded("答えの確率", "probability of the answer"))


def misses_by_class(figures: Sequence[Figures]) -> Figure:
    """For each label the share of its pictures that was misread, a panel a set; grey where a set has none."""
    figure = Figure(figsize=(18, 0.8 + 2.3 * len(figures)), layout="constrained")
    for axes, scores in zip(figure.subplots(len(figures), 1, squeeze=False)[:, 0], figures, strict=True):
        missed = [100 * (1 - scores.per_class.get(label, 1.0)) for label in LABELS]
        axes.bar(range(len(LABELS)), missed, 0.7, color=WRONG)
        _label_across(axes, [shown(label) for label in LABELS], 11)
        for i, (label, share) in enumerate(zip(LABELS, missed, strict=True)):
            if label not in scores.per_class:
                axes.get_xticklabels()[i].set_color(LINE)
            elif share:
                axes.text(i, share, f"{share:.0f}", ha="center", va="bottom", fontsize=9, color=WRONG)
        axes.set(
            xlim=(-0.8, len(LABELS) - 0.2),
            ylim=(0, max(10.0, 1.25 * max(missed))),
            ylabel=worded("間違い", "misread") + ", %",
        )
        macro, classes = f"{scores.macro:.2%}", scores.classes
        in_both = worded(f"正解 {macro}（{classes}文字の平均）", f"{macro} right, the mean of {classes} characters")
        axes.set_title(f"{scores.name}: {in_both}")
        axes.grid(visible=True, axis="y")
        axes.set_axisbelow(True)
    return figure


def comparison(evaluations: Sequence[Evaluation], gains: Sequence[Mapping[str, Difference]]) -> Figure:
    """The models side by side on each set, with 95 % ranges.

    Args: evaluations: of the models. gains: for each set, of every model after the first what it gains.
    """
    names = [scores.name for scores in evaluations[0].figures]
    figure = Figure(figsize=(13, 1.4 + len(names) * (0.5 + 0.36 * len(evaluations))), layout="constrained")
    axes = figure.subplots()
    for number, evaluation in enumerate(evaluations):
        colour = MODELS[number % len(MODELS)]
        for row, scores in enumerate(evaluation.figures):
            y = row + (number - (len(evaluations) - 1) / 2) * 0.26
            if scores.top1_range:
                axes.plot(np.multiply(scores.top1_range, 100), [y, y], color=colour, alpha=0.35, linewidth=6)
            axes.plot(100 * scores.top1, y, "o", color=colour, markersize=9, label=None if row else evaluation.model)
            gain = gains[row].get(evaluation.model)
            note = f"{scores.top1:.2%}" + (f"   {gain}" if gain else "")
            axes.text(1.02, y, note, va="center", fontsize=9.5, color=colour, transform=axes.get_yaxis_transform())
    axes.set_yticks(range(len(names)), names, fontsize=11)
    axes.set(
        ylim=(len(names) - 0.5, -0.5),
        xlabel=worded("正解率（%）、帯は書き手を替えたときの95%の範囲", "top-1, %; bars are 95 % ranges over writers"),
    )
    axes.tick_params(length=0)
    axes.grid(visible=True, axis="x")
    axes.set_axisbelow(True)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), frameon=False, fontsize=11)
    return figure
