"""An organiser says which event a report is about: where that was asked, and where it was linked wrongly."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.core.actions import OnPage
from bot.core.askers import Asker
from bot.core.handlers import Forms, Handlers
from bot.core.messages import Message
from bot.core.numbers import whole_number
from bot.events.finding import find_any
from bot.events.ports.events import EventStore
from bot.locales import Texts, texts_for
from bot.reports import correcting_messages as said
from bot.reports.ports import ReportStore
from bot.reports.reporting import Reporting
from bot.reports.rules.reports import Report

NO_EVENT = 0
MOST_FOUND = 9


@dataclass(frozen=True, slots=True)
class TurnReports(OnPage):
    """Show a page of all reports, the first is 0."""

    page: int

    template = "tsudoi:reports:{page}"


@dataclass(frozen=True, slots=True)
class ChooseReport(OnPage):
    """Show the report that was chosen, by its number in the store."""

    written: str = ""

    template = "tsudoi:reports:show"


@dataclass(frozen=True, slots=True)
class LinkReport(OnPage):
    """Say that a report is about this event, or about `NO_EVENT`."""

    report: int
    event: int

    template = "tsudoi:report:{report}:{event}"


@dataclass(frozen=True, slots=True)
class FindEvent(OnPage):
    """Look for the event that a report is about by what was written: a number, an id or words of the title."""

    report: int
    written: str = ""

    template = "tsudoi:report:{report}:find"


@dataclass(frozen=True)
class Correcting:
    """Shows reports with what they are linked to, to organisers of the tenant whose the report site is."""

    reporting: Reporting
    reports: ReportStore
    events: EventStore
    zone: ZoneInfo

    def handlers(self) -> Handlers:
        """Return what is done about each action."""
        return {
            TurnReports: lambda asker, action: self.open(asker, action.page),
            said.ShowReport: lambda asker, action: self._show(asker, action.report),
            ChooseReport: lambda asker, action: self._show(asker, whole_number(action.written) or 0),
            LinkReport: self._link,
            FindEvent: self._find,
        }

    def forms(self) -> Forms:
        """Return what is asked for before an action."""
        return {FindEvent: lambda asker, action: said.event_entry(self._texts(asker), action)}

    async def open(self, asker: Asker, page: int = 0, notice: str = "") -> Message:
        """List the reports, the newest first."""
        reports = sorted(await self.reports.reports(), key=lambda report: report.id or 0, reverse=True)
        reports = reports if asker.is_home else []
        events = await self.events.known(sorted({report.event_id for report in reports if report.event_id}))
        return said.report_choice(self._texts(asker), reports, events, page, ChooseReport(), TurnReports, notice)

    async def _show(self, asker: Asker, number: int) -> Message:
        report = await self._report(asker, number)
        if report is None:
            return await self.open(asker)
        near = [event_id for event_id in (report.event_id, *report.candidates) if event_id is not None]
        return await self._offer(asker, report, list(dict.fromkeys(near)))

    async def _find(self, asker: Asker, action: FindEvent) -> Message:
        report = await self._report(asker, action.report)
        if report is None:
            return await self.open(asker)
        sources = self.reporting.rooms.sources_at_home
        found = await find_any(self.events, sources, action.written, MOST_FOUND)
        return await self._offer(asker, report, [event.id for event in found], action.written)

    async def _offer(self, asker: Asker, report: Report, event_ids: list[int], written: str = "") -> Message:
        known = await self.events.known(sorted({*event_ids, report.event_id or NO_EVENT}))
        assert report.id is not None  # noqa: S101  # it comes from the store
        about = [(event, LinkReport(report.id, event.id)) for event_id in event_ids if (event := known.get(event_id))]
        options = (*about, (None, LinkReport(report.id, NO_EVENT)))
        linked = known.get(report.event_id or NO_EVENT)
        return said.report_page(self._texts(asker), report, linked, options, FindEvent(report.id), written)

    async def _link(self, asker: Asker, action: LinkReport) -> Message:
        report = await self._report(asker, action.report)
        known = await self.events.known([action.event])
        if report is None or (action.event != NO_EVENT and action.event not in known):
            return await self.open(asker)
        event_id = None if action.event == NO_EVENT else action.event
        await self.reporting.correct(report, event_id, asker.member)
        notice = said.corrected(self._texts(asker), report, known.get(action.event))
        return await self.open(asker, notice=notice)

    async def _report(self, asker: Asker, number: int) -> Report | None:
        return await self.reports.report_by_id(number) if asker.is_home else None

    def _texts(self, asker: Asker) -> Texts:
        return texts_for(asker.language, self.zone)
