"""What is said about reports by itself: found, corrected, missing; and the questions about them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.core.messages import Message
from bot.core.posts import Audience
from bot.core.questions import Question
from bot.core.skips import NothingToSay
from bot.core.texts import gettext
from bot.delivery.posting import EventPost, Here, SpokenPost
from bot.events.rules.events import Event
from bot.reports import report_messages
from bot.reports.rules.reports import Report, ReportState

REPORT, FLOOD_OF_REPORTS, MISSING = "report", "report_flood", "missing_report"  # kinds of questions
UNREAD_FOR = timedelta(days=2)  # a site that we could not read for so long may well have the report


@dataclass(frozen=True, slots=True)
class ReportPost(SpokenPost):
    """A report that was linked to this event."""

    tag = "report"
    label = gettext("report:")
    subject_form = "report:{key}"
    occasion_form = "linked"

    key: str
    event_id: int

    async def compose(self, here: Here) -> Message | NothingToSay:
        """Post a report with its event, if it is still linked."""
        report = await here.known.reports.report(self.key)
        if report is None or (report.event_id is None and not here.is_said):
            return NothingToSay.REPORT_UNLINKED
        if report.event_id is None:
            return report_messages.report_post(here.texts, report, None)
        event = await here.event(report.event_id)
        seen = (await here.known.materials.seen([event.id])).get(event.id)
        return report_messages.report_post(here.texts, report, event, seen.materials if seen else ())


@dataclass(frozen=True, slots=True)
class CorrectionPost(SpokenPost):
    """A report that was posted is corrected since: it had this title, and was about this `event`."""

    tag = "correction"
    label = gettext("note to organisers:")
    subject_form = "report:{key}"
    occasion_form = "{digest}"
    audience = Audience.ORGANISERS

    key: str
    digest: str
    event_id: int
    event: int
    title: str

    async def compose(self, here: Here) -> Message | NothingToSay:
        """Tell organisers what was corrected."""
        report = await here.known.reports.report(self.key)
        if report is None:
            return NothingToSay.REPORT_GONE
        ids = (self.event, report.event_id)
        events = await here.known.events.known([event_id for event_id in ids if event_id is not None])
        return report_messages.correction(here.texts, report, self.title, self.event, events)


@dataclass(frozen=True, slots=True)
class MissingReportPost(EventPost):
    """An event ended so many days ago, and there is no report."""

    tag = "nag"
    label = gettext("report missing:")
    occasion_form = "{days}d@{ended_on:%Y%m%d}"
    audience = Audience.ORGANISERS
    is_news = False

    days: int
    ended_on: date

    async def compose(self, here: Here) -> Message | NothingToSay:
        """Ask for the report, unless it is there, asked about, or perhaps only out of our sight."""
        known, now = here.known, here.now
        event = await _owing_report(self.event_id, here)
        if isinstance(event, NothingToSay):
            return event
        question = await known.questions.question(MISSING, str(event.id))
        if question is not None and question.answer is not None:
            return NothingToSay.NO_REPORT_OWED
        site = (await known.events.sources()).get(name_of_site(known.site_url))
        if site is None or site.seen_at is None or now - site.seen_at > UNREAD_FOR:
            return NothingToSay.SITE_UNREAD
        days = here.texts.days_until(now, event.ends_at or now)
        return report_messages.missing_report(here.texts, event, days, known.site_url)


@dataclass(frozen=True, slots=True)
class OldReportsPost(SpokenPost):
    """The reports that were there at the first look at the site, as far as they are unclear: one line for all."""

    tag = "old_reports"
    label = gettext("old reports")
    subject_form = "site:{site}"
    occasion_form = "{at:%Y%m%dT%H%M%SZ}"
    audience = Audience.ORGANISERS

    site: str
    at: datetime

    async def compose(self, here: Here) -> Message | NothingToSay:
        """Say how many are still to be looked at."""
        asked = [question for question in await here.known.questions.open_questions() if question.kind == REPORT]
        return report_messages.old_reports(here.texts, len(asked)) if asked else NothingToSay.ANSWERED


def name_of_site(site_url: str) -> str:
    """Return the name under which polls of a site are noted."""
    return f"reports of {site_url}"


async def which_event(question: Question, here: Here) -> Message | NothingToSay:
    """Ask which event a report is about, unless that is clear by now."""
    report = await here.known.reports.report(question.facts["report"])
    if report is None or (question.answer is None and report.state is ReportState.LINKED):
        return NothingToSay.REPORT_LINKED
    ids = {question.facts.get("was"), *ids_in(question), *ids_of(report)}
    events = await here.known.events.known(sorted(event_id for event_id in ids if event_id is not None))
    return report_messages.which_event(here.texts, report, question, events)


async def missing_report(question: Question, here: Here) -> Message | NothingToSay:
    """Ask whether an event that ended some days ago will have a report."""
    event = await _owing_report(int(question.subject), here)
    if isinstance(event, NothingToSay):
        return event
    return report_messages.missing_question(here.texts, event, question, here.known.site_url)


async def _owing_report(event_id: int, here: Here) -> Event | NothingToSay:
    """Return the event if it took place and nobody wrote of it, or is asked whether they did."""
    event = (await here.known.events.known([event_id])).get(event_id)
    if event is None or not event.takes_place or not event.is_over(here.now):
        return NothingToSay.NO_REPORT_OWED
    if any(event.id in _events_of(report) for report in await here.known.reports.reports()):
        return NothingToSay.REPORT_THERE
    return event


async def flood_question(question: Question, here: Here) -> Message | NothingToSay:
    """Ask whether so many reports at once shall be posted."""
    keys = set(question.facts["reports"])
    reports = [report for report in await here.known.reports.reports() if report.key in keys]
    return report_messages.flood_question(here.texts, reports, question)


def ids_in(question: Question) -> list[int]:
    """Return the events that a question offers."""
    return [int(option) for option in question.options if option.isdigit()]


def ids_of(report: Report) -> list[int]:
    """Return the events that a report is about, or that speak for or against that."""
    ids = (report.event_id, *(reason.event_id for reason in report.reasons))
    return [event_id for event_id in ids if event_id is not None]


def _events_of(report: Report) -> tuple[int, ...]:
    """Return the event a report is about, or the likeliest one while organisers are asked."""
    if report.state is ReportState.ASKED:
        return report.candidates[:1]
    return () if report.event_id is None else (report.event_id,)
