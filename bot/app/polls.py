"""The polls of a running bot, kept in step with what its rooms follow."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from bot.app.clients import Clients
from bot.app.scheduler import AlarmClock, Job
from bot.app.services import Services
from bot.core.errors import ConfigurationError

log = structlog.get_logger()

LOOK_FOR_ROOMS_EVERY = timedelta(seconds=20)  # another process may have set one up
PLAN_DIGESTS_EVERY = timedelta(minutes=10)
STAND_EVERY = timedelta(seconds=10)
LOOK_FOR_TROUBLES_EVERY = timedelta(minutes=2)
LOOK_FOR_CLOSED_EVERY = timedelta(minutes=10)
LOOK_FOR_OUTAGES_EVERY = timedelta(minutes=10)
LOOK_FOR_MATERIALS_EVERY = timedelta(minutes=20)  # a look that finds no event to ask about asks nobody
FIRST_LOOKS_AFTER = timedelta(minutes=2)  # events come first
TIDY_EVERY, FIRST_TIDYING_AFTER = timedelta(days=1), timedelta(minutes=10)  # a bot may be restarted every day
FIRST_REPORTS_AFTER = timedelta(seconds=3)  # a report is matched to an event: let the events come first
_NEVER = datetime.min.replace(tzinfo=UTC)


class Leading(Protocol):
    """Elects, of several processes on one store, the one that polls."""

    async def stand(self) -> bool:
        """Return whether this process leads."""
        ...

    async def resign(self) -> None:
        """Let another process lead."""
        ...


@dataclass
class Polls:
    """Polls every source that a room follows, and the report site.

    Of several processes on one store only the one that leads polls; the others keep in step with the rooms, and take
    over when it is gone.
    """

    services: Services
    clients: Clients
    alarm: AlarmClock
    events_every: timedelta
    reports_every: timedelta
    leadership: Leading
    leads: bool = field(default=False, init=False)
    _is_in_step: bool = field(default=False, init=False)
    _polled: set[str] = field(default_factory=set, init=False)
    _following: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def start(self) -> None:
        """Begin to ring, and poll everything for the first time."""
        self.alarm.start()
        await self.services.troubles.try_everything()
        await self.elect()
        now = self.services.clock.now()
        self.alarm.poll("rooms", self.follow, LOOK_FOR_ROOMS_EVERY, now + LOOK_FOR_ROOMS_EVERY)
        self.alarm.poll("leadership", self.elect, STAND_EVERY, now + STAND_EVERY)

    async def elect(self) -> None:
        """Begin to poll where this process leads from now on, and end it where it leads no more."""
        leads = await self.leadership.stand()
        if leads != self.leads:
            self.leads, self._is_in_step = leads, False
            log.info("polls begin" if leads else "another process polls")
            for name, (job, every, after) in self._alone().items():
                if leads:
                    self.alarm.poll(name, job, every, self.services.clock.now() + after)
                else:
                    self.alarm.stop_poll(name)
        if not self._is_in_step:  # nor after a store that could not be read
            async with self._following:
                await self._follow()

    def _alone(self) -> dict[str, tuple[Job, timedelta, timedelta]]:
        """Return what one process does for all beside the sources, how often, and how soon."""
        services, clients = self.services, self.clients
        alone: dict[str, tuple[Job, timedelta, timedelta]] = {
            "digests": (services.digesting.plan, PLAN_DIGESTS_EVERY, timedelta()),
            "troubles": (services.troubles.check, LOOK_FOR_TROUBLES_EVERY, FIRST_LOOKS_AFTER),
            "closed too early": (services.reopen_closed_too_early, LOOK_FOR_CLOSED_EVERY, FIRST_LOOKS_AFTER),
            "tidying": (services.tidying.tidy, TIDY_EVERY, FIRST_TIDYING_AFTER),
            "outages": (services.outages.check, LOOK_FOR_OUTAGES_EVERY, FIRST_LOOKS_AFTER),
        }
        if clients.details is not None:
            alone["materials"] = (services.materials.gather, LOOK_FOR_MATERIALS_EVERY, FIRST_LOOKS_AFTER)
        if clients.site is not None:
            alone["reports"] = (services.reporting.check_site, self.reports_every, FIRST_REPORTS_AFTER)
        return alone

    async def follow(self) -> None:
        """Take over rooms that somebody changed, and poll what they follow from now on.

        Where the store failed on the way, the next call makes up for it.
        """
        async with self._following:
            if await self.services.following.refresh():
                self._is_in_step = False
            if self._is_in_step:
                return
            await self._follow()
            if self.leads:
                await self.services.digesting.plan()
        await self.alarm.set_alarm()

    async def _follow(self) -> None:
        wanted = set(self.services.rooms.sources) if self.leads else set()
        for name in self._polled - wanted:  # first, for it needs no store: whoever leads no more polls no more
            self.alarm.stop_poll(name)
        self._polled &= wanted
        for name in await self._longest_unasked_first(wanted - self._polled):
            self._begin(name)
        if self.leads:
            await self.services.watching.forget_unfollowed(self.services.reporting.name)
        self._is_in_step = True

    async def _longest_unasked_first(self, names: set[str]) -> list[str]:
        """Sort, or of hundreds the last ones would never have their turn with a bot that is restarted often."""
        states = await self.services.stores.events.sources()
        asked = {name: [at for at in (state.seen_at, state.failed_at) if at] for name, state in states.items()}
        return sorted(names, key=lambda name: (max(asked.get(name, []), default=_NEVER), name))

    def _begin(self, name: str) -> None:
        try:
            source = self.clients.source(name)
        except ConfigurationError as error:
            log.warning("source not watched", source=name, reason=str(error))
            return

        async def watch() -> None:
            whose = {f"{room.platform}:{room.guild}" for room in self.services.rooms.following([name])}
            async with self.clients.turns.turn(whose):
                await self.services.watching.watch(source)
            self.services.mirroring.refresh(name)

        self.alarm.poll(name, watch, self.events_every, self.services.clock.now())
        self._polled.add(name)
