"""Which event a report is about, how sure, and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReportState(StrEnum):
    """linked to its event, asked about, or left unlinked."""

    LINKED = "linked"
    ASKED = "asked"
    UNLINKED = "unlinked"


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report as the site shows it now; texts are stripped of control characters."""

    url: str
    title: str
    published_at: datetime | None
    html: str
    connpass_id: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it is remembered."""

    url: str
    title: str
    published_at: datetime | None
    event_id: int | None = None
    state: ReportState = ReportState.UNLINKED
    certainty: float = 0.0
    reasons: tuple[str, ...] = ()
    id: int | None = None
