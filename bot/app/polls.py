"""The polls of a running bot, kept in step with what its rooms follow."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

from bot.app.clients import Clients
from bot.app.scheduler import AlarmClock
from bot.app.services import Services
from bot.core.errors import ConfigurationError

log = structlog.get_logger()

LOOK_FOR_ROOMS_EVERY = timedelta(seconds=20)  # another process may have set one up
PLAN_DIGESTS_EVERY = timedelta(minutes=10)
LOOK_FOR_OUTAGES_EVERY = timedelta(minutes=10)
LOOK_FOR_MATERIALS_EVERY = timedelta(minutes=20)  # a look that finds no event to ask about asks nobody
FIRST_LOOKS_AFTER = timedelta(minutes=2)  # events come first
FIRST_REPORTS_AFTER = timedelta(seconds=3)  # a report is matched to an event: let the events come first
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass
class Polls:
    """Polls every source that a room follows, and the report site.

    Of several processes on one store only the one that `leads` polls; the others keep in step with the rooms.
    """

    services: Services
    clients: Clients
    alarm: AlarmClock
    events_every: timedelta
    reports_every: timedelta
    leads: bool = True
    _polled: set[str] = field(default_factory=set, init=False)
    # First come, first served: hundreds at once would hold a page of each in memory until the next one is their turn.
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def start(self) -> None:
        """Begin to ring, and poll everything for the first time."""
        self.alarm.start()
        await self._follow()
        now = self.services.clock.now()
        self.alarm.poll("rooms", self.follow, LOOK_FOR_ROOMS_EVERY, now + LOOK_FOR_ROOMS_EVERY)
        if self.leads:
            self.alarm.poll("digests", self.services.digesting.plan, PLAN_DIGESTS_EVERY, now)
            self.alarm.poll("outages", self.services.outages.check, LOOK_FOR_OUTAGES_EVERY, now + FIRST_LOOKS_AFTER)
        if self.leads and self.clients.details is not None:
            gather = self.services.materials.gather
            self.alarm.poll("materials", gather, LOOK_FOR_MATERIALS_EVERY, now + FIRST_LOOKS_AFTER)
        if self.leads and self.clients.site is not None:
            self.alarm.poll(
                "reports", self.services.reporting.check_site, self.reports_every, now + FIRST_REPORTS_AFTER
            )

    async def follow(self) -> None:
        """Take over rooms that somebody changed, and poll what they follow from now on."""
        if await self.services.following.refresh():
            await self._follow()
            if self.leads:
                await self.services.digesting.plan()
            await self.alarm.set_alarm()

    async def _follow(self) -> None:
        wanted = set(self.services.rooms.sources) if self.leads else set()
        for name in await self._longest_unasked_first(wanted - self._polled):
            self._begin(name)
        for name in self._polled - wanted:
            self.alarm.stop_poll(name)
        self._polled &= wanted

    async def _longest_unasked_first(self, names: set[str]) -> list[str]:
        """Sort, or of hundreds the last ones would never have their turn with a bot that is restarted often."""
        states = await self.services.stores.events.sources()
        asked = {name: [at for at in (one.seen_at, one.failed_at) if at] for name, one in states.items()}
        return sorted(names, key=lambda name: (max(asked.get(name, []), default=_NEVER), name))

    def _begin(self, name: str) -> None:
        try:
            source = self.clients.source(name)
        except ConfigurationError as error:
            log.warning("source not watched", source=name, reason=str(error))
            return

        async def watch() -> None:
            async with self._turn:
                await self.services.watching.watch(source)
            self.services.mirroring.refresh(name)

        self.alarm.poll(name, watch, self.events_every, self.services.clock.now())
        self._polled.add(name)
