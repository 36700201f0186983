"""`Answering` with only those of its services that a test is about."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.answering.answering import Answering
from bot.answering.commands import VOCABULARY
from bot.core.askers import Asker
from bot.core.clock import Clock
from bot.core.handlers import Handlers
from bot.core.messages import Message
from bot.core.rooms import Rooms
from bot.delivery.deciding import Deciding
from bot.handwriting.reading import Reader


class OneCommunity:
    """Fulfils `Communities` where nobody has to choose."""

    async def answer(self, asker: Asker, tell: Callable[[Asker], Awaitable[Message]]) -> Message:
        return await tell(asker)

    def handlers(self) -> Handlers:
        return {}


def answers_of(clock: Clock, **parts: Any) -> Answering:
    """What answers with these parts; of the others nothing is asked."""
    nobody = dict.fromkeys(("telling", "reporting", "reminding", "teaching", "quizzing", "drafting", "settings"))
    others = {
        "communities": OneCommunity(),
        "deciding": Deciding(None, {}, Rooms((), ())),  # type: ignore[arg-type]
        "reader": Reader(None),
        "vocabulary": VOCABULARY,
    }
    return Answering(**{**nobody, **others, "clock": clock, **parts})
