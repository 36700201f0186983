"""An organiser answers a question; whoever asked it acts on that."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.askers import Asker
from bot.core.clock import Ring, no_ring
from bot.core.handlers import Handlers
from bot.core.messages import Message
from bot.core.questions import AnswerQuestion, Question
from bot.core.rights import may_answer
from bot.core.rooms import Rooms
from bot.delivery.ports.questions import QuestionStore
from bot.delivery.question_messages import answer_taken, answered_before, organisers_only
from bot.locales import TOKYO, texts_for

AnswerHandler = Callable[[Any, str, str], Awaitable[bool]]
AnswerHandlers = Mapping[type[Question], AnswerHandler]


@dataclass(frozen=True)
class Deciding:
    """Hands an answer to the handler of its question's kind, which says whether it was the first.

    `ring` is called then: what follows may be due at once.
    """

    store: QuestionStore
    answers: AnswerHandlers
    rooms: Rooms
    zone: ZoneInfo = TOKYO
    ring: Ring = no_ring

    def handlers(self) -> Handlers:
        """Return what is done about each action."""
        return {AnswerQuestion: self.decide}

    async def decide(self, asker: Asker, action: AnswerQuestion) -> Message | None:
        """Take an answer; None if nothing like it was asked. Only organisers of the tenant that was asked may."""
        question = await self.store.question_by_id(action.question)
        if question is None or action.option not in question.options or type(question) not in self.answers:
            return None
        if not may_answer(self.rooms, asker, question):
            return organisers_only(texts_for(asker.language, self.zone))
        return await self.take(asker, question, action.option)

    async def take(self, asker: Asker, question: Question, option: str) -> Message:
        """Take the answer of somebody who may give it."""
        texts = texts_for(asker.language, self.zone)
        is_first = await self.answers[type(question)](question, option, asker.member)
        await self.ring()
        return answer_taken(texts) if is_first else answered_before(texts)
