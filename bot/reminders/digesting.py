"""The digests: planned one ahead for each room that wants one."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.clock import Clock
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.delivery.ports.schedule import Agenda
from bot.delivery.rules.deliveries import Delivery
from bot.reminders.digest_post import DigestPost
from bot.reminders.rules.digests import STAYS_USEFUL, next_digest


@dataclass(frozen=True)
class Digesting:
    """Plans digests."""

    agenda: Agenda
    rooms: Rooms
    clock: Clock
    zone: ZoneInfo

    async def plan(self) -> None:
        """Plan the next digest of every room that wants one; what is planned already stays as it is."""
        now = self.clock.now()
        if wanted := [self._next(room, now) for room in self.rooms.in_force if room.digest]:
            await self.agenda.plan(wanted)

    def _next(self, room: Room, now: datetime) -> Delivery:
        due = next_digest(room.digest, now, self.zone)
        return Delivery(DigestPost(room.name, due, room.digest), room.name, due, due + STAYS_USEFUL)
