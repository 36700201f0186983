"""Whether a network that practised a group's letters is kept: it must read that group better, and all else as well."""

import datetime
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.progress import Progress

from model import check_set
from model.classifier import ARTIFACT, Classifier, load
from model.network import Calibration, open_network
from model.preprocess import preprocess
from model.workshop.evaluation.evaluate import Evaluation, Findings, examine
from model.workshop.evaluation.figures import Figures
from model.workshop.evaluation.pictures import MEMBERS, Pictures, negatives_beside, unseen_pictures
from model.workshop.release.card import facts_of_file, write_artifact
from model.workshop.release.conversion import Exported, export, inputs_of
from model.workshop.sources.catalogue import Entry
from model.workshop.sources.stored import Written
from model.workshop.training.adapt import Group, adapt, card_that_ships, read_group, rehearsed
from model.workshop.training.learning import Plan

FORGOTTEN = 0.005  # of the pictures of a set: so many may be lost by chance, and one of a small set
PASSED = 0.02  # of what is to be refused: so much more may pass
ADAPTED, SHIPPED = "adapted", "shipped"
KNOWN, STRANGERS = "group, new letters", "group, other people"


@dataclass(frozen=True, slots=True)
class Adaptation:
    """What came of a group's letters. The findings are those of the adapted model, and beside it of the shipped one."""

    findings: Findings
    objections: list[str]  # why it was not written down; none where it was

    def to_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        return self.findings.to_json() | {"objections": self.objections}


def adapt_to(
    folders: Sequence[Path], entries: Sequence[Entry], file: Path, plan: Plan, progress: Progress
) -> Adaptation:
    """Adapt the network that ships, judge it beside that one, and write it down with its card unless it is worse.

    Args: folders, entries, plan: as `model.workshop.training.adapt` takes them. file: where the .tflite file goes.
    Raises: WorkshopError, ReaderError: as `read_group`. OSError: a folder is not there, or cannot be written to.
    """
    group = read_group(folders, plan.seed)
    network = adapt(group, entries, plan, progress)
    sets = [Pictures(KNOWN, group.kept_back), Pictures(STRANGERS, group.strangers), *_known()]
    exported, _ = export(network, inputs_of(sets, preprocess))
    shipped = load()
    adapted = Classifier(open_network(exported.content, _calibration()))
    findings = examine({ADAPTED: adapted, SHIPPED: shipped}, sets, negatives_beside(sets), False, progress)
    objections = list(objections_to(*findings.models))
    if not objections:
        write_artifact(_card(group, entries, plan, exported, findings.models[0]), exported.content, file)
    return Adaptation(findings, objections)


def _known() -> list[Pictures]:
    """What the shipped network was not trained on: the check set, and real letters where they are at hand."""
    letters = [Written(picture, label, "generated") for label, picture in check_set.load().written]
    real = unseen_pictures(card_that_ships()["training"]["held_out"])
    return [Pictures("check set", letters), *(some for some in real if some.name != MEMBERS)]


def _calibration() -> Calibration:
    """That of the network that ships, found with more strangers than a group has."""
    card = card_that_ships()
    return Calibration(card["temperature"], card["refuse_from"])


def objections_to(adapted: Evaluation, shipped: Evaluation) -> Iterator[str]:
    """Say why an adapted network is not kept, in sentences; nothing where it is.

    Args: adapted, shipped: on the same sets, of which the first two are the group's.
    """
    now, before = _read(adapted.figures[:2]), _read(shipped.figures[:2])
    if now <= before:
        yield f"it reads {now} letters of the group that it had not seen, and the shipped model {before}"
    for after, was in zip(adapted.figures[2:], shipped.figures[2:], strict=True):
        if _read([was]) - _read([after]) > max(1, FORGOTTEN * was.images):
            yield f"it forgets: it reads {after.top1:.1%} of {after.name}, and the shipped model {was.top1:.1%}"
    if shipped.refused - adapted.refused > PASSED:
        yield f"it refuses {adapted.refused:.1%} of what is no hiragana, and the shipped model {shipped.refused:.1%}"


def _read(sets: Sequence[Figures]) -> int:
    """How many pictures of some sets were read rightly."""
    return sum(round(scores.top1 * scores.images) for scores in sets)


def _card(group: Group, entries: Sequence[Entry], plan: Plan, exported: Exported, found: Evaluation) -> dict[str, Any]:
    """The card of the network that ships, as far as it still holds, and what has become of it since."""
    base, evaluated = card_that_ships(), found.to_json()
    sources = {entry.name: entry.notice for entry in rehearsed(entries)}
    letters, writers = len(group.practice.labels), len(set(group.practice.writers))
    digest = hashlib.sha256(ARTIFACT.read_bytes()).hexdigest()
    return base | {
        "made": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "made_with": [*base["made_with"], f"python -m model adapt FOLDER --images {plan.images} --seed {plan.seed}"],
        "file": facts_of_file(exported),
        "training": base["training"]
        | {
            "held_out": sorted({*base["training"]["held_out"], *group.held_out}),
            "sources": list(dict.fromkeys([*base["training"]["sources"], *sources, MEMBERS])),
            "adapted": {"images": plan.images, "seed": plan.seed, "letters": letters, "writers": writers},
        },
        "notices": list(dict.fromkeys([*base["notices"], *sources.values(), "letters of a group, with its consent"])),
        "figures": evaluated["figures"],
        "strangers": [],
        "hardships": {},
        "refused": evaluated["refused"],
        "limits": [
            *base["limits"],
            f"The network with the SHA-256 {digest} was adapted to a group: {letters} letters of {writers} writers. "
            f"{len(group.held_out)} others of them decided whether it is kept.",
        ],
    }
