"""A report as its site shows it, and as it is remembered."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReportState(StrEnum):
    """linked to its event, asked about, or left unlinked."""

    LINKED = "linked"
    ASKED = "asked"
    UNLINKED = "unlinked"


class ReasonCode(StrEnum):
    """Why a report was linked to an event, or why not."""

    ORGANISER = "organiser"  # an organiser said so
    HEADER = "header"  # the article names the event's id
    LINK_NUMBER = "link_number"  # a link beside the report's own number
    NUMBER = "number"  # the number in the title
    PROSE_NUMBER = "prose_number"  # the number that the prose says was held
    LINK_DATE = "link_date"  # a link to an event of the date told
    LINK = "link"  # a link and no more
    MONTH = "month"  # the month in the address
    DATE = "date"  # the date told in the prose
    NEAREST = "nearest"  # the event before the report: a suggestion only
    UNKNOWN_EVENT = "unknown_event"
    NOT_YET = "not_yet"  # the event came after the report
    LONG_AGO = "long_ago"
    CALLED_OFF = "called_off"
    OTHER_NUMBER = "other_number"
    OTHER_SERIES = "other_series"
    OTHER_REPORT = "other_report"  # another report has this event
    DISAGREE = "disagree"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason, about an event or none; `detail` is the number, date or title it speaks of."""

    code: ReasonCode
    event_id: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class EventLink:
    """A link to an event, or its bare address, in an article.

    `text` is what is linked, `context` the line around it; `upcoming` says that it stands under a heading such as
    次回予定; `group` is the sub-domain in the address, "" if it has none.
    """

    event_id: int
    text: str
    context: str
    upcoming: bool = False
    group: str = ""


@dataclass(frozen=True, slots=True)
class ReportPage:
    """An article as the site shows it now: facts, stripped of HTML and control characters.

    `path` is the canonical path; `text` the prose outside sections on coming events; `connpass_id` an explicit header.
    """

    url: str
    path: str
    title: str
    published_at: datetime | None
    text: str = ""
    links: tuple[EventLink, ...] = ()
    connpass_id: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it is remembered, whatever becomes of its page.

    `key` names it for good, `path` is where it stands now. An `is_old` one was there before the bot looked, or is of
    long ago: it is never posted, and nobody is asked. `asked_as` is the subject of its question, `decided_by` the
    organiser who answered. `candidates` are the events it may be about, the likeliest first. `sketch` and `digest`
    tell later whether a page is still this report, and whether it was edited.
    """

    url: str
    title: str
    published_at: datetime | None
    event_id: int | None = None
    state: ReportState = ReportState.UNLINKED
    certainty: float = 0.0
    reasons: tuple[Reason, ...] = ()
    id: int | None = None
    key: str = ""
    path: str = ""
    candidates: tuple[int, ...] = ()
    is_old: bool = False
    asked_as: str | None = None
    decided_by: str | None = None
    sketch: tuple[int, ...] = ()
    digest: str = ""
    first_seen_at: datetime | None = None
