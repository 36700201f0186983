"""What organisers do by hand about one message: retract it, or post it again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import structlog

from bot.core.clock import Clock, Ring, no_ring
from bot.core.messages import Message
from bot.core.numbers import whole_number
from bot.delivery.rules.deliveries import Delivery
from bot.events.ports.events import EventStore
from bot.events.rules.events import Event
from bot.locales import Texts
from bot.organisers import intervening_messages as said
from bot.organisers.ports.interventions import Interventions

log = structlog.get_logger()


@dataclass(frozen=True)
class Intervening:
    """Acts only on messages in the rooms that it is given. `ring` is called when something is due at once."""

    store: Interventions
    events: EventStore
    clock: Clock
    ring: Ring = no_ring

    async def show(self, texts: Texts, rooms: Collection[str], action: said.ShowPosted) -> Message | None:
        """Show a message that stands in one of these rooms; None if there is none."""
        message = await self._message(rooms, whole_number(action.written))
        return said.message_page(texts, message, await self._events(message)) if message else None

    async def intervene(
        self, texts: Texts, rooms: Collection[str], member: str, action: said.Intervene
    ) -> Message | None:
        """Retract or repeat a message that stands in one of these rooms; None if there is none."""
        message = await self._message(rooms, action.message)
        if message is None:
            return None
        if not await self.store.carry_out(action.deed, message, member, self.clock.now()):
            return said.too_late(texts)
        log.info("message touched by hand", action=action.deed, delivery=message.id, room=message.destination)
        await self.ring()
        return said.done(texts, action.deed, message, await self._events(message))

    async def _message(self, rooms: Collection[str], number: int | None) -> Delivery | None:
        return await self.store.message(rooms, number) if number is not None else None

    async def _events(self, message: Delivery) -> Mapping[int, Event]:
        return await self.events.known([message.event_id] if message.event_id is not None else [])
