"""The large network teaches the small one (Hinton, Vinyals and Dean, 2015), and what that buys.

A teacher's doubts say more than a label does: this み is a little like a ん. The student that learns them sees no
more pictures than one that learns from labels alone; both are trained, so that the table shows the difference.
"""

from collections.abc import Sequence
from pathlib import Path

from rich.progress import Progress

from model.dataset import SEED
from model.sources.catalogue import Entry
from model.train import Training, load_training, train

TEACHER_IMAGES, STUDENT_IMAGES = 1_500_000, 500_000
QUICK_IMAGES = 25_000


def distil(
    entries: Sequence[Entry],
    out: Path,
    progress: Progress,
    teacher_images: int = TEACHER_IMAGES,
    student_images: int = STUDENT_IMAGES,
    seed: int = SEED,
    alone: bool = True,
) -> dict[str, Training]:
    """Train a teacher, its student, and to compare with, the same network without a teacher.

    Args: entries: the sources to practise on. out: a folder; the student is written into it, the others into its
        folders `teacher` and `alone`. A teacher that is there already is kept. alone: train the third one.
    Returns: what is known of each, by its name.
    Raises: ValueError: as `model.train.train`.
    """
    teacher = out / "teacher"
    trained = {"teacher": _trained(teacher) or train(entries, teacher, progress, teacher_images, seed, "large")}
    trained["student"] = train(entries, out, progress, student_images, seed, "small", teacher)
    if alone:
        trained["student without a teacher"] = train(entries, out / "alone", progress, student_images, seed, "small")
    return trained


def _trained(run: Path) -> Training | None:
    return load_training(run) if (run / "network.keras").is_file() else None
