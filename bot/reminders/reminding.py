"""Members' own reminders: asked for by a button or a command, sent by direct message, put off, cancelled."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.core.askers import Asker
from bot.core.clock import Clock, Ring, no_ring
from bot.core.handlers import Handlers
from bot.core.messages import Message
from bot.core.room import LOCAL
from bot.delivery.rules.deliveries import Delivery
from bot.events.event_cards import RemindMe
from bot.events.finding import find_coming, known_to
from bot.events.ports.events import EventStore
from bot.events.rules.events import Event, EventStatus
from bot.locales import TOKYO, Texts, texts_for
from bot.reminders import reminder_messages
from bot.reminders.personal_posts import snoozed
from bot.reminders.ports import PersonalReminderStore, Scheduled
from bot.reminders.reminder_messages import OFFERED, CancelReminder, KeepAsUsual, Snooze, ToggleLeadTime
from bot.reminders.rules.lead_times import LONGEST, MOST, SHORTEST, longest_first, parse_lead_times, split_lead_times
from bot.reminders.rules.personal_reminders import PersonalReminder, toggled
from bot.reminders.rules.quiet_hours import moment_of
from bot.reminders.rules.reminders import Reminder

log = structlog.get_logger()

MOST_OFFERED = 4
USE_NOTED_EVERY = timedelta(days=30)
_USUAL_WORDS = ("いつも", "既定", "default", "usual")


@dataclass(frozen=True)
class Reminding:
    """Keeps what members want. `ring` is called when something new may be due."""

    store: PersonalReminderStore
    events: EventStore
    clock: Clock
    zone: ZoneInfo = TOKYO
    ring: Ring = no_ring

    async def remind(self, asker: Asker, argument: str = "") -> Message:
        """Answer `!remind`, `!remind もくもく会 3日前 1時間前`, and `!remind いつも 1d 2h` for every event to come."""
        return await self.remind_of(asker, *split_lead_times(argument))

    async def remind_of(self, asker: Asker, meant: str = "", written: str = "") -> Message:
        """Remind a member of the event that they mean, the next one if they name none."""
        texts, now = self._texts(asker.own_language), self.clock.now()
        try:
            lead_times = parse_lead_times(written) if written.strip() else None
        except ValueError:
            return reminder_messages.no_lead_times(texts, written)
        if meant.strip() in _USUAL_WORDS:
            return await self._keep_usual(asker, lead_times)
        found = await find_coming(self.events, asker.room, meant, now)
        wanted = next((event for event in found if meant.strip() or event.takes_place), None)
        if wanted is None:
            coming = await find_coming(self.events, asker.room, "", now, MOST_OFFERED)
            return reminder_messages.no_such_event(texts, meant, coming)
        return await self._told(asker, await self._set(asker, wanted, lead_times))

    async def reminders(self, asker: Asker) -> Message:
        """Answer `!reminders`."""
        address, now = asker.address, self.clock.now()
        kept = await self.store.reminders_of(address)
        known = await self.events.known([reminder.event_id for reminder in kept])
        pairs = [(reminder, known[reminder.event_id]) for reminder in kept]
        pairs = [(reminder, event) for reminder, event in pairs if not event.has_started(now) and not _is_off(event)]
        pairs.sort(key=lambda pair: (pair[1].started_at is None, pair[1].started_at, pair[1].id))
        scheduled, whose = await self.store.schedule(address, now), await self.store.member(address)
        coming = [(event, lead_times) for kept, event in pairs if (lead_times := _coming(kept, event, scheduled))]
        return await self._told(asker, reminder_messages.reminder_list(self._texts(asker.own_language), coming, whose))

    async def language_of(self, address: str) -> str:
        """Return the language that a member chose for what they alone read, "" if they chose none.

        Whoever asks anything is asked for here: what they set is kept for longer.
        """
        whose, now = await self.store.member(address), self.clock.now()
        if whose.used_at is not None and whose.used_at < now - USE_NOTED_EVERY:
            await self.store.keep_member(whose, now)
        return whose.locale

    async def community_of(self, address: str) -> str:
        """Return the id of the community for which a member asks in direct messages, "" if they chose none."""
        return (await self.store.member(address)).community

    async def keep_community(self, address: str, community: str) -> None:
        """Keep for which community a member asks in direct messages."""
        whose = await self.store.member(address)
        await self.store.keep_member(replace(whose, community=community), self.clock.now())

    def handlers(self) -> Handlers:
        """Return what is done about each action."""
        return {
            RemindMe: self._remind_me,
            ToggleLeadTime: self._toggle,
            CancelReminder: self._cancel,
            KeepAsUsual: self._keep_as_usual,
            Snooze: self._snooze,
        }

    async def _remind_me(self, asker: Asker, action: RemindMe) -> Message | None:
        event = await self._known(asker, action.event)
        return None if event is None else await self._told(asker, await self._set(asker, event, None))

    async def _toggle(self, asker: Asker, action: ToggleLeadTime) -> Message | None:
        event = await self._known(asker, action.event)
        if event is None or not SHORTEST <= action.lead_time <= LONGEST:
            return None
        kept = await self.store.reminder(asker.address, event.id)
        lead_times = toggled(kept.lead_times if kept else (), action.lead_time)[-MOST:]
        is_less = kept is not None and action.lead_time in kept.lead_times
        if not lead_times or (is_less and not await self._possible(asker, event, lead_times)):
            await self.store.cancel(asker.address, event.id, self.clock.now())
            return await self._told(asker, reminder_messages.cancelled(self._texts(asker.own_language), event))
        return await self._told(asker, await self._set(asker, event, lead_times))

    async def _cancel(self, asker: Asker, action: CancelReminder) -> Message | None:
        event = await self._known(asker, action.event)
        if event is None:
            return None
        was_there = await self.store.cancel(asker.address, event.id, self.clock.now())
        say = reminder_messages.cancelled if was_there else reminder_messages.nothing_to_cancel
        return await self._told(asker, say(self._texts(asker.own_language), event))

    async def _keep_as_usual(self, asker: Asker, action: KeepAsUsual) -> Message | None:
        if await self._known(asker, action.event) is None:
            return None
        kept = await self.store.reminder(asker.address, action.event)
        return await self._told(asker, await self._keep_usual(asker, kept.lead_times if kept else None))

    async def _set(self, asker: Asker, event: Event, lead_times: tuple[timedelta, ...] | None) -> Message:
        """Keep a reminder with these lead times; without any show the one that is there, or make one.

        One that cannot come any more is not kept: what is confirmed is what stands in the schedule then.
        """
        texts, now, address = self._texts(asker.own_language), self.clock.now(), asker.address
        if event.has_started(now) or _is_off(event):
            return reminder_messages.not_to_come(texts, event, now)
        whose, kept = await self.store.member(address), await self.store.reminder(address, event.id)
        wanted = PersonalReminder(address, event.id, lead_times or whose.usual, asker.own_language)
        is_new = kept is None or lead_times is not None
        if is_new and await self._possible(asker, event, wanted.lead_times):
            kept = wanted
            await self.store.keep(kept, event, now)
            await self.ring()
        coming = _coming(kept, event, await self.store.schedule(address, now)) if kept is not None else ()
        offered = await self._possible(asker, event, longest_first((*OFFERED, *(kept.lead_times if kept else ()))))
        is_local = asker.tenant.platform == LOCAL  # there is one conversation, and no direct messages beside it
        state = reminder_messages.State(kept, coming, longest_first((*offered, *coming)), whose)
        return reminder_messages.reminder_state(texts, state, event, now, by_dm=not is_local)

    async def _possible(self, asker: Asker, event: Event, lead_times: Sequence[timedelta]) -> list[timedelta]:
        """Return those of which a reminder can still come; while there is no date that holds, each may."""
        if event.started_at is None or not event.takes_place:
            return list(lead_times)
        now, quiet = self.clock.now(), (await self.store.member(asker.address)).quiet
        scheduled = await self.store.schedule(asker.address, now)
        done = {each.lead_time for each in scheduled if each.is_done and _is_for(each, event)}
        ahead = {each.lead_time for each in scheduled if each.comes and _is_for(each, event)}
        return [
            lead_time
            for lead_time in lead_times
            if lead_time in ahead
            or (lead_time not in done and moment_of(Reminder(lead_time, event.started_at), quiet, now) is not None)
        ]

    async def _keep_usual(self, asker: Asker, lead_times: tuple[timedelta, ...] | None) -> Message:
        whose = await self.store.member(asker.address)
        await self.store.keep_member(replace(whose, lead_times=lead_times), self.clock.now())
        usual = replace(whose, lead_times=lead_times).usual
        return reminder_messages.usual_kept(self._texts(asker.own_language), usual)

    async def _snooze(self, asker: Asker, action: Snooze) -> Message | None:
        event, texts, now = await self._known(asker, action.event), self._texts(asker.own_language), self.clock.now()
        if event is None:
            return None
        until = reminder_messages.snoozed_until(texts, action.later, now)
        again = snoozed(asker.address, asker.own_language, event, until)
        if again is None:
            return reminder_messages.too_late_to_snooze(texts)
        await self.store.snooze(again, now)
        await self.ring()
        return reminder_messages.snoozed_message(texts, until, now)

    async def unreachable(self, delivery: Delivery) -> None:
        """Take note that a member takes no direct messages: none is tried until they come back and are told."""
        member = await self.store.member(delivery.destination)
        await self.store.keep_member(replace(member, is_closed=True), self.clock.now())
        log.warning("member takes no direct messages", room=delivery.destination, next="told when they ask again")

    async def _told(self, asker: Asker, answer: Message) -> Message:
        """Tell a member who could not be reached, once, with the answer to what they ask now."""
        whose = await self.store.member(asker.address)
        if not whose.is_closed:
            return answer
        await self.store.keep_member(replace(whose, is_closed=False), self.clock.now())
        told = reminder_messages.was_unreachable(self._texts(asker.own_language))
        return replace(answer, lead=f"{told}\n{answer.lead}")

    async def _known(self, asker: Asker, event_id: int) -> Event | None:
        """Return an event that a button names, if its member may know of it, or is reminded of it already."""
        event = await known_to(self.events, asker, event_id)
        if event is None and await self.store.reminder(asker.address, event_id) is not None:
            return (await self.events.known([event_id])).get(event_id)
        return event

    def _texts(self, locale: str) -> Texts:
        return texts_for(locale, self.zone)


def _coming(kept: PersonalReminder, event: Event, scheduled: Sequence[Scheduled]) -> tuple[timedelta, ...]:
    """Return the lead times of which a reminder comes, the longest first: all while there is no date that holds."""
    if event.started_at is None or not event.takes_place:
        return kept.lead_times
    ahead = {each.lead_time for each in scheduled if each.comes and _is_for(each, event)}
    return tuple(lead_time for lead_time in kept.lead_times if lead_time in ahead)


def _is_for(each: Scheduled, event: Event) -> bool:
    return (each.event_id, each.starts_at) == (event.id, event.started_at)


def _is_off(event: Event) -> bool:
    return event.status in (EventStatus.CANCELLED, EventStatus.VANISHED)
