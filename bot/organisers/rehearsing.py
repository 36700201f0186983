"""Play a stretch of time at high speed and show what would have been posted.

The services are the real ones, on a store of their own; only the clock is driven, the sources are recordings, and
what would be sent is collected.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.clock import Clock, SettableClock
from bot.core.messages import Message
from bot.delivery.delivering import Delivering
from bot.delivery.ports.schedule import DeliveryStore
from bot.events.ports.sources import EventSource, Listing
from bot.events.rules.events import Event
from bot.events.watching import Watching
from bot.reminders.digesting import Digesting
from bot.reports.reporting import Reporting
from bot.reports.rules.reports import ReportPage

ASSUMED_NOTICE = timedelta(days=30)  # where it is not known when an event was published: a month before its start
_LOOK_EVERY = timedelta(days=1)  # what is said relies on a look that is not older


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A message that would have been posted."""

    at: datetime
    room: str
    message: Message

    def to_json(self) -> dict[str, Any]:
        """Return it as others receive it."""
        message = self.message
        return {
            "at": self.at.isoformat(),
            "room": self.room,
            "kind": message.kind.value,
            "event_id": message.event_id,
            "report_url": message.report_url,
            "text": message.text,
        }

    def to_text(self, zone: ZoneInfo) -> str:
        """Return it as people read it, on the clocks of their zone."""
        head = f"{self.at.astimezone(zone):%Y-%m-%d %H:%M}  {self.room}  {self.message.kind}"
        return "\n".join([head, *(f"    {line}" for line in self.message.text.splitlines()), ""])


@dataclass(frozen=True)
class RecordedSource:
    """A source as it would have shown itself at the time of the clock: what was published by then."""

    name: str
    query: str
    events: Sequence[Event]

    async def listing(self, now: datetime) -> Listing:
        """Return what was published by `now`."""
        return Listing(tuple(event for event in self.events if published_at(event) <= now))

    async def look_up(self, event_ids: Sequence[int]) -> Listing:
        """Return these events."""
        return Listing(tuple(event for event in self.events if event.id in event_ids))


@dataclass(frozen=True)
class RecordedSite:
    """A report site as it would have shown itself at the time of the clock."""

    recorded: Sequence[ReportPage]
    clock: Clock

    async def pages(self) -> Sequence[ReportPage]:
        """Return the reports published by now; those without a date were always there."""
        now = self.clock.now()
        return [page for page in self.recorded if page.published_at is None or page.published_at <= now]


class Collector:
    """A sender that keeps what it is given."""

    def __init__(self, platform: str, clock: Clock) -> None:
        self.platform = platform
        self.collected: list[Rehearsed] = []
        self._clock = clock

    async def send(self, channel: str, message: Message, key: str) -> str:
        self.collected.append(Rehearsed(self._clock.now(), f"{self.platform}:{channel}", message))
        return key

    async def edit(self, channel: str, external_id: str, message: Message, key: str) -> bool:
        return True  # an edit is no post

    async def delete(self, channel: str, external_id: str) -> bool:
        return True

    async def find(self, channel: str, message: Message, key: str, since: datetime) -> str | None:
        return None


@dataclass
class Rehearsing:
    """The parts of a rehearsal, all on the same driven clock and on a store of their own."""

    sources: Sequence[EventSource]
    watching: Watching
    reporting: Reporting | None
    digesting: Digesting
    delivering: Delivering
    deliveries: DeliveryStore
    collectors: Sequence[Collector]
    clock: SettableClock
    _looked_at: datetime = field(default=datetime.min.replace(tzinfo=UTC), init=False)

    async def play(self, start: datetime, end: datetime, moments: Iterable[datetime]) -> AsyncIterator[Rehearsed]:
        """Yield what would be posted from `start` (inclusive) to `end`, in order.

        `moments` are those at which the recordings show something new, or an event is over; the bot looks then, and
        before it says something. The first look is the first sight of everything, and silent.
        """
        for moment in sorted({start, *(instant for instant in moments if start <= instant < end)}):
            async for said in self._deliver_until(moment):
                yield said
            self.clock.set(moment)
            await self._look()
        async for said in self._deliver_until(end):
            yield said

    async def _look(self) -> None:
        self._looked_at = self.clock.now()
        for source in self.sources:
            await self.watching.watch(source)
        if self.reporting is not None:
            await self.reporting.check_site()
        await self.digesting.plan()

    async def _deliver_until(self, moment: datetime) -> AsyncIterator[Rehearsed]:
        while (due := await self.deliveries.earliest()) is not None and due < moment:
            self.clock.set(max(due, self.clock.now()))
            if self.clock.now() - self._looked_at >= _LOOK_EVERY:
                await self._look()
            await self.delivering.deliver_due()
            await self.digesting.plan()  # one ahead
            said = [rehearsed for collector in self.collectors for rehearsed in collector.collected]
            for collector in self.collectors:
                collector.collected.clear()
            for rehearsed in sorted(said, key=lambda rehearsed: rehearsed.at):
                yield rehearsed


def published_at(event: Event) -> datetime:
    """Return when an event went online, or a guess: a month before its start, or its last edit if that came earlier."""
    if event.published_at is not None:
        return event.published_at
    guesses = [event.started_at - ASSUMED_NOTICE if event.started_at else None, event.updated_at]
    known = [guess for guess in guesses if guess is not None]
    return min(known, default=datetime.min.replace(tzinfo=UTC))
