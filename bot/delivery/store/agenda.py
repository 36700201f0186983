"""What organisers look at in the schedule of their rooms, and the notes that are planned for them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.delivery.rules.deliveries import Delivery, DeliveryState
from bot.delivery.rules.follow_ups import Edit, Retraction, Thread
from bot.delivery.store.deliveries import delivery_of, insert_planned
from bot.store.tables import deliveries, troubles


class StoredAgenda:
    """Fulfils `Agenda`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def next_in(self, destinations: Collection[str], limit: int) -> list[Delivery]:
        """Return what is said next in these rooms, the earliest first."""
        planned = deliveries.c.state == DeliveryState.PLANNED
        return await self._deliveries(planned, destinations, deliveries.c.due_at, limit)

    async def failed_in(self, destinations: Collection[str], since: datetime, limit: int) -> list[Delivery]:
        """Return what could not be said in these rooms though it was due after `since`, the latest first."""
        failed = and_(deliveries.c.state == DeliveryState.FAILED, deliveries.c.due_at >= since)
        return await self._deliveries(failed, destinations, deliveries.c.due_at.desc(), limit)

    async def sent_in(self, destinations: Collection[str], since: datetime, limit: int) -> list[Delivery]:
        """Return what was said in these rooms after `since` and stands there or was retracted, the latest first."""
        was_said = deliveries.c.state.in_((DeliveryState.SENT, DeliveryState.RETRACTED))
        is_message = deliveries.c.kind.not_in((Edit.tag, Thread.tag, Retraction.tag))
        sent = and_(was_said, is_message, deliveries.c.sent_at >= since)
        return await self._deliveries(sent, destinations, deliveries.c.sent_at.desc(), limit)

    async def stuck_in(self, destinations: Collection[str], limit: int) -> list[Delivery]:
        """Return what was tried in these rooms more than once and is tried again, the oldest first."""
        is_stuck = and_(
            deliveries.c.state == DeliveryState.PLANNED, deliveries.c.attempts > 1, deliveries.c.reason.is_not(None)
        )
        resting = select(troubles.c.room)
        return await self._deliveries(
            and_(is_stuck, deliveries.c.destination.not_in(resting)), destinations, deliveries.c.due_at, limit
        )

    async def count_planned(self, destinations: Collection[str], until: datetime) -> dict[str, int]:
        """Return how much is due in each of these rooms by then."""
        is_due = and_(deliveries.c.state == DeliveryState.PLANNED, deliveries.c.due_at <= until)
        there = deliveries.c.destination.in_(list(destinations))
        query = select(deliveries.c.destination, func.count()).where(is_due, there).group_by(deliveries.c.destination)
        async with self._reading() as connection:
            return {destination: int(count) for destination, count in await connection.execute(query)}

    async def plan(self, planned: Sequence[Delivery]) -> None:
        """Plan deliveries; one that is known already is left as it is."""
        async with self._engine.begin() as connection:
            await insert_planned(connection, planned)

    async def _deliveries(
        self, which: ColumnElement[bool], destinations: Collection[str], order: ColumnElement[datetime], limit: int
    ) -> list[Delivery]:
        there = deliveries.c.destination.in_(list(destinations))
        query = select(deliveries).where(which, there).order_by(order, deliveries.c.id).limit(limit)
        async with self._reading() as connection:
            return [delivery_of(row) for row in (await connection.execute(query)).mappings()]

    def _reading(self) -> AsyncConnection:
        return self._engine.execution_options(read_only=True).connect()
