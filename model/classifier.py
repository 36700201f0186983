"""The run-time half: what a picture shows, with honest probabilities. It needs LiteRT and OpenCV, and no TensorFlow."""

import json
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from model import classic
from model.finder.find import FILE as FINDER
from model.finder.second_look import SecondLook
from model.labels import LABELS, NOT_HIRAGANA
from model.pages.small import marked_small
from model.pages.transcribe import Network, Transcript, are_many, is_lone, is_surely_one, transcribe
from model.preprocess import INPUT_SIZE, BlankImage, Located, locate
from model.reading import Box, Candidate, Glyph, Reading, Verdict, text_of
from model.tilt import tilt

ARTIFACT = Path(__file__).parent / "artifacts" / "hiragana.tflite"
CARD = "card.json"  # beside the model file

MIN_CONFIDENCE = 0.6


class ModelUnusable(Exception):
    """A file is missing or damaged, or the model is another one than its card says: fetch or export it again."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns a network's bare answers into probabilities and verdicts."""

    temperature: float = 1.0  # the answers are divided by it
    refuse_from: float = 1.0  # probability of being no hiragana; a network without an output for that never refuses


Sight = tuple[Located, NDArray[np.float64]]  # a character and its probabilities


class Preparation(NamedTuple):
    """From a picture to what the network sees of it."""

    side: int  # of the network's input, in pixels
    locate: Callable[[NDArray[np.uint8]], Located]
    look_again: Callable[[NDArray[np.uint8], Located | None], SecondLook | None]  # where the first sight is not enough
    transcribe: Callable[
        [NDArray[np.uint8], Network, bool, bool], Transcript
    ]  # for when there is more than one character
    tilt: Callable[
        [NDArray[np.float32]], list[NDArray[np.float32]]
    ]  # an input that leaves doubts, to look at beside it


# A network reads only what was prepared as in its training; its card names it under "network".
PREPARATIONS: dict[str, Preparation] = {
    "hiragana": Preparation(INPUT_SIZE, locate, SecondLook, transcribe, tilt),
    "classic": Preparation(
        classic.INPUT_SIZE,
        classic.locate,
        lambda image, first: None,
        lambda image, read, once, is_one: [],
        lambda picture: [],
    ),
}
OUTPUTS = (len(LABELS), NOT_HIRAGANA + 1)  # a network may have none for what is no hiragana
KNOWN = 0.95  # probability of a hiragana that the network knows


class Classifier:
    """Reads characters with one model file. Threads may share it; the same picture gives the same answer."""

    def __init__(
        self,
        interpreter: Interpreter,
        calibration: Calibration = Calibration(),
        preparation: Preparation = PREPARATIONS["hiragana"],
    ) -> None:
        """Use a loaded model. `preparation`: of pictures, as in the model's training."""
        self._interpreter = interpreter
        self._calibration = calibration
        self._preparation = preparation
        self._turn = threading.Lock()  # the interpreter has one set of buffers
        interpreter.allocate_tensors()
        self._input = interpreter.get_input_details()[0]["index"]
        self._output = interpreter.get_output_details()[0]["index"]

    def classify(self, images: Sequence[NDArray[np.uint8]], top: int = 5) -> list[list[Candidate]]:
        """What each picture shows.

        Args: images: each (h, w) grey or (h, w, 3) RGB, uint8, any size, holding one character. top: candidates wanted,
            1 to 74.
        Returns: a list a picture, best candidate first; an empty list for a picture without ink. The probabilities of
            all 74 add up to 1 less the probability that it is no hiragana.
        Raises: UnreadableImage: an array is no picture. BlankImage: one has no pixels at all.
        """
        return [list(self.glyph(image, top).candidates) for image in images]

    def glyph(self, image: NDArray[np.uint8], top: int = 5, min_confidence: float = MIN_CONFIDENCE) -> Glyph:
        """The one character of a picture, with a verdict.

        Args: as `read`.
        Returns: for a picture without ink, "not_hiragana" that covers the picture and has no candidates.
        Raises: UnreadableImage: the array is no picture. BlankImage: it has no pixels at all.
        """
        whole = self._at_second_sight(image, self._at_first_sight(image))
        return self._one(image, whole, top, min_confidence)

    def read(self, image: NDArray[np.uint8], top: int = 5, min_confidence: float = MIN_CONFIDENCE) -> Reading:
        """Find the characters in a picture and read them.

        Args: image: (h, w) grey or (h, w, 3) RGB, uint8, any size. top: candidates wanted, 1 to 74.
            min_confidence: 0 to 1; a best candidate below it is "unsure".
        Returns: up to 100 glyphs in reading order, rows from the top or columns from the right; one glyph, as `glyph`
            gives it, where there are no more. The text has no line breaks: handwriting ends lines where paper ends.
        Raises: UnreadableImage: the array is no picture. BlankImage: it has no pixels at all.
        """
        started = time.perf_counter()
        glyphs = self._glyphs(image, top, min_confidence)
        return Reading(glyphs, text_of(glyphs), (time.perf_counter() - started) * 1000)

    def _glyphs(self, image: NDArray[np.uint8], top: int, min_confidence: float) -> tuple[Glyph, ...]:
        first = self._at_first_sight(image)
        whole = self._at_second_sight(image, first)
        if not any(sight is not None and is_surely_one(*sight) for sight in (first, whole)):
            lines = self._preparation.transcribe(image, self.probabilities, _is_known(first), _is_known(whole))
            if are_many(lines, whole) or is_lone(lines, whole):
                read = (
                    [self._judged(one.box, one.probabilities, top, min_confidence) for one in line] for line in lines
                )
                return tuple(glyph for line in read for glyph in marked_small(line))
        return (self._one(image, whole, top, min_confidence),)

    def _one(self, image: NDArray[np.uint8], whole: Sight | None, top: int, min_confidence: float) -> Glyph:
        if whole is None:
            return Glyph((0, 0, image.shape[1], image.shape[0]), (), "not_hiragana")
        return self._judged(whole[0].box, whole[1], top, min_confidence)

    def _judged(self, box: Box, probabilities: NDArray[np.float64], top: int, min_confidence: float) -> Glyph:
        best = np.argsort(-probabilities[: len(LABELS)], kind="stable")[:top]
        candidates = tuple(Candidate(LABELS[index], float(probabilities[index])) for index in best)
        other = float(probabilities[len(LABELS) :].sum())
        if other >= self._calibration.refuse_from:
            verdict: Verdict = "not_hiragana"
        else:
            verdict = "sure" if candidates[0].probability >= min_confidence else "unsure"
        return Glyph(box, candidates, verdict)

    def locate(self, image: NDArray[np.uint8]) -> Located:
        """Where the character of a picture is, and what the network sees of it.

        Raises: BlankImage: there is none. UnreadableImage: the array is no picture.
        """
        return self._find(image)[0]

    def look(
        self, image: NDArray[np.uint8], top: int = 5, min_confidence: float = MIN_CONFIDENCE
    ) -> tuple[Glyph, Located]:
        """What `glyph` and `locate` say, for half the price of both.

        Raises: BlankImage: there is no character. UnreadableImage: the array is no picture.
        """
        found, probabilities = self._find(image)
        return self._judged(found.box, probabilities, top, min_confidence), found

    def _find(self, image: NDArray[np.uint8]) -> Sight:
        whole = self._at_second_sight(image, self._at_first_sight(image))
        if whole is None:
            raise BlankImage("nothing stands out from the paper, at second sight neither")
        return whole

    def _at_second_sight(self, image: NDArray[np.uint8], first: Sight | None) -> Sight | None:
        """The first of the other ways that shows the network what it knows; in a drawing or a scan, if it needs one."""
        found = None if first is None else first[0]
        if found is not None and found.clean and _is_known(first):
            return first
        look = self._preparation.look_again(image, found)
        if look is None:
            return first
        sights = [] if first is None else [first]
        for way in look.ways():
            sights.append((way, self.probabilities(way.input)))
            if _is_known(sights[-1]):
                return sights[-1]
        return _together(sights)

    def _at_first_sight(self, image: NDArray[np.uint8]) -> Sight | None:
        try:
            found = self._preparation.locate(image)
        except BlankImage:
            return None
        return found, self.probabilities(found.input)

    def probabilities(self, picture: NDArray[np.float32]) -> NDArray[np.float64]:
        """Calibrated probabilities of one preprocessed picture, (48, 48, 1) -> (75,): LABELS, and no hiragana.

        What the network does not know at once it looks at tilted to either side, too, and the mean answer counts.
        """
        upright = self.logits(picture)
        probabilities = self._calibrated(upright)
        if probabilities.max() >= KNOWN:
            return probabilities
        tilted = [self.logits(other) for other in self._preparation.tilt(picture)]
        return self._calibrated(np.mean([upright, *tilted], axis=0))

    def _calibrated(self, logits: NDArray[np.float32]) -> NDArray[np.float64]:
        powers = np.exp((logits - logits.max()).astype(np.float64) / self._calibration.temperature)
        return np.asarray(powers / powers.sum(), np.float64)

    def logits(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        """The network's bare answer to one preprocessed picture, (48, 48, 1) -> (75,)."""
        with self._turn:
            self._interpreter.set_tensor(self._input, picture[np.newaxis])
            self._interpreter.invoke()
            return np.asarray(self._interpreter.get_tensor(self._output)[0], np.float32)  # get_tensor copies


def _together(sights: Sequence[Sight]) -> Sight | None:
    """What sights, none of them known, show on the whole: what is no hiragana looks like one for once, not always."""
    if not sights:
        return None
    mean = np.mean([probabilities for _, probabilities in sights], axis=0)
    best = int(mean.argmax())
    if best == NOT_HIRAGANA:  # all that is there was seen at first: a later sight may show a part of it
        return sights[0][0], mean
    return max(sights, key=lambda sight: float(sight[1][best]))[0], mean


def _is_known(sight: Sight | None) -> bool:
    return sight is not None and _best(sight[1]) >= KNOWN


def _best(probabilities: NDArray[np.float64]) -> float:
    return float(probabilities[: len(LABELS)].max())


def load(path: Path | None = None) -> Classifier:
    """A classifier with the shipped model, or with another one.

    Args: path: a .tflite file with its card.json beside it.
    Raises: ModelUnusable: one of the two is missing, damaged or made for other labels, or the model is another network
        than the card says; or the finder is missing.
    """
    if not FINDER.is_file():
        raise ModelUnusable(f"{FINDER} is missing, without which photos cannot be read: install Tsudoi again")
    file = path or ARTIFACT
    try:
        content = file.read_bytes()  # before its card: where both are missing, the model is what people named
        card = (file.parent / CARD).read_bytes()
    except OSError as error:
        raise ModelUnusable(f"{file} cannot be used: {error}") from error
    try:
        labels, calibration, network = _read_card(card)
    except (ValueError, OverflowError, RecursionError) as error:
        raise ModelUnusable(f"{file.parent / CARD} is damaged ({error}): export it again") from error
    if labels != "".join(LABELS):
        raise ModelUnusable(f"{file} was trained for other labels than model/labels.py has: export it again")
    try:
        return open_model(content, calibration, network)
    except ModelUnusable as error:
        raise ModelUnusable(f"{file}: {error}") from error


def _read_card(content: bytes) -> tuple[object, Calibration, str]:
    """Labels, calibration and network of a card. Raises: ValueError, OverflowError, RecursionError: it is damaged."""
    card = json.loads(content)
    if not isinstance(card, dict):
        raise ValueError("it is no JSON object")
    temperature, refuse_from = _number(card, "temperature"), _number(card, "refuse_from", 1.0)
    network = card.get("network", "hiragana")
    if temperature <= 0 or not 0 <= refuse_from <= 1:
        raise ValueError(f"temperature {temperature} is to be above 0, refuse_from {refuse_from} from 0 to 1")
    if not isinstance(network, str):
        raise ValueError(f"network is {network!r:.40}, and no name")
    return card.get("labels"), Calibration(temperature, refuse_from), network


def _number(card: Mapping[str, Any], name: str, default: float | None = None) -> float:
    value = card.get(name, default)
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError(f"{name} is {value!r:.40}, and no number" if name in card else f"{name} is missing")
    return float(value)


def open_model(content: bytes, calibration: Calibration = Calibration(), network: str = "hiragana") -> Classifier:
    """A classifier from the bytes of a .tflite file.

    Args: calibration: of the network. network: which one was trained, a key of PREPARATIONS.
    Raises: ModelUnusable: the bytes are no such file, nobody knows the network, or the file holds another one.
    """
    if network not in PREPARATIONS:
        raise ModelUnusable(f"this program knows the networks {', '.join(PREPARATIONS)}, and not {network}: update it")
    try:
        # One thread: pictures come one by one, and a second thread costs more than a network this small saves.
        interpreter = Interpreter(model_content=content, num_threads=1)
        _require(interpreter, network)
        return Classifier(interpreter, calibration, PREPARATIONS[network])
    except (ValueError, RuntimeError) as error:
        raise ModelUnusable(f"this is no LiteRT model: {error}") from error


def _require(interpreter: Interpreter, network: str) -> None:
    """Compare what a file takes and gives with what its network does. Raises: ModelUnusable: it is another one's."""
    side = PREPARATIONS[network].side
    taken, given = _shapes(interpreter.get_input_details()), _shapes(interpreter.get_output_details())
    if taken != [(1, side, side, 1)] or given not in [[(1, outputs)] for outputs in OUTPUTS]:
        raise ModelUnusable(f"this is no {network} network (it turns {taken} into {given}): export it again")


def _shapes(tensors: Sequence[Mapping[str, Any]]) -> list[tuple[int, ...]]:
    return [tuple(map(int, tensor["shape"])) for tensor in tensors if tensor["dtype"] == np.float32]
