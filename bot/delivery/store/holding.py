"""Rooms that take nothing, and what is due there: it waits for as long as it is of use."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, RowMapping, and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.posts import Post
from bot.core.problems.base import Problem
from bot.core.problems.platforms import GivenUp
from bot.core.reasons import problem_from_text, to_text
from bot.core.skips import NothingToSay
from bot.delivery.rules.deliveries import DeliveryState
from bot.delivery.rules.follow_ups import Edit
from bot.delivery.rules.troubles import LONGEST_REST, Trouble, new_trouble
from bot.store.statements import upsert
from bot.store.tables import deliveries, troubles

GIVE_UP_AFTER = timedelta(days=2)  # what is of use for ever, such as news of a report


def rests(now: datetime) -> ColumnElement[bool]:
    """Whether nothing is tried now in the room of a delivery."""
    resting = select(troubles.c.room).where(troubles.c.again_at > now, troubles.c.again_at <= now + LONGEST_REST)
    return deliveries.c.destination.in_(resting)


async def note_refusal(connection: AsyncConnection, room: str, problem: Problem, now: datetime) -> None:
    """Let a room rest, longer each time; drop what is due there and has lost its use."""
    known = await _trouble_of(connection, room)
    trouble = known.refused_again(problem, now) if known else new_trouble(room, problem, now)
    row = {**asdict(trouble), "problem": to_text(problem)}
    await connection.execute(upsert(connection, troubles), row)
    waiting = and_(deliveries.c.destination == room, deliveries.c.state == DeliveryState.PLANNED)
    is_spent = and_(waiting, deliveries.c.useful_until <= now)
    too_late = {"state": DeliveryState.SKIPPED, "reason": to_text(NothingToSay.TOO_LATE)}
    await connection.execute(update(deliveries).where(is_spent).values(too_late))
    if now - trouble.since > GIVE_UP_AFTER:
        for_ever = and_(waiting, deliveries.c.useful_until.is_(None), deliveries.c.kind != Edit.tag)
        given_up = {"state": DeliveryState.FAILED, "reason": to_text(GivenUp(problem))}
        is_old = deliveries.c.due_at < now - GIVE_UP_AFTER
        await connection.execute(update(deliveries).where(for_ever, is_old).values(given_up))


async def note_success(connection: AsyncConnection, room: str, post: Post) -> bool:
    """Forget a room's trouble if what was just done there shows that it is over; True if it is."""
    known = await _trouble_of(connection, room)
    is_over = known is not None and known.is_over_with(post)
    if is_over:
        await connection.execute(delete(troubles).where(troubles.c.room == room))
    return is_over


async def next_tries(connection: AsyncConnection, busy: Collection[str]) -> list[datetime]:
    """Return when each room in trouble needs the next look, of those where something is planned."""
    joined = troubles.join(deliveries, deliveries.c.destination == troubles.c.room)
    first_due = func.min(deliveries.c.due_at, type_=deliveries.c.due_at.type)
    query = select(troubles, first_due.label("due_at")).select_from(joined).group_by(*troubles.c)
    which = and_(deliveries.c.state == DeliveryState.PLANNED, troubles.c.room.not_in(list(busy)))
    rows = (await connection.execute(query.where(which))).mappings()
    return [max(row["due_at"], row["again_at"]) for row in rows]


async def _trouble_of(connection: AsyncConnection, room: str) -> Trouble | None:
    row = (await connection.execute(select(troubles).where(troubles.c.room == room))).mappings().first()
    return None if row is None else trouble_of(row)


def trouble_of(row: RowMapping) -> Trouble:
    """Return the trouble of a row."""
    values = {name.name: row[name.name] for name in troubles.columns}
    return Trouble(**{**values, "problem": problem_from_text(row["problem"])})
