"""Follow what organisers choose while the bot runs, in this process or in another one on the same store."""

from dataclasses import dataclass, field

import structlog

from bot.core.problems.platforms import LeftServer
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.delivery.ports.schedule import TroubleStore
from bot.events.watching import Watching
from bot.organisers.ports.rooms import RoomStore

log = structlog.get_logger()


Seen = tuple[tuple[int, int], frozenset[str]]


@dataclass
class Following:
    """Keeps `rooms` as the store has them."""

    store: RoomStore
    rooms: Rooms
    watching: Watching
    troubles: TroubleStore
    _seen: Seen | None = field(default=None, init=False)
    _to_plan: set[Room] = field(default_factory=set, init=False)  # rooms whose reminders are not yet as they shall be

    async def load(self) -> None:
        """Take over the rooms as they are, before anything is planned."""
        self._seen = await self._take_over()

    async def _take_over(self) -> Seen:
        seen = await self._state()
        self.rooms.set_up(await self.store.rooms(), away=seen[1])
        return seen

    async def _state(self) -> Seen:
        """Return what differs whenever rooms changed, or the bot left a server or came back."""
        troubles = await self.troubles.troubles()
        self.rooms.in_trouble = {trouble.room for trouble in troubles}
        away = frozenset(trouble.room for trouble in troubles if isinstance(trouble.problem, LeftServer))
        return await self.store.state(), away

    async def refresh(self) -> bool:
        """Take over what changed since, and plan the reminders of the rooms concerned; whether anything changed.

        What fails on the way is made up for the next time.
        """
        if self._seen == await self._state():
            return False
        before = set(self.rooms.in_force)
        seen = await self._take_over()
        self._to_plan |= before.symmetric_difference(self.rooms.in_force)
        changed, follows = self._to_plan, {name for room in self._to_plan for name in room.follows}
        await self.watching.plan_reminders(sorted(follows))
        self._seen, self._to_plan = seen, set()
        log.info("rooms changed", rooms=sorted({room.name for room in changed}))
        return True
