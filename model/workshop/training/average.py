"""The mean of several trainings' weights: less of what it reads is chance (Wortsman et al., 2022).

All must have gone on from the same network: the weights of two that began by themselves have nothing in common.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import keras

from model.workshop.errors import WorkshopError
from model.workshop.sources.catalogue import Entry
from model.workshop.training.learning import Plan, set_to_mean
from model.workshop.training.practice import prepare_practice
from model.workshop.training.train import KINDS, Training, judge_by, load_training, look_at, save


class NotAlike(WorkshopError, ValueError):
    """Two trainings did not go on from the same network, or held out other writers."""


def average(entries: Sequence[Entry], runs: Sequence[Path], out: Path) -> Training:
    """Make one network of several, and calibrate it on writers whom none of them saw.

    Args: entries: the sources that they practised on. runs: the folders of two trainings and more. out: a folder for
        network.keras and training.json.
    Raises: NotAlike. ValueError: as `prepare_practice`. OSError: nothing was trained in a folder.
    """
    each = [load_training(run) for run in runs]
    first = each[0]
    for run, other in zip(runs, each, strict=True):
        if not other.onward or _origin(other) != _origin(first):
            raise NotAlike(f"{run} did not go on from the same network as {runs[0]}: train both with --onward first")
    plan = Plan(sum(facts.images for facts in each), first.seed, first.network, onward=True, augment=first.augmented)
    kind = KINDS[plan.network]
    practice = prepare_practice(entries, plan.seed, kind.prepare, kind.knows_refusal)
    networks = [keras.saving.load_model(run / "network.keras") for run in runs]
    set_to_mean(networks[0], [network.get_weights() for network in networks], practice.mixture, plan.seed)
    found = look_at(networks[0], practice, judge_by(practice.choosing, kind), entries, plan)
    facts = replace(found, averaged=[one.images for one in each], remarks=first.remarks)
    save(networks[0], facts, out)
    return facts


def _origin(facts: Training) -> tuple[object, ...]:
    return facts.network, facts.seed, facts.augmented, facts.held_out, facts.remarks
