"""The store of what organisers did by hand about messages."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from bot.delivery.rules.deliveries import Delivery
from bot.organisers.rules.interventions import Action, Intervention


class Interventions(Protocol):
    """What was done by hand, and the doing of it."""

    async def message(self, destinations: Collection[str], number: int) -> Delivery | None: ...
    async def carry_out(self, action: Action, said: Delivery, member: str, at: datetime) -> bool: ...
    async def of(self, destinations: Collection[str], limit: int) -> list[Intervention]: ...
