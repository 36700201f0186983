"""A trained network at run time: its file, its card, and calibrated answers. LiteRT runs it, without TensorFlow."""

import json
import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from model import classic
from model.character import KNOWN, Probabilities
from model.errors import ReaderError
from model.labels import LABELS, NOT_HIRAGANA
from model.preprocess import INPUT_SIZE
from model.test_time_augmentation import tilt

CARD = "card.json"  # beside the model file

HIRAGANA, CLASSIC = "hiragana", "classic"  # what a card names its network: it reads only what was prepared for it
SIDES = {HIRAGANA: INPUT_SIZE, CLASSIC: classic.INPUT_SIZE}  # of their inputs, in pixels
OUTPUTS = (len(LABELS), NOT_HIRAGANA + 1)  # a network may have none for what is no hiragana


class ModelUnusable(ReaderError):
    """A file is missing or damaged, or the model is another one than its card says: fetch or export it again."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns a network's bare answers into probabilities and verdicts."""

    temperature: float = 1.0  # the answers are divided by it
    refuse_from: float = 1.0  # probability of being no hiragana; a network without an output for that never refuses


@dataclass(frozen=True, slots=True)
class Card:
    """What a model's card says that reading needs."""

    labels: object
    calibration: Calibration
    network: str


class Network:
    """Answers what one preprocessed picture shows. Threads may share it."""

    def __init__(
        self, interpreter: Interpreter, calibration: Calibration = Calibration(), name: str = HIRAGANA
    ) -> None:
        """Use a loaded model. `name`: which network it is, HIRAGANA or CLASSIC."""
        self.calibration, self.name = calibration, name
        self._interpreter = interpreter
        self._turn = threading.Lock()  # the interpreter has one set of buffers
        interpreter.allocate_tensors()
        self._input = interpreter.get_input_details()[0]["index"]
        self._output = interpreter.get_output_details()[0]["index"]

    def probabilities(self, picture: NDArray[np.float32]) -> Probabilities:
        """Calibrated probabilities, (48, 48, 1) -> (75,): LABELS, and no hiragana.

        What the network does not know at once it is shown tilted to either side, too, and the mean answer counts.
        """
        upright = self.logits(picture)
        probabilities = self._calibrated(upright)
        if probabilities.max() >= KNOWN or self.name == CLASSIC:
            return probabilities
        return self._calibrated(np.mean([upright, *map(self.logits, tilt(picture))], axis=0))

    def _calibrated(self, logits: NDArray[np.float32]) -> Probabilities:
        powers = np.exp((logits - logits.max()).astype(np.float64) / self.calibration.temperature)
        return np.asarray(powers / powers.sum(), np.float64)

    def logits(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        """The bare answer, (48, 48, 1) -> (75,)."""
        with self._turn:
            self._interpreter.set_tensor(self._input, picture[np.newaxis])
            self._interpreter.invoke()
            return np.asarray(self._interpreter.get_tensor(self._output)[0], np.float32)  # get_tensor copies


def load_network(file: Path) -> Network:
    """The network of a .tflite file with its card.json beside it.

    Raises: ModelUnusable: one of the two is missing, damaged or made for other labels, or the model is another network
        than the card says.
    """
    try:
        content = file.read_bytes()  # before its card: where both are missing, the model is what people named
        written = (file.parent / CARD).read_bytes()
    except OSError as error:
        raise ModelUnusable(f"{file} cannot be used: {error}") from error
    try:
        card = _read_card(written)
    except (ValueError, OverflowError, RecursionError) as error:
        raise ModelUnusable(f"{file.parent / CARD} is damaged ({error}): export it again") from error
    if card.labels != "".join(LABELS):
        raise ModelUnusable(f"{file} was trained for other labels than model/labels.py has: export it again")
    try:
        return open_network(content, card.calibration, card.network)
    except ModelUnusable as error:
        raise ModelUnusable(f"{file}: {error}") from error


def open_network(content: bytes, calibration: Calibration = Calibration(), name: str = HIRAGANA) -> Network:
    """A network from the bytes of a .tflite file.

    Args: calibration: of the network. name: which one was trained.
    Raises: ModelUnusable: the bytes are no such file, nobody knows the network, or the file holds another one.
    """
    if name not in SIDES:
        raise ModelUnusable(f"this program knows the networks {', '.join(SIDES)}, and not {name}: update it")
    try:
        # One thread: pictures come one by one, and a second thread costs more than a network this small saves.
        interpreter = Interpreter(model_content=content, num_threads=1)
        taken, given = _shapes(interpreter.get_input_details()), _shapes(interpreter.get_output_details())
        network = Network(interpreter, calibration, name)
    except (ValueError, RuntimeError) as error:
        raise ModelUnusable(f"this is no LiteRT model: {error}") from error
    side = SIDES[name]
    if taken != [(1, side, side, 1)] or given not in [[(1, outputs)] for outputs in OUTPUTS]:
        raise ModelUnusable(f"this is no {name} network (it turns {taken} into {given}): export it again")
    return network


def _shapes(tensors: Sequence[Mapping[str, Any]]) -> list[tuple[int, ...]]:
    return [tuple(map(int, tensor["shape"])) for tensor in tensors if tensor["dtype"] == np.float32]


def _read_card(content: bytes) -> Card:
    """What a card says. Raises: ValueError, OverflowError, RecursionError: it is damaged."""
    card = json.loads(content)
    if not isinstance(card, dict):
        raise ValueError("it is no JSON object")
    temperature, refuse_from = _number(card, "temperature"), _number(card, "refuse_from", 1.0)
    network = card.get("network", HIRAGANA)
    if temperature <= 0 or not 0 <= refuse_from <= 1:
        raise ValueError(f"temperature {temperature} is to be above 0, refuse_from {refuse_from} from 0 to 1")
    if not isinstance(network, str):
        raise ValueError(f"network is {network!r:.40}, and no name")
    return Card(card.get("labels"), Calibration(temperature, refuse_from), network)


def _number(card: Mapping[str, Any], name: str, default: float | None = None) -> float:
    value = card.get(name, default)
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError(f"{name} is {value!r:.40}, and no number" if name in card else f"{name} is missing")
    return float(value)
