"""What organisers do by hand about one message: retract it, or post it again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import structlog

from bot.domain.deliveries import Delivery
from bot.domain.interventions import Action
from bot.domain.messages import Message
from bot.domain.numbers import whole_number
from bot.locales import Texts
from bot.services.delivery import intervening_messages as said
from bot.services.ports import Clock, EventStore, Interventions, Ring, no_ring

log = structlog.get_logger()

SHOW = "show"


@dataclass(frozen=True)
class Intervening:
    """Acts only on messages in the rooms that it is given. `ring` is called when something is due at once."""

    store: Interventions
    events: EventStore
    clock: Clock
    ring: Ring = no_ring

    async def act(
        self, texts: Texts, rooms: Collection[str], member: str, action: str, values: Sequence[str]
    ) -> Message | None:
        """Take `show` with the number of a message, `retract:NUMBER` or `repeat:NUMBER`; None for anything else."""
        verb, _, number = action.partition(":")
        message = await self._message(rooms, "".join(values) if verb == SHOW else number)
        if message is None:
            return None
        events = await self.events.known([message.event_id] if message.event_id is not None else [])
        if verb == SHOW:
            return said.message_page(texts, message, events)
        if verb not in list(Action):
            return None
        is_done = await self.store.carry_out(Action(verb), message, member, self.clock.now())
        if is_done:
            log.info("message touched by hand", action=verb, delivery=message.id, room=message.destination)
            await self.ring()
        return said.done(texts, Action(verb), message, events) if is_done else said.too_late(texts)

    async def _message(self, rooms: Collection[str], written: str) -> Delivery | None:
        number = whole_number(written)
        return await self.store.message(rooms, number) if number is not None else None
