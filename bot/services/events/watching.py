"""Poll a source, store what was seen, plan what to say about it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bot.domain.announcements import FLOOD, is_flood, is_worth_saying, must_be_said
from bot.domain.deliveries import Delivery
from bot.domain.events import GONE_AFTER, Change, ChangeKind, Event, EventStatus, compare, looks_different, sight
from bot.domain.follow_ups import thread_below
from bot.domain.outages import failing_since
from bot.domain.questions import Question
from bot.domain.reminders import reminders_of
from bot.domain.rooms import Room, Rooms
from bot.domain.seats import SeatNews, has_turned, seat_news
from bot.errors import SourceError
from bot.services.delivery.editing import edits_of_announcements, edits_of_question, edits_of_seats, seats_day
from bot.services.ports import (
    Clock,
    DeliveryStore,
    EventSource,
    EventStore,
    Listing,
    QuestionStore,
    Sighting,
    SourceState,
    Watched,
)

log = structlog.get_logger()

_EVENTS_AT_ONCE = 100
POST_ALL, POST_NONE = "post", "leave"  # the answers to "so many new events, shall I post them?"


@dataclass(frozen=True)
class _Look:
    """What a source shows now beside what was known before."""

    starts_anew: bool
    sightings: dict[int, Sighting]
    known: dict[int, Event]
    remembered: list[Event]  # what is shown, with what earlier looks saw of it
    missed: list[int]
    gone: list[Event]  # missed once too often
    vanished: list[Event]  # of these, what no other source shows either
    shown_by: dict[int, set[str]]  # the sources that show an event
    changes: list[Change]


@dataclass(frozen=True)
class Watching:
    """Watches every source for the rooms that follow it."""

    events: EventStore
    questions: QuestionStore
    rooms: Rooms
    lead_times: Sequence[timedelta]
    clock: Clock
    deliveries: DeliveryStore
    # Rooms may change while reminders are planned: whoever plans later must know the later rooms.
    _planning: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def watch(self, source: EventSource) -> None:
        """Store what the source shows now and plan what is worth saying; a failed poll is noted and changes nothing."""
        now = self.clock.now()
        state = (await self.events.sources()).get(source.name) or SourceState(source.name, source.query)
        try:
            listing = await self._listing(source, state, now)
        except SourceError as error:
            since = failing_since(state.failing_since, state.failed_at, now)
            await self.events.note(replace(state, error=str(error), failed_at=now, failing_since=since))
            log.warning("poll failed", source=source.name, reason=str(error))
            return
        for problem in listing.problems:
            log.warning("entry left out", source=source.name, reason=problem)
        async with self._planning:
            await self._record(source, state, listing)

    async def _listing(self, source: EventSource, state: SourceState, now: datetime) -> Listing:
        """Return what the source shows, with the events that only moved out of the months it was asked for."""
        listing = await source.listing(now)
        if listing.covers is None or state.query != source.query:
            return listing
        missed = _missed(await self.events.sightings(source.name), listing, now)
        if not missed:
            return listing
        elsewhere = await source.look_up(missed)
        complete = listing.complete and elsewhere.complete
        return replace(listing, events=listing.events + elsewhere.events, complete=complete)

    async def _record(self, source: EventSource, state: SourceState, listing: Listing) -> None:
        now = self.clock.now()
        first_seen_at = state.first_seen_at or (None if listing.cut_off else now)
        look = await self._look(source, state, listing)
        planned, questions = self._plan(source.name, look.changes, look.shown_by)
        planned += self._vanishings(source.name, look, now)
        planned += await self._seats_and_edits(look, planned)
        watched = Watched(
            source=SourceState(source.name, source.query, first_seen_at, now, _covered_until(listing)),
            now=now,
            starts_anew=look.starts_anew,
            events=tuple(look.remembered + look.vanished),
            sighted=tuple(event.id for event in look.remembered),
            missed=tuple(look.missed),
            planned=tuple(planned),
            reminders=self._reminders(source.name, look),
            questions=tuple(questions),
        )
        await self.events.record(watched)
        if look.starts_anew or look.changes:
            counts = {"events": len(look.remembered), "changes": len(look.changes), "planned": len(planned)}
            log.info("news", source=source.name, **counts)

    async def _look(self, source: EventSource, state: SourceState, listing: Listing) -> _Look:
        starts_anew = state.first_seen_at is None or state.query != source.query
        sightings = {} if starts_anew else await self.events.sightings(source.name)
        # What was wanted once is followed to its end: a title that says 中止 may have lost the word it was wanted for.
        shown = [event for event in listing.events if event.id not in listing.unwanted or event.id in sightings]
        known = await self.events.known([event.id for event in shown])
        remembered = [sight(known.get(event.id), event) for event in shown]
        missed = _missed(sightings, listing, self.clock.now())
        gone = [sightings[event_id].event for event_id in missed if sightings[event_id].missed + 1 == GONE_AFTER]
        shown_by = await self.events.shown_by([event.id for event in (*remembered, *gone)])
        vanished = [_vanished(event) for event in gone if _vanishes(event, shown_by[event.id] - {source.name})]
        changes = [] if starts_anew else _changes(remembered, known, sightings, state.covered_until)
        return _Look(starts_anew, sightings, known, remembered, missed, gone, vanished, shown_by, changes)

    def _vanishings(self, source: str, look: _Look, now: datetime) -> list[Delivery]:
        return [
            self._tell_organisers(event, room, now)
            for event in look.vanished
            for room in self.rooms.asking({source} | look.shown_by[event.id])
        ]

    async def _seats_and_edits(self, look: _Look, planned: Sequence[Delivery]) -> list[Delivery]:
        now = self.clock.now()
        news = [] if look.starts_anew else _seat_news(look.remembered, look.known, now)
        seats = [one for event, what in news for one in self._seats(event, what, look.shown_by[event.id], now)]
        urgent = [one.event.id for one in look.changes if must_be_said(one.kind, one.fields)]
        seats_told = [event.id for event, _ in news]
        before = look.known | {event.id: event for event in look.gone}
        events = [*look.remembered, *look.vanished]
        return seats + await self._edits(before, events, [*planned, *seats], urgent, seats_told)

    def _reminders(self, source: str, look: _Look) -> dict[int, list[Delivery]]:
        """Of each event that wants others than are planned, those that it wants."""
        known, sightings = look.known, look.sightings
        moved = [event for event in look.remembered if _wants_other_reminders(known.get(event.id), event, sightings)]
        reminders = {event.id: self.reminders_for(event, look.shown_by[event.id] | {source}) for event in moved}
        return reminders | {
            event.id: self.reminders_for(event, look.shown_by[event.id] - {source}) for event in look.gone
        }

    def _plan(
        self, source: str, changes: Sequence[Change], shown_by: dict[int, set[str]]
    ) -> tuple[list[Delivery], list[Question]]:
        now = self.clock.now()
        worth = [change for change in changes if is_worth_saying(change, now)]
        if is_flood(worth):
            return self._ask_about_flood(source, worth, now)
        planned = []
        for change in worth:
            followed = {source} if change.kind is ChangeKind.NEW else shown_by[change.event.id]
            rooms = [room for room in self._hearing(followed) if _wants(room, change)]
            planned += [delivery for room in rooms for delivery in _deliveries(change, room, now)]
        return planned, []

    def _seats(self, event: Event, news: SeatNews, shown_by: set[str], now: datetime) -> list[Delivery]:
        """Tell the rooms that want to know, each once a day: what comes later that day edits what was said."""
        day = seats_day(now)
        return [
            Delivery("seats", f"event:{event.id}", day, room.name, now, event.started_at, event.id, {"news": news})
            for room in self._hearing(shown_by)
            if (room.seats if news.is_for_all else room.filling)
        ]

    async def _edits(
        self,
        known: Mapping[int, Event],
        events: Sequence[Event],
        planned: Sequence[Delivery],
        urgent: Sequence[int],
        seats_told: Sequence[int],
    ) -> list[Delivery]:
        """Bring what stands in the rooms up to date: announcements, and what was said of seats."""
        now = self.clock.now()
        pairs = [(known.get(event.id), event) for event in events]
        edited = [event.id for before, event in pairs if _is_worth_editing(before, event, now)]
        turned = [event.id for before, event in pairs if has_turned(before, event)]
        edits = await edits_of_announcements(self.deliveries, edited, now, urgent)
        return edits + await edits_of_seats(self.deliveries, edited, now, [*urgent, *seats_told], turned, planned)

    def _ask_about_flood(
        self, source: str, changes: Sequence[Change], now: datetime
    ) -> tuple[list[Delivery], list[Question]]:
        """Ask in every guild that follows the source: each decides for its own rooms."""
        facts = {"source": source, "events": sorted(change.event.id for change in changes)}
        planned: list[Delivery] = []
        questions: dict[str, Question] = {}
        for room in self.rooms.asking({source}):
            subject = f"{source}@{now:%Y%m%dT%H%M%SZ}" + (f"@{room.guild}" if room.guild else "")
            asked = Question("flood", subject, (POST_ALL, POST_NONE), now, {**facts, "guild": room.guild})
            question = questions.setdefault(room.guild, asked)
            planned.append(ask(question, room))
        return planned, list(questions.values())

    async def answer_flood(self, question: Question, option: str, member: str) -> bool:
        """Take an organiser's word on a flood; False if somebody answered before."""
        now = self.clock.now()
        planned: list[Delivery] = []
        if option == POST_ALL:
            known = await self.events.known(question.facts["events"])
            changes = [Change(ChangeKind.NEW, event) for event in known.values() if not event.has_started(now)]
            guild = question.facts.get("guild", "")
            rooms = [room for room in self._hearing({question.facts["source"]}) if room.guild == guild]
            planned = [one for change in changes for room in rooms for one in _deliveries(change, room, now)]
        planned += await edits_of_question(self.deliveries, question, now)
        return await self.questions.answer(question, option, member, now, planned)

    def _hearing(self, sources: set[str]) -> list[Room]:
        """Return the rooms that want news of these sources, and have not paused all of them."""
        now, rooms = self.clock.now(), self.rooms.following(sources)
        return [room for room in rooms if room.announces and not sources.isdisjoint(room.heard(now))]

    def _tell_organisers(self, event: Event, room: Room, now: datetime) -> Delivery:
        return Delivery(
            "notice", f"event:{event.id}", f"vanished-r{event.revision}", room.name, now, event.started_at, event.id
        )

    async def plan_reminders(self, deliveries: DeliveryStore, sources: Sequence[str] | None = None) -> None:
        """Plan the reminders of all that is to come anew: lead times and rooms may have changed meanwhile.

        With `sources` only of what these show.
        """
        now = self.clock.now()
        async with self._planning:
            events = await self.events.running_or_upcoming(self.rooms.sources if sources is None else sources, now)
            shown_by = await self.events.shown_by([event.id for event in events])
            for first in range(0, len(events), _EVENTS_AT_ONCE):  # members who ask meanwhile need not wait for all
                some = events[first : first + _EVENTS_AT_ONCE]
                await deliveries.rearm({event.id: self.reminders_for(event, shown_by[event.id]) for event in some}, now)

    def reminders_for(self, event: Event, shown_by: set[str]) -> list[Delivery]:
        """Return every reminder of an event to every room that follows it and wants reminders."""
        return [
            Delivery(
                kind="reminder",
                subject=f"event:{event.id}",
                occasion=reminder.occasion,
                destination=room.name,
                due_at=reminder.due_at,
                useful_until=reminder.useful_until,
                event_id=event.id,
                facts={"lead_time": reminder.lead_time.total_seconds(), "starts_at": reminder.starts_at.isoformat()},
            )
            for room in self.rooms.following(shown_by)
            if room.reminders
            for reminder in reminders_of(event, self.lead_times if room.lead_times is None else room.lead_times)
        ]


def _wants(room: Room, change: Change) -> bool:
    return room.changes or change.kind is ChangeKind.NEW


def ask(question: Question, room: Room) -> Delivery:
    """Return the delivery that asks a question in a room."""
    return Delivery("question", f"{question.kind}:{question.subject}", "asked", room.name, question.asked_at)


def _changes(
    remembered: Sequence[Event],
    known: dict[int, Event],
    sightings: dict[int, Sighting],
    covered_until: datetime | None,
) -> list[Change]:
    """Compare with what was stored; an event that this source shows for the first time is new to its rooms.

    Where a window of months moved on, the month that came into sight is seen for the first time, and silent.
    """
    pairs = [(known.get(event.id) if event.id in sightings else None, event) for event in remembered]
    changes = [change for before, event in pairs if (change := compare(before, event)) is not None]
    return [change for change in changes if change.before or not _just_came_into_sight(change.event, covered_until)]


def _seat_news(remembered: Sequence[Event], known: Mapping[int, Event], now: datetime) -> list[tuple[Event, SeatNews]]:
    pairs = [(event, seat_news(known.get(event.id), event)) for event in remembered if not event.has_started(now)]
    news = [(event, what) for event, what in pairs if what is not None]
    if len(news) > FLOOD:
        log.warning("seats not told", events=len(news), reason="so many at once are more likely a fault than news")
        return []
    return news


def _just_came_into_sight(event: Event, covered_until: datetime | None) -> bool:
    return covered_until is not None and event.started_at is not None and event.started_at >= covered_until


def _covered_until(listing: Listing) -> datetime | None:
    return listing.covers[1] if listing.covers else None


def _missed(sightings: dict[int, Sighting], listing: Listing, now: datetime) -> list[int]:
    """Return the coming events that a complete listing should have shown and did not."""
    if not listing.complete:
        return []
    there = {event.id for event in listing.events} | listing.unreadable
    expected = (one.event for one in sightings.values() if one.missed < GONE_AFTER and not one.event.has_started(now))
    return [event.id for event in expected if event.id not in there]


def _vanishes(event: Event, shown_elsewhere: set[str]) -> bool:
    return not shown_elsewhere and event.status is not EventStatus.CANCELLED


def _vanished(event: Event) -> Event:
    return replace(event, status=EventStatus.VANISHED, revision=event.revision + 1)


def _wants_other_reminders(before: Event | None, event: Event, sightings: dict[int, Sighting]) -> bool:
    """Whether its date changed or holds no more, or this source's rooms now hear of it: ten thousand may follow."""
    if before is None or event.id not in sightings or sightings[event.id].missed >= GONE_AFTER:
        return True
    return (before.started_at, before.takes_place) != (event.started_at, event.takes_place)


def _is_worth_editing(before: Event | None, event: Event, now: datetime) -> bool:
    return before is not None and looks_different(before, event) and not event.is_over(now)


def _deliveries(change: Change, room: Room, now: datetime) -> list[Delivery]:
    event, before = change.event, change.before
    if change.kind is ChangeKind.NEW:
        said = Delivery("announcement", f"event:{event.id}", "new", room.name, now, event.started_at, event.id)
        return [said, thread_below(said)] if room.threads else [said]
    facts = {"kind": change.kind.value, "fields": list(change.fields), "before": _facts(before), "after": _facts(event)}
    occasion = f"r{event.revision}"
    return [Delivery("change", f"event:{event.id}", occasion, room.name, now, event.started_at, event.id, facts)]


def _facts(event: Event | None) -> dict[str, object]:
    """Keep what a notice of change shows, since a later poll overwrites the event."""
    if event is None:
        return {}
    times = {name: _iso(value) for name, value in (("started_at", event.started_at), ("ended_at", event.ended_at))}
    return {"title": event.title, "place": event.place, "address": event.address, "limit": event.limit, **times}


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
