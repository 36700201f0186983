"""Deliveries: the schedule, and what became of each."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Insert, RowMapping, and_, case, func, not_, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.posts import Post, PostName
from bot.core.problems.base import Problem
from bot.core.reasons import from_text, to_text
from bot.core.skips import NothingToSay
from bot.delivery.rules.deliveries import Delivery, DeliveryName, DeliveryOf, DeliveryState, is_of, without_repeats
from bot.delivery.rules.follow_ups import Edit
from bot.delivery.store.clock_set_back import undo_what_came_too_early
from bot.delivery.store.holding import next_tries, note_refusal, note_success, rests
from bot.delivery.store.post_codec import facts_of, read_post
from bot.delivery.troubles import Course, TroublePost, end_of
from bot.store.statements import batches, insert_into, insert_or_ignore
from bot.store.tables import deliveries, troubles

_COURSE = tuple(field.name for field in fields(DeliveryOf) if field.name not in ("post", "repeats"))
P = TypeVar("P", bound=Post)
_OPEN = (DeliveryState.PLANNED, DeliveryState.CLAIMED)
_IN_TROUBLE = deliveries.c.destination.in_(select(troubles.c.room))
UNWANTED = to_text(NothingToSay.UNWANTED)  # a reminder that is no longer wanted may be wanted again


async def insert_planned(connection: AsyncConnection, planned: Sequence[Delivery]) -> None:
    """Plan deliveries inside the caller's transaction; one that is known already is left as it is, but for edits."""
    edits = [delivery for delivery in planned if isinstance(delivery.post, Edit)]
    if rows := [_new_row(delivery) for delivery in planned if not isinstance(delivery.post, Edit)]:
        await connection.execute(insert_or_ignore(connection, deliveries), rows)
    if edits:
        await connection.execute(_wanting_edits(connection), [_new_row(edit) for edit in edits])


def _wanting_edits(connection: AsyncConnection) -> Insert:
    """Return what makes an edit due, whatever became of earlier ones of its message.

    One that waits for another try goes on waiting: it will show this change as well. One that is being made now may
    show what was known before: the other due time tells `Deliveries.sent` that it is wanted once more.
    """
    statement = insert_into(connection, deliveries)
    is_open = or_(*(deliveries.c.state == state for state in _OPEN))  # no IN where many rows are inserted
    waits = and_(
        deliveries.c.state == DeliveryState.PLANNED,
        or_(deliveries.c.attempts > 0, deliveries.c.due_at < statement.excluded.due_at),
    )
    return statement.on_conflict_do_update(
        index_elements=[deliveries.c.kind, deliveries.c.subject, deliveries.c.occasion, deliveries.c.destination],
        set_={
            "state": case((is_open, deliveries.c.state), else_=DeliveryState.PLANNED),
            "due_at": case((waits, deliveries.c.due_at), else_=statement.excluded.due_at),
            "attempts": case((is_open, deliveries.c.attempts), else_=0),
            "first_tried_at": case((is_open, deliveries.c.first_tried_at), else_=null()),
            "reason": case((is_open, deliveries.c.reason), else_=null()),
        },
    )


async def plan_to_say_it_is_over(connection: AsyncConnection, room: str, now: datetime) -> None:
    """Plan to tell organisers that a room is well again, where they were told of its trouble."""
    of_room = and_(deliveries.c.kind == TroublePost.tag, deliveries.c.subject == TroublePost.about(room=room))
    told = [delivery_of(row) for row in (await connection.execute(select(deliveries).where(of_room))).mappings()]
    notes = [(note.post, note.destination) for note in told if is_of(note, TroublePost)]
    await insert_planned(connection, [end_of(post, place, now) for post, place in notes if post.course is Course.BEGAN])


async def rearm(
    connection: AsyncConnection, which: ColumnElement[bool], wanted: Sequence[Delivery], now: datetime
) -> None:
    """Make the open deliveries among `which` exactly these: drop the others, plan what is missing and still ahead.

    What was dropped and is wanted again comes at the time at which it is wanted now.
    """
    names = ("id", "event_id", "occasion", "destination", "state", "attempts", "due_at", "useful_until")
    by_key = {(delivery.event_id, delivery.name.occasion, delivery.destination): delivery for delivery in wanted}
    known, dropped = set(), []
    for row in (await connection.execute(select(*(deliveries.c[name] for name in names)).where(which))).all():
        known.add(key := (row.event_id, row.occasion, row.destination))
        again = by_key.get(key)
        if again is None:
            dropped += [row.id] if row.state == DeliveryState.PLANNED else []
            continue
        when = again if again.due_at > now else row
        is_untried = row.state == DeliveryState.PLANNED and row.attempts == 0 and row.due_at > now
        is_moved = is_untried and (row.due_at, row.useful_until) != (when.due_at, when.useful_until)
        if is_moved or (row.state == DeliveryState.SKIPPED and when.due_at > now):
            times = {"due_at": when.due_at, "useful_until": when.useful_until}
            await _set(connection, deliveries.c.id == row.id, state=DeliveryState.PLANNED, reason=None, **times)
    for some in batches(dropped):
        await _set(connection, deliveries.c.id.in_(some), state=DeliveryState.SKIPPED, reason=UNWANTED)
    missing = [delivery for key, delivery in by_key.items() if delivery.due_at > now and key not in known]
    await insert_planned(connection, missing)


class Deliveries:
    """Fulfils `DeliveryStore`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def earliest(self, busy: Collection[str] = ()) -> datetime | None:
        """Return when the next open delivery needs a look: its due time, or the end of a claim that was left behind.

        Rooms that are `busy` are left out, and those in trouble are looked at when they are tried again.
        """
        planned, claimed = deliveries.c.state == DeliveryState.PLANNED, deliveries.c.state == DeliveryState.CLAIMED
        async with self._reading() as connection:
            first = [
                await _first(connection, deliveries.c.due_at, planned, _not_in(busy), not_(_IN_TROUBLE)),
                await _first(connection, deliveries.c.claimed_until, claimed, _not_in(busy)),
                *await next_tries(connection, busy),
            ]
        return min((at for at in first if at is not None), default=None)

    async def due(self, now: datetime, busy: Collection[str] = (), limit: int = 100) -> list[Delivery]:
        """Return what is due, first what loses its use first: a reminder for today before news of next month.

        Rooms in trouble come last: those that are well shall not wait for the budget of refusals.
        """
        due = select(deliveries).where(_is_due(now), _not_in(busy), not_(rests(now)))
        soonest_useless = (deliveries.c.useful_until.is_(None), deliveries.c.useful_until)
        query = due.order_by(_IN_TROUBLE, *soonest_useless, deliveries.c.due_at, deliveries.c.id).limit(limit)
        async with self._reading() as connection:
            return [delivery_of(row) for row in (await connection.execute(query)).mappings()]

    async def find(self, name: DeliveryName) -> Delivery | None:
        columns = (deliveries.c.kind, deliveries.c.subject, deliveries.c.occasion, deliveries.c.destination)
        query = select(deliveries).where(*(column == value for column, value in zip(columns, name, strict=True)))
        async with self._reading() as connection:
            row = (await connection.execute(query)).mappings().first()
        return None if row is None else delivery_of(row)

    async def about(self, kind: type[P], subjects: Collection[str]) -> list[DeliveryOf[P]]:
        found: list[Delivery] = []
        async with self._reading() as connection:
            for some in batches(subjects):
                query = select(deliveries).where(deliveries.c.kind == kind.tag, deliveries.c.subject.in_(some))
                found += [delivery_of(row) for row in (await connection.execute(query)).mappings()]
        return [delivery for delivery in found if is_of(delivery, kind)]

    async def last_sent(self) -> datetime | None:
        """Return when something was sent last."""
        newest = func.max(deliveries.c.sent_at, type_=deliveries.c.sent_at.type)
        async with self._reading() as connection:
            at: datetime | None = (await connection.execute(select(newest))).scalar()
        return at

    async def claim(self, delivery: Delivery, now: datetime, until: datetime) -> Delivery | None:
        """Take a due delivery, and return it as it is by now; None if it is taken already.

        One statement, so that two processes cannot both win, nor one of them go by what it read before the other tried.
        """
        claimed = (
            update(deliveries)
            .where(deliveries.c.id == delivery.id, _is_due(now))
            .values(
                state=DeliveryState.CLAIMED,
                claimed_until=until,
                attempts=deliveries.c.attempts + 1,
                first_tried_at=func.coalesce(deliveries.c.first_tried_at, now, type_=deliveries.c.due_at.type),
            )
            .returning(*deliveries.c)
        )
        async with self._engine.begin() as connection:  # committed before anything is sent
            row = (await connection.execute(claimed)).mappings().first()
        return None if row is None else delivery_of(row)

    async def sent(self, delivery: Delivery, at: datetime, external_id: str) -> None:
        """Record that it stands there, whoever has it in hand by now; an edit that is wanted once more is due again."""
        done = {"sent_at": at, "external_id": external_id, "claimed_until": None, "reason": None}
        state: Any = DeliveryState.SENT
        if isinstance(delivery.post, Edit):
            is_wanted_again = deliveries.c.due_at != delivery.due_at
            state = case((is_wanted_again, DeliveryState.PLANNED), else_=DeliveryState.SENT)
        async with self._engine.begin() as connection:
            await _set(connection, deliveries.c.id == delivery.id, state=state, **done)
            if await note_success(connection, delivery.destination, delivery.post):
                await plan_to_say_it_is_over(connection, delivery.destination, at)

    async def skip(self, delivery: Delivery, reason: NothingToSay) -> None:
        await self._close(delivery, state=DeliveryState.SKIPPED, reason=to_text(reason))

    async def fail(self, delivery: Delivery, reason: Problem) -> None:
        await self._close(delivery, state=DeliveryState.FAILED, reason=to_text(reason))

    async def postpone(self, delivery: Delivery, due_at: datetime, reason: Problem) -> None:
        await self._close(delivery, state=DeliveryState.PLANNED, due_at=due_at, reason=to_text(reason))

    async def hold(self, delivery: Delivery, reason: Problem, now: datetime) -> None:
        """Put it down, and let its room rest with all that is due there."""
        waits = {"state": DeliveryState.PLANNED, "reason": to_text(reason), "claimed_until": None}
        async with self._engine.begin() as connection:
            await _set(connection, _has_in_hand(delivery), **waits)
            await note_refusal(connection, delivery.destination, reason, now)

    async def reopen(self, now: datetime) -> None:
        """Undo what a clock did that was ahead: what was closed as too late, and what waits for a time that it had."""
        async with self._engine.begin() as connection:
            await undo_what_came_too_early(connection, now)

    async def counts(self) -> dict[str, int]:
        """Return how many deliveries are in each state."""
        query = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
        async with self._reading() as connection:
            return {state: int(number) for state, number in await connection.execute(query)}

    async def _close(self, delivery: Delivery, **values: Any) -> None:
        """Put it down, unless its claim ran out and somebody else has it in hand."""
        async with self._engine.begin() as connection:
            await _set(connection, _has_in_hand(delivery), claimed_until=None, **values)

    def _reading(self) -> AsyncConnection:
        return self._engine.execution_options(read_only=True).connect()


async def _first(
    connection: AsyncConnection, at: ColumnElement[datetime], *which: ColumnElement[bool]
) -> datetime | None:
    """Return the earliest: the first of an index in order, where a minimum would read all that is planned."""
    found: datetime | None = (await connection.execute(select(at).where(*which).order_by(at).limit(1))).scalar()
    return found


def _not_in(busy: Collection[str]) -> ColumnElement[bool]:
    return deliveries.c.destination.not_in(list(busy))


def _has_in_hand(delivery: Delivery) -> ColumnElement[bool]:
    """Whether whoever claimed it has it still: no claim that ran out was followed by another."""
    return and_(deliveries.c.id == delivery.id, deliveries.c.claimed_until == delivery.claimed_until)


def _is_due(now: datetime) -> ColumnElement[bool]:
    planned = and_(deliveries.c.state == DeliveryState.PLANNED, deliveries.c.due_at <= now)
    left_behind = and_(deliveries.c.state == DeliveryState.CLAIMED, deliveries.c.claimed_until <= now)
    return or_(planned, left_behind)


async def _set(connection: AsyncConnection, which: ColumnElement[bool], **values: Any) -> None:
    await connection.execute(update(deliveries).where(which).values(**values))


def _new_row(delivery: Delivery) -> dict[str, Any]:
    course = {name: getattr(delivery, name) for name in _COURSE if name != "id"}
    facts = {"event_id": delivery.event_id, "facts": facts_of(delivery.post)}
    reason = to_text(delivery.reason) if delivery.reason else None
    begins = {"state": DeliveryState.PLANNED, "attempts": 0, "reason": reason}
    return {**delivery.name._asdict(), **facts, **course, **begins}


def delivery_of(row: RowMapping) -> Delivery:
    """Return the delivery of a row."""
    name, repeats = without_repeats(PostName(row["kind"], row["subject"], row["occasion"]))
    course = {field: row[field] for field in _COURSE}
    post = read_post(name, row["event_id"], row["facts"])
    reason = None if row["reason"] is None else from_text(row["reason"])
    return Delivery(post, repeats=repeats, **{**course, "state": DeliveryState(row["state"]), "reason": reason})
