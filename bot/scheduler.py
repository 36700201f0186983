"""The alarm clock: it rings for polls and for the earliest due delivery, and decides nothing.

The store is the schedule. Every job here is made anew at each start from what the store holds, so none can be lost.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.errors import TsudoiError
from bot.services.delivering import Delivering

log = structlog.get_logger()

Job = Callable[[], Awaitable[object]]
_LOOK_AGAIN_EVERY = timedelta(
    seconds=20
)  # for a clock that was set, a host that slept, and what another process planned
_MAY_FINISH = timedelta(seconds=3)
_MOST_AT_ONCE = 1000  # no more than there are rooms: a busy room is not taken again
_JOB_DEFAULTS = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}  # a late alarm must ring


class AlarmClock:
    """Rings when the earliest delivery is due, and for each poll at its interval."""

    def __init__(self, delivering: Delivering) -> None:
        self._delivering = delivering
        self._at_work: set[asyncio.Task[None]] = set()
        self._scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=_JOB_DEFAULTS)

    def start(self) -> None:
        """Begin to ring; needs a running event loop."""
        seconds = _LOOK_AGAIN_EVERY.total_seconds()
        self._scheduler.add_job(self._in_sight(self.set_alarm), "interval", seconds=seconds, id="look", name="look")
        self._scheduler.start()

    async def stop(self) -> None:
        """Ring no more, and wait until what is at work has ended: the store is closed after this."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self._at_work:
            _, late = await asyncio.wait(self._at_work, timeout=_MAY_FINISH.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _in_sight(self, job: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], Awaitable[None]]:
        """Wrap a job so that `stop` knows of it: APScheduler forgets what it started."""

        async def work() -> None:
            task = asyncio.ensure_future(job())
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)
            await asyncio.shield(task)

        return work

    def poll(self, name: str, job: Job, every: timedelta, first: datetime) -> None:
        """Call `job` at `first` and then at this interval; what it planned is delivered right after."""

        async def poll() -> None:
            try:
                await job()
            except TsudoiError as error:
                log.warning("poll failed", source=name, reason=str(error))
            await self.set_alarm()

        seconds = every.total_seconds()
        known_as = {"id": f"poll {name}", "name": f"poll {name}"}
        self._scheduler.add_job(self._in_sight(poll), "interval", seconds=seconds, next_run_time=first, **known_as)

    async def set_alarm(self) -> None:
        """Keep one alarm, for the earliest due delivery: setting it again moves it."""
        earliest = await self._delivering.earliest()
        if earliest is not None:
            job = {"id": "deliver", "name": "deliver", "replace_existing": True, "max_instances": _MOST_AT_ONCE}
            self._scheduler.add_job(self._in_sight(self._deliver), "date", run_date=earliest, **job)

    async def _deliver(self) -> None:
        due = await self._delivering.take_due()
        try:
            await self.set_alarm()  # a room that hangs must not hold up the others
        finally:
            await self._delivering.deliver(due)
        await self.set_alarm()
