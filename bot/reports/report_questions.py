"""What organisers are asked about reports: which event one is about, so many at once, and missing ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.messages import Message
from bot.core.questions import POST_ALL, POST_NONE
from bot.core.skips import NothingToSay
from bot.delivery.posting import Here, SpokenQuestion
from bot.events.rules.events import Event
from bot.reports import report_messages
from bot.reports.report_messages import NO_REPORT
from bot.reports.rules.reports import Report, ReportState


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportQuestion(SpokenQuestion):
    """Which event a report is about, named by its key; it `was` linked to another one before."""

    tag = "report"

    report: str
    was: int | None = None

    async def compose(self, here: Here) -> Message | NothingToSay:
        """Ask which event a report is about, unless that is clear by now."""
        report = await here.known.reports.report(self.report)
        if report is None or (self.answer is None and report.state is ReportState.LINKED):
            return NothingToSay.REPORT_LINKED
        offered = (int(option) for option in self.options if option.isdigit())
        ids = {self.was, *offered, *ids_of(report)}
        events = await here.known.events.known(sorted(event_id for event_id in ids if event_id is not None))
        return report_messages.which_event(here.texts, report, self, events.get(self.was or 0), events)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFloodQuestion(SpokenQuestion):
    """The site shows so many new reports at once that none was posted."""

    tag = "report_flood"

    reports: Sequence[str]
    options: tuple[str, ...] = (POST_ALL, POST_NONE)

    async def compose(self, here: Here) -> Message:
        """Ask whether so many reports at once shall be posted."""
        reports = [report for report in await here.known.reports.reports() if report.key in self.reports]
        return report_messages.flood_question(here.texts, reports, self)


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingReportQuestion(SpokenQuestion):
    """The event whose number is the subject has no report, and perhaps never will."""

    tag = "missing_report"

    options: tuple[str, ...] = (NO_REPORT,)

    async def compose(self, here: Here) -> Message | NothingToSay:
        """Ask whether an event that ended some days ago will have a report."""
        event = await owing_report(int(self.subject), here)
        if isinstance(event, NothingToSay):
            return event
        return report_messages.missing_question(here.texts, event, self, here.known.site_url)


async def owing_report(event_id: int, here: Here) -> Event | NothingToSay:
    """Return the event if it took place and nobody wrote of it, or is asked whether they did."""
    event = (await here.known.events.known([event_id])).get(event_id)
    if event is None or not event.takes_place or not event.is_over(here.now):
        return NothingToSay.NO_REPORT_OWED
    if any(event.id in _events_of(report) for report in await here.known.reports.reports()):
        return NothingToSay.REPORT_THERE
    return event


def ids_of(report: Report) -> list[int]:
    """Return the events that a report is about, or that speak for or against that."""
    ids = (report.event_id, *(reason.event_id for reason in report.reasons))
    return [event_id for event_id in ids if event_id is not None]


def _events_of(report: Report) -> tuple[int, ...]:
    """Return the event a report is about, or the likeliest one while organisers are asked."""
    if report.state is ReportState.ASKED:
        return report.candidates[:1]
    return () if report.event_id is None else (report.event_id,)
