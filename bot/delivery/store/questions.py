"""Questions to organisers, and the answers, which stick."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.posts import PostName
from bot.core.questions import KINDS, Held, Question
from bot.delivery.rules.deliveries import Delivery
from bot.delivery.store.deliveries import insert_planned
from bot.delivery.store.post_codec import facts_of, read_post
from bot.store.statements import insert_or_ignore
from bot.store.tables import questions

_HELD = "held"  # among the facts
_COLUMNS = tuple(field.name for field in fields(Question) if field.name != _HELD)


async def insert_questions(connection: AsyncConnection, asked: Sequence[Question]) -> None:
    """Keep new questions inside the caller's transaction; one asked before is left as it is."""
    rows = [_row(question) for question in asked]
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

    async def question(self, tag: str, subject: str) -> Question | None:
        return await self._one(questions.c.kind == tag, questions.c.subject == subject)

    async def question_by_id(self, question_id: int) -> Question | None:
        return await self._one(questions.c.id == question_id)

    async def open_questions(self) -> list[Question]:
        """Return what nobody answered yet, the latest first."""
        unanswered = select(questions).where(questions.c.answer.is_(None)).order_by(questions.c.id.desc())
        async with self._engine.execution_options(read_only=True).connect() as connection:
            read = [_question(row) for row in (await connection.execute(unanswered)).mappings()]
        return [question for question in read if question is not None]

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
        return None if row is None else _question(row)


def _question(row: RowMapping) -> Question | None:
    """Return the question of a row; None for a kind that only another version knows."""
    if (kind := KINDS.get(row["kind"])) is None:
        return None
    columns = {name: row[name] for name in _COLUMNS} | {"options": tuple(row["options"])}
    facts = {name: value for name, value in row["facts"].items() if name in _facts(kind)}
    held = tuple(_held(kept) for kept in row["facts"].get(_HELD, ()))
    return kind(**columns, **facts, held=held)


def _row(question: Question) -> dict[str, Any]:
    row = {name: getattr(question, name) for name in _COLUMNS if name != "id"}
    facts = {name: getattr(question, name) for name in _facts(type(question))}
    held = {_HELD: [_as_json(held) for held in question.held]} if question.held else {}
    return {"kind": question.tag, **row, "facts": facts | held}


def _facts(kind: type[Question]) -> list[str]:
    """Return the names of what a kind adds to a question."""
    return [field.name for field in fields(kind) if field.name not in (*_COLUMNS, _HELD)]


def _as_json(held: Held) -> dict[str, Any]:
    until = held.useful_until and held.useful_until.isoformat()
    post = {**held.post.stored_as._asdict(), "event_id": getattr(held.post, "event_id", None)}
    return {**post, "facts": facts_of(held.post), "destination": held.destination, "useful_until": until}


def _held(kept: dict[str, Any]) -> Held:
    name = PostName(kept["kind"], kept["subject"], kept["occasion"])
    until = kept["useful_until"] and datetime.fromisoformat(kept["useful_until"])
    return Held(read_post(name, kept["event_id"], kept["facts"]), kept["destination"], until)
