"""Questions to organisers, and the answers, which stick."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.questions import Question
from bot.delivery.rules.deliveries import Delivery
from bot.delivery.store.deliveries import insert_planned
from bot.store.statements import insert_or_ignore
from bot.store.tables import questions

_FIELDS = tuple(field.name for field in fields(Question))


async def insert_questions(connection: AsyncConnection, asked: Sequence[Question]) -> None:
    """Keep new questions inside the caller's transaction; one asked before is left as it is."""
    rows = [{name: getattr(question, name) for name in _FIELDS if name != "id"} for question in asked]
    if rows:
        await connection.execute(insert_or_ignore(connection, questions), rows)


async def keep_first_answer(
    connection: AsyncConnection, question: Question, answer: str, member: str, at: datetime
) -> bool:
    """Keep an answer inside the caller's transaction; False if somebody answered before."""
    unanswered = update(questions).where(questions.c.id == question.id, questions.c.answer.is_(None))
    kept = await connection.execute(unanswered.values(answer=answer, answered_by=member, answered_at=at))
    return kept.rowcount == 1


class Questions:
    """Fulfils `QuestionStore`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def question(self, kind: str, subject: str) -> Question | None:
        return await self._one(questions.c.kind == kind, questions.c.subject == subject)

    async def question_by_id(self, question_id: int) -> Question | None:
        return await self._one(questions.c.id == question_id)

    async def answer(
        self, question: Question, answer: str, member: str, at: datetime, planned: Sequence[Delivery] = ()
    ) -> bool:
        """Keep the first answer and plan what follows from it; False if somebody answered before."""
        async with self._engine.begin() as connection:
            is_first = await keep_first_answer(connection, question, answer, member, at)
            if is_first:
                await insert_planned(connection, planned)
            return is_first

    async def _one(self, *which: ColumnElement[bool]) -> Question | None:
        async with self._engine.execution_options(read_only=True).connect() as connection:
            row = (await connection.execute(select(questions).where(*which))).mappings().first()
        return None if row is None else question_of(row)


def question_of(row: RowMapping) -> Question:
    """Return the question of a row."""
    values: dict[str, Any] = {name: row[name] for name in _FIELDS}
    return replace(Question(**values), options=tuple(row["options"]))
