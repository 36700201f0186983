"""What is known of the events that a room follows, told from the store alone: at once, be connpass up or down."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.askers import Asker
from bot.core.clock import Clock
from bot.core.folding import fold
from bot.core.messages import Message
from bot.core.numbers import whole_number
from bot.core.room import Room
from bot.events import event_messages
from bot.events.finding import find_coming
from bot.events.ports.events import ANY, PLANNED, EventStore, Search
from bot.events.rules.events import Event
from bot.locales import TOKYO, Texts, texts_for
from bot.reports.ports import ReportStore
from bot.reports.rules.reports import Report

MOST_EVENTS = 10  # as many cards as one message carries everywhere
MOST_SUGGESTED = 25
CALENDAR_LOOKS_BACK = timedelta(days=366)  # each entry is built anew at every change: about a millisecond


@dataclass(frozen=True)
class Telling:
    """Tells members, and gives the same events to calendars and programs.

    Knowledge older than `stale_after` says its age.
    """

    event_store: EventStore
    report_store: ReportStore
    clock: Clock
    stale_after: timedelta
    zone: ZoneInfo = TOKYO

    async def next(self, asker: Asker, argument: str = "") -> Message:
        """Answer `!next`, `!next 3` and `!next KEYWORD`: what is in progress or comes next."""
        now, texts, room = self.clock.now(), self._texts(asker), asker.room
        count, keyword = _number(argument), "" if _number(argument) else argument
        search = Search(room.follows, tuple(fold(keyword).split()))
        found = _as_many(await self.event_store.planned(search, now, MOST_EVENTS), count, now)
        old = await self._known_since(room, now)
        if not room.follows:
            return event_messages.not_set_up(texts, room.platform, is_direct=not asker.tenant.id)
        if found:
            return event_messages.next_events(texts, found, await self._reports_of(found), now, old)
        if await self._seen_at(room) is None:
            return event_messages.not_looked_yet(texts)
        last = await self.event_store.latest_past(search, now)
        report = await self.report_store.report_of(last.id) if last else None
        return event_messages.nothing_planned(texts, last, report, now, keyword, old)

    async def events(self, asker: Asker) -> Message:
        """Answer `!events`: everything planned, and beside it, marked and not counted, what is cancelled."""
        now, texts, room = self.clock.now(), self._texts(asker), asker.room
        everything, old = Search(room.follows, statuses=ANY), await self._known_since(room, now)
        count = await self.event_store.count_planned(replace(everything, statuses=PLANNED), now)
        if not count:
            return await self.next(asker)
        shown = await self.event_store.planned(everything, now, MOST_EVENTS)
        is_all = len(shown) == await self.event_store.count_planned(everything, now)
        return event_messages.event_list(texts, shown, count, now, old, is_all=is_all)

    async def suggest_events(self, room: Room, typed: str) -> list[Event]:
        """Return the coming events that somebody who is still typing may mean."""
        found = await find_coming(self.event_store, room, typed, self.clock.now(), MOST_SUGGESTED)
        return [event for event in found if event.status in PLANNED]

    async def suggest_reports(self, asker: Asker, typed: str) -> list[Report]:
        """Return the reports that somebody who is still typing may mean, the newest first."""
        words = fold(typed).split()
        reports = await self.report_store.reports()
        found = [report for report in reports if all(word in fold(report.title) for word in words)]
        shown_by = await self.event_store.shown_by([report.event_id for report in found if report.event_id is not None])
        follows = set(asker.room.follows)
        found = [
            report
            for report in found
            if (asker.is_home if report.event_id is None else shown_by[report.event_id] & follows)
        ]
        oldest = datetime.min.replace(tzinfo=UTC)
        return sorted(found, key=lambda report: report.published_at or oldest, reverse=True)[:MOST_SUGGESTED]

    async def events_json(self, room: Room, upcoming: bool = False) -> dict[str, Any]:
        """Return the events as DESIGN.md's JSON: all of them, past ones included, or only those that `!next` shows."""
        now = self.clock.now()
        if upcoming:
            events = _as_many(await self.event_store.planned(Search(room.follows), now, MOST_EVENTS), None, now)
        else:
            events = await self.event_store.all_events(room.follows)
        reports = await self._reports_of(events)
        seen_at = await self._seen_at(room)
        return {
            "events": [event_json(event, reports.get(event.id)) for event in events],
            "seen_at": seen_at.isoformat() if seen_at else None,
        }

    async def event(self, event_id: int) -> Event | None:
        """Return an event, whichever room follows it; None if it is unknown."""
        return (await self.event_store.known([event_id])).get(event_id)

    async def calendar_events(self, room: Room) -> list[Event]:
        """Return the events that a calendar shows: every dated one that is not over for longer than a year."""
        events = await self.event_store.running_or_upcoming(room.follows, self._calendar_since())
        return [event for event in events if event.started_at is not None]

    async def calendar_revision(self, room: Room) -> str:
        """Return what differs whenever the calendar of a room does."""
        return await self.event_store.revision(room.follows, self._calendar_since())

    def _calendar_since(self) -> datetime:
        return self.clock.now() - CALENDAR_LOOKS_BACK

    async def calendar_event(self, event_id: int) -> Event | None:
        """Return an event that a calendar can show, whichever room follows it; None if there is none."""
        event = await self.event(event_id)
        return event if event is not None and event.started_at is not None else None

    async def _reports_of(self, events: Sequence[Event]) -> dict[int, Report]:
        if len(events) > MOST_EVENTS:
            reports = await self.report_store.reports()
            return {report.event_id: report for report in reports if report.event_id is not None}
        found = [await self.report_store.report_of(event.id) for event in events]
        return {report.event_id: report for report in found if report is not None and report.event_id is not None}

    async def _seen_at(self, room: Room) -> datetime | None:
        """Return since when at least one followed source has not been seen."""
        states = await self.event_store.sources()
        seen = [states[name].seen_at for name in room.follows if name in states]
        known = [at for at in seen if at is not None]
        return min(known) if known else None

    async def _known_since(self, room: Room, now: datetime) -> datetime | None:
        """Return the age of what we know, if it is worth saying."""
        seen_at = await self._seen_at(room)
        return seen_at if seen_at is not None and now - seen_at > self.stale_after else None

    def _texts(self, asker: Asker) -> Texts:
        return texts_for(asker.language, self.zone)


def event_json(event: Event, report: Report | None) -> dict[str, Any]:
    """Return an event as others receive it."""
    return {
        "id": event.id,
        "title": event.title,
        "url": event.url,
        "started_at": event.started_at.isoformat() if event.started_at else None,
        "ended_at": event.ended_at.isoformat() if event.ended_at else None,
        "place": event.place,
        "address": event.address,
        "accepted": event.accepted,
        "limit": event.limit,
        "waiting": event.waiting,
        "status": event.status.value,
        "report_url": report.url if report else None,
    }


def _number(argument: str) -> int | None:
    """Read a small count; `2026` is a keyword."""
    return whole_number(argument, digits=2) or None


def _as_many(planned: Sequence[Event], count: int | None, now: datetime) -> Sequence[Event]:
    """Return as many as asked for, else what is in progress and the one that comes after it."""
    return planned[: count or sum(event.has_started(now) for event in planned) + 1]
