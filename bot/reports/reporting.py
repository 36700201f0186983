"""Find reports, link them to their events, ask an organiser where that is not clear, ask for those that are missing."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import structlog

from bot.core.askers import Asker
from bot.core.clock import Clock
from bot.core.errors import SourceError
from bot.core.messages import Message
from bot.core.questions import POST_ALL, Question
from bot.core.rooms import Rooms
from bot.delivery.deciding import AnswerHandlers
from bot.delivery.ports.questions import QuestionStore
from bot.delivery.ports.schedule import DeliveryStore
from bot.delivery.question_post import ask, edits_of_question
from bot.delivery.rules.deliveries import Delivery
from bot.delivery.rules.follow_ups import edit_at_once, was_said
from bot.events.editing import edits_of_announcements
from bot.events.ports.events import EventStore, SourceState
from bot.events.rules.announcements import FLOOD
from bot.events.rules.events import Event
from bot.locales import TOKYO
from bot.reports.ports import ReportSource, ReportStore
from bot.reports.report_messages import NONE
from bot.reports.report_posts import CorrectionPost, MissingReportPost, OldReportsPost, ReportPost, name_of_site
from bot.reports.report_questions import MissingReportQuestion, ReportFloodQuestion, ReportQuestion
from bot.reports.report_saying import ReportSaying
from bot.reports.rules.almanac import group_of
from bot.reports.rules.missing_reports import nags_of
from bot.reports.rules.reports import Reason, ReasonCode, Report, ReportPage, ReportState
from bot.reports.rules.review import Reviewed, as_old_news, review

log = structlog.get_logger()

Events = dict[int, Event]


@dataclass(frozen=True)
class Reporting:
    """Reports of one site, for the rooms that follow their events; with no site it only answers."""

    site: ReportSource | None
    site_url: str
    event_store: EventStore
    report_store: ReportStore
    question_store: QuestionStore
    delivery_store: DeliveryStore
    rooms: Rooms
    clock: Clock
    zone: ZoneInfo = TOKYO

    @property
    def name(self) -> str:
        """The name of the site. A new address is seen for the first time, silently."""
        return name_of_site(self.site_url)

    @cached_property
    def saying(self) -> ReportSaying:
        """What is said about reports."""
        return ReportSaying(self.event_store, self.report_store, self.clock, self.zone)

    def answer_handlers(self) -> AnswerHandlers:
        """Return who takes an organiser's answer, by the kind of question."""
        return {
            ReportQuestion: self.answer,
            ReportFloodQuestion: self.answer_flood,
            MissingReportQuestion: self.answer_missing,
        }

    async def report(self, asker: Asker, argument: str = "") -> Message:
        """Answer `!report 4`."""
        return await self.saying.report(asker, argument)

    async def reports(self, asker: Asker) -> Message:
        """Answer `!reports`."""
        return await self.saying.reports(asker)

    async def check_site(self) -> None:
        """Read the site, keep what it shows, plan what is worth saying. A failed poll is noted and changes nothing."""
        if self.site is None:
            return
        state = (await self.event_store.sources()).get(self.name) or SourceState(self.name, self.site_url)
        try:
            pages = await self.site.pages()
        except SourceError as error:
            await self.event_store.note(replace(state, error=error.problem))
            if error.problem != state.error:  # once, however long it lasts
                log.warning("reports not read", site=self.site_url, reason=str(error))
            pages = None
        events = {event.id: event for event in await self.event_store.all_events(self.rooms.sources_at_home)}
        if pages is not None:
            await self._record(state, pages, events)
        await self._ask_for_missing(events)

    async def _record(self, state: SourceState, pages: Sequence[ReportPage], shown: Events) -> None:
        now, is_first_sight = self.clock.now(), state.first_seen_at is None
        remembered, events = await self.report_store.reports(), shown | await self._named(pages, shown)
        # Some hundred pages against some thousand events take a while: not in the event loop.
        reviewed = await asyncio.to_thread(review, pages, remembered, events, now, is_first_sight)
        reviewed, planned, questions = self._brake(reviewed, now)
        shown_by = await self.event_store.shown_by([case.report.event_id for case in reviewed if case.report.event_id])
        found = []
        for case in [*reviewed, *_never_asked_about(remembered, reviewed)]:
            report, question = self._ask_about(case, now)
            found += [report] if report != case.before else []
            questions += [question] if question else []
            if question and report.state is ReportState.ASKED:
                planned += [ask(question, room) for room in self.rooms.asking_at_home()]
            planned += self._news(case, now, shown_by)
        planned += await self._edits(reviewed, now)
        if is_first_sight and questions:
            planned += [
                Delivery(OldReportsPost(self.site_url, now), room.name, now) for room in self.rooms.asking_at_home()
            ]
        seen = SourceState(self.name, self.site_url, state.first_seen_at or now, seen_at=now)
        await self.report_store.record_reports(found, planned, questions, seen, [page.path for page in pages])
        states = Counter(report.state.value for report in found)
        if is_first_sight or found:
            log.info("reports read", pages=len(pages), changed=dict(states), planned=len(planned))

    async def _named(self, pages: Sequence[ReportPage], shown: Events) -> Events:
        """Return the events that pages name though no source shows them any more."""
        named = {link.event_id for page in pages for link in page.links}
        named |= {page.connpass_id for page in pages if page.connpass_id is not None}
        return await self.event_store.known(sorted(named - shown.keys()))

    def _brake(self, reviewed: list[Reviewed], now: datetime) -> tuple[list[Reviewed], list[Delivery], list[Question]]:
        """Hold back a flood of new reports and ask once about all of it."""
        news = [case.report.key for case in reviewed if case.before is None and not case.report.is_old]
        if len(news) <= FLOOD:
            return reviewed, [], []
        held = [replace(case, report=as_old_news(case.report)) if case.before is None else case for case in reviewed]
        question = ReportFloodQuestion(subject=f"{now:%Y%m%dT%H%M%SZ}", asked_at=now, reports=news)
        return held, [ask(question, room) for room in self.rooms.asking_at_home()], [question]

    def _ask_about(self, case: Reviewed, now: datetime) -> tuple[Report, Question | None]:
        """Return the report, and a new question about it if one is needed.

        Of an old one, and of one that no event comes near, the question is only kept for organisers' inbox.
        """
        report, before = case.report, case.before
        is_newly_asked = report.state is ReportState.ASKED and (before is None or before.state is not ReportState.ASKED)
        if not is_newly_asked and not _is_unclear(report):
            return report, None
        subject = f"{report.key}@{report.digest}" if report.asked_as else report.key
        options = (*(str(event_id) for event_id in report.candidates), NONE)
        was = before.event_id if before else None
        question = ReportQuestion(subject=subject, options=options, asked_at=now, report=report.key, was=was)
        return replace(report, asked_as=subject), question

    def _news(self, case: Reviewed, now: datetime, shown_by: dict[int, set[str]]) -> list[Delivery]:
        """Plan the post of a report that is linked now, and tell organisers if one linked before was corrected."""
        report, before = case.report, case.before
        if report.is_old or report.event_id is None:
            return []
        if before is None or before.event_id is None:
            return self._posts(report.key, report.event_id, shown_by[report.event_id], now)
        if (before.event_id, before.title) == (report.event_id, report.title):
            return []
        post = CorrectionPost(report.key, report.digest, report.event_id, before.event_id, before.title)
        return [Delivery(post, room.name, now) for room in self.rooms.asking_at_home()]

    async def _edits(self, reviewed: Sequence[Reviewed], now: datetime) -> list[Delivery]:
        """Plan to edit the announcements of events that gained or lost a report, or whose report moved.

        Where a report was posted, that post follows its link as well.
        """
        moved = [(case, _link(case.before), _link(case.report)) for case in reviewed]
        moved = [(case, was, is_now) for case, was, is_now in moved if was != is_now]
        changed = {event_id for _, was, is_now in moved for event_id, _ in (was, is_now) if event_id}
        subjects = {ReportPost.about(key=case.report.key) for case, _, _ in moved}
        posted = [post for post in await self.delivery_store.about(ReportPost, subjects) if was_said(post)]
        edits = await edits_of_announcements(self.delivery_store, changed, now)
        return [*edits, *(edit_at_once(post, now) for post in posted)]

    def _posts(self, key: str, event_id: int, shown_by: set[str], now: datetime) -> list[Delivery]:
        """Plan the post of a report, once a room for good."""
        return [
            Delivery(ReportPost(key, event_id), room.name, now)
            for room in self.rooms.following(shown_by)
            if room.announces and room.reports
        ]

    async def answer(self, question: ReportQuestion, option: str, member: str) -> bool:
        """Take an organiser's word on which event a report is about; False if somebody answered before.

        It is never overruled by what the site shows later.
        """
        report = await self.report_store.report(question.report)
        if report is None or report.decided_by is not None:
            return False
        now, event_id = self.clock.now(), None if option == NONE else int(option)
        decided, planned = await self._decided(report, event_id, member, now)
        planned += await edits_of_question(self.delivery_store, question, now)
        is_first = await self.report_store.decide(question, option, member, now, decided, planned)
        log.info("report decided", report=report.key, event_id=event_id, first=is_first)
        return is_first

    async def correct(self, report: Report, event_id: int | None, member: str) -> None:
        """Link a report as an organiser says, whatever was said of it before; None: to no event."""
        now = self.clock.now()
        decided, planned = await self._decided(report, event_id, member, now)
        await self.report_store.correct(decided, planned)
        log.info("report corrected", report=report.key, was=report.event_id, event_id=event_id)
        asked_as = report.asked_as
        question = await self.question_store.question(ReportQuestion.tag, asked_as) if asked_as else None
        if question is not None and question.answer is None:
            edits = await edits_of_question(self.delivery_store, question, now)
            await self.question_store.answer(question, NONE if event_id is None else str(event_id), member, now, edits)

    async def _decided(
        self, report: Report, event_id: int | None, member: str, now: datetime
    ) -> tuple[Report, list[Delivery]]:
        """Return the report as an organiser has it, and what follows: its posts, and edits of what stands there."""
        state = ReportState.UNLINKED if event_id is None else ReportState.LINKED
        reasons = (Reason(ReasonCode.ORGANISER),)
        decided = replace(report, event_id=event_id, state=state, certainty=1.0, reasons=reasons, decided_by=member)
        planned = await self._edits([Reviewed(decided, report)], now)
        if event_id is not None and not report.is_old:
            planned += self._posts(report.key, event_id, (await self.event_store.shown_by([event_id]))[event_id], now)
        return decided, planned

    async def answer_flood(self, question: ReportFloodQuestion, option: str, member: str) -> bool:
        """Take an organiser's word on a flood of reports; False if somebody answered before."""
        now, keys = self.clock.now(), set(question.reports)
        planned = await edits_of_question(self.delivery_store, question, now)
        if option == POST_ALL:
            held = [report for report in await self.report_store.reports() if report.key in keys]
            linked = {report.key: report.event_id for report in held if report.event_id is not None}
            shown_by = await self.event_store.shown_by(list(linked.values()))
            planned += [
                post
                for key, event_id in linked.items()
                for post in self._posts(key, event_id, shown_by.get(event_id, set()), now)
            ]
        return await self.question_store.answer(question, option, member, now, planned)

    async def _ask_for_missing(self, events: Events) -> None:
        """Plan to ask for the reports of the group's own events that ended since the bot knows site and source."""
        now, states = self.clock.now(), await self.event_store.sources()
        site_since = states[self.name].first_seen_at if self.name in states else None
        if site_since is None:
            return
        reports = await self.report_store.reports()
        reported, home = {report.event_id for report in reports}, _home(events, reports)
        own = (event for event in events.values() if group_of(event) == home and event.id not in reported)
        nags = {event.id: due for event in own if (due := list(nags_of(event, now, self.zone)))}
        shown_by = await self.event_store.shown_by(list(nags))
        planned, questions = [], []
        for event_id, sources in shown_by.items():
            seen = [at for name in sources if name in states and (at := states[name].first_seen_at) is not None]
            ends_at = events[event_id].ends_at
            if seen and ends_at is not None and ends_at >= max(site_since, min(seen)):
                planned += [
                    Delivery(
                        MissingReportPost(event_id, nag.days, nag.ended_on), room.name, nag.due_at, nag.useful_until
                    )
                    for nag in nags[event_id]
                    for room in self.rooms.asking_at_home()
                ]
                if any(nag.due_at <= now for nag in nags[event_id]):
                    questions.append(MissingReportQuestion(subject=str(event_id), asked_at=now))
        await self.report_store.record_reports((), planned, questions)

    async def answer_missing(self, question: MissingReportQuestion, option: str, member: str) -> bool:
        """Ask no more for the report of an event; False if somebody answered before."""
        return await self.question_store.answer(question, option, member, self.clock.now())


def _never_asked_about(remembered: Sequence[Report], reviewed: Sequence[Reviewed]) -> list[Reviewed]:
    """Return the reports that earlier versions left unlinked without a question, and that did not change since."""
    seen = {case.report.key for case in reviewed}
    return [Reviewed(report, report) for report in remembered if report.key not in seen and _is_unclear(report)]


def _is_unclear(report: Report) -> bool:
    is_open = report.state is ReportState.UNLINKED and report.decided_by is None
    return is_open and report.asked_as is None


def _link(report: Report | None) -> tuple[int | None, str]:
    return (None, "") if report is None or report.event_id is None else (report.event_id, report.url)


def _home(events: Events, reports: Sequence[Report]) -> str | None:
    """Return the group whose reports these are, None while that is not clear: other groups owe us no report."""
    linked = [group_of(events[report.event_id]) for report in reports if report.event_id in events]
    groups = Counter(linked) if linked else Counter({group_of(event) for event in events.values()})
    home, count = groups.most_common(1)[0] if groups else ("", 0)
    return home if 2 * count > groups.total() else None
