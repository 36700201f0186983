"""Follow what organisers choose while the bot runs, in this process or in another one on the same store."""

from dataclasses import dataclass, field

import structlog

from bot.core.rooms import Rooms
from bot.events.watching import Watching
from bot.organisers.ports.rooms import RoomStore

log = structlog.get_logger()


@dataclass
class Following:
    """Keeps `rooms` as the store has them."""

    store: RoomStore
    rooms: Rooms
    watching: Watching
    _seen: tuple[int, int] | None = field(default=None, init=False)

    async def load(self) -> None:
        """Take over the rooms as they are, before anything is planned."""
        self._seen = await self.store.state()
        self.rooms.set_up(await self.store.rooms())

    async def refresh(self) -> bool:
        """Take over what changed since, and plan the reminders of the rooms concerned; whether anything changed."""
        if self._seen == await self.store.state():
            return False
        before = set(self.rooms.in_force)
        await self.load()
        changed = before.symmetric_difference(self.rooms.in_force)
        await self.watching.plan_reminders(sorted({name for room in changed for name in room.follows}))
        log.info("rooms changed", rooms=sorted({room.name for room in changed}))
        return True
