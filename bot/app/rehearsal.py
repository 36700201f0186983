"""Builds a rehearsal: the real services on a throw-away store, recordings instead of the network, and no room."""

import json
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from bot.app.clients import Clients, open_clients
from bot.app.clock import DrivenClock
from bot.app.ground import Ground
from bot.app.rooms import SAMPLES, rooms_of
from bot.app.services import build_services
from bot.app.stores import open_stores
from bot.config import Settings, SourceSettings
from bot.core.errors import ConfigurationError, SourceError
from bot.core.rooms import Rooms
from bot.events.connpass.source import UnreadableEvent, group_of, parse_event
from bot.events.rules.events import Event
from bot.events.rules.sources import Words
from bot.organisers.rehearsing import Collector, RecordedSite, RecordedSource, Rehearsed, Rehearsing, published_at
from bot.reports.ports import ReportSource
from bot.reports.rules.reports import ReportPage

log = structlog.get_logger()


@dataclass(frozen=True)
class Recording:
    """What the sources and the report site show, fetched once."""

    sources: Sequence[RecordedSource]
    pages: Sequence[ReportPage] | None

    def moments(self) -> set[datetime]:
        """Return when something new appeared, or was over and is owed a report."""
        events = [event for source in self.sources for event in source.events]
        ends = {event.ends_at for event in events if event.ends_at is not None}
        pages = {page.published_at for page in self.pages or () if page.published_at is not None}
        return {published_at(event) for event in events} | ends | pages

    def coming(self, now: datetime) -> list[Event]:
        """Return the events that have not begun, each once, by their start."""
        found = {event.id: event for source in self.sources for event in source.events if event.takes_place}
        planned = [event for event in found.values() if event.started_at is not None and event.started_at > now]
        return sorted(planned, key=lambda event: (event.started_at or now, event.id))


async def rehearse(settings: Settings, start: datetime, end: datetime, file: Path | None) -> AsyncIterator[Rehearsed]:
    """Yield every message that would be posted from `start` to `end`, in order.

    `file` is a recorded list of events in the API's shape, taken instead of connpass. Raises SourceError,
    ConfigurationError.
    """
    with open_clients(settings) as clients:
        if file is not None:
            sources = _from_file(settings, file)
        elif settings.sources:
            sources = await _listed(clients, [source.name for source in settings.sources], start, end, start)
        else:
            raise ConfigurationError(
                "nothing to rehearse: add [[sources]] to config.toml, or give a list with --events"
            )
        recording = Recording(sources, await _pages(clients.site))
    async for said in play(settings, rooms_of(settings), recording, start, end):
        yield said


async def record(clients: Clients, names: Sequence[str], start: datetime, end: datetime) -> Recording:
    """Fetch what these sources and the report site show now, for a rehearsal from `start` to `end`."""
    sources = await _listed(clients, names, start, end, datetime.now(UTC))
    return Recording(sources, await _pages(clients.site))


async def play(
    settings: Settings, rooms: Rooms, recording: Recording, start: datetime, end: datetime
) -> AsyncIterator[Rehearsed]:
    """Yield every message that would be posted in these rooms from `start` to `end`, in order."""
    clock = DrivenClock(start)
    site = None if recording.pages is None else RecordedSite(recording.pages, clock)
    with tempfile.TemporaryDirectory(prefix="tsudoi-rehearsal-") as folder:
        async with open_stores(f"sqlite:///{folder}/rehearsal.db") as stores:
            services = build_services(Ground(settings=settings, stores=stores, rooms=rooms, clock=clock, site=site))
            platforms = {room.platform for room in rooms.in_force} | {"local"}
            collectors = [Collector(platform, clock) for platform in sorted(platforms)]
            rehearsing = Rehearsing(
                recording.sources,
                services.watching,
                services.reporting if site else None,
                services.digesting,
                services.delivering(collectors),
                stores.deliveries,
                collectors,
                clock,
            )
            async for said in rehearsing.play(start, end, recording.moments()):
                yield said


async def _listed(
    clients: Clients, names: Sequence[str], start: datetime, end: datetime, now: datetime
) -> list[RecordedSource]:
    """Fetch what these sources show; a keyword or a prefecture for the months from `start` to half a year after."""
    months = (_months(now, start), _months(now, end) + 6)
    sources = [clients.source(name, months) for name in names]
    return [RecordedSource(source.name, source.query, (await source.listing(now)).wanted) for source in sources]


def _months(since: datetime, until: datetime) -> int:
    return (until.year - since.year) * 12 + until.month - since.month


async def _pages(site: ReportSource | None) -> Sequence[ReportPage] | None:
    if site is None:
        return None
    try:
        return await site.pages()
    except SourceError as error:
        log.warning("rehearsing without reports", reason=str(error))
        return []


def _from_file(settings: Settings, file: Path) -> list[RecordedSource]:
    entries = _entries_in(file)
    if not settings.sources:
        return [RecordedSource(SAMPLES, str(file), _events(entries))]
    return [RecordedSource(source.name, str(file), _events_of(source, entries)) for source in settings.sources]


def _events_of(source: SourceSettings, entries: Sequence[dict[str, Any]]) -> list[Event]:
    words = Words(source.include, source.exclude)
    events = _events([entry for entry in entries if _is_of(entry, source.group)])
    return [event for event in events if words.fit(event)]


def _entries_in(file: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return list(content["events"] if isinstance(content, dict) else content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{file}: is no list of events as the connpass API gives it: {error}") from error


def _events(entries: Sequence[dict[str, Any]]) -> list[Event]:
    events = []
    for entry in entries:
        try:
            events.append(parse_event(entry))
        except UnreadableEvent as error:
            log.warning("entry left out", reason=str(error))
    return events


def _is_of(entry: dict[str, Any], group: str | None) -> bool:
    """Whether an entry belongs to the group that a source watches, written as name, address or number."""
    if not group:
        return True
    held_by = entry.get("group") or {}
    asked = group_of(group)
    return str(held_by.get("id")) in asked.get("group_id", ()) or held_by.get("subdomain") in asked.get("subdomain", ())
