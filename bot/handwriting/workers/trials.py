"""What a child process does with a model that somebody wants to use: it may crash there and take nobody along."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bot.handwriting.rules.model_change import Tally, Trial
from bot.handwriting.workers.pictures import open_picture
from model import check_set
from model.check_set import Answers, answers_of
from model.classifier import load


def probe(file: str) -> None:
    """Load a model and let it read a little. Raises ModelUnusable."""
    classifier = load(Path(file))
    answers_of(classifier, [picture for _, picture in check_set.load().written[:5]])


def compare(old_file: str, new_file: str, samples: Sequence[tuple[str, bytes]]) -> Trial:
    """Let two models read the check set and some samples, (label, PNG). Raises ModelUnusable, CheckSetMissing."""
    old, new, known = load(Path(old_file)), load(Path(new_file)), check_set.load()
    written = [*known.written, *((label, open_picture(png)) for label, png in samples)]
    truths, pictures = [label for label, _ in written], [picture for _, picture in written]
    was, is_now = answers_of(old, pictures), answers_of(new, pictures)
    refused, refuses = answers_of(old, known.scribbles), answers_of(new, known.scribbles)
    generated = len(known.written)
    return Trial(
        generated=_tally(truths[:generated], was.labels[:generated], is_now.labels[:generated]),
        samples=_tally(truths[generated:], was.labels[generated:], is_now.labels[generated:]),
        scribbles=_tally([""] * len(known.scribbles), refused.labels, refuses.labels),
        per_label=_per_label(truths, was, is_now),
        old_ms=was.ms,
        new_ms=is_now.ms,
    )


def _tally(truths: Sequence[str], was: Sequence[str], is_now: Sequence[str]) -> Tally:
    pairs = Counter((old == truth, new == truth) for truth, old, new in zip(truths, was, is_now, strict=True))
    both, only_old, only_new = pairs[True, True], pairs[True, False], pairs[False, True]
    return Tally(len(truths), both + only_old, both + only_new, only_old, only_new)


def _per_label(truths: Sequence[str], was: Answers, is_now: Answers) -> dict[str, tuple[int, int, int]]:
    pictures = Counter(truths)
    old = Counter(truth for truth, read in zip(truths, was.labels, strict=True) if read == truth)
    new = Counter(truth for truth, read in zip(truths, is_now.labels, strict=True) if read == truth)
    return {label: (pictures[label], old[label], new[label]) for label in pictures}
