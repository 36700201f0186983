"""A sheet of the worst errors: each picture as it was sent, as the network saw it, and what it was taken for."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from model.workshop.evaluation.chart_style import FAINT, LINE, RIGHT, WRONG, shown, worded
from model.workshop.evaluation.evaluate import Mistake
from model.workshop.evaluation.figures import Answer

WORST = 24  # errors on a sheet


def worst_errors(mistakes: Sequence[Mistake]) -> Figure:
    """A sheet of pictures that were misread, each with what the network saw and what it took it for."""
    some = mistakes[:WORST]
    columns = 3
    rows = max(1, -(-len(some) // columns))
    figure = Figure(figsize=(5.4 * columns, 0.7 + 1.75 * rows))
    top = 1 - 0.55 / figure.get_figheight()
    title = worded(
        f"読み間違い{len(mistakes)}枚のうち{len(some)}枚（元の画像、モデルに見えた形、読み取り結果）",
        f"{len(some)} of {len(mistakes)} misread pictures: as sent, as the model saw it, as it was read",
    )
    figure.text(0.012, 1 - 0.34 / figure.get_figheight(), title, fontsize=13, fontweight="bold")
    for i, mistake in enumerate(some):
        x, y = (i % columns) / columns, top * (1 - (i // columns + 1) / rows)
        _error(figure, mistake, (x, y, 1 / columns, top / rows))
    return figure


def _error(figure: Figure, mistake: Mistake, cell: tuple[float, float, float, float]) -> None:
    x, y, width, height = cell

    def part(left: float, wide: float) -> Axes:
        return figure.add_axes((x + left * width, y + 0.17 * height, wide * width, 0.74 * height))

    _picture(part(0.03, 0.23), mistake.picture, 255)
    if mistake.seen is not None:
        _picture(part(0.29, 0.23), 1 - mistake.seen[:, :, 0], 1)
    _candidates(part(0.62, 0.3), mistake.answer)
    writer = f"{mistake.source}, {mistake.answer.writer}"
    figure.text(x + 0.03 * width, y + 0.06 * height, writer[:60], fontsize=7.5, color=FAINT)


def _picture(axes: Axes, picture: NDArray[np.generic], white: float) -> None:
    axes.imshow(picture, cmap="gray", vmin=0, vmax=white)
    axes.set(xticks=[], yticks=[])
    axes.spines[["top", "right"]].set_visible(True)


def _candidates(axes: Axes, answer: Answer) -> None:
    found = answer.candidates[:4]
    colours = [RIGHT if named.label == answer.written else WRONG if not i else LINE for i, named in enumerate(found)]
    axes.barh(range(len(found)), [candidate.probability for candidate in found], 0.62, color=colours)
    for i, candidate in enumerate(found):
        axes.text(candidate.probability + 0.04, i, f"{candidate.probability:.0%}", va="center", fontsize=8, color=FAINT)
    axes.set_yticks(range(len(found)), [shown(candidate.label) for candidate in found], fontsize=12)
    axes.set(xlim=(0, 1.25), ylim=(3.6, -0.6), xticks=[])
    axes.tick_params(length=0)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_title(f"{shown(answer.written)} → {shown(answer.read)}", fontsize=11, pad=4)
