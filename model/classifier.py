"""The run-time half: what a picture shows, with honest probabilities. It needs LiteRT and OpenCV, and no TensorFlow."""

import json
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from model import classic
from model.labels import LABELS
from model.preprocess import BlankImage, Located, locate
from model.reading import Candidate, Glyph, Reading, Verdict, text_of

ARTIFACT = Path(__file__).parent / "artifacts" / "hiragana.tflite"
CARD = "card.json"  # beside the model file
Locate = Callable[[NDArray[np.uint8]], Located]
# A network reads only what was prepared as in its training; its card names it under "network".
LOCATE: dict[str, Locate] = {"hiragana": locate, "classic": classic.locate}
MIN_CONFIDENCE = 0.6
# Below this the network guesses: so does it for 3 in 10 scribbles and kanji, and 1 in 2,700 pictures of hiragana.
NO_HIRAGANA_BELOW = 0.35


class ModelUnusable(Exception):
    """The model file or its card is missing, or they belong to other labels: fetch or export both again."""


class Classifier:
    """Reads characters with one model file. Threads may share it; the same picture gives the same answer."""

    def __init__(self, interpreter: Interpreter, temperature: float, locate: Locate = locate) -> None:
        """Use a loaded model; its answers are divided by `temperature` before they become probabilities."""
        self._interpreter = interpreter
        self._temperature = temperature
        self.locate = locate  # from a picture to what the network sees of it
        self._turn = threading.Lock()  # the interpreter has one set of buffers
        interpreter.allocate_tensors()
        self._input = interpreter.get_input_details()[0]["index"]
        self._output = interpreter.get_output_details()[0]["index"]

    def classify(self, images: Sequence[NDArray[np.uint8]], top: int = 5) -> list[list[Candidate]]:
        """What each picture shows.

        Args: images: each (h, w) grey or (h, w, 3) RGB, uint8, any size, holding one character. top: candidates wanted,
            1 to 74.
        Returns: a list a picture, best candidate first; an empty list for a picture without ink.
        Raises: UnreadableImage: an array is no picture.
        """
        return [self._classify(image, top) for image in images]

    def _classify(self, image: NDArray[np.uint8], top: int) -> list[Candidate]:
        try:
            return self._candidates(self.locate(image).input, top)
        except BlankImage:
            return []

    def read(self, image: NDArray[np.uint8], top: int = 5, min_confidence: float = MIN_CONFIDENCE) -> Reading:
        """Find the character in a picture and read it.

        Args: image: (h, w) grey or (h, w, 3) RGB, uint8, any size. top: candidates wanted, 1 to 74.
            min_confidence: 0 to 1; a best candidate below it is "unsure".
        Returns: one glyph; for a picture without ink it is "not_hiragana", covers the picture and has no candidates.
        Raises: UnreadableImage: the array is no picture.
        """
        started = time.perf_counter()
        try:
            found = self.locate(image)
        except BlankImage:
            glyph = Glyph((0, 0, image.shape[1], image.shape[0]), (), "not_hiragana")
        else:
            candidates = tuple(self._candidates(found.input, top))
            glyph = Glyph(found.box, candidates, judge(candidates, min_confidence))
        return Reading((glyph,), text_of((glyph,)), (time.perf_counter() - started) * 1000)

    def _candidates(self, picture: NDArray[np.float32], top: int) -> list[Candidate]:
        probabilities = self._probabilities(self.logits(picture))
        best = np.argsort(-probabilities, kind="stable")[:top]
        return [Candidate(LABELS[index], float(probabilities[index])) for index in best]

    def logits(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        """The network's bare answer to one preprocessed picture, (48, 48, 1) -> (74,)."""
        with self._turn:
            self._interpreter.set_tensor(self._input, picture[np.newaxis])
            self._interpreter.invoke()
            return np.asarray(self._interpreter.get_tensor(self._output)[0], np.float32)  # get_tensor copies

    def _probabilities(self, logits: NDArray[np.float32]) -> NDArray[np.float64]:
        powers = np.exp((logits - logits.max()).astype(np.float64) / self._temperature)
        return np.asarray(powers / powers.sum(), np.float64)


def judge(candidates: Sequence[Candidate], min_confidence: float = MIN_CONFIDENCE) -> Verdict:
    """How far candidates, best first, can be trusted."""
    if not candidates or candidates[0].probability < NO_HIRAGANA_BELOW:
        return "not_hiragana"
    return "sure" if candidates[0].probability >= min_confidence else "unsure"


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
    return open_model(content, float(card["temperature"]), card.get("network", "hiragana"))


def open_model(content: bytes, temperature: float = 1.0, network: str = "hiragana") -> Classifier:
    """A classifier from the bytes of a .tflite file.

    Args: network: which one was trained, a key of LOCATE.
    Raises: ModelUnusable: the bytes are no such file, or nobody knows the network.
    """
    if network not in LOCATE:
        raise ModelUnusable(f"this program knows the networks {', '.join(LOCATE)}, and not {network}: update it")
    try:
        # One thread: pictures come one by one, and a second thread costs more than a network this small saves.
        return Classifier(Interpreter(model_content=content, num_threads=1), temperature, LOCATE[network])
    except (ValueError, RuntimeError) as error:
        raise ModelUnusable(f"this is no LiteRT model: {error}") from error
