"""Draft the report of an event from all that is known of it, for organisers alone."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import structlog

from bot.core.askers import Asker
from bot.core.clock import Clock
from bot.core.errors import SourceError
from bot.core.folding import fold
from bot.core.handlers import Handlers
from bot.core.messages import Message
from bot.core.room import Room
from bot.delivery.question_messages import organisers_only
from bot.events.ports.events import EventStore, Search
from bot.events.ports.sources import Charged, EventDetails
from bot.events.rules.events import Event
from bot.events.rules.titles import numbers_in
from bot.locales import Texts, texts_for
from bot.reports import drafting_messages as said
from bot.reports.ports import MaterialStore, ReportStore
from bot.reports.report_saying import wanted_numbers
from bot.reports.rules.almanac import group_of
from bot.reports.rules.drafts import slug_of, timetable_in
from bot.reports.rules.materials import Material

log = structlog.get_logger()

T = TypeVar("T")

LATELY = timedelta(days=120)  # without an argument the event is meant that ended last, whose report may be due
MOST_LOOKED_AT = 50  # coming events, of which one is the group's next

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Drafting:
    """Drafts; `details` asks connpass, None without a key. `author` is whom the site names, the community."""

    event_store: EventStore
    report_store: ReportStore
    material_store: MaterialStore
    details: EventDetails | None
    author: str
    clock: Clock
    zone: ZoneInfo
    charged: Charged = nullcontext

    async def draft(self, asker: Asker, argument: str = "") -> Message:
        """Answer `!draft 4`: a meeting number, an event's id or words of its title; nothing: the latest without report.

        Only organisers are answered.
        """
        if not asker.may_decide:
            return organisers_only(self._texts(asker.own_language))
        return await self._answer(asker, argument, await self._meant(asker.room, argument.strip()))

    def handlers(self) -> Handlers:
        """Return what is done about each action."""
        return {said.MakeDraft: self.make}

    async def make(self, asker: Asker, action: said.MakeDraft) -> Message:
        """Draft the report for which the question for a missing one asks."""
        if not asker.may_decide:
            return organisers_only(self._texts(asker.own_language))
        return await self._answer(asker, "", (await self._followed(asker.room)).get(action.event))

    async def written(self, room: Room, argument: str) -> tuple[str | None, str]:
        """Return the draft's text, None if there is none, and what is to be said about it."""
        texts, now, event = self._texts(room.locale), self.clock.now(), await self._meant(room, argument.strip())
        if event is None or not _was_held(event, now):
            return None, said.no_draft(texts, argument, event).text
        draft = await self._drafted(texts, room, event)
        return said.draft_text(texts, draft, now), "\n".join(said.notes_of(texts, draft))

    async def _answer(self, asker: Asker, argument: str, event: Event | None) -> Message:
        texts, now = self._texts(asker.own_language), self.clock.now()
        if event is None or not _was_held(event, now):
            return said.no_draft(texts, argument, event)
        with self.charged(asker.tenant.name):
            draft = await self._drafted(texts, asker.room, event)
        return said.draft_made(texts, draft, now)

    async def _followed(self, room: Room) -> dict[int, Event]:
        return {event.id: event for event in await self.event_store.all_events(room.follows)}

    async def _meant(self, room: Room, argument: str) -> Event | None:
        """Return the event that is meant: of several the latest that has begun, or else the next to come."""
        followed, now = await self._followed(room), self.clock.now()
        if not argument:
            return await self._latest_without_report(followed, now)
        number, plain = wanted_numbers(argument), fold(argument).strip()
        if plain.isdecimal() and not number:
            return followed.get(int(plain[:16]))
        words = plain.split()
        found = [
            event
            for event in followed.values()
            if (number & numbers_in(event.title) if number else all(word in fold(event.title) for word in words))
        ]
        begun = [event for event in found if _was_held(event, now)]
        return max(begun or found[:1], key=lambda event: event.started_at or _LONG_AGO, default=None)

    async def _latest_without_report(self, followed: dict[int, Event], now: datetime) -> Event | None:
        reported = {report.event_id for report in await self.report_store.reports()}
        begun = [event for event in followed.values() if _was_held(event, now)]
        begun.sort(key=lambda event: event.started_at or _LONG_AGO, reverse=True)
        lately = (event for event in begun if event.started_at and now - event.started_at < LATELY)
        return next((event for event in lately if event.id not in reported), next(iter(begun), None))

    async def _drafted(self, texts: Texts, room: Room, event: Event) -> said.Draft:
        reports, lacks = await self.report_store.reports(), []
        lines: Sequence[str] | None = ()
        materials: Sequence[Material] | None = None
        if self.details is None:
            lacks.append(texts.gettext("The timetable is missing: without an API key I cannot ask connpass for it."))
        else:
            lines = await _asked(event, self.details.description)
            materials = await _asked(event, self.details.materials)
            if lines is None or materials is None:
                lacks.append(texts.gettext("connpass did not answer; the timetable and materials may be missing."))
        if materials is None:
            known = (await self.material_store.seen([event.id])).get(event.id)
            materials = known.materials if known else ()
        return said.Draft(
            event,
            slug_of(event, reports, self.zone),
            self.author,
            timetable_in(lines or ()),
            materials,
            await self._next(room, event),
            next((report for report in reports if report.event_id == event.id), None),
            lacks,
        )

    async def _next(self, room: Room, event: Event) -> Event | None:
        """Return the next event of the same group that is still to come."""
        now = self.clock.now()
        coming = await self.event_store.planned(Search(room.follows), now, MOST_LOOKED_AT)
        of_group = (other for other in coming if group_of(other) == group_of(event) and other.id != event.id)
        return next((other for other in of_group if other.started_at is not None and other.started_at > now), None)

    def _texts(self, language: str) -> Texts:
        return texts_for(language, self.zone)


def _was_held(event: Event, now: datetime) -> bool:
    return event.takes_place and event.has_started(now)


async def _asked(event: Event, ask: Callable[[int], Awaitable[T]]) -> T | None:
    """Ask connpass; None, and a line in the log, if it does not answer."""
    try:
        return await ask(event.id)
    except SourceError as error:
        log.warning("draft without what connpass knows", event_id=event.id, reason=str(error))
        return None
