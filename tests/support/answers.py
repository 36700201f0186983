"""`Answering` with only those of its services that a test is about."""

from typing import Any

from bot.answering.answering import Answering
from bot.answering.commands import VOCABULARY
from bot.core.clock import Clock
from bot.core.rooms import Rooms
from bot.delivery.deciding import Deciding
from bot.handwriting.reading import Reader


def answers_of(clock: Clock, **parts: Any) -> Answering:
    """What answers with these parts; of the others nothing is asked."""
    nobody = dict.fromkeys(("telling", "reporting", "reminding", "teaching", "quizzing", "drafting", "settings"))
    others = {"deciding": Deciding(None, {}, Rooms((), ())), "reader": Reader(None), "vocabulary": VOCABULARY}  # type: ignore[arg-type]
    return Answering(**{**nobody, **others, "clock": clock, **parts})
