"""What is said about reports when somebody asks."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.core.askers import Asker
from bot.core.clock import Clock
from bot.core.folding import fold
from bot.core.messages import Message
from bot.events.ports.events import ANY, EventStore, Search
from bot.events.rules.events import Event
from bot.events.rules.titles import numbers_in
from bot.locales import texts_for
from bot.reports import report_messages
from bot.reports.ports import ReportStore
from bot.reports.report_questions import ids_of
from bot.reports.rules.reports import Report

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class ReportSaying:
    """Answers from what the store knows."""

    event_store: EventStore
    report_store: ReportStore
    clock: Clock
    zone: ZoneInfo

    async def report(self, asker: Asker, argument: str = "") -> Message:
        """Answer `!report 4`, `!report 第4回`, `!report KEYWORD`, and `!report` with the newest."""
        texts, wanted = texts_for(asker.language, self.zone), wanted_numbers(argument)
        reports, events = await self._newest_first(asker)
        found = [report for report in reports if _is_asked_for(report, events, argument, wanted)]
        if found:
            return report_messages.reports_found(texts, found if argument else found[:1], events)
        search = Search(asker.room.follows, statuses=ANY, numbers=tuple(sorted(wanted)))
        event = next(iter(await self.event_store.found(search, 1)), None) if wanted else None
        is_over = event is not None and event.is_over(self.clock.now())
        return report_messages.no_report(texts, argument, event, is_over)

    async def reports(self, asker: Asker) -> Message:
        """Answer `!reports`."""
        reports, events = await self._newest_first(asker)
        known = events | await self._known(*(event_id for report in reports for event_id in ids_of(report)))
        return report_messages.report_list(texts_for(asker.language, self.zone), reports, known)

    async def _newest_first(self, asker: Asker) -> tuple[list[Report], dict[int, Event]]:
        """Return the reports of events that the room follows, by event, and these events.

        Those of no event as well where the report site is the asker's tenant's.
        """
        reports = await self.report_store.reports()
        events = await self._known(*(report.event_id for report in reports))
        shown_by = await self.event_store.shown_by(list(events))
        followed = {
            event.id: event for event in events.values() if not shown_by[event.id].isdisjoint(asker.room.follows)
        }

        def when(report: Report) -> datetime:
            event = followed.get(report.event_id or 0)
            return (event.started_at if event else report.published_at) or _LONG_AGO

        shown = (r for r in reports if (asker.is_home if r.event_id is None else r.event_id in followed))
        return sorted(shown, key=when, reverse=True), followed

    async def _known(self, *event_ids: int | None) -> dict[int, Event]:
        return await self.event_store.known(sorted({event_id for event_id in event_ids if event_id is not None}))


def wanted_numbers(argument: str) -> frozenset[int]:
    """Return the meeting numbers that are asked for: `4`, `#04`, `第4回`."""
    plain = fold(argument).strip()
    return frozenset({int(plain)}) if plain.isdecimal() and len(plain) < 4 else numbers_in(argument)


def _is_asked_for(report: Report, events: dict[int, Event], argument: str, wanted: frozenset[int]) -> bool:
    event = events.get(report.event_id or 0)
    if wanted:
        return bool(wanted & numbers_in(event.title if event and numbers_in(event.title) else report.title))
    searched = fold(f"{report.title} {event.title if event else ''}")
    return all(word in searched for word in fold(argument).split())
