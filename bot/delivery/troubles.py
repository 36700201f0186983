"""Rooms that take nothing: organisers hear of it when that begins and when it is over, and have a page of it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from bot.core.clock import Clock, Ring, no_ring
from bot.core.messages import Message
from bot.core.posts import Audience
from bot.core.problems.platforms import LeftServer
from bot.core.reasons import problem_from_text, to_text
from bot.core.room import LOCAL, MAIN, Room, direct_to
from bot.core.rooms import Rooms
from bot.core.skips import NothingToSay
from bot.core.texts import gettext
from bot.delivery import trouble_messages as said
from bot.delivery.ports.schedule import Agenda, DeliveryStore, TroubleStore
from bot.delivery.posting import Here, SpokenPost
from bot.delivery.rules.deliveries import Delivery, DeliveryName, DeliveryState
from bot.delivery.rules.troubles import Trouble
from bot.organisers.ports.rooms import RoomStore

log = structlog.get_logger()

TOLD_AFTER = timedelta(minutes=5)  # a permission may be on its way
STAYS_USEFUL = timedelta(hours=12)


class Course(StrEnum):
    """Whether a trouble begins or ends."""

    BEGAN = "began"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class TroublePost(SpokenPost):
    """A room takes nothing `since` then, and why; or it does again."""

    tag = "trouble"
    label = gettext("note to organisers:")
    subject_form = "room:{room}"
    occasion_form = "{course}@{since:%Y%m%dT%H%M%SZ}"
    kept = ("since", "reason")
    audience = Audience.ORGANISERS

    room: str
    course: Course
    since: datetime
    reason: str

    async def compose(self, here: Here) -> Message | NothingToSay:
        """Say what is wrong and what to do while that is so; that it is over, where it was told."""
        problem = problem_from_text(self.reason)
        match self.course:
            case Course.BEGAN:
                troubles = await here.known.troubles.troubles()
                if not any((one.room, one.since) == (self.room, self.since) for one in troubles):
                    return NothingToSay.TROUBLE_OVER
                return said.it_began(here.texts, self.room, problem, self.since)
            case Course.OVER:
                told = DeliveryName(*replace(self, course=Course.BEGAN).stored_as, here.room.name)
                began = await here.known.deliveries.find(told)
                if began is None or began.state is not DeliveryState.SENT:
                    return NothingToSay.TROUBLE_UNTOLD
                return said.it_is_over(here.texts, self.room, self.since)


def end_of(began: TroublePost, destination: str, now: datetime) -> Delivery:
    """Return the note that says where it was told that a trouble is over."""
    return Delivery(replace(began, course=Course.OVER), destination, now, now + STAYS_USEFUL)


@dataclass(frozen=True)
class Troubles:
    """Looks after rooms in trouble. `ring` is called when something is tried at once."""

    store: TroubleStore
    deliveries: DeliveryStore
    agenda: Agenda
    room_store: RoomStore
    rooms: Rooms
    clock: Clock
    ring: Ring = no_ring

    async def check(self) -> None:
        """Plan to tell organisers of what lasts; forget rooms in which nothing is to be said any more.

        Rests that began by a clock that was ahead end.
        """
        now, troubles = self.clock.now(), await self.store.troubles()
        in_trouble = {trouble.room for trouble in troubles}
        await self.store.try_now([trouble.room for trouble in troubles if trouble.rests_too_long(now)], now)
        for trouble in troubles:
            room = self.rooms.named(trouble.room)
            if room is None:
                await self.store.forget([trouble.room])
            elif self.rooms.chosen(trouble.room) is not None and now - trouble.since >= TOLD_AFTER:
                await self._tell(trouble, room, in_trouble)

    async def _tell(self, trouble: Trouble, room: Room, in_trouble: Collection[str]) -> None:
        told = await self.deliveries.about(TroublePost, {TroublePost.about(room=room.name)})
        told = [note for note in told if (note.post.since, note.post.course) == (trouble.since, Course.BEGAN)]
        if any(note.state is not DeliveryState.FAILED for note in told):
            return
        failed = {note.destination for note in told}
        where = [place for place in await self._organisers_of(room, in_trouble) if place not in failed]
        if where:
            now = self.clock.now()
            post = TroublePost(room.name, Course.BEGAN, trouble.since, to_text(trouble.problem))
            await self.agenda.plan([Delivery(post, where[0], now, now + STAYS_USEFUL)])

    async def _organisers_of(self, room: Room, in_trouble: Collection[str]) -> list[str]:
        """Return where the organisers of a room can be reached, the best place first."""
        beside = [
            other for other in self.rooms.in_force if (other.platform, other.guild) == (room.platform, room.guild)
        ]
        well = [other for other in beside if other.name not in in_trouble and (other.asks or other.organisers)]
        member = await self.room_store.set_up_by(room.platform, room.channel)
        direct = [direct_to(room.platform, member)] if member else []
        return [*(other.name for other in sorted(well, key=lambda other: not other.asks)), *direct, f"{LOCAL}:{MAIN}"]

    async def of(self, rooms: Collection[str]) -> list[Trouble]:
        """Return which of these rooms take nothing."""
        return [trouble for trouble in await self.store.troubles() if trouble.room in rooms]

    async def try_now(self, rooms: Collection[str]) -> None:
        """Try at once what waits in these rooms."""
        await self.store.try_now(rooms, self.clock.now())
        await self.ring()

    async def try_everything(self) -> None:
        """Try every room in trouble at once: whoever starts the bot may have mended what was wrong."""
        await self.store.try_now([trouble.room for trouble in await self.store.troubles()], self.clock.now())

    async def left(self, rooms: Collection[Room]) -> None:
        """Take note that the server of these rooms is out of reach: nothing is planned or polled for them any more."""
        here = await self.of([room.name for room in rooms])
        known = {trouble.room for trouble in here if isinstance(trouble.problem, LeftServer)}
        for room in rooms:
            if room.name not in known:
                log.warning("server left", room=room.name)
                await self.store.note(room.name, LeftServer(), self.clock.now())

    async def came_back(self, rooms: Collection[Room]) -> bool:
        """Take note that the server of these rooms is there again; in other trouble they are tried at once.

        True if the bot had left it.
        """
        here = await self.of([room.name for room in rooms])
        left = [trouble.room for trouble in here if isinstance(trouble.problem, LeftServer)]
        if left:
            await self.store.end(left, self.clock.now())
        if here:
            await self.try_now([trouble.room for trouble in here])
        return bool(left)
