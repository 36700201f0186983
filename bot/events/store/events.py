"""Events, and which source showed them."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.reasons import problem_from_text, to_text
from bot.delivery.rules.deliveries import Delivery
from bot.delivery.store.deliveries import insert_planned, rearm
from bot.delivery.store.questions import insert_questions
from bot.events.event_posts import ReminderPost
from bot.events.ports.events import ANY, Search, Sighting, SourceState, Watched
from bot.events.rules.events import GONE_AFTER, Event, EventStatus
from bot.events.rules.titles import numbers_in
from bot.reminders.store.personal_reminders import keep_up, news_of_confirmed, note_confirmed
from bot.store.statements import batches, insert_or_ignore, upsert
from bot.store.tables import deliveries, event_numbers, events, sightings, sources

_FIELDS = tuple(field.name for field in fields(Event))
_IS_SHOWN = sightings.c.missed < GONE_AFTER


class Events:
    """Fulfils `EventStore`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._read_only = engine.execution_options(read_only=True)

    async def sources(self) -> dict[str, SourceState]:
        async with self._read_only.connect() as connection:
            rows = (await connection.execute(select(sources))).mappings()
            return {row["name"]: _source(row) for row in rows}

    async def sightings(self, source: str) -> dict[int, Sighting]:
        query = select(events, sightings.c.missed).join(sightings).where(sightings.c.source == source)
        async with self._read_only.connect() as connection:
            rows = (await connection.execute(query)).mappings()
            return {row["id"]: Sighting(_event(row), row["missed"]) for row in rows}

    async def shown_by(self, event_ids: Sequence[int]) -> dict[int, set[str]]:
        return await self._sources_of(event_ids, _IS_SHOWN)

    async def showed(self, event_ids: Sequence[int]) -> dict[int, set[str]]:
        return await self._sources_of(event_ids)

    async def _sources_of(self, event_ids: Sequence[int], *which: ColumnElement[bool]) -> dict[int, set[str]]:
        shown: dict[int, set[str]] = {event_id: set() for event_id in event_ids}
        async with self._read_only.connect() as connection:
            for ids in batches(event_ids):
                query = select(sightings.c.event_id, sightings.c.source).where(*which, sightings.c.event_id.in_(ids))
                for event_id, source in await connection.execute(query):
                    shown[event_id].add(source)
        return shown

    async def known(self, event_ids: Sequence[int]) -> dict[int, Event]:
        found: dict[int, Event] = {}
        async with self._read_only.connect() as connection:
            for ids in batches(event_ids):
                rows = (await connection.execute(select(events).where(events.c.id.in_(ids)))).mappings()
                found.update((row["id"], _event(row)) for row in rows)
        return found

    async def record(self, watched: Watched) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(upsert(connection, sources), _source_row(watched.source))
            if watched.events:
                await connection.execute(upsert(connection, events), [_row(event) for event in watched.events])
                await _record_numbers(connection, watched.events)
            await _record_sightings(connection, watched)
            await insert_planned(connection, watched.planned)
            await _rearm_reminders(connection, watched.reminders, watched.now)
            await keep_up(connection, watched.events, watched.reminders, watched.now)
            await insert_questions(connection, watched.questions)

    async def rearm(self, reminders: Mapping[int, Sequence[Delivery]], now: datetime) -> None:
        async with self._engine.begin() as connection:
            await _rearm_reminders(connection, reminders, now)

    async def news_of_confirmed(self, gone: Sequence[Event], now: datetime) -> list[Delivery]:
        async with self._read_only.connect() as connection:
            return await news_of_confirmed(connection, gone, now)

    async def note_confirmed(self, gone: Sequence[Event]) -> None:
        async with self._engine.begin() as connection:
            await note_confirmed(connection, gone)

    async def note(self, source: SourceState) -> None:
        """Keep how the last poll of a source went."""
        async with self._engine.begin() as connection:
            await connection.execute(upsert(connection, sources), _source_row(source))

    async def running_or_upcoming(self, names: Sequence[str], now: datetime) -> list[Event]:
        """Return what is not over, by start; undated events last."""
        return await self._shown(names, _by_start(select(events).where(_not_over(now))))

    async def planned(self, search: Search, now: datetime, limit: int) -> list[Event]:
        """Return the first events that are not over and match, by start; undated ones last."""
        matching = [*_matching(search), _not_over(now)]
        return await self._shown(search.sources, _by_start(select(events).where(*matching)).limit(limit))

    async def count_planned(self, search: Search, now: datetime) -> int:
        """Return how many events are not over and match."""
        matching = [*_matching(search), _not_over(now), _shown_by(search.sources)]
        async with self._read_only.connect() as connection:
            return int(
                (await connection.execute(select(func.count()).select_from(events).where(*matching))).scalar_one()
            )

    async def found(self, search: Search, limit: int) -> list[Event]:
        """Return the latest events that match, past ones included; undated ones last."""
        latest_first = (events.c.started_at.is_(None), events.c.started_at.desc(), events.c.id.desc())
        matching = select(events).where(*_matching(search)).order_by(*latest_first)
        return await self._shown(search.sources, matching.limit(limit))

    async def latest_past(self, search: Search, now: datetime) -> Event | None:
        """Return the event that took place last and matches."""
        past = select(events).where(*_matching(search), events.c.ends_at <= now)
        found = await self._shown(
            search.sources, past.order_by(events.c.started_at.desc(), events.c.id.desc()).limit(1)
        )
        return found[0] if found else None

    async def all_events(self, names: Sequence[str]) -> list[Event]:
        """Return every event that these sources show, past ones included, by start."""
        return await self._shown(names, select(events).order_by(events.c.started_at, events.c.id))

    async def revision(self, names: Sequence[str], since: datetime) -> str:
        counted = select(
            func.count(), func.sum(events.c.id), func.sum(events.c.revision), func.max(events.c.updated_at)
        ).where(_shown_by(names), _not_over(since))
        async with self._read_only.connect() as connection:
            return "/".join(str(value) for value in (await connection.execute(counted)).one())

    async def ended(self, names: Sequence[str], since: datetime, until: datetime) -> list[Event]:
        """Return the events that ended between these moments, by start."""
        there = select(events).where(events.c.ends_at > since, events.c.ends_at <= until)
        return await self._shown(names, _by_start(there))

    async def _shown(self, names: Sequence[str], query: Select[Any]) -> list[Event]:
        async with self._read_only.connect() as connection:
            rows = (await connection.execute(query.where(_shown_by(names)))).mappings()
        return await asyncio.to_thread(_events, rows)  # ten thousand rows would hold up the event loop


def _shown_by(names: Sequence[str]) -> ColumnElement[bool]:
    return events.c.id.in_(select(sightings.c.event_id).where(_IS_SHOWN, sightings.c.source.in_(names)))


def _not_over(now: datetime) -> ColumnElement[bool]:
    return or_(events.c.ends_at > now, events.c.ends_at.is_(None))


def _matching(search: Search) -> list[ColumnElement[bool]]:
    matching: list[ColumnElement[bool]] = [events.c.searched.contains(word, autoescape=True) for word in search.words]
    if search.numbers:
        numbered = select(event_numbers.c.event_id).where(event_numbers.c.number.in_(search.numbers))
        matching.append(events.c.id.in_(numbered))
    return [*matching, events.c.status.in_(search.statuses)] if search.statuses != ANY else matching


def _by_start(query: Select[Any]) -> Select[Any]:
    return query.order_by(events.c.started_at.is_(None), events.c.started_at, events.c.id)


async def _record_numbers(connection: AsyncConnection, seen: Sequence[Event]) -> None:
    """Keep the numbers that titles name; hardly any differs from what an earlier poll wrote."""
    named = {(event.id, number) for event in seen for number in numbers_in(event.title)}
    kept: set[tuple[int, int]] = set()
    for ids in batches([event.id for event in seen]):
        rows = await connection.execute(select(event_numbers).where(event_numbers.c.event_id.in_(ids)))
        kept.update((row.event_id, row.number) for row in rows)
    for event_id, number in kept - named:
        is_it = and_(event_numbers.c.event_id == event_id, event_numbers.c.number == number)
        await connection.execute(delete(event_numbers).where(is_it))
    if new := [{"event_id": event_id, "number": number} for event_id, number in sorted(named - kept)]:
        await connection.execute(insert_or_ignore(connection, event_numbers), new)


async def _record_sightings(connection: AsyncConnection, watched: Watched) -> None:
    name = watched.source.name
    if watched.starts_anew:
        await connection.execute(delete(sightings).where(sightings.c.source == name))
    if watched.sighted:
        today = {"missed": 0, "seen_on": watched.now.date()}
        rows = [{"source": name, "event_id": event_id, **today} for event_id in watched.sighted]
        await connection.execute(upsert(connection, sightings), rows)
    for ids in batches(watched.missed):
        of_these = and_(sightings.c.source == name, sightings.c.event_id.in_(ids))
        await connection.execute(update(sightings).where(of_these).values(missed=sightings.c.missed + 1))


def _events(rows: Iterable[RowMapping]) -> list[Event]:
    return [_event(row) for row in rows]


def _source(row: RowMapping) -> SourceState:
    error = None if row["error"] is None else problem_from_text(row["error"])
    return SourceState(**{**row, "error": error})


def _source_row(source: SourceState) -> dict[str, Any]:
    values = {name.name: getattr(source, name.name) for name in fields(source)}
    return {**values, "error": to_text(source.error) if source.error else None}


def _row(event: Event) -> dict[str, Any]:
    return {**{name: getattr(event, name) for name in _FIELDS}, "ends_at": event.ends_at, "searched": event.searched}


def _event(row: RowMapping) -> Event:
    values = {name: row[name] for name in _FIELDS}
    return Event(**{**values, "status": EventStatus(row["status"])})


async def _rearm_reminders(
    connection: AsyncConnection, wanted: Mapping[int, Sequence[Delivery]], now: datetime
) -> None:
    """Make the open reminders of each event to rooms exactly these."""
    of_events = and_(deliveries.c.kind == ReminderPost.tag, deliveries.c.event_id.in_(list(wanted)))
    await rearm(connection, of_events, [reminder for reminders in wanted.values() for reminder in reminders], now)
