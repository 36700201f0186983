"""Builds a rehearsal: the real services on a throw-away store, recordings instead of the network, and no room."""

import json
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from bot.app import SAMPLES, build_services, open_clients, open_stores
from bot.clients.connpass import UnreadableEvent, group_of, parse_event
from bot.clock import DrivenClock
from bot.config import Settings
from bot.domain.events import Event
from bot.domain.reports import ReportPage
from bot.errors import ConfigurationError, SourceError
from bot.services.ports import ReportSource
from bot.services.rehearsing import Collector, RecordedSite, RecordedSource, Rehearsed, Rehearsing, published_at

log = structlog.get_logger()


@dataclass(frozen=True)
class Recording:
    """What the sources and the report site show, fetched once."""

    sources: Sequence[RecordedSource]
    pages: Sequence[ReportPage] | None

    def moments(self) -> set[datetime]:
        """Return when something new appeared."""
        events = {published_at(event) for source in self.sources for event in source.events}
        return events | {page.published_at for page in self.pages or () if page.published_at is not None}


async def rehearse(settings: Settings, start: datetime, end: datetime, file: Path | None) -> AsyncIterator[Rehearsed]:
    """Yield every message that would be posted from `start` to `end`, in order.

    `file` is a recorded list of events in the API's shape, taken instead of connpass. Raises SourceError,
    ConfigurationError.
    """
    recording = await _record(settings, start, end, file)
    clock = DrivenClock(start)
    site = None if recording.pages is None else RecordedSite(recording.pages, clock)
    with tempfile.TemporaryDirectory(prefix="tsudoi-rehearsal-") as folder:
        async with open_stores(f"sqlite:///{folder}/rehearsal.db") as stores:
            services = build_services(settings, stores, site, None, clock)
            platforms = {room.platform for room in services.rooms.in_force} | {"local"}
            collectors = [Collector(platform, clock) for platform in sorted(platforms)]
            rehearsing = Rehearsing(
                recording.sources,
                services.watching,
                services.reporting if site else None,
                services.delivering(collectors),
                stores.deliveries,
                collectors,
                clock,
            )
            async for said in rehearsing.play(start, end, recording.moments()):
                yield said


async def _record(settings: Settings, start: datetime, end: datetime, file: Path | None) -> Recording:
    months = (end.year - start.year) * 12 + end.month - start.month
    with open_clients(settings) as clients:
        pages = None if clients.site is None else await _pages(clients.site)
        if file is not None:
            return Recording(_from_file(settings, file), pages)
        if not settings.sources:
            raise ConfigurationError(
                "nothing to rehearse: add [[sources]] to config.toml, or give a list with --events"
            )
        sources = [clients.source(source.name, (0, months + 6)) for source in settings.sources]
        recorded = [RecordedSource(one.name, one.query, (await one.listing(start)).events) for one in sources]
        return Recording(recorded, pages)


async def _pages(site: ReportSource) -> Sequence[ReportPage]:
    try:
        return await site.pages()
    except SourceError as error:
        log.warning("rehearsing without reports", reason=str(error))
        return []


def _from_file(settings: Settings, file: Path) -> list[RecordedSource]:
    entries = _entries_in(file)
    if not settings.sources:
        return [RecordedSource(SAMPLES, str(file), _events(entries))]
    return [
        RecordedSource(source.name, str(file), _events([entry for entry in entries if _is_of(entry, source.group)]))
        for source in settings.sources
    ]


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
