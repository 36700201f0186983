"""What is said about reports, as the store knows them: deliveries and questions composed, commands answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.askers import Asker
from bot.core.rooms import Room
from bot.domain.deliveries import Delivery
from bot.domain.events import Event
from bot.domain.folding import fold
from bot.domain.messages import Message
from bot.domain.questions import Question
from bot.domain.reports import Report, ReportState
from bot.domain.rooms import Rooms
from bot.domain.titles import numbers_in
from bot.locales import Texts, texts_for
from bot.services.delivery.delivering import Composer, NothingToSay
from bot.services.events.composing import QuestionComposer
from bot.services.ports import Clock, EventStore, MaterialStore, QuestionStore, ReportStore
from bot.services.reports import report_messages

UNREAD_FOR = timedelta(days=2)  # a site that we could not read for so long may well have the report
MOST_QUESTIONS = 3  # in one answer to `!reports`

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class ReportSaying:
    """Composes and answers; `site` is the name under which the report site's polls are noted."""

    site: str
    site_url: str
    event_store: EventStore
    report_store: ReportStore
    question_store: QuestionStore
    material_store: MaterialStore
    rooms: Rooms
    clock: Clock
    zone: ZoneInfo

    def composers(self) -> dict[str, Composer]:
        """Return the composer of each kind of delivery about reports."""
        return {"report": self.post, "nag": self.nag, "correction": self.correction}

    def question_composers(self) -> dict[str, QuestionComposer]:
        """Return the composer of each kind of question about reports."""
        return {"report": self.which_event, "report_flood": self.flood_question}

    async def post(self, delivery: Delivery, room: Room) -> Message | NothingToSay:
        """Post a report with its event, if it is still linked."""
        report = await self._report(delivery)
        if report is None or report.event_id is None:
            return NothingToSay("the report is not linked any more")
        events = await self.event_store.known([report.event_id])
        seen = (await self.material_store.seen([report.event_id])).get(report.event_id)
        shown = seen.materials if seen else ()
        return report_messages.report_post(self._texts(room), report, events[report.event_id], shown)

    async def nag(self, delivery: Delivery, room: Room) -> Message | NothingToSay:
        """Ask for a report, unless it is there, asked about, or perhaps only out of our sight."""
        now = self.clock.now()
        event = (await self.event_store.known([delivery.event_id or 0])).get(delivery.event_id or 0)
        if event is None or not event.takes_place or not event.is_over(now):
            return NothingToSay("the event did not take place as planned")
        reports = await self.report_store.reports()
        if any(event.id in _events_of(report) for report in reports):
            return NothingToSay("the report is there")
        site = (await self.event_store.sources()).get(self.site)
        if site is None or site.seen_at is None or now - site.seen_at > UNREAD_FOR:
            return NothingToSay("the report site could not be read lately")
        days = self._texts(room).days_until(now, event.ends_at or now)
        return report_messages.missing_report(self._texts(room), event, days, self.site_url)

    async def correction(self, delivery: Delivery, room: Room) -> Message | NothingToSay:
        """Tell organisers what was corrected."""
        report, facts = await self._report(delivery), delivery.facts or {}
        if report is None:
            return NothingToSay("the report is gone")
        events = await self._known(facts.get("event"), report.event_id)
        return report_messages.correction(self._texts(room), report, facts, events)

    async def which_event(self, question: Question, room: Room) -> Message | NothingToSay:
        """Ask which event a report is about, unless that is clear by now."""
        report = await self.report_store.report(question.facts["report"])
        if report is None or (question.answer is None and report.state is ReportState.LINKED):
            return NothingToSay("the report is linked by now")
        events = await self._known(question.facts.get("was"), *_ids_in(question), *_ids_of(report))
        return report_messages.which_event(self._texts(room), report, question, events)

    async def flood_question(self, question: Question, room: Room) -> Message | NothingToSay:
        """Ask whether so many reports at once shall be posted."""
        keys = set(question.facts["reports"])
        reports = [report for report in await self.report_store.reports() if report.key in keys]
        return report_messages.flood_question(self._texts(room), reports, question)

    async def report(self, asker: Asker, argument: str = "") -> Message:
        """Answer `!report 4`, `!report 第4回`, `!report KEYWORD`, and `!report` with the newest."""
        texts, room, wanted = texts_for(asker.language, self.zone), asker.room, wanted_numbers(argument)
        reports, events = await self._newest_first(room)
        found = [one for one in reports if _is_asked_for(one, events, argument, wanted)]
        if found:
            return report_messages.reports_found(texts, found if argument else found[:1], events)
        followed = await self.event_store.all_events(room.follows) if wanted else ()
        held = [one for one in followed if wanted & numbers_in(one.title)]
        event = max(held, key=lambda one: one.started_at or _LONG_AGO, default=None)
        is_over = event is not None and event.is_over(self.clock.now())
        return report_messages.no_report(texts, argument, event, is_over)

    async def reports(self, asker: Asker) -> Message:
        """Answer `!reports`; where organisers are asked, with the questions that are still open."""
        room = asker.room
        reports, events = await self._newest_first(room)
        questions = await self._open_questions(reports) if room in self.rooms.asking() else {}
        asked = [event_id for question in questions.values() for event_id in _ids_in(question)]
        known = events | await self._known(*asked, *(one for report in reports for one in _ids_of(report)))
        return report_messages.report_list(texts_for(asker.language, self.zone), reports, known, questions)

    async def _newest_first(self, room: Room) -> tuple[list[Report], dict[int, Event]]:
        """Return the reports of events that the room follows, by event, and these events; those of no event as well."""
        reports = await self.report_store.reports()
        events = await self._known(*(report.event_id for report in reports))
        shown_by = await self.event_store.shown_by(list(events))
        followed = {one: event for one, event in events.items() if not shown_by[one].isdisjoint(room.follows)}

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

    async def _report(self, delivery: Delivery) -> Report | None:
        return await self.report_store.report(delivery.subject.removeprefix("report:"))

    async def _known(self, *event_ids: int | None) -> dict[int, Event]:
        return await self.event_store.known(sorted({one for one in event_ids if one is not None}))

    def _texts(self, room: Room) -> Texts:
        return texts_for(room.locale, self.zone)


def _events_of(report: Report) -> tuple[int, ...]:
    """Return the event a report is about, or the likeliest one while organisers are asked."""
    if report.state is ReportState.ASKED:
        return report.candidates[:1]
    return () if report.event_id is None else (report.event_id,)


def _ids_in(question: Question) -> list[int]:
    return [int(option) for option in question.options if option.isdigit()]


def _ids_of(report: Report) -> list[int]:
    return [one for one in (report.event_id, *(reason.event_id for reason in report.reasons)) if one is not None]


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
