"""The stores of what comes after an event: reports, materials, and the questions about them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.deliveries import Delivery
from bot.domain.materials import SeenMaterials
from bot.domain.questions import Question
from bot.domain.reports import Report
from bot.services.ports.events import SourceState


class QuestionStore(Protocol):
    """Questions to organisers and their answers."""

    async def question(self, kind: str, subject: str) -> Question | None: ...
    async def question_by_id(self, question_id: int) -> Question | None: ...
    async def answer(
        self, question: Question, answer: str, member: str, at: datetime, planned: Sequence[Delivery] = ()
    ) -> bool: ...


class ReportStore(Protocol):
    """Reports, and which event each one is about."""

    async def reports(self) -> list[Report]: ...
    async def report(self, key: str) -> Report | None: ...
    async def report_of(self, event_id: int) -> Report | None: ...
    async def record_reports(
        self,
        reports: Sequence[Report],
        planned: Sequence[Delivery] = (),
        questions: Sequence[Question] = (),
        site: SourceState | None = None,
    ) -> None:
        """Keep in one transaction what a poll found; what an organiser decided about a report stays."""
        ...

    async def decide(
        self, question: Question, answer: str, member: str, at: datetime, decided: Report, planned: Sequence[Delivery]
    ) -> bool:
        """Keep an organiser's answer, what it says of the report and what follows; False if it was answered before."""
        ...


class MaterialStore(Protocol):
    """What was shown at events."""

    async def seen(self, event_ids: Collection[int]) -> dict[int, SeenMaterials]: ...
    async def keep(self, seen: SeenMaterials, planned: Sequence[Delivery] = ()) -> None: ...
