"""The model's card: what it was trained on, under which terms, how it reads, and what it cannot do."""

import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.classifier import ARTIFACT, CARD
from model.labels import LABELS
from model.workshop.evaluation.evaluate import Evaluation
from model.workshop.evaluation.figures import Figures
from model.workshop.sources.catalogue import REAL_DATA
from model.workshop.sources.members import SAMPLES

if TYPE_CHECKING:
    from model.workshop.release.conversion import Exported
    from model.workshop.training.train import Training

PROSE = "card.md"
DEVELOPMENT_NOTICE = (
    'brendenlake/omniglot, MIT, "Copyright (c) 2015 Brenden Lake": chose between models (dev), never trained one'
)
MIT = """Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without
limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the
Software, and to permit persons to whom the Software is furnished to do so, subject to the following
conditions: The above copyright notice and this permission notice shall be included in all copies or
substantial portions of the Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS
OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE
AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR
OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION
WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""
LIMITS = (
    "A small kana is read as its full form, a katakana ヘ, リ or モ as the hiragana.",
    "In photos a second network, finder.tflite, says what is written, and where. `python -m model finder` trained it "
    "with the letters of the same sources, without the same writers, on drawn scenes: it never saw a real photo.",
    "What it refuses was judged by fonts, kanji and drawings that were kept aside, not by pictures that people sent.",
)
SCANS_LIMITS = (
    "No real ゐ ゑ ゔ and no real photos were at hand for training; the figures for photos are of simulated ones.",
    "How a photo is looked at was chosen with photos from the same simulator, of other writers: those figures are a "
    "little kind.",
    "That a doubtful letter is also looked at tilted, and how one that is cut out close is found, was decided with all "
    "these pictures, those of lomps:g01 too: the figures are a little kind.",
    "The scans come from about twenty hands, the development drawings from twenty: figures are wider than they look.",
)


STRANGERS = (
    "Pictures that other people made and published, of which none was trained on and none is passed on. Which weights "
    "ship was chosen by the mean of these sources, each counted alike, so they are a little kind."
)


def make_card(
    training: "Training", exported: "Exported", found: Evaluation, network: str, strangers: Sequence[Figures] = ()
) -> dict[str, Any]:
    """The card as plain data.

    Args: training: how the network came about. exported: the chosen file. found: what that file does on the test sets.
        network: which one it is, as `model.network` names it. strangers: what the file does on the sources that chose
        it.
    """
    evaluated = found.to_json()
    return {
        "name": "Tsudoi hiragana",
        "labels": "".join(LABELS),
        "network": network,
        "temperature": training.temperature,
        "refuse_from": training.refuse_from,
        "made": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "made_with": [f"{_data(training)}=FOLDER {command}" for command in _commands(training)],
        "file": facts_of_file(exported),
        "training": asdict(training),
        "notices": [*training.notices, *([DEVELOPMENT_NOTICE] if _knows_development(found) else [])],
        "figures": evaluated["figures"],
        "strangers": [scores.to_json() for scores in strangers],
        "hardships": evaluated["hardships"],
        "refused": evaluated["refused"],
        "limits": [
            *LIMITS,
            *(SCANS_LIMITS if "scans" in training.sources else ()),
            _who_decided(training, found),
            *training.remarks,
        ],
    }


def facts_of_file(exported: "Exported") -> dict[str, Any]:
    """What a card says of the file itself."""
    return {
        "kind": exported.kind,
        "bytes": len(exported.content),
        "sha256": hashlib.sha256(exported.content).hexdigest(),
        "otherwise": round(exported.otherwise, 5),
        "furthest": round(exported.furthest, 6),
    }


def _data(training: "Training") -> str:
    """The environment variable that names the real handwriting."""
    return REAL_DATA if "scans" in training.sources else SAMPLES


def _knows_development(found: Evaluation) -> bool:
    return any(scores.name == "dev" for scores in found.figures)


def _commands(training: "Training") -> list[str]:
    if not training.averaged:
        return [_command(training, training.images), "python -m model export"]
    each = [f"{_command(training, images)} --run RUN_{number}" for number, images in enumerate(training.averaged, 1)]
    runs = " ".join(f"RUN_{number}" for number in range(1, len(each) + 1))
    return [*each, f"python -m model average {runs}", "python -m model export"]


def _command(training: "Training", images: int) -> str:
    train = f"python -m model train --network {training.network} --images {images} --seed {training.seed}"
    train += " --onward" if training.onward else ""
    train += "" if training.augmented else " --no-augment"
    return train + (f" --teacher RUN_OF_{training.teacher.upper()}" if training.teacher else "")


def _who_decided(training: "Training", found: Evaluation) -> str:
    """Who chose between states of the network, and who only judged it; a single group did both."""
    apart = [group for group in training.held_out if group not in training.judges]
    choosing = [f"the writers {', '.join(apart)}"] if apart else []
    choosing += ["the development drawings"] if _knows_development(found) else []
    judged = f"{', '.join(training.judges)} decided nothing" if choosing else "they judge it here, too, which flatters"
    who = " and ".join(choosing or [f"the writers {', '.join(training.judges)}"])
    return (
        f"{who[0].upper()}{who[1:]} chose the moment to stop, the temperature and the threshold of refusal; {judged}."
    )


def write_artifact(card: Mapping[str, Any], content: bytes, file: Path = ARTIFACT) -> None:
    """Put the model, card.json and card.md into one folder."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    (file.parent / CARD).write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (file.parent / PROSE).write_text(as_prose(card), encoding="utf-8")


def as_prose(card: Mapping[str, Any]) -> str:
    """The card for people, in Markdown."""
    sections = [
        f"# {card['name']}\n\nReads one handwritten hiragana, of {len(card['labels'])}: {card['labels']}.",
        f"Made {card['made']} with\n",
        *(f"    {command}" for command in card["made_with"]),
        f"\n`hiragana.tflite`: {card['file']['kind']}, {card['file']['bytes']:,} bytes,",
        f"SHA-256 `{card['file']['sha256']}`.",
        f"Probabilities are calibrated with the temperature {card['temperature']}; from a probability of",
        f"{card['refuse_from']} on, a picture is called no hiragana.\n",
        "## Figures\n\nNo writer of these pictures was trained on.\n",
        _figures_table(card["figures"]),
        *_strangers(card["strangers"]),
        "\n## Not hiragana\n\nHow many of such pictures are refused, and how many pass as sure.\n",
        _refused_table(card["refused"]),
        *_hardships(card["hardships"]),
        "\n## Weakest characters\n",
        *(f"- {scores['name']}: {_weakest(scores)}" for scores in card["figures"]),
        "\n## Limits\n",
        *(f"- {limit}" for limit in card["limits"]),
        "\n## Trained on\n",
        *(f"- {notice}" for notice in card["notices"]),
        f"\nThe MIT licence, for those named above as under it:\n\n> {MIT.replace(chr(10), chr(10) + '> ')}",
    ]
    return "\n".join(sections) + "\n"


def _figures_table(figures: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        "| pictures | number | classes | top-1 | 95 % | worst writer | macro | top-5 | sure | right when sure "
        "| refused | calibration error |",
        "|" + "---|" * 12,
    ]
    for scores in figures:
        low_high = "–".join(f"{end:.1%}" for end in scores["top1_range"] or ()) or "too few writers"
        shares = [f"{scores[key]:.2%}" for key in ("macro", "top5", "sure", "right_when_sure", "refused")]
        worst = f"{min(scores['per_writer'].values()):.2%}"
        cells = [
            scores["name"],
            str(scores["images"]),
            str(scores["classes"]),
            f"{scores['top1']:.2%}",
            low_high,
            worst,
            *shares,
        ]
        cells.append(f"{scores['calibration_error']:.3f}")
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _strangers(figures: Sequence[Mapping[str, Any]]) -> list[str]:
    """A section, where any were read."""
    if not figures:
        return []
    top1, error = (sum(scores[key] for scores in figures) / len(figures) for key in ("top1", "calibration_error"))
    mean = f"\nThe mean of the sources: {top1:.2%}, with a calibration error of {error:.3f}."
    return [f"\n## Strangers' writing\n\n{STRANGERS}\n", _figures_table(figures), mean]


def _refused_table(refused: Mapping[str, Mapping[str, Any]]) -> str:
    rows = ["| kind | pictures | refused | sure |", "|" + "---|" * 4]
    rows += [
        f"| {kind} | {scores['images']} | {scores['refused']:.1%} | {scores['sure']:.1%} |"
        for kind, scores in refused.items()
    ]
    return "\n".join(rows)


def _hardships(hardships: Mapping[str, Mapping[str, float]]) -> list[str]:
    """A section, where any was tried."""
    if not hardships:
        return []
    names = list(next(iter(hardships.values())))
    rows = ["| change | " + " | ".join(names) + " |", "|" + "---|" * (len(names) + 1)]
    rows += [
        f"| {change} | " + " | ".join(f"{tops[name]:.2%}" for name in names) + " |"
        for change, tops in hardships.items()
    ]
    told = "Top-1 after the same pictures were changed; of phone photos there are at most 200 a source."
    return [f"\n## Hardships\n\n{told}\n", "\n".join(rows)]


def _weakest(figures: Mapping[str, Any]) -> str:
    weakest = sorted(figures["per_class"].items(), key=lambda item: item[1])[:5]
    mistakes = ", ".join(f"{label} as {read} ({times})" for label, read, times in figures["confusions"][:6])
    return ", ".join(f"{label} {share:.0%}" for label, share in weakest) + (
        f"; most frequent mistakes: {mistakes}" if mistakes else ""
    )
