"""Poll a source, look at what it shows, and store that with what is to be said of it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

import structlog

from bot.core.clock import Clock
from bot.core.errors import SourceError
from bot.core.questions import POST_ALL
from bot.core.rooms import Rooms
from bot.delivery.deciding import AnswerHandlers
from bot.delivery.ports.questions import QuestionStore
from bot.delivery.ports.schedule import DeliveryStore
from bot.delivery.question_post import edits_of_question
from bot.delivery.rules.deliveries import Delivery
from bot.events.event_questions import CALLED_OFF, FloodQuestion, VanishedQuestion
from bot.events.looking import look, missed_in
from bot.events.planning import Planning
from bot.events.ports.events import EventStore, SourceState, Watched
from bot.events.ports.sources import EventSource, Listing
from bot.events.rules.outages import failing_since
from bot.events.vanishing import SetUpBy, Vanishing

log = structlog.get_logger()

_EVENTS_AT_ONCE = 100
UNFOLLOWED_FOR = timedelta(days=1)  # another process on the store may follow what this one does not know


async def _nobody(_platform: str, _channel: str) -> str:
    return ""


@dataclass(frozen=True)
class Watching:
    """Watches every source for the rooms that follow it."""

    events: EventStore
    questions: QuestionStore
    rooms: Rooms
    lead_times: Sequence[timedelta]
    clock: Clock
    deliveries: DeliveryStore
    set_up_by: SetUpBy = _nobody
    # Rooms may change while reminders are planned: whoever plans later must know the later rooms.
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    @cached_property
    def _planning(self) -> Planning:
        return Planning(self.rooms, self.lead_times, self.deliveries, self._vanishing)

    @cached_property
    def _vanishing(self) -> Vanishing:
        return Vanishing(self.rooms, self.set_up_by)

    async def watch(self, source: EventSource) -> None:
        """Store what the source shows now and plan what is worth saying; a failed poll is noted and changes nothing."""
        now = self.clock.now()
        state = (await self.events.sources()).get(source.name) or SourceState(source.name, source.query)
        try:
            listing = await self._listing(source, state, now)
        except SourceError as error:
            since = failing_since(state.failing_since, state.failed_at, now)
            await self.events.note(replace(state, error=error.problem, failed_at=now, failing_since=since))
            if error.problem != state.error:  # once, however long it lasts
                log.warning("poll failed", source=source.name, reason=str(error))
            return
        if state.error is not None:
            log.info("poll works again", source=source.name)
        for problem in listing.problems:
            log.warning("entry left out", source=source.name, reason=str(problem))
        async with self._turn:
            await self._record(source, state, listing)

    async def _listing(self, source: EventSource, state: SourceState, now: datetime) -> Listing:
        """Return what the source shows, with the events that only moved out of the months it was asked for."""
        listing = await source.listing(now)
        if listing.covers is None or state.query != source.query:
            return listing
        missed = missed_in(listing, await self.events.sightings(source.name), now)
        if not missed:
            return listing
        elsewhere = await source.look_up(missed)
        complete = listing.complete and elsewhere.complete
        return replace(listing, events=listing.events + elsewhere.events, complete=complete)

    async def _record(self, source: EventSource, state: SourceState, listing: Listing) -> None:
        now = self.clock.now()
        first_seen_at = state.first_seen_at or (None if listing.cut_off else now)
        covered_until = listing.covers[1] if listing.covers else None
        seen = await look(self.events, state, source.query, listing, now)
        planned, questions = await self._planning.plan(seen)
        watched = Watched(
            source=SourceState(source.name, source.query, first_seen_at, now, covered_until),
            now=now,
            starts_anew=seen.starts_anew,
            events=(*seen.remembered, *seen.vanished),
            sighted=tuple(event.id for event in seen.remembered),
            missed=tuple(seen.missed),
            planned=tuple(planned),
            reminders=self._planning.reminders(seen),
            questions=tuple(questions),
        )
        await self.events.record(watched)
        if seen.starts_anew or seen.changes:
            counts = {"events": len(seen.remembered), "changes": len(seen.changes), "planned": len(planned)}
            log.info("news", source=source.name, **counts)

    async def forget_unfollowed(self, besides: str) -> None:
        """Let sources that no room follows begin anew, in silence, once one does: what came meanwhile is no news.

        `besides` is the name of the report site, which stands among them.
        """
        for name, state in (await self.events.sources()).items():
            if name in (*self.rooms.sources, besides) or state.first_seen_at is None:
                continue
            if state.seen_at is None or state.seen_at < self.clock.now() - UNFOLLOWED_FOR:  # nobody else follows it
                await self.events.note(replace(state, first_seen_at=None))

    def answer_handlers(self) -> AnswerHandlers:
        """Return who takes an organiser's answer, by the kind of question."""
        return {FloodQuestion: self.answer_flood, VanishedQuestion: self.answer_vanished}

    async def answer_flood(self, question: FloodQuestion, option: str, member: str) -> bool:
        """Take an organiser's word on a flood; False if somebody answered before."""
        now = self.clock.now()
        planned = await edits_of_question(self.deliveries, question, now)
        if option == POST_ALL:
            held = [Delivery(held.post, held.destination, now, held.useful_until) for held in question.held]
            planned = [*(held or await self._held_back_before(question, now)), *planned]
        return await self.questions.answer(question, option, member, now, planned)

    async def answer_vanished(self, question: VanishedQuestion, option: str, member: str) -> bool:
        """Take an organiser's word on events whose pages are gone; False if somebody answered before."""
        now = self.clock.now()
        planned = await edits_of_question(self.deliveries, question, now)
        gone = await question.still_gone(self.events, now) if option == CALLED_OFF else []
        shown_by = await self.events.showed([event.id for event in gone])
        planned += self._vanishing.told(gone, question.guild or "", shown_by, now)
        planned += await self.events.news_of_confirmed(gone, now)
        if not await self.questions.answer(question, option, member, now, planned):
            return False
        await self.events.note_confirmed(gone)
        return True

    async def _held_back_before(self, question: FloodQuestion, now: datetime) -> Sequence[Delivery]:
        """Return what a question of an earlier version held back."""
        known = (await self.events.known(question.events)).values()
        return self._planning.announcements(known, question.source, question.guild or "", now)

    async def plan_reminders(self, sources: Sequence[str] | None = None) -> None:
        """Plan the reminders of all that is to come anew: lead times and rooms may have changed meanwhile.

        With `sources` only of what these show.
        """
        now = self.clock.now()
        async with self._turn:
            events = await self.events.running_or_upcoming(self.rooms.sources if sources is None else sources, now)
            shown_by = await self.events.shown_by([event.id for event in events])
            for first in range(0, len(events), _EVENTS_AT_ONCE):  # members who ask meanwhile need not wait for all
                some = events[first : first + _EVENTS_AT_ONCE]
                reminders = {event.id: self._planning.reminders_for(event, shown_by[event.id]) for event in some}
                await self.events.rearm(reminders, now)
