"""Rehearsals that organisers ask for in the chat: one at a time, shared by who asks for the same, and not too often."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from bot.app.clients import Clients
from bot.app.rehearsal import Recording, record
from bot.app.rehearsal_process import play_apart
from bot.config import Settings
from bot.core.clock import Clock
from bot.core.cooldowns import Cooldown, Turn
from bot.core.errors import SourceUnavailable
from bot.core.problems.sources import RehearsedTooOften
from bot.core.room import Room
from bot.organisers.rehearsing import Rehearsed
from bot.organisers.settling_in import Rehearse

KEPT = timedelta(minutes=15)  # turning a page asks connpass nothing
OFTEN, WITHIN = 6, timedelta(minutes=10)  # new ones for a server; each asks connpass for all that its rooms follow

Play = Callable[[Settings, Sequence[Room], Recording, datetime, datetime], Awaitable[list[Rehearsed]]]
_Key = tuple[tuple[Room, ...], int, int]  # in which rooms, and which minutes counted from now


def rehearsing(settings: Settings, clients: Clients, clock: Clock, play: Play = play_apart) -> Rehearse:
    """Return what plays a stretch of time in some rooms of the chat, with what connpass shows now."""

    async def rehearse(rooms: Sequence[Room], start: datetime, end: datetime) -> list[Rehearsed]:
        followed = tuple(dict.fromkeys(name for room in rooms for name in room.follows))
        recording = await record(clients, followed, start, end)
        return await play(settings, rooms, recording, start, end)

    return SharedRehearsals(rehearse, clock)


class SharedRehearsals:
    """Fulfils `Rehearse` with one that may do much."""

    def __init__(self, rehearse: Rehearse, clock: Clock) -> None:
        self._rehearse = rehearse
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._cooldown = Cooldown(OFTEN, WITHIN)
        self._played: dict[_Key, tuple[datetime, asyncio.Task[list[Rehearsed]]]] = {}

    async def __call__(self, rooms: Sequence[Room], start: datetime, end: datetime) -> list[Rehearsed]:
        """Return what would be posted. Raises SourceError, ConfigurationError."""
        now = self._clock.now()
        self._forget(now)
        key = (tuple(rooms), _minutes(start - now), _minutes(end - now))
        if key not in self._played:
            if self._cooldown.take(f"{rooms[0].platform}:{rooms[0].guild}", now) is not Turn.GRANTED:
                raise SourceUnavailable(RehearsedTooOften())
            self._played[key] = (now, asyncio.create_task(self._play(key, rooms, start, end)))
        return await asyncio.shield(self._played[key][1])  # others may wait for it, too

    async def _play(self, key: _Key, rooms: Sequence[Room], start: datetime, end: datetime) -> list[Rehearsed]:
        try:
            async with self._one_at_a_time:
                return await self._rehearse(rooms, start, end)
        except BaseException:
            self._played.pop(key, None)  # the next who asks tries again
            raise

    def _forget(self, now: datetime) -> None:
        for key in [key for key, (at, played) in self._played.items() if played.done() and now - at > KEPT]:
            del self._played[key]


def _minutes(ahead: timedelta) -> int:
    return round(ahead.total_seconds() / 60)
