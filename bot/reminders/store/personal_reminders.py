"""What members asked to be reminded of, and what they want in general."""

from collections.abc import Container, Sequence
from dataclasses import asdict
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.posts import Post
from bot.delivery.rules.deliveries import Delivery, DeliveryOf, DeliveryState, is_of
from bot.delivery.store.deliveries import delivery_of, insert_planned, rearm
from bot.events.rules.events import Event
from bot.reminders.personal_posts import PersonalReminderPost, SnoozedPost, confirmed_news_for, news_for, planned_for
from bot.reminders.ports import Scheduled
from bot.reminders.rules.personal_reminders import Member, PersonalReminder
from bot.reminders.rules.quiet_hours import QuietHours, moment_owed
from bot.reminders.rules.reminders import Reminder
from bot.store.statements import batches, upsert
from bot.store.tables import deliveries, members, personal_reminders
from bot.store.visitors import leave_room


async def keep_up(connection: AsyncConnection, seen: Sequence[Event], moved: Container[int], now: datetime) -> None:
    """Keep members' reminders in step with these events inside the caller's transaction, and plan who must be told.

    Armed anew are those of the events that `moved`, and those whose members know of another date.
    """
    for some in batches(seen):
        by_id = {event.id: event for event in some}
        found = await _of_events(connection, list(by_id))
        kept = [
            reminder
            for reminder in found
            if reminder.event_id in moved or reminder != reminder.knowing(by_id[reminder.event_id])
        ]
        for event_id in dict.fromkeys(reminder.event_id for reminder in kept):
            its_own = [reminder for reminder in kept if reminder.event_id == event_id]
            await _keep_up(connection, its_own, by_id[event_id], now)


async def _keep_up(
    connection: AsyncConnection, reminders: Sequence[PersonalReminder], event: Event, now: datetime
) -> None:
    quiet = await _quiet_hours(connection, [reminder.address for reminder in reminders])
    which = and_(_open(PersonalReminderPost, event.id), deliveries.c.destination.in_(list(quiet)))
    wanted = [post for each in reminders for post in planned_for(each, event, quiet[each.address], now)]
    await rearm(connection, which, wanted, now)
    found = ((reminder, news_for(reminder, event, now, quiet[reminder.address])) for reminder in reminders)
    told = [(reminder, news) for reminder, news in found if news is not None]
    if told:
        await insert_planned(connection, [news for _, news in told])
        rows = [_row(reminder.knowing(event)) for reminder, _ in told]
        await connection.execute(upsert(connection, personal_reminders), rows)


async def news_of_confirmed(connection: AsyncConnection, gone: Sequence[Event], now: datetime) -> list[Delivery]:
    """Return what members hear of events whose pages are gone, once organisers confirmed that this was meant."""
    by_id = {event.id: event for event in gone}
    found = await _of_events(connection, list(by_id))
    quiet = await _quiet_hours(connection, [reminder.address for reminder in found])
    told = (confirmed_news_for(each, by_id[each.event_id], now, quiet[each.address]) for each in found)
    return [news for news in told if news is not None]


async def note_confirmed(connection: AsyncConnection, gone: Sequence[Event]) -> None:
    """Keep that members know of it: if such an event takes place after all, they hear that as well."""
    by_id = {event.id: event for event in gone}
    rows = [_row(each.knowing(by_id[each.event_id])) for each in await _of_events(connection, list(by_id))]
    if rows:
        await connection.execute(upsert(connection, personal_reminders), rows)


async def _of_events(connection: AsyncConnection, event_ids: Sequence[int]) -> list[PersonalReminder]:
    query = select(personal_reminders).where(personal_reminders.c.event_id.in_(event_ids))
    return [_reminder(row) for row in (await connection.execute(query)).mappings()]


class PersonalReminders:
    """Fulfils `PersonalReminderStore`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._read_only = engine.execution_options(read_only=True)

    async def keep(self, reminder: PersonalReminder, event: Event, now: datetime) -> None:
        """Keep what a member wants for an event, and make their open reminders of it exactly these."""
        async with self._engine.begin() as connection:
            same = personal_reminders.c.event_id == event.id
            await leave_room(connection, personal_reminders.c.address, reminder.address, same)
            await leave_room(connection, deliveries.c.destination, reminder.address)
            await connection.execute(upsert(connection, personal_reminders), _row(reminder.knowing(event)))
            which = and_(_open(PersonalReminderPost, event.id), deliveries.c.destination == reminder.address)
            quiet = (await _quiet_hours(connection, [reminder.address]))[reminder.address]
            await rearm(connection, which, planned_for(reminder, event, quiet, now), now)

    async def cancel(self, address: str, event_id: int, now: datetime) -> bool:
        """Forget it, and what was put off; False if there was none."""
        wanted = _of(address, event_id)
        async with self._engine.begin() as connection:
            gone = await connection.execute(delete(personal_reminders).where(wanted))
            for kind in (PersonalReminderPost, SnoozedPost):
                which = and_(_open(kind, event_id), deliveries.c.destination == address)
                await rearm(connection, which, [], now)
            return gone.rowcount > 0

    async def snooze(self, again: Delivery, now: datetime) -> None:
        """Plan a reminder that was put off; the same one twice is one."""
        same = and_(deliveries.c.destination == again.destination, deliveries.c.occasion == again.name.occasion)
        async with self._engine.begin() as connection:
            await leave_room(connection, deliveries.c.destination, again.destination)
            await rearm(connection, and_(_open(SnoozedPost, again.event_id), same), [again], now)

    async def reminder(self, address: str, event_id: int) -> PersonalReminder | None:
        found = await self._reminders(_of(address, event_id))
        return found[0] if found else None

    async def reminders_of(self, address: str) -> list[PersonalReminder]:
        return await self._reminders(personal_reminders.c.address == address)

    async def schedule(self, address: str, now: datetime) -> list[Scheduled]:
        """Return what was planned for a member, and whether it is still to come."""
        theirs = and_(deliveries.c.kind == PersonalReminderPost.tag, deliveries.c.destination == address)
        async with self._read_only.connect() as connection:
            rows = (await connection.execute(select(deliveries).where(theirs))).mappings()
            found = [delivery_of(row) for row in rows]
        return [_scheduled(planned, now) for planned in found if is_of(planned, PersonalReminderPost)]

    async def member(self, address: str) -> Member:
        """Return what is known of a member; what everybody gets where nothing is."""
        async with self._read_only.connect() as connection:
            query = select(members).where(members.c.address == address)
            row = (await connection.execute(query)).mappings().first()
        return Member(address) if row is None else _member(row)

    async def keep_member(self, member: Member, now: datetime) -> None:
        async with self._engine.begin() as connection:
            is_theirs = members.c.address == member.address
            await leave_room(connection, members.c.address, member.address, is_theirs)
            await connection.execute(upsert(connection, members), {**_member_row(member), "used_at": now})

    async def spare(self, member: Member, now: datetime) -> None:
        """Move what a member is still to be reminded of out of their quiet hours, or back where those are others."""
        theirs = and_(deliveries.c.kind == PersonalReminderPost.tag, deliveries.c.destination == member.address)
        async with self._engine.begin() as connection:
            await _spare(connection, and_(theirs, deliveries.c.due_at > now), member.quiet, now)

    async def _reminders(self, which: ColumnElement[bool]) -> list[PersonalReminder]:
        async with self._read_only.connect() as connection:
            rows = (await connection.execute(select(personal_reminders).where(which))).mappings()
            return [_reminder(row) for row in rows]


async def _spare(
    connection: AsyncConnection, which: ColumnElement[bool], quiet: QuietHours | None, now: datetime
) -> None:
    untried = and_(which, deliveries.c.state == DeliveryState.PLANNED, deliveries.c.attempts == 0)
    found = [delivery_of(row) for row in (await connection.execute(select(deliveries).where(untried))).mappings()]
    for planned in (delivery for delivery in found if is_of(delivery, PersonalReminderPost)):
        asked = Reminder(planned.post.lead_time, planned.post.starts_at)
        when = moment_owed(asked, quiet, now)._asdict()
        await connection.execute(update(deliveries).where(deliveries.c.id == planned.id).values(when))


def _scheduled(planned: DeliveryOf[PersonalReminderPost], now: datetime) -> Scheduled:
    is_planned, post = planned.state is DeliveryState.PLANNED, planned.post
    return Scheduled(
        post.event_id,
        post.lead_time,
        post.starts_at,
        comes=is_planned and planned.due_at > now,
        is_done=not is_planned and planned.state is not DeliveryState.SKIPPED,
    )


async def _quiet_hours(connection: AsyncConnection, addresses: Sequence[str]) -> dict[str, QuietHours | None]:
    """Return the quiet hours of each of these members; None where they have none."""
    query = select(members.c.address, members.c.quiet).where(members.c.address.in_(list(addresses)))
    known = {row.address: _quiet(row.quiet) for row in await connection.execute(query)}
    return {address: known.get(address) for address in addresses}


def _quiet(kept: Sequence[str] | None) -> QuietHours | None:
    return QuietHours(time.fromisoformat(kept[0]), time.fromisoformat(kept[1]), kept[2]) if kept else None


def _member(row: RowMapping) -> Member:
    lead_times = _lead_times(row["lead_times"]) if row["lead_times"] else None
    quiet = _quiet(row["quiet"])
    return Member(row["address"], lead_times, row["is_closed"], row["locale"], quiet, row["community"], row["used_at"])


def _member_row(member: Member) -> dict[str, Any]:
    quiet = member.quiet
    return {
        "address": member.address,
        "lead_times": None if member.lead_times is None else _seconds(member.lead_times),
        "is_closed": member.is_closed,
        "locale": member.locale,
        "quiet": [quiet.begins.isoformat(), quiet.ends.isoformat(), quiet.zone] if quiet else None,
        "community": member.community,
    }


def _of(address: str, event_id: int) -> ColumnElement[bool]:
    return and_(personal_reminders.c.address == address, personal_reminders.c.event_id == event_id)


def _open(kind: type[Post], event_id: int | None) -> ColumnElement[bool]:
    return and_(deliveries.c.kind == kind.tag, deliveries.c.event_id == event_id)


def _row(reminder: PersonalReminder) -> dict[str, Any]:
    return {**asdict(reminder), "lead_times": _seconds(reminder.lead_times)}


def _reminder(row: RowMapping) -> PersonalReminder:
    return PersonalReminder(**{**row, "lead_times": _lead_times(row["lead_times"])})


def _seconds(lead_times: Sequence[timedelta]) -> list[int]:
    return [int(lead_time.total_seconds()) for lead_time in lead_times]


def _lead_times(seconds: Sequence[int]) -> tuple[timedelta, ...]:
    return tuple(timedelta(seconds=lead_time) for lead_time in seconds)
