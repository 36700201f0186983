"""The store of events: what each source showed, and how one poll is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.core.problems.base import Problem
from bot.core.questions import Question
from bot.delivery.rules.deliveries import Delivery
from bot.events.rules.events import Event, EventStatus


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is known of a source: `seen_at` is its last good poll, `error` why a poll failed since.

    Of a query that asks for a window of months, `covered_until` is the end of the last window. `failed_at` is the last
    poll if that failed; since `failing_since` each has, with no long pause between them.
    """

    name: str
    query: str
    first_seen_at: datetime | None = None
    seen_at: datetime | None = None
    covered_until: datetime | None = None
    error: Problem | None = None
    failed_at: datetime | None = None
    failing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """An event as a source last showed it; `missed` counts the complete listings without it since."""

    event: Event
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Watched:
    """The outcome of one poll, kept in one transaction.

    `events` are stored as they are now; `sighted` were shown by the source, `missed` were not though the listing was
    complete, and what else the source once showed stays as it is, unless `starts_anew`: then it is forgotten.
    `reminders` are, for each event whose reminders may differ from before, all that shall be open.
    """

    source: SourceState
    now: datetime
    starts_anew: bool = False
    events: tuple[Event, ...] = ()
    sighted: tuple[int, ...] = ()
    missed: tuple[int, ...] = ()
    planned: tuple[Delivery, ...] = ()
    reminders: Mapping[int, Sequence[Delivery]] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """Events of these sources with one of these statuses whose `searched` text has every one of `words`.

    Where there are `numbers`, the title names one of them as the event's number in its series.
    """

    sources: tuple[str, ...]
    words: tuple[str, ...] = ()
    statuses: tuple[EventStatus, ...] = (EventStatus.SCHEDULED,)
    numbers: tuple[int, ...] = ()


PLANNED = (EventStatus.SCHEDULED, EventStatus.POSTPONED)  # what is still to come, be its date open
ANY = tuple(EventStatus)


class EventStore(Protocol):
    """Events, and which source showed them. A source shows an event until two complete listings miss it."""

    async def sources(self) -> dict[str, SourceState]: ...
    async def sightings(self, source: str) -> dict[int, Sighting]: ...
    async def shown_by(self, event_ids: Sequence[int]) -> dict[int, set[str]]: ...
    async def showed(self, event_ids: Sequence[int]) -> dict[int, set[str]]:
        """Return the sources that show or once showed each of these events."""
        ...

    async def known(self, event_ids: Sequence[int]) -> dict[int, Event]: ...
    async def record(self, watched: Watched) -> None: ...
    async def rearm(self, reminders: Mapping[int, Sequence[Delivery]], now: datetime) -> None: ...
    async def news_of_confirmed(self, gone: Sequence[Event], now: datetime) -> list[Delivery]:
        """Return what members who want to be reminded of these events hear once it is confirmed that they are gone."""
        ...

    async def note_confirmed(self, gone: Sequence[Event]) -> None:
        """Keep that these members know of it."""
        ...

    async def note(self, source: SourceState) -> None: ...
    async def running_or_upcoming(self, sources: Sequence[str], now: datetime) -> list[Event]: ...
    async def planned(self, search: Search, now: datetime, limit: int) -> list[Event]: ...
    async def count_planned(self, search: Search, now: datetime) -> int: ...
    async def found(self, search: Search, limit: int) -> list[Event]: ...
    async def latest_past(self, search: Search, now: datetime) -> Event | None: ...
    async def all_events(self, sources: Sequence[str]) -> list[Event]: ...
    async def revision(self, sources: Sequence[str], since: datetime) -> str:
        """Return what differs whenever these sources show other events that were not over then, or anything of one."""
        ...

    async def ended(self, sources: Sequence[str], since: datetime, until: datetime) -> list[Event]: ...
