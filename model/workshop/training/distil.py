"""The large network teaches the small one (Hinton, Vinyals and Dean, 2015), and what that buys.

A teacher's doubts say more than a label does: this み is a little like a ん. The student that learns them sees no
more pictures than one that learns from labels alone; both are trained, so that the table shows the difference.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.progress import Progress

from model.workshop.sources.catalogue import Entry
from model.workshop.training.learning import Plan
from model.workshop.training.train import Training, load_training, train

TEACHES, LEARNS = Plan(), Plan(500_000, network="small")
QUICK_IMAGES = 25_000  # of either


def distil(
    entries: Sequence[Entry],
    out: Path,
    teacher: Path,
    progress: Progress,
    teaches: Plan = TEACHES,
    learns: Plan = LEARNS,
    alone: bool = True,
) -> dict[str, Training]:
    """Train a teacher, its student, and to compare with, the same network without a teacher.

    Args: entries: the sources to practise on. out: a folder for the student; its folder `alone` is for the third one.
        teacher: the folder of the teacher, which is trained as `teaches` says if nothing was trained there. learns:
        the student's training, and the third one's. alone: train the third one.
    Returns: what is known of each, by its name.
    Raises: ValueError: as `model.workshop.training.train.train`.
    """
    trained = {"teacher": _trained(teacher) or train(entries, teacher, progress, teaches)}
    trained["student"] = train(entries, out, progress, replace(learns, teacher=teacher))
    if alone:
        trained["student without a teacher"] = train(entries, out / "alone", progress, learns)
    return trained


def _trained(run: Path) -> Training | None:
    return load_training(run) if (run / "network.keras").is_file() else None
