"""The alarm clock rings for the earliest due delivery, whatever looks for it overlap."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from bot.app.clock import DrivenClock
from bot.app.scheduler import AlarmClock
from bot.core.rooms import Rooms
from bot.delivery.delivering import Delivering
from bot.delivery.ports.schedule import DeliveryStore


@dataclass
class SlowAgenda:
    """A store whose looks take as long as they are held up."""

    first: datetime
    held_up: list[asyncio.Event] = field(default_factory=list)

    async def earliest(self, busy: Collection[str] = ()) -> datetime:
        found = self.first
        if self.held_up:
            await self.held_up.pop(0).wait()
        return found


async def test_what_a_slow_look_saw_does_not_replace_the_alarm_of_a_later_one(clock: DrivenClock) -> None:
    soon, release = clock.now() + timedelta(seconds=1), asyncio.Event()
    agenda = SlowAgenda(soon + timedelta(seconds=30), [release])
    alarm = AlarmClock(Delivering(cast(DeliveryStore, agenda), {}, {}, Rooms((), ()), clock))
    alarm._scheduler.start(paused=True)
    async with asyncio.TaskGroup() as looks:
        looks.create_task(alarm.set_alarm())
        await asyncio.sleep(0)
        agenda.first = soon
        looks.create_task(alarm.set_alarm())
        await asyncio.sleep(0)
        release.set()
    assert alarm._scheduler.get_job("deliver").trigger.run_date == soon
    await alarm.stop()
