"""Reports, and which event each one is about."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.questions import Question
from bot.delivery.rules.deliveries import Delivery
from bot.delivery.store.deliveries import insert_planned
from bot.delivery.store.questions import insert_questions, keep_first_answer
from bot.events.ports.events import SourceState
from bot.reports.rules.reports import Reason, ReasonCode, Report, ReportState
from bot.store.statements import batches, insert_or_ignore, upsert
from bot.store.tables import reports, sources

_FIELDS = tuple(field.name for field in fields(Report))
_LINK = ("event_id", "state", "certainty", "reasons", "candidates", "is_old", "asked_as", "decided_by")
NOTED_EVERY = timedelta(hours=12)
_ONCE = ("id", "key", "first_seen_at")  # set with a new row, and never again


class Reports:
    """Fulfils `ReportStore`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def reports(self) -> list[Report]:
        """Return every report, in the order in which they were found."""
        return await self._where()

    async def report(self, key: str) -> Report | None:
        return next(iter(await self._where(reports.c.key == key)), None)

    async def report_by_id(self, report_id: int) -> Report | None:
        return next(iter(await self._where(reports.c.id == report_id)), None)

    async def report_of(self, event_id: int) -> Report | None:
        """Return the report of an event; of several, the one found first."""
        return next(iter(await self._where(reports.c.event_id == event_id)), None)

    async def record_reports(
        self,
        found: Sequence[Report],
        planned: Sequence[Delivery] = (),
        asked: Sequence[Question] = (),
        site: SourceState | None = None,
        shown: Collection[str] = (),
    ) -> None:
        async with self._engine.begin() as connection:
            for report in found:
                await _record(connection, report)
            await insert_planned(connection, planned)
            await insert_questions(connection, asked)
            if site is not None:
                await connection.execute(upsert(connection, sources), asdict(site))
                await _note_shown(connection, shown, site)

    async def decide(
        self, question: Question, answer: str, member: str, at: datetime, decided: Report, planned: Sequence[Delivery]
    ) -> bool:
        async with self._engine.begin() as connection:
            is_first = await keep_first_answer(connection, question, answer, member, at)
            if is_first:
                await _link(connection, decided, planned)
            return is_first

    async def correct(self, decided: Report, planned: Sequence[Delivery]) -> None:
        async with self._engine.begin() as connection:
            await _link(connection, decided, planned)

    async def _where(self, *which: ColumnElement[bool]) -> list[Report]:
        query = select(reports).where(*which).order_by(reports.c.id)
        async with self._engine.execution_options(read_only=True).connect() as connection:
            return [_report(row) for row in (await connection.execute(query)).mappings()]


async def _note_shown(connection: AsyncConnection, shown: Collection[str], site: SourceState) -> None:
    """Remember, once a day, which reports are there still."""
    if site.seen_at is None:
        return
    is_noted = reports.c.seen_at > site.seen_at - NOTED_EVERY
    for some in batches(shown):
        still_there = update(reports).where(reports.c.path.in_(some), or_(reports.c.seen_at.is_(None), not_(is_noted)))
        await connection.execute(still_there.values(seen_at=site.seen_at))


async def _link(connection: AsyncConnection, decided: Report, planned: Sequence[Delivery]) -> None:
    row = {name: value for name, value in _row(decided).items() if name in _LINK}
    await connection.execute(update(reports).where(reports.c.key == decided.key).values(row))
    await insert_planned(connection, planned)


async def _record(connection: AsyncConnection, report: Report) -> None:
    """Add a new report, or bring a known one up to date: its link only if no organiser decided in the meantime."""
    row = _row(report)
    if report.id is None:
        await connection.execute(insert_or_ignore(connection, reports), row)
        return
    described = {name: value for name, value in row.items() if name not in (*_LINK, *_ONCE)}
    await connection.execute(update(reports).where(reports.c.id == report.id).values(described))
    undecided = update(reports).where(reports.c.id == report.id, reports.c.decided_by.is_(None))
    await connection.execute(undecided.values({name: row[name] for name in _LINK}))


def _row(report: Report) -> dict[str, Any]:
    row = {name: getattr(report, name) for name in _FIELDS if name != "id"}
    reasons = [[reason.code.value, reason.event_id, reason.detail] for reason in report.reasons]
    return {**row, "reasons": reasons, "candidates": list(report.candidates), "sketch": list(report.sketch)}


def _report(row: RowMapping) -> Report:
    values = {name: row[name] for name in _FIELDS}
    values |= {name: tuple(row[name]) for name in ("candidates", "sketch")}
    reasons = tuple(Reason(ReasonCode(code), event_id, detail) for code, event_id, detail in row["reasons"])
    return Report(**{**values, "state": ReportState(row["state"]), "reasons": reasons})
