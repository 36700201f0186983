"""What is said about reports by itself: found, corrected, missing."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.core.messages import Message
from bot.core.posts import Audience
from bot.core.skips import NothingToSay
from bot.core.texts import gettext
from bot.delivery.posting import EventPost, Here, SpokenPost
from bot.reports import report_messages
from bot.reports.report_questions import MissingReportQuestion, ReportQuestion, owing_report

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
        event = await owing_report(self.event_id, here)
        if isinstance(event, NothingToSay):
            return event
        question = await known.questions.question(MissingReportQuestion.tag, str(event.id))
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
        open_ones = await here.known.questions.open_questions()
        asked = [question for question in open_ones if isinstance(question, ReportQuestion)]
        return report_messages.old_reports(here.texts, len(asked)) if asked else NothingToSay.ANSWERED


def name_of_site(site_url: str) -> str:
    """Return the name under which polls of a site are noted."""
    return f"reports of {site_url}"
