"""The alarm clock: it rings for polls and for the earliest due delivery, and decides nothing.

The store is the schedule. Every job here is made anew at each start from what the store holds, so none can be lost.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.core.errors import StoreFailing, TsudoiError
from bot.delivery.delivering import MOST_ROOMS, Delivering
from bot.delivery.rules.gaps import Waking

log = structlog.get_logger()

Job = Callable[[], Awaitable[object]]
# For a clock that was set, a host that slept, and what another process planned.
_LOOK_AGAIN_EVERY = timedelta(seconds=20)
_MAY_FINISH = timedelta(seconds=3)
_JOB_DEFAULTS = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}  # a late alarm must ring


class AlarmClock:
    """Rings when the earliest delivery is due, and for each poll at its interval."""

    def __init__(self, delivering: Delivering) -> None:
        self._delivering = delivering
        self._waking = Waking()
        self._looking: asyncio.Task[None] | None = None
        self._at_work: dict[asyncio.Task[None], str] = {}
        self._overdue: dict[str, Callable[[], None]] = {}  # called while still at work
        self._setting = asyncio.Lock()
        self._scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=_JOB_DEFAULTS)

    def start(self) -> None:
        """Begin to ring; needs a running event loop."""
        self._scheduler.start()
        self._looking = asyncio.create_task(self._look_again(), name="look again")

    async def _look_again(self) -> None:
        """Look by a clock that only goes forward: APScheduler goes by the host's, which somebody may set back."""
        look = self._begin("look", self._look, alone=True)
        while True:
            await asyncio.sleep(_LOOK_AGAIN_EVERY.total_seconds())
            await look()

    async def _look(self) -> None:
        self._bring_polls_forward(datetime.now(UTC))
        await self.set_alarm()

    def _bring_polls_forward(self, now: datetime) -> None:
        """Begin the polls that are farther away than their interval: the clock was set back since they were set."""
        for job in self._scheduler.get_jobs():
            every = getattr(job.trigger, "interval", None)
            if every is not None and job.next_run_time - now > every + _LOOK_AGAIN_EVERY:
                log.info("poll brought forward", job=job.id, reason="the clock was set back")
                job.modify(next_run_time=now)

    async def stop(self) -> None:
        """Ring no more, and wait until what is at work has ended: the store is closed after this."""
        self._overdue.clear()
        if self._looking is not None:
            self._looking.cancel()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self._at_work:
            _, late = await asyncio.wait(list(self._at_work), timeout=_MAY_FINISH.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _begin(self, name: str, job: Callable[[], Coroutine[Any, Any, None]], *, alone: bool) -> Job:
        """Return what APScheduler calls: it begins the job and does not wait, since a stop would cut what waits there.

        An `alone` job that is called while it is still at work begins anew when that has ended: were it left out, some
        polls would wait for two intervals where all of them together take longer than one.
        """

        def start() -> None:
            if alone and name in self._at_work.values():
                self._overdue[name] = start
                return
            task = asyncio.create_task(job(), name=name)
            self._at_work[task] = name
            task.add_done_callback(self._ended)

        async def begin() -> None:
            start()

        return begin

    def _ended(self, task: asyncio.Task[None]) -> None:
        name = self._at_work.pop(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("job broke", job=name, exc_info=error)
        if (start := self._overdue.pop(name, None)) is not None:
            start()

    def poll(self, name: str, job: Job, every: timedelta, first: datetime) -> None:
        """Call `job` at `first` and then at this interval; what it planned is delivered right after."""

        async def poll() -> None:
            try:
                await job()
            except StoreFailing:
                pass  # the store has said so
            except TsudoiError as error:
                log.warning("poll failed", source=name, reason=str(error))
            await self.set_alarm()

        seconds = every.total_seconds()
        begin = self._begin(f"poll {name}", poll, alone=True)
        known_as = {"id": f"poll {name}", "name": f"poll {name}"}
        self._scheduler.add_job(begin, "interval", seconds=seconds, next_run_time=first, **known_as)

    def stop_poll(self, name: str) -> None:
        """Poll this no more."""
        self._scheduler.remove_job(f"poll {name}")
        self._overdue.pop(f"poll {name}", None)

    async def set_alarm(self) -> None:
        """Keep one alarm, for the earliest due delivery: setting it again moves it."""
        async with self._setting:  # in turn, or what a slow look saw would replace what a later one did
            speaks_from = self._waking.look(self._delivering.clock.now())
            earliest = await self._delivering.earliest()
            if earliest is not None:
                begin = self._begin("deliver", self._deliver, alone=False)
                known_as = {"id": "deliver", "name": "deliver", "replace_existing": True, "max_instances": MOST_ROOMS}
                self._scheduler.add_job(begin, "date", run_date=max(earliest, speaks_from), **known_as)

    async def _deliver(self) -> None:
        now = self._delivering.clock.now()
        if self._waking.look(now) > now:
            await self.set_alarm()
            return
        due = await self._delivering.take_due()
        try:
            await self.set_alarm()  # a room that hangs must not hold up the others
        finally:
            await self._delivering.deliver(due)
        await self.set_alarm()
