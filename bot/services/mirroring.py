"""Keep the calendars that platforms have of their own in step with the events that their rooms follow."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.domain.events import Event
from bot.domain.mirrored_events import (
    MOST_MIRRORED,
    STATE_AFTER,
    CalendarEntry,
    MirroredEvent,
    MirrorState,
    MirrorStep,
    steps_of,
)
from bot.domain.rooms import Room, Rooms
from bot.errors import SendError, SendRefused
from bot.locales import texts_for
from bot.services.ports import Clock, EventMirror, EventStore, MirrorStore

log = structlog.get_logger()

REST = timedelta(minutes=5)  # after trouble with a server, which often lasts
_SPACES_AT_ONCE = 8

Entries = dict[int, CalendarEntry]


@dataclass(frozen=True)
class Mirroring:
    """Compares what stands in each calendar with what should stand there, and does what is missing.

    Nothing is planned ahead: whatever a crash or an outage left undone, the next look finds.
    """

    event_store: EventStore
    mirror_store: MirrorStore
    rooms: Rooms
    clock: Clock
    zone: ZoneInfo
    _running: asyncio.Lock = field(default_factory=asyncio.Lock)
    _rests_until: dict[str, datetime] = field(default_factory=dict)

    async def reconcile(self, mirror: EventMirror) -> None:
        """Bring every calendar within reach up to date."""
        async with self._running:
            now, turns = self.clock.now(), asyncio.Semaphore(_SPACES_AT_ONCE)
            kept = _by_space(await self.mirror_store.mirrored(mirror.platform), mirror)
            rooms = self._rooms_by_space(mirror)
            wanted = await self._wanted(rooms, now)

            async def bring_up_to_date(space: str) -> None:
                async with turns:
                    await self._bring_up_to_date(mirror, space, wanted.get(space, {}), kept.get(space, ()), now)

            awake = (space for space in {**kept, **rooms} if self._rests_until.get(space, now) <= now)
            await asyncio.gather(*(bring_up_to_date(space) for space in awake))

    def _rooms_by_space(self, mirror: EventMirror) -> dict[str, list[Room]]:
        found: dict[str, list[Room]] = {}
        for room in self.rooms.in_force:
            if room.platform == mirror.platform and room.announces and room.scheduled_events:
                space = mirror.space_of(room.channel)
                if space is not None:
                    found.setdefault(space, []).append(room)
        return found

    async def _wanted(self, rooms: Mapping[str, Sequence[Room]], now: datetime) -> dict[str, Entries]:
        """Return what each calendar should show; servers that follow the same in one language share it."""
        shared: dict[tuple[frozenset[str], str], Entries] = {}
        wanted = {}
        for space, here in rooms.items():
            follows, locale = frozenset(name for room in here for name in room.follows), here[0].locale
            if (follows, locale) not in shared:
                events = await self.event_store.running_or_upcoming(sorted(follows), now)
                shown = [event for event in events if event.takes_place and event.started_at is not None]
                shared[follows, locale] = {one.id: self._entry(one, locale) for one in shown[:MOST_MIRRORED]}
            wanted[space] = shared[follows, locale]
        return wanted

    def _entry(self, event: Event, locale: str) -> CalendarEntry:
        assert event.started_at is not None and event.ends_at is not None  # noqa: S101, PT018  # the caller looked
        texts = texts_for(locale, self.zone)
        place = " ".join(dict.fromkeys(part for part in (event.place, event.address) if part))
        said = texts.gettext("Details and registration:") + f"\n{event.url}"
        if event.end_is_assumed:
            said += "\n" + texts.gettext("(The end is not given; two hours are assumed.)")
        where = place or texts.gettext("to be decided")
        return CalendarEntry(event.id, event.title, event.url, where, said, event.started_at, event.ends_at)

    async def _bring_up_to_date(
        self, mirror: EventMirror, space: str, wanted: Entries, kept: Sequence[MirroredEvent], now: datetime
    ) -> None:
        unwanted = [one.event_id for one in kept if one.is_open and one.event_id not in wanted]
        events = await self.event_store.known(unwanted) if unwanted else {}
        steps, known = steps_of(wanted, kept, events, now), {one.event_id: one for one in kept}
        try:
            for step, event_id in steps:
                if step is not MirrorStep.CREATE:
                    await self._carry_out(mirror, step, known[event_id], wanted.get(event_id))
            if new := [wanted[event_id] for step, event_id in steps if step is MirrorStep.CREATE]:
                await self._create(mirror, space, new, kept)
        except SendError as error:
            self._rests_until[space] = now + REST
            log.warning("calendar not up to date", server=space, reason=str(error), again_in_s=REST.total_seconds())

    async def _carry_out(
        self, mirror: EventMirror, step: MirrorStep, one: MirroredEvent, entry: CalendarEntry | None
    ) -> None:
        is_done = await mirror.carry_out(step, one.external_id, one.space, entry)
        state = STATE_AFTER.get(step, one.state) if is_done else MirrorState.REMOVED
        digest = entry.digest if step is MirrorStep.CHANGE and entry is not None else one.digest
        await self._keep(replace(one, state=state, digest=digest), step)

    async def _create(
        self, mirror: EventMirror, space: str, new: Sequence[CalendarEntry], kept: Sequence[MirroredEvent]
    ) -> None:
        """Create what is not there; an entry that a crash or a lost answer left without a record is taken over."""
        recorded = {one.external_id for one in kept}
        there = {number: said for number, said in (await mirror.ours(space)).items() if number not in recorded}
        refusals = []
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
        await self._withdraw_doubles(mirror, space, new, recorded)
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


def _by_space(kept: Iterable[MirroredEvent], mirror: EventMirror) -> dict[str, list[MirroredEvent]]:
    found: dict[str, list[MirroredEvent]] = {}
    for one in kept:
        if mirror.reaches(one.space):
            found.setdefault(one.space, []).append(one)
    return found
