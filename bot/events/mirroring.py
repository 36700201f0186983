"""Keep the calendars that platforms have of their own in step with the events that their rooms follow."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.core.clock import Clock
from bot.core.errors import SendError, SendRefused
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.events.ports.calendars import EventMirror, MirrorStore
from bot.events.ports.events import EventStore, Search
from bot.events.rules.events import Event
from bot.events.rules.mirrored_events import (
    MOST_MIRRORED,
    STATE_AFTER,
    CalendarEntry,
    MirroredEvent,
    MirrorState,
    MirrorStep,
    steps_of,
)
from bot.locales import texts_for

log = structlog.get_logger()

REST = timedelta(minutes=5)  # after trouble with a server, which often lasts
_SPACES_AT_ONCE = 8

LOOK_EVERY = timedelta(minutes=5)
A_REPEAT_TAKES = timedelta(seconds=1)  # at least: a client waits before it repeats a call

Entries = dict[int, CalendarEntry]
# Sources, the language, and the rooms in which an event must have been announced; None: in none.
Followed = tuple[frozenset[str], str, frozenset[str] | None]


@dataclass(frozen=True)
class Wanted:
    """What calendars should show until the next event begins or ends, or a source shows something new."""

    entries: Entries
    until: datetime


_NOTHING = Wanted({}, datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True)
class Mirroring:
    """Compares what stands in each calendar with what should stand there, and does what is missing.

    Nothing is planned ahead: whatever a crash or an outage left undone, the next look finds. What was found in line is
    not looked at again until something happens.
    """

    event_store: EventStore
    mirror_store: MirrorStore
    rooms: Rooms
    clock: Clock
    zone: ZoneInfo
    _running: asyncio.Lock = field(default_factory=asyncio.Lock)
    _wanted: dict[Followed, Wanted] = field(default_factory=dict)
    _stale: set[Followed] = field(default_factory=set)
    _in_line: dict[str, Wanted] = field(default_factory=dict)
    _trusted: set[str] = field(default_factory=set)
    _rests_until: dict[str, datetime] = field(default_factory=dict)

    def refresh(self, source: str) -> None:
        """Look anew, with the next look, at what this source shows."""
        self._stale.update(key for key in self._wanted if source in key[0])

    async def reconcile(self, mirror: EventMirror) -> None:
        """Bring every calendar within reach up to date."""
        async with self._running:
            now, turns = self.clock.now(), asyncio.Semaphore(_SPACES_AT_ONCE)
            rooms = self._rooms_by_space(mirror)
            with_entries = [space for space in await self.mirror_store.spaces(mirror.platform) if mirror.reaches(space)]

            async def look(space: str) -> None:
                async with turns:
                    await self._look(mirror, space, await self._wanted_by(rooms.get(space, ()), now), now)

            awake = (space for space in {*rooms, *with_entries} if self._rests_until.get(space, now) <= now)
            await asyncio.gather(*map(look, sorted(awake)))

    def _rooms_by_space(self, mirror: EventMirror) -> dict[str, list[Room]]:
        found: dict[str, list[Room]] = {}
        for room in self.rooms.in_force:
            if room.platform == mirror.platform and room.announces and room.scheduled_events:
                space = mirror.space_of(room.channel)
                if space is not None:
                    found.setdefault(space, []).append(room)
        return found

    async def _wanted_by(self, rooms: Sequence[Room], now: datetime) -> Wanted:
        """Return what the calendar of these rooms should show; servers that follow the same share it."""
        if not rooms:
            return _NOTHING
        announced_in = frozenset(room.name for room in rooms) if all(room.mirrors_new_only for room in rooms) else None
        key = (frozenset(name for room in rooms for name in room.follows), rooms[0].locale, announced_in)
        known = self._wanted.get(key)
        if known is None or known.until <= now or key in self._stale:
            self._stale.discard(key)
            search = Search(tuple(sorted(key[0])))
            events = await self.event_store.planned(search, now, MOST_MIRRORED)
            if announced_in is not None:
                announced = await self.mirror_store.announced_in(announced_in)
                events = [event for event in events if event.id in announced]
            entries = {event.id: self._entry(event, key[1]) for event in events if event.started_at is not None}
            moments = [at for entry in entries.values() for at in (entry.starts_at, entry.ends_at) if at > now]
            if known is None or known.until <= now or known.entries != entries:
                known = self._wanted[key] = Wanted(entries, min([*moments, now + LOOK_EVERY]))
        return known

    def _entry(self, event: Event, locale: str) -> CalendarEntry:
        assert event.started_at is not None and event.ends_at is not None  # noqa: S101, PT018  # the caller looked
        texts = texts_for(locale, self.zone)
        said = texts.gettext("Details and registration:") + f"\n{event.url}"
        if event.end_is_assumed:
            said += "\n" + texts.gettext("(No end time is given; we assume two hours.)")
        where = event.location or texts.gettext("to be decided")
        return CalendarEntry(event.id, event.title, event.url, where, said, event.started_at, event.ends_at)

    async def _look(self, mirror: EventMirror, space: str, wanted: Wanted, now: datetime) -> None:
        if self._in_line.get(space) is wanted and wanted is not _NOTHING:
            return
        try:
            if await self._bring_up_to_date(mirror, space, wanted.entries, now):
                self._in_line[space] = wanted
        except SendError as error:
            self._trusted.discard(space)
            self._rests_until[space] = now + REST
            log.warning("calendar not up to date", server=space, reason=str(error), again_in_s=REST.total_seconds())
        except Exception:  # a bug with one server must not hold up the others
            self._rests_until[space] = now + REST
            log.exception("calendar broke", server=space)

    async def _bring_up_to_date(self, mirror: EventMirror, space: str, wanted: Entries, now: datetime) -> bool:
        """Do what is missing; True if nothing was."""
        kept = await self.mirror_store.mirrored(mirror.platform, space)
        unwanted = [copy.event_id for copy in kept if copy.is_open and copy.event_id not in wanted]
        events = await self.event_store.known(unwanted) if unwanted else {}
        steps, known = steps_of(wanted, kept, events, now), {copy.event_id: copy for copy in kept}
        for step, event_id in steps:
            if step is not MirrorStep.CREATE:
                await self._carry_out(mirror, step, known[event_id], wanted.get(event_id))
        if new := [wanted[event_id] for step, event_id in steps if step is MirrorStep.CREATE]:
            await self._create(mirror, space, new, kept)
        return not steps

    async def _carry_out(
        self, mirror: EventMirror, step: MirrorStep, copy: MirroredEvent, entry: CalendarEntry | None
    ) -> None:
        is_done = await mirror.carry_out(step, copy.external_id, copy.space, entry)
        state = STATE_AFTER.get(step, copy.state) if is_done else MirrorState.REMOVED
        digest = entry.digest if step is MirrorStep.CHANGE and entry is not None else copy.digest
        await self._keep(replace(copy, state=state, digest=digest), step)

    async def _create(
        self, mirror: EventMirror, space: str, new: Sequence[CalendarEntry], kept: Sequence[MirroredEvent]
    ) -> None:
        """Create what is not there; an entry that a crash or a lost answer left without a record is taken over."""
        recorded = {copy.external_id for copy in kept}
        # Only before this process has written there, or after trouble, may an entry stand there that is not recorded.
        listed = {} if space in self._trusted else await mirror.ours(space)
        there = {number: said for number, said in listed.items() if number not in recorded}
        refusals, began = [], self.clock.now()
        for entry in new:
            found = next((number for number, said in there.items() if _is_of(said, entry)), None)
            try:
                number = found or await mirror.create(space, entry)
            except SendRefused as error:  # one odd event must not keep the others out, but a full calendar refuses all
                refusals.append(error)
                if len(refusals) > 1:
                    break
                continue
            # What was found may say something old: the next look changes it.
            digest = "" if found else entry.digest
            created = MirroredEvent(mirror.platform, space, entry.event_id, number, MirrorState.SCHEDULED, digest)
            await self._keep(created, MirrorStep.CREATE)
            recorded.add(number)
        if self.clock.now() - began >= A_REPEAT_TAKES:
            await self._withdraw_doubles(mirror, space, new, recorded)
        self._trusted.add(space)
        if refusals:
            raise refusals[0]

    async def _withdraw_doubles(
        self, mirror: EventMirror, space: str, new: Sequence[CalendarEntry], recorded: Collection[str]
    ) -> None:
        """Delete what was created twice: a client repeats a call whose answer was lost, and cannot say so."""
        for number, said in (await mirror.ours(space)).items():
            if number not in recorded and any(_is_of(said, entry) for entry in new):
                await mirror.carry_out(MirrorStep.WITHDRAW, number, space, None)

    async def _keep(self, mirrored: MirroredEvent, step: MirrorStep) -> None:
        await self.mirror_store.keep(mirrored)
        log.info(
            "calendar changed",
            platform=mirrored.platform,
            server=mirrored.space,
            event_id=mirrored.event_id,
            step=step.value,
            state=mirrored.state.value,
        )


def _is_of(description: str, entry: CalendarEntry) -> bool:
    """Whether an entry shows this event: its address stands in the description, and no longer one that begins so."""
    return entry.url in description.split()
