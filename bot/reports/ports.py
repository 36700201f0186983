"""The site with the reports, and the stores of what comes after an event."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from bot.core.questions import Question
from bot.delivery.rules.deliveries import Delivery
from bot.events.ports.events import SourceState
from bot.reports.rules.materials import SeenMaterials
from bot.reports.rules.reports import Report, ReportPage


class ReportSource(Protocol):
    """The site where a group publishes what happened."""

    async def pages(self) -> Sequence[ReportPage]:
        """Fetch every report that the site shows now. Raises SourceRefused or SourceUnavailable."""
        ...


class ReportStore(Protocol):
    """Reports, and which event each one is about."""

    async def reports(self) -> list[Report]: ...
    async def report(self, key: str) -> Report | None: ...
    async def report_by_id(self, report_id: int) -> Report | None: ...
    async def report_of(self, event_id: int) -> Report | None: ...
    async def record_reports(
        self,
        reports: Sequence[Report],
        planned: Sequence[Delivery] = (),
        questions: Sequence[Question] = (),
        site: SourceState | None = None,
        shown: Collection[str] = (),
    ) -> None:
        """Keep in one transaction what a poll found; what an organiser decided about a report stays.

        `shown` are the paths of all reports that the site shows now.
        """
        ...

    async def decide(
        self, question: Question, answer: str, member: str, at: datetime, decided: Report, planned: Sequence[Delivery]
    ) -> bool:
        """Keep an organiser's answer, what it says of the report and what follows; False if it was answered before."""
        ...

    async def correct(self, decided: Report, planned: Sequence[Delivery]) -> None:
        """Keep what an organiser says of a report without having been asked, and what follows."""
        ...


class MaterialStore(Protocol):
    """What was shown at events."""

    async def seen(self, event_ids: Collection[int]) -> dict[int, SeenMaterials]: ...
    async def keep(self, seen: SeenMaterials, planned: Sequence[Delivery] = ()) -> None: ...
