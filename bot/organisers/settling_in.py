"""Set up a room in its own channel, step by step: nothing is said there before it is saved.

What is chosen so far is kept in the store, so that an organiser goes on where they left, in any process.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from bot.core.askers import Asker
from bot.core.clock import Clock
from bot.core.durations import parse_duration
from bot.core.errors import ConfigurationError, SourceError
from bot.core.handlers import Handlers
from bot.core.messages import Message
from bot.core.problems.base import Problem
from bot.core.room import MANAGERS, Room
from bot.core.rooms import Rooms
from bot.events.ports.sources import Charged, EventSource
from bot.events.rules.events import Event
from bot.events.rules.sources import LONGEST_NAME, SourceKind, SourceQuery, query_named, query_of, words_in
from bot.locales import LANGUAGES, Texts, texts_for
from bot.organisers import pages, source_messages
from bot.organisers import settling_in_messages as said
from bot.organisers.pages import ChooseForRoom, Ending, EndSetup, GoToStep, Setting, Step
from bot.organisers.ports.rooms import RoomDraft, RoomStore
from bot.organisers.rehearsing import Rehearsed
from bot.organisers.room_labels import PARTS

log = structlog.get_logger()

LAST_MONTH_AND_SIX = (-1, 6)  # what a keyword or a prefecture is asked for, to say how much it brings
MOST_SOURCES = 10  # in one room
PREVIEWED = timedelta(days=31)  # to either side of now

OpenSource = Callable[[str, tuple[int, int]], EventSource]
Rehearse = Callable[[Sequence[Room], datetime, datetime], Awaitable[list[Rehearsed]]]


@dataclass(frozen=True)
class SettlingIn:
    """Walks an organiser through a room. `changed` is called when a room was saved or switched off."""

    store: RoomStore
    rooms: Rooms
    open_source: OpenSource
    rehearse: Rehearse
    changed: Callable[[], Awaitable[object]]
    lead_times: Sequence[timedelta]
    clock: Clock
    zone: ZoneInfo
    charged: Charged = nullcontext

    def handlers(self) -> Handlers:
        """Return what is done about each action."""
        return {GoToStep: self._go, ChooseForRoom: self._choose, EndSetup: self._end}

    async def open(self, asker: Asker) -> Message:
        """Show the step at which somebody left, or the first one."""
        return await self._page(asker, await self._draft(asker))

    async def _go(self, asker: Asker, action: GoToStep) -> Message:
        return await self._keep(asker, replace(await self._draft(asker), step=action.step))

    async def _choose(self, asker: Asker, action: ChooseForRoom) -> Message:
        draft = await self._draft(asker)
        return await self._keep(asker, replace(draft, room=_chosen(draft.room, action.setting, action.chosen)))

    async def _keep(self, asker: Asker, draft: RoomDraft, notice: Message | None = None) -> Message:
        await self.store.keep_draft(draft, asker.member, self.clock.now())
        return await self._page(asker, draft, notice)

    async def _end(self, asker: Asker, action: EndSetup) -> Message:
        room = (await self._draft(asker)).room
        if action.ending is Ending.SAVE:
            return await self._save(asker, room)
        return await self._leave(asker, room, switch_off=action.ending is Ending.OFF)

    async def _draft(self, asker: Asker) -> RoomDraft:
        kept = await self.store.draft(asker.room.platform, asker.room.channel)
        if kept is not None and kept.room.guild == asker.tenant.id:
            return kept
        room = self.rooms.chosen(asker.room.name)
        if room is None or room.guild not in ("", asker.tenant.id):
            room = Room(asker.room.platform, asker.room.channel, locale=asker.language)
        return RoomDraft(replace(room, guild=asker.tenant.id, organisers=room.organisers or (MANAGERS,)), Step.SOURCE)

    async def _page(self, asker: Asker, draft: RoomDraft, notice: Message | None = None) -> Message:
        texts, room = self._texts(draft.room), draft.room
        if draft.step == Step.REVIEW:
            with self.charged(asker.tenant.name):
                preview = await self._preview(room)
            page = said.review_page(texts, room, self.lead_times, preview, await _missing(asker))
        else:
            page = said.step_page(texts, draft, self.lead_times, notice)
        known = self.rooms.chosen(room.name)
        return said.with_off_switch(texts, page) if known is not None and known.is_on else page

    async def _preview(self, room: Room) -> list[Rehearsed] | Problem:
        """Play last month and the next one in this room, and return one message of each kind, or why there is none."""
        now = self.clock.now()
        try:
            played = await self.rehearse([replace(room, is_on=True)], now - PREVIEWED, now + PREVIEWED)
        except (SourceError, ConfigurationError) as error:
            return error.problem
        first = {rehearsed.message.kind: rehearsed for rehearsed in reversed(played)}
        return sorted(first.values(), key=lambda rehearsed: rehearsed.at)

    async def add(self, asker: Asker, kind: SourceKind, written: str) -> Message:
        """Ask connpass about a new source, and follow it if connpass knows it."""
        draft = await self._draft(asker)
        room, texts = draft.room, self._texts(draft.room)
        if len(room.follows) >= MOST_SOURCES:
            return await self._page(asker, draft, source_messages.too_many_sources(texts, MOST_SOURCES))
        notice, found = await self.look_up(asker, texts, kind, written)
        if found is None:
            return await self._page(asker, draft, notice)
        follows = tuple(dict.fromkeys((*room.follows, found.name)))
        return await self._keep(asker, replace(draft, room=replace(room, follows=follows)), notice)

    async def narrow(self, asker: Asker, words: pages.Words, written: str) -> Message:
        """Let words select from the source that was added last."""
        draft = await self._draft(asker)
        notice, follows = await self.refine(asker, self._texts(draft.room), draft.room.follows, words, written)
        return await self._keep(asker, replace(draft, room=replace(draft.room, follows=follows)), notice)

    async def look_up(
        self, asker: Asker, texts: Texts, kind: SourceKind, written: str
    ) -> tuple[Message, SourceQuery | None]:
        """Ask connpass what a source shows, and say how much it brings; no query where it cannot be followed."""
        query = query_of(kind, written)
        if query is None:
            return source_messages.not_understood(texts, kind, written), None
        return await self._preview_of(asker, texts, query)

    async def refine(
        self, asker: Asker, texts: Texts, follows: tuple[str, ...], words: pages.Words, written: str
    ) -> tuple[Message, tuple[str, ...]]:
        """Let words select from the source that was added last.

        Returns what it brings now, and what is followed then.
        """
        query = query_named(follows[-1]) if follows else None
        if query is None:
            return source_messages.nothing_to_refine(texts), follows
        refined = replace(query, words=replace(query.words, **{words.value: words_in(written)}))
        if len(refined.name) > LONGEST_NAME:
            return source_messages.too_many_words(texts), follows
        notice, found = await self._preview_of(asker, texts, refined)
        return notice, follows if found is None else tuple(dict.fromkeys((*follows[:-1], found.name)))

    async def _preview_of(self, asker: Asker, texts: Texts, query: SourceQuery) -> tuple[Message, SourceQuery | None]:
        now = self.clock.now()
        try:
            with self.charged(asker.tenant.name):
                listing = await self.open_source(query.name, LAST_MONTH_AND_SIX).listing(now)
        except (SourceError, ConfigurationError) as error:
            return source_messages.source_failed(texts, query, error.problem), None
        if query.kind is SourceKind.GROUP and not listing.events:
            return source_messages.source_unknown(texts, query), None
        last_month = sum(_was_last_month(event, now, self.zone) for event in listing.wanted)
        coming = sorted(
            (event for event in listing.wanted if event.started_at and event.takes_place and event.started_at > now),
            key=lambda event: event.started_at or now,
        )
        return source_messages.source_found(texts, query, last_month, coming, now), query

    async def _save(self, asker: Asker, room: Room) -> Message:
        texts = self._texts(room)
        if not room.follows:
            draft = RoomDraft(room, Step.SOURCE)
            return await self._page(asker, draft, said.no_source_yet(texts))
        await self.store.save([replace(room, is_on=True)], asker.member, self.clock.now())
        log.info("room set up", room=room.name, sources=room.follows)
        await self.changed()
        return said.saved_page(texts, await _missing(asker))

    async def _leave(self, asker: Asker, room: Room, *, switch_off: bool) -> Message:
        texts = self._texts(room)
        await self.store.drop_draft(room)
        known = self.rooms.chosen(room.name)
        if not switch_off or known is None or known.guild not in ("", asker.tenant.id):
            return said.discarded_page(texts)
        await self.store.save([replace(known, guild=asker.tenant.id, is_on=False)], asker.member, self.clock.now())
        log.info("room switched off", room=room.name)
        await self.changed()
        return said.switched_off_page(texts)

    def _texts(self, room: Room) -> Texts:
        return texts_for(room.locale, self.zone)


def _chosen(room: Room, setting: Setting, values: Sequence[str]) -> Room:
    """Return the room with one choice made; what a platform could not have offered changes nothing."""
    match setting:
        case Setting.FOLLOWS:
            return replace(room, follows=tuple(name for name in room.follows if name in values))
        case Setting.LANGUAGE if values and values[0] in LANGUAGES:
            return replace(room, locale=values[0])
        case Setting.PARTS:
            return with_parts(room, values)
        case Setting.DIGEST if values and values[0] in (said.NO_DIGEST, *said.DIGESTS):
            return replace(room, digest="" if values[0] == said.NO_DIGEST else values[0])
        case Setting.LEAD_TIMES:
            offered = [parse_duration(value) for value in values if value in said.LEAD_TIMES]
            return replace(room, lead_times=tuple(sorted(offered, reverse=True)))
        case Setting.DECIDERS:
            return replace(room, organisers=(MANAGERS, *values))
    return room


async def _missing(asker: Asker) -> tuple[str, ...]:
    return (await asker.surroundings.channels()).missing


def with_parts(room: Room, chosen: Sequence[str]) -> Room:
    """Return the room saying exactly these parts."""
    parts: dict[str, Any] = {part: part in chosen for part in PARTS}
    return replace(room, **parts)


def _was_last_month(event: Event, now: datetime, zone: ZoneInfo) -> bool:
    if event.started_at is None:
        return False
    last = now.astimezone(zone).replace(day=1) - timedelta(days=1)
    start = event.started_at.astimezone(zone)
    return (start.year, start.month) == (last.year, last.month)
