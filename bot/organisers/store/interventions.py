"""What organisers did by hand about messages, and what it makes of them."""

from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.delivery.rules.deliveries import Delivery, DeliveryState
from bot.delivery.rules.follow_ups import again, retraction_of
from bot.delivery.store.deliveries import delivery_of, insert_planned
from bot.organisers.rules.interventions import Action, Intervention
from bot.store.tables import deliveries, interventions

_TO_DO: dict[Action, Callable[[Delivery, datetime], Delivery]] = {Action.RETRACT: retraction_of, Action.REPEAT: again}
_POSSIBLE = {
    Action.RETRACT: (DeliveryState.SENT,),
    Action.REPEAT: (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.RETRACTED),
}


class StoredInterventions:
    """Fulfils `Interventions`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def message(self, destinations: Collection[str], number: int) -> Delivery | None:
        """Return what was said or failed in one of these rooms, by its id."""
        there = (deliveries.c.id == number, deliveries.c.destination.in_(list(destinations)))
        async with self._engine.execution_options(read_only=True).connect() as connection:
            row = (await connection.execute(select(deliveries).where(*there))).mappings().first()
        return None if row is None else delivery_of(row)

    async def carry_out(self, action: Action, said: Delivery, member: str, at: datetime) -> bool:
        """Plan it, and keep who wanted it, in one transaction; False if its state does not allow it any more."""
        async with self._engine.begin() as connection:
            if not await _take(connection, action, said):
                return False
            await insert_planned(connection, [_TO_DO[action](said, at)])
            row = {"delivery_id": said.id, "action": action, "member": member, "at": at}
            await connection.execute(insert(interventions).values(row))
        return True

    async def of(self, destinations: Collection[str], limit: int) -> list[Intervention]:
        """Return the last interventions in these rooms, the latest first."""
        joined = interventions.join(deliveries, deliveries.c.id == interventions.c.delivery_id)
        done = select(deliveries, *(interventions.c[name] for name in ("action", "member", "at"))).select_from(joined)
        query = done.where(deliveries.c.destination.in_(list(destinations))).order_by(interventions.c.id.desc())
        async with self._engine.execution_options(read_only=True).connect() as connection:
            rows = (await connection.execute(query.limit(limit))).mappings()
            return [Intervention(delivery_of(row), Action(row["action"]), row["member"], row["at"]) for row in rows]


async def _take(connection: AsyncConnection, action: Action, said: Delivery) -> bool:
    """Bring the message into the state that follows, unless somebody was faster."""
    possible = (deliveries.c.id == said.id, deliveries.c.state.in_(_POSSIBLE[action]))
    state = DeliveryState.RETRACTED if action is Action.RETRACT else deliveries.c.state
    return (await connection.execute(update(deliveries).where(*possible).values(state=state))).rowcount == 1
