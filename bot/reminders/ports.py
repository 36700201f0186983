"""The store of what members ask for themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.delivery.rules.deliveries import Delivery
from bot.events.rules.events import Event
from bot.reminders.rules.personal_reminders import Member, PersonalReminder


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A member's reminder of an event as it stands in the schedule: whether it `comes`, or `is_done` with."""

    event_id: int
    lead_time: timedelta
    starts_at: datetime
    comes: bool
    is_done: bool


class PersonalReminderStore(Protocol):
    """What members asked to be reminded of, and what they want in general."""

    async def keep(self, reminder: PersonalReminder, event: Event, now: datetime) -> None: ...
    async def cancel(self, address: str, event_id: int, now: datetime) -> bool: ...
    async def snooze(self, again: Delivery, now: datetime) -> None: ...
    async def reminder(self, address: str, event_id: int) -> PersonalReminder | None: ...
    async def reminders_of(self, address: str) -> list[PersonalReminder]: ...
    async def schedule(self, address: str, now: datetime) -> list[Scheduled]: ...
    async def member(self, address: str) -> Member: ...
    async def keep_member(self, member: Member, now: datetime) -> None: ...
    async def spare(self, member: Member, now: datetime) -> None: ...
