"""What a source shows now, beside what was known before: what changed, what is missed, what vanished."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.events.ports.events import EventStore, Sighting, SourceState
from bot.events.ports.sources import Listing
from bot.events.rules.events import GONE_AFTER, Change, Event, EventStatus, compare, looks_different, sight
from bot.events.rules.seats import SeatNews, has_turned, seat_news


@dataclass(frozen=True)
class Look:
    """One look at a source."""

    source: str
    at: datetime
    starts_anew: bool  # the source is looked at for the first time, or asked something else than before
    sightings: Mapping[int, Sighting]  # earlier ones
    known: Mapping[int, Event]
    remembered: Sequence[Event]  # what is shown, with what earlier looks saw of it
    missed: Sequence[int]
    gone: Sequence[Event]  # missed once too often
    vanished: Sequence[Event]  # of these, what no other source shows either
    shown_by: Mapping[int, set[str]]  # the sources that show an event
    changes: Sequence[Change]

    def seat_news(self) -> list[tuple[Event, SeatNews]]:
        """Return what is new of the seats of events that have not started."""
        coming = [event for event in self.remembered if not self.starts_anew and not event.has_started(self.at)]
        news = [(event, seat_news(self.known.get(event.id), event)) for event in coming]
        return [(event, what) for event, what in news if what is not None]

    def looking_different(self) -> list[int]:
        """Return the events of which what was said is to be edited, unless they are over."""
        return [
            event.id
            for before, event in self._beside_earlier()
            if before is not None and looks_different(before, event) and not event.is_over(self.at)
        ]

    def turned(self) -> list[int]:
        """Return the events of which what was said of seats would mislead now."""
        return [event.id for before, event in self._beside_earlier() if has_turned(before, event)]

    def wanting_other_reminders(self) -> list[Event]:
        """Return the events whose date changed or holds no more, or of which this source's rooms now hear."""
        return [event for event in self.remembered if self._wants_other_reminders(event)]

    def _wants_other_reminders(self, event: Event) -> bool:
        before, sighting = self.known.get(event.id), self.sightings.get(event.id)
        if before is None or sighting is None or sighting.missed >= GONE_AFTER:
            return True
        return (before.started_at, before.takes_place) != (event.started_at, event.takes_place)

    def _beside_earlier(self) -> list[tuple[Event | None, Event]]:
        earlier = {**self.known, **{event.id: event for event in self.gone}}
        return [(earlier.get(event.id), event) for event in (*self.remembered, *self.vanished)]


async def look(events: EventStore, state: SourceState, query: str, listing: Listing, at: datetime) -> Look:
    """Hold what a source shows against what is stored.

    Args: state: of the source, as it was left. query: what it was asked this time.
    """
    starts_anew = state.first_seen_at is None or state.query != query
    sightings = {} if starts_anew else await events.sightings(state.name)
    # What was wanted once is followed to its end: a title that says 中止 may have lost the word it was wanted for.
    shown = [event for event in listing.events if event.id not in listing.unwanted or event.id in sightings]
    known = await events.known([event.id for event in shown])
    remembered = [sight(known.get(event.id), event) for event in shown]
    missed = missed_in(listing, sightings, at)
    gone = [sightings[event_id].event for event_id in missed if sightings[event_id].missed + 1 == GONE_AFTER]
    shown_by = await events.shown_by([event.id for event in (*remembered, *gone)])
    vanished = [_vanished(event) for event in gone if _vanishes(event, shown_by[event.id] - {state.name})]
    changes = [] if starts_anew else _changes(remembered, known, sightings, state.covered_until)
    return Look(
        source=state.name,
        at=at,
        starts_anew=starts_anew,
        sightings=sightings,
        known=known,
        remembered=remembered,
        missed=missed,
        gone=gone,
        vanished=vanished,
        shown_by=shown_by,
        changes=changes,
    )


def missed_in(listing: Listing, sightings: Mapping[int, Sighting], now: datetime) -> list[int]:
    """Return the coming events that a complete listing should have shown and did not."""
    if not listing.complete:
        return []
    there = {event.id for event in listing.events} | listing.unreadable
    expected = (sighting.event for sighting in sightings.values() if sighting.missed < GONE_AFTER)
    return [event.id for event in expected if event.id not in there and not event.has_started(now)]


def _vanishes(event: Event, shown_elsewhere: set[str]) -> bool:
    return not shown_elsewhere and event.status is not EventStatus.CANCELLED


def _vanished(event: Event) -> Event:
    return replace(event, status=EventStatus.VANISHED, revision=event.revision + 1)


def _changes(
    remembered: Sequence[Event],
    known: Mapping[int, Event],
    sightings: Mapping[int, Sighting],
    covered_until: datetime | None,
) -> list[Change]:
    """Compare with what was stored; an event that this source shows for the first time is new to its rooms.

    Where a window of months moved on, the month that came into sight is seen for the first time, and silent.
    """
    pairs = [(known.get(event.id) if event.id in sightings else None, event) for event in remembered]
    changes = [change for before, event in pairs if (change := compare(before, event)) is not None]
    return [change for change in changes if change.before or not _just_came_into_sight(change.event, covered_until)]


def _just_came_into_sight(event: Event, covered_until: datetime | None) -> bool:
    return covered_until is not None and event.started_at is not None and event.started_at >= covered_until
