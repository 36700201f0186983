"""The run-time half: what a picture shows, with honest probabilities. It needs LiteRT and OpenCV, and no TensorFlow."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from model import classic
from model.labels import LABELS, UNMARKED
from model.preprocess import BlankImage, Located, locate
from model.reading import Box, Candidate, Glyph, Reading, Verdict, text_of
from model.second_look import other_ways, with_its_mark
from model.small import marked_small
from model.transcribe import Network, Transcript, are_many, is_surely_one, transcribe

ARTIFACT = Path(__file__).parent / "artifacts" / "hiragana.tflite"
CARD = "card.json"  # beside the model file

MIN_CONFIDENCE = 0.6


class ModelUnusable(Exception):
    """The model file or its card is missing, or they belong to other labels: fetch or export both again."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns a network's bare answers into probabilities and verdicts."""

    temperature: float = 1.0  # the answers are divided by it
    refuse_from: float = 1.0  # probability of being no hiragana; a network without an output for that never refuses


Sight = tuple[Located, NDArray[np.float64]]  # a character and its probabilities


class Preparation(NamedTuple):
    """From a picture to what the network sees of it."""

    locate: Callable[[NDArray[np.uint8]], Located]
    other_ways: Callable[[NDArray[np.uint8]], Iterable[Located]]  # for when the network does not know what it sees
    with_its_mark: Callable[[NDArray[np.uint8], Box], Located | None]  # a second look for ゛ and ゜
    transcribe: Callable[
        [NDArray[np.uint8], Network, bool, Callable[[], bool]], Transcript
    ]  # for when there is more than one character


# A network reads only what was prepared as in its training; its card names it under "network".
PREPARATIONS: dict[str, Preparation] = {
    "hiragana": Preparation(locate, other_ways, with_its_mark, transcribe),
    "classic": Preparation(
        classic.locate, lambda image: (), lambda image, box: None, lambda image, read, once, is_one: []
    ),
}
MARKED = frozenset(UNMARKED.values())  # letters that may have ゛ or ゜
KNOWN, BETTER = 0.9, 0.85  # probability of a hiragana: below KNOWN there is a second look, which counts from BETTER on


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
        Raises: UnreadableImage: an array is no picture.
        """
        return [list(self.glyph(image, top).candidates) for image in images]

    def glyph(self, image: NDArray[np.uint8], top: int = 5, min_confidence: float = MIN_CONFIDENCE) -> Glyph:
        """The one character of a picture, with a verdict.

        Args: as `read`.
        Returns: for a picture without ink, "not_hiragana" that covers the picture and has no candidates.
        Raises: UnreadableImage: the array is no picture.
        """
        whole = self._at_second_sight(image, self._at_first_sight(image))
        return self._one(image, whole, top, min_confidence)

    def read(self, image: NDArray[np.uint8], top: int = 5, min_confidence: float = MIN_CONFIDENCE) -> Reading:
        """Find the characters in a picture and read them.

        Args: image: (h, w) grey or (h, w, 3) RGB, uint8, any size. top: candidates wanted, 1 to 74.
            min_confidence: 0 to 1; a best candidate below it is "unsure".
        Returns: up to 100 glyphs in reading order, rows from the top or columns from the right; one glyph, as `glyph`
            gives it, where there are no more. The text has no line breaks: handwriting ends lines where paper ends.
        Raises: UnreadableImage: the array is no picture.
        """
        started = time.perf_counter()
        glyphs = self._glyphs(image, top, min_confidence)
        return Reading(glyphs, text_of(glyphs), (time.perf_counter() - started) * 1000)

    def _glyphs(self, image: NDArray[np.uint8], top: int, min_confidence: float) -> tuple[Glyph, ...]:
        first = self._at_first_sight(image)
        whole = cache(lambda: self._at_second_sight(image, first))
        if first is None or not is_surely_one(*first):
            once = first is not None and _best(first[1]) >= KNOWN
            lines = self._preparation.transcribe(image, self.probabilities, once, lambda: _is_known(whole()))
            if are_many(lines, first):
                read = (
                    [self._judged(one.box, one.probabilities, top, min_confidence) for one in line] for line in lines
                )
                return tuple(glyph for line in read for glyph in marked_small(line))
        return (self._one(image, whole(), top, min_confidence),)

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
        """The first way to find the character, unless the network hardly knows what it shows and another's surely."""
        best = first if first is not None and _best(first[1]) >= KNOWN else self._otherwise(image, first)
        return best and self._with_its_mark(image, best)

    def _otherwise(self, image: NDArray[np.uint8], first: Sight | None) -> Sight | None:
        others = [(way, self.probabilities(way.input)) for way in self._preparation.other_ways(image)]
        better = [(way, known) for way, known in others if _best(known) >= BETTER]
        if not better:
            return first
        surest = max(better, key=lambda sight: _best(sight[1]))
        # A part of a character may be one itself, surely: the left stroke of い is a し.
        return max((one for one in better if _encloses(one[0].box, surest[0].box)), key=lambda one: _area(one[0].box))

    def _with_its_mark(self, image: NDArray[np.uint8], sight: Sight) -> Sight:
        """The character, and with a mark that was overlooked; where it is all that is dark, there is none."""
        letter = _read(sight[1])
        if sight[0].alone or letter not in MARKED:
            return sight
        closer = self._preparation.with_its_mark(image, sight[0].box)
        if closer is None:
            return sight
        known = self.probabilities(closer.input)
        return (closer, known) if UNMARKED.get(_read(known)) == letter and _best(known) >= BETTER else sight

    def _at_first_sight(self, image: NDArray[np.uint8]) -> Sight | None:
        try:
            found = self._preparation.locate(image)
        except BlankImage:
            return None
        return found, self.probabilities(found.input)

    def probabilities(self, picture: NDArray[np.float32]) -> NDArray[np.float64]:
        """Calibrated probabilities of one preprocessed picture, (48, 48, 1) -> (75,): LABELS, and no hiragana."""
        logits = self.logits(picture)
        powers = np.exp((logits - logits.max()).astype(np.float64) / self._calibration.temperature)
        return np.asarray(powers / powers.sum(), np.float64)

    def logits(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        """The network's bare answer to one preprocessed picture, (48, 48, 1) -> (75,)."""
        with self._turn:
            self._interpreter.set_tensor(self._input, picture[np.newaxis])
            self._interpreter.invoke()
            return np.asarray(self._interpreter.get_tensor(self._output)[0], np.float32)  # get_tensor copies


def _is_known(whole: Sight | None) -> bool:
    return whole is not None and _best(whole[1]) >= KNOWN


def _read(probabilities: NDArray[np.float64]) -> str:
    return LABELS[int(probabilities[: len(LABELS)].argmax())]


def _encloses(outer: Box, inner: Box) -> bool:
    """Whether a box holds another one, or nearly."""
    slack = 0.1 * max(inner[2:])
    starts = all(one <= other + slack for one, other in zip(outer[:2], inner[:2], strict=True))
    return starts and all(outer[i] + outer[i + 2] >= inner[i] + inner[i + 2] - slack for i in (0, 1))


def _area(box: Box) -> int:
    return box[2] * box[3]


def _best(probabilities: NDArray[np.float64]) -> float:
    return float(probabilities[: len(LABELS)].max())


def load(path: Path | None = None) -> Classifier:
    """A classifier with the shipped model, or with another one.

    Args: path: a .tflite file with its card.json beside it.
    Raises: ModelUnusable: one of the two is missing, damaged or made for other labels.
    """
    file = path or ARTIFACT
    try:
        card = json.loads((file.parent / CARD).read_text(encoding="utf-8"))
        content = file.read_bytes()
    except (OSError, ValueError) as error:
        raise ModelUnusable(f"{file} cannot be used: {error}") from error
    if card.get("labels") != "".join(LABELS):
        raise ModelUnusable(f"{file} was trained for other labels than model/labels.py has: export it again")
    calibration = Calibration(float(card["temperature"]), float(card.get("refuse_from", 1.0)))
    return open_model(content, calibration, card.get("network", "hiragana"))


def open_model(content: bytes, calibration: Calibration = Calibration(), network: str = "hiragana") -> Classifier:
    """A classifier from the bytes of a .tflite file.

    Args: calibration: of the network. network: which one was trained, a key of PREPARATIONS.
    Raises: ModelUnusable: the bytes are no such file, or nobody knows the network.
    """
    if network not in PREPARATIONS:
        raise ModelUnusable(f"this program knows the networks {', '.join(PREPARATIONS)}, and not {network}: update it")
    try:
        # One thread: pictures come one by one, and a second thread costs more than a network this small saves.
        interpreter = Interpreter(model_content=content, num_threads=1)
        return Classifier(interpreter, calibration, PREPARATIONS[network])
    except (ValueError, RuntimeError) as error:
        raise ModelUnusable(f"this is no LiteRT model: {error}") from error
