"""The alarm clock: it rings for polls and for the earliest due delivery, and decides nothing.

The store is the schedule. Every job here is made anew at each start from what the store holds, so none can be lost.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.errors import TsudoiError

log = structlog.get_logger()

Job = Callable[[], Awaitable[object]]
_LOOK_AGAIN_EVERY = timedelta(
    seconds=20
)  # for a clock that was set, a host that slept, and what another process planned
_JOB_DEFAULTS = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}  # a late alarm must ring


class AlarmClock:
    """Rings `deliver_due` when the earliest delivery is due, and each poll at its interval."""

    def __init__(self, deliver_due: Job, earliest: Callable[[], Awaitable[datetime | None]]) -> None:
        self._deliver_due = deliver_due
        self._earliest = earliest
        self._delivering = False
        self._scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=_JOB_DEFAULTS)

    def start(self) -> None:
        """Begin to ring; needs a running event loop."""
        self._scheduler.add_job(
            self.set_alarm, "interval", seconds=_LOOK_AGAIN_EVERY.total_seconds(), id="look", name="look again"
        )
        self._scheduler.start()

    def stop(self) -> None:
        """Ring no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def poll(self, name: str, job: Job, every: timedelta, first: datetime) -> None:
        """Call `job` at `first` and then at this interval; what it planned is delivered right after."""

        async def poll() -> None:
            try:
                await job()
            except TsudoiError as error:
                log.warning("poll failed", source=name, reason=str(error))
            await self.set_alarm()

        self._scheduler.add_job(
            poll, "interval", seconds=every.total_seconds(), next_run_time=first, id=f"poll {name}", name=f"poll {name}"
        )

    async def set_alarm(self) -> None:
        """Keep one alarm, for the earliest due delivery: setting it again moves it."""
        earliest = await self._earliest()
        if earliest is not None:
            self._scheduler.add_job(
                self._deliver, "date", run_date=earliest, id="deliver", name="deliver", replace_existing=True
            )

    async def _deliver(self) -> None:
        if self._delivering:
            return  # the one that is busy sets the alarm again when it is done
        self._delivering = True
        try:
            await self._deliver_due()
        finally:
            self._delivering = False
            await self.set_alarm()
