"""The reader: what a picture shows, with honest probabilities. It needs LiteRT and OpenCV, and no TensorFlow.

A picture is read in views: as it is, then the part of it where something is written, what a pen left there, the same
without ruled lines, and so on, the likeliest first, until one of them shows what the network knows.
"""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model import classic, preprocess
from model.character import KNOWN, Character, Probabilities, Sign
from model.finder.character_views import CharacterViews
from model.finder.find import FILE as FINDER
from model.ink import BlankImage
from model.labels import LABELS, NOT_HIRAGANA, differ_by_a_mark
from model.network import CARD, CLASSIC, Calibration, ModelUnusable, Network, load_network
from model.pages.detected import Transcript
from model.pages.one_or_many import are_many, is_lone, is_surely_one
from model.pages.small import marked_small
from model.pages.transcribe import transcribe
from model.preprocess import Located
from model.reading import Candidate, Glyph, Reading, Verdict, text_of

__all__ = ["ARTIFACT", "CARD", "Calibration", "Classifier", "ModelUnusable", "load"]

ARTIFACT = Path(__file__).parent / "artifacts" / "hiragana.tflite"
MIN_CONFIDENCE = 0.6
# How likely a letter that differs by a mark makes the best one unsure. Of 9,011 pictures of strangers 37 came out so:
# 22 of the best ones were right, and 8 of the others (December 2026).
MARK_IN_DOUBT = 0.05


class Classifier:
    """Reads characters with one network. Threads may share it; the same picture gives the same answer."""

    def __init__(self, network: Network) -> None:
        """Read with a network that was loaded."""
        self._network = network
        self._knows_views = network.name != CLASSIC  # in 2017 nobody looked further than at the whole picture
        self._locate = preprocess.locate if self._knows_views else classic.locate

    def read(self, image: NDArray[np.uint8], top: int = 5, min_confidence: float = MIN_CONFIDENCE) -> Reading:
        """Find the characters in a picture and read them.

        Args: image: (h, w) grey or (h, w, 3) RGB, uint8, any size. top: candidates wanted, 1 to 74.
            min_confidence: 0 to 1; a best candidate below it is "unsure", and so is one whose mark is in doubt.
        Returns: up to 300 glyphs in reading order, rows from the top or columns from the right; one glyph, as `glyph`
            gives it, where there are no more. The text has no line breaks: handwriting ends lines where paper ends.
        Raises: UnreadableImage: the array is no picture. BlankImage: it has no pixels at all.
        """
        started = time.perf_counter()
        lines = [[self._glyph(character, top, min_confidence) for character in line] for line in self._lines(image)]
        glyphs = tuple(glyph for line in lines for glyph in marked_small(line)) or (_blank(image),)
        return Reading(glyphs, text_of(glyphs), (time.perf_counter() - started) * 1000)

    def _lines(self, image: NDArray[np.uint8]) -> Transcript:
        """The characters of a picture by line: many, unless it surely shows one, or one explains it better."""
        as_it_is = self._in_whole_picture(image)
        character = self._in_best_view(image, as_it_is)
        if self._knows_views and not any(seen is not None and is_surely_one(seen) for seen in (as_it_is, character)):
            lines = transcribe(
                image, self.probabilities, self.one, once=_is_known(as_it_is), is_one=_is_known(character)
            )
            if are_many(lines, character) or is_lone(lines, character):
                return lines
        return [] if character is None else [[character]]

    def one(self, image: NDArray[np.uint8]) -> Character | None:
        """The one character of a picture, in its best view; None where there is no ink. Args, Raises: as `glyph`."""
        return self._in_best_view(image, self._in_whole_picture(image))

    def _in_whole_picture(self, image: NDArray[np.uint8]) -> Character | None:
        """The one character of the picture as it is; None where there is no ink."""
        try:
            return self._character(self._locate(image))
        except BlankImage:
            return None

    def _in_best_view(self, image: NDArray[np.uint8], as_it_is: Character | None) -> Character | None:
        """The one character of the first view that shows what the network knows; none is needed of a clean picture."""
        located = None if as_it_is is None else as_it_is.located
        if not self._knows_views or (located is not None and located.clean and _is_known(as_it_is)):
            return as_it_is
        seen = [] if as_it_is is None else [as_it_is]
        for found in CharacterViews(image, located).located():
            seen.append(self._character(found))
            if _is_known(seen[-1]):
                return seen[-1]
        return _on_the_whole(seen)

    def _character(self, located: Located) -> Character:
        return Character(located, self.probabilities(located.input))

    def _glyph(self, character: Character | Sign, top: int, min_confidence: float) -> Glyph:
        if isinstance(character, Sign):
            return Glyph(character.box, (), "not_hiragana", point=character.point)
        probabilities = character.probabilities
        best = np.argsort(-probabilities[: len(LABELS)], kind="stable")[: max(top, 2)]
        candidates = [Candidate(LABELS[index], float(probabilities[index])) for index in best]
        if float(probabilities[len(LABELS) :].sum()) >= self._network.calibration.refuse_from:
            verdict: Verdict = "not_hiragana"
        elif candidates[0].probability < min_confidence or _is_mark_in_doubt(*candidates[:2]):
            verdict = "unsure"
        else:
            verdict = "sure"
        return Glyph(character.box, tuple(candidates[:top]), verdict, turned=character.turned)

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
        character = self.one(image)
        return _blank(image) if character is None else self._glyph(character, top, min_confidence)

    def look(
        self, image: NDArray[np.uint8], top: int = 5, min_confidence: float = MIN_CONFIDENCE
    ) -> tuple[Glyph, Located]:
        """What `glyph` and `locate` say, for half the price of both.

        Raises: BlankImage: there is no character. UnreadableImage: the array is no picture.
        """
        character = self._in_best_view(image, self._in_whole_picture(image))
        if character is None:
            raise BlankImage("nothing stands out from the paper, in any view")
        return self._glyph(character, top, min_confidence), character.located

    def locate(self, image: NDArray[np.uint8]) -> Located:
        """Where the character of a picture is, and what the network sees of it.

        Raises: BlankImage: there is none. UnreadableImage: the array is no picture.
        """
        return self.look(image)[1]

    def probabilities(self, picture: NDArray[np.float32]) -> Probabilities:
        """As `Network.probabilities`."""
        return self._network.probabilities(picture)

    def logits(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        """As `Network.logits`."""
        return self._network.logits(picture)


def _is_known(character: Character | None) -> bool:
    return character is not None and character.best >= KNOWN


def _is_mark_in_doubt(best: Candidate, second: Candidate) -> bool:
    return second.probability >= MARK_IN_DOUBT and differ_by_a_mark(best.label, second.label)


def _on_the_whole(seen: Sequence[Character]) -> Character | None:
    """What views, none of them known, show together: what is no hiragana looks like one for once, not always."""
    if not seen:
        return None
    mean = np.mean([character.probabilities for character in seen], axis=0)
    best = int(mean.argmax())
    if best == NOT_HIRAGANA:  # all that is there is in the first view: a later one may show a part of it
        return Character(seen[0].located, mean)
    return Character(max(seen, key=lambda character: float(character.probabilities[best])).located, mean)


def _blank(image: NDArray[np.uint8]) -> Glyph:
    return Glyph((0, 0, image.shape[1], image.shape[0]), (), "not_hiragana")


def load(path: Path | None = None) -> Classifier:
    """A classifier with the shipped model, or with another one.

    Args: path: a .tflite file with its card.json beside it.
    Raises: ModelUnusable: as `load_network`; or the finder is missing.
    """
    if not FINDER.is_file():
        raise ModelUnusable(f"{FINDER} is missing, without which photos cannot be read: install Tsudoi again")
    return Classifier(load_network(path or ARTIFACT))
