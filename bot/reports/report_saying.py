"""What is said about reports when somebody asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.core.askers import Asker
from bot.core.clock import Clock
from bot.core.folding import fold
from bot.core.messages import Message
from bot.core.questions import Question
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.delivery.ports.questions import QuestionStore
from bot.events.ports.events import EventStore
from bot.events.rules.events import Event
from bot.events.rules.titles import numbers_in
from bot.locales import texts_for
from bot.reports import report_messages
from bot.reports.ports import ReportStore
from bot.reports.report_posts import ids_in, ids_of
from bot.reports.rules.reports import Report

MOST_QUESTIONS = 3  # in one answer to `!reports`

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class ReportSaying:
    """Answers from what the store knows."""

    event_store: EventStore
    report_store: ReportStore
    question_store: QuestionStore
    rooms: Rooms
    clock: Clock
    zone: ZoneInfo

    async def report(self, asker: Asker, argument: str = "") -> Message:
        """Answer `!report 4`, `!report 第4回`, `!report KEYWORD`, and `!report` with the newest."""
        texts, room, wanted = texts_for(asker.language, self.zone), asker.room, wanted_numbers(argument)
        reports, events = await self._newest_first(room)
        found = [report for report in reports if _is_asked_for(report, events, argument, wanted)]
        if found:
            return report_messages.reports_found(texts, found if argument else found[:1], events)
        followed = await self.event_store.all_events(room.follows) if wanted else ()
        held = [event for event in followed if wanted & numbers_in(event.title)]
        event = max(held, key=lambda event: event.started_at or _LONG_AGO, default=None)
        is_over = event is not None and event.is_over(self.clock.now())
        return report_messages.no_report(texts, argument, event, is_over)

    async def reports(self, asker: Asker) -> Message:
        """Answer `!reports`; where organisers are asked, with the questions that are still open."""
        room = asker.room
        reports, events = await self._newest_first(room)
        questions = await self._open_questions(reports) if room in self.rooms.asking() else {}
        asked = [event_id for question in questions.values() for event_id in ids_in(question)]
        known = events | await self._known(*asked, *(event_id for report in reports for event_id in ids_of(report)))
        return report_messages.report_list(texts_for(asker.language, self.zone), reports, known, questions)

    async def _newest_first(self, room: Room) -> tuple[list[Report], dict[int, Event]]:
        """Return the reports of events that the room follows, by event, and these events; those of no event as well."""
        reports = await self.report_store.reports()
        events = await self._known(*(report.event_id for report in reports))
        shown_by = await self.event_store.shown_by(list(events))
        followed = {event.id: event for event in events.values() if not shown_by[event.id].isdisjoint(room.follows)}

        def when(report: Report) -> datetime:
            event = followed.get(report.event_id or 0)
            return (event.started_at if event else report.published_at) or _LONG_AGO

        shown = (report for report in reports if report.event_id is None or report.event_id in followed)
        return sorted(shown, key=when, reverse=True), followed

    async def _open_questions(self, reports: Sequence[Report]) -> dict[str, Question]:
        found: dict[str, Question] = {}
        for report in reports[: report_messages.MOST_SHOWN]:
            if len(found) < MOST_QUESTIONS and report.event_id is None and report.asked_as and not report.decided_by:
                question = await self.question_store.question("report", report.asked_as)
                if question is not None and question.answer is None:
                    found[report.key] = question
        return found

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
