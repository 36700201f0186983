"""The store of questions to organisers, and of their answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.core.questions import Question
from bot.delivery.rules.deliveries import Delivery


class QuestionStore(Protocol):
    """Questions to organisers and their answers."""

    async def question(self, tag: str, subject: str) -> Question | None: ...
    async def open_questions(self) -> list[Question]: ...
    async def question_by_id(self, question_id: int) -> Question | None: ...
    async def answer(
        self, question: Question, answer: str, member: str, at: datetime, planned: Sequence[Delivery] = ()
    ) -> bool: ...
