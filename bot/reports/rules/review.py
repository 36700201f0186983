"""What becomes of every report when its site has been read again: the one decision, made of identity and matching."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.events.rules.events import Event
from bot.reports.rules.almanac import learn
from bot.reports.rules.identity import digest_of, has_moved, is_copy, is_same, sketch_of
from bot.reports.rules.matching import DOUBTED, Match, match
from bot.reports.rules.reports import Reason, ReasonCode, Report, ReportPage, ReportState

NEWS_LASTS = timedelta(weeks=13)  # what is older was moved, or came back, and is no news

Shown = tuple[Report, Report | None, ReportPage]  # as it is called from now on, as it was remembered, its page


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A report as it is to be remembered from now on; `before` is None for a new one."""

    report: Report
    before: Report | None


def review(
    pages: Sequence[ReportPage],
    remembered: Sequence[Report],
    events: Mapping[int, Event],
    now: datetime,
    first_sight: bool,
) -> list[Reviewed]:
    """Decide about every report that the site shows. One that it does not show stays as it is: pages come back.

    What an organiser decided is never overruled, and what is linked stays so until its page is edited.
    """
    almanac = learn(pages, events)
    shown = _shown(pages, remembered)
    matches = {
        report.key: match(page, almanac, now) for report, before, page in shown if _is_open(report, before, page)
    }
    held = Counter(report.event_id for report in remembered)
    wanted = Counter(found.event_id for found in matches.values())
    named = Counter(event_id for found in matches.values() for event_id in found.names | {found.event_id})

    def is_contested(found: Match, report: Report) -> bool:
        """Whether another report has the event, wants it, or names it too: one may be a copy of the other."""
        if found.event_id is None:
            return False
        is_held = held[found.event_id] > (report.event_id == found.event_id)
        is_named = named[found.event_id] > 1 and not found.is_numbered
        return is_held or is_named or wanted[found.event_id] > 1

    reviewed = []
    for report, before, page in shown:
        described = _described(report, page)
        found = matches.get(report.key)
        if found is not None:
            described = _decided(described, _contested(found) if is_contested(found, report) else found)
        if before is None:
            described = replace(described, first_seen_at=now)
            described = as_old_news(described) if first_sight or _is_old(described, events, now) else described
        if described != before:
            reviewed.append(Reviewed(described, before))
    return reviewed


def _shown(pages: Sequence[ReportPage], remembered: Sequence[Report]) -> list[Shown]:
    """Pair every report shown with what was remembered of it and with its page: the one at its path, if any."""
    at_path = {report.path: report for report in remembered}
    stayed = [page for page in pages if page.path in at_path and is_same(page, at_path[page.path])]
    shown: dict[str, Shown] = {
        at_path[page.path].key: (at_path[page.path], at_path[page.path], page) for page in stayed
    }
    known = list(remembered)
    for page in (page for page in pages if page not in stayed):
        if any(is_copy(page, report) for report, _, _ in shown.values()):
            continue
        before = next((report for report in remembered if report.key not in shown and has_moved(page, report)), None)
        report = before or _described(Report(page.url, page.title, page.published_at, key=_new_key(page, known)), page)
        known.append(report)
        shown[report.key] = (report, before, page)
    return list(shown.values())


def _new_key(page: ReportPage, known: Sequence[Report]) -> str:
    taken = {report.key for report in known}
    keys = (page.path if number == 1 else f"{page.path}~{number}" for number in range(1, len(taken) + 2))
    return next(key for key in keys if key not in taken)


def _described(report: Report, page: ReportPage) -> Report:
    return replace(
        report,
        url=page.url,
        path=page.path,
        title=page.title,
        published_at=page.published_at,
        sketch=sketch_of(page.text),
        digest=digest_of(page),
    )


def _is_open(report: Report, before: Report | None, page: ReportPage) -> bool:
    if report.decided_by is not None:
        return False
    return before is None or before.state is not ReportState.LINKED or before.digest != digest_of(page)


def _decided(report: Report, found: Match) -> Report:
    if found.event_id is not None:
        linked = replace(report, event_id=found.event_id, state=ReportState.LINKED, certainty=found.certainty)
        return replace(linked, reasons=found.reasons, candidates=found.candidates)
    if report.state is ReportState.LINKED and not found.disputed:
        return report  # an edit that took a hint away does not make it another event's report
    state = ReportState.ASKED if found.candidates and not report.is_old else ReportState.UNLINKED
    unsure = replace(report, event_id=None, state=state, certainty=found.certainty)
    return replace(unsure, reasons=found.reasons, candidates=found.candidates)


def _contested(found: Match) -> Match:
    reasons = (*found.reasons, Reason(ReasonCode.OTHER_REPORT, found.event_id))
    return replace(found, event_id=None, certainty=min(found.certainty, DOUBTED), reasons=reasons, disputed=True)


def as_old_news(report: Report) -> Report:
    """Return the report as one that is neither posted nor asked about."""
    is_asked = report.state is ReportState.ASKED
    return replace(report, is_old=True, state=ReportState.UNLINKED if is_asked else report.state)


def _is_old(report: Report, events: Mapping[int, Event], now: datetime) -> bool:
    event = events.get(report.event_id) if report.event_id is not None else None
    known = [at for at in (report.published_at, event.ends_at if event else None) if at is not None]
    return bool(known) and now - max(known) > NEWS_LASTS
