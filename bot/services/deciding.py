"""An organiser answers a question; whoever asked it acts on that."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.core.askers import Asker
from bot.domain.messages import Message
from bot.domain.numbers import whole_number
from bot.domain.questions import Question
from bot.locales import TOKYO, texts_for
from bot.services.general_messages import answer_taken, answered_before, organisers_only
from bot.services.ports import QuestionStore, Ring, no_ring

AnswerHandler = Callable[[Question, str, str], Awaitable[bool]]


@dataclass(frozen=True)
class Deciding:
    """Hands an answer to the handler of its question's kind, which says whether it was the first.

    `ring` is called then: what follows may be due at once.
    """

    store: QuestionStore
    handlers: Mapping[str, AnswerHandler]
    zone: ZoneInfo = TOKYO
    ring: Ring = no_ring

    async def press(self, button_id: str, asker: Asker, values: Sequence[str] = ()) -> Message | None:
        """Take `question:ID:OPTION`; None if it is another button. Only a room's organisers may decide."""
        question, option = await self._asked(button_id)
        if question is None:
            return None
        texts = texts_for(asker.language, self.zone)
        if not asker.may_decide:
            return organisers_only(texts)
        is_first = await self.handlers[question.kind](question, option, asker.member)
        await self.ring()
        return answer_taken(texts) if is_first else answered_before(texts)

    async def _asked(self, button_id: str) -> tuple[Question | None, str]:
        kind, _, rest = button_id.partition(":")
        written, _, option = rest.partition(":")
        number = whole_number(written)
        if kind != "question" or number is None:
            return None, ""
        question = await self.store.question_by_id(number)
        is_known = question is not None and option in question.options and question.kind in self.handlers
        return (question if is_known else None), option
