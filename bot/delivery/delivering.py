"""Send what is due, once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, assert_never

import structlog

from bot.core.clock import Clock
from bot.core.errors import MemberUnreachable, RoomRefused, SendError, SendRefused
from bot.core.messages import Message
from bot.core.problems.base import Problem
from bot.core.problems.platforms import Broke, GivenUp, NotPostedYet, StoodStill
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.core.skips import NothingToSay
from bot.delivery.ports.platforms import Sender, Threads
from bot.delivery.ports.schedule import DeliveryStore
from bot.delivery.rules.deliveries import Delivery, DeliveryState
from bot.delivery.rules.follow_ups import AnyFollowUp, Edit, Retraction, Thread
from bot.delivery.rules.gaps import Gap
from bot.delivery.rules.troubles import PERIOD, RefusalBudget

log = structlog.get_logger()

CLAIM_LASTS, SEND_LASTS = timedelta(seconds=30), timedelta(seconds=15)  # senders give up after that
# A burst of thousands is spread: what waits for its turn at a platform is claimed, and no claim may run out meanwhile.
ROOMS_TOGETHER, MOST_ROOMS = 20, 100
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=2), timedelta(minutes=10)
GIVE_UP_AFTER, LEAST_TRIES = timedelta(days=2), 30  # a host that slept for a week has not tried for long
CLOCK_WAS_AHEAD = timedelta(days=1)  # how long ago something may have been tried that says it was tried later than now
CLOCK_LEAPS = timedelta(minutes=75)  # what was said under a clock that was an hour ahead is found all the same

Composer = Callable[[Delivery, Room], Awaitable[Message | NothingToSay]]
# Why something is kept back from a room: an organiser paused it; None where nothing is.
Silence = Callable[[Delivery, Room], Awaitable[NothingToSay | None]]


@dataclass(frozen=True)
class Delivering:
    """Says what is due: claim, compose, send, record.

    Within a room messages go out in order; a room whose platform hangs is `busy`, and no other waits for it. One that
    takes nothing is held, and rests in the store with all that is due there; one that must wait for the `budget` of
    refusals `waits_until` then. `unreachable` hears of a delivery to a member who takes no direct messages. What may
    have been said in the `gap` before this start is looked for first.
    """

    deliveries: DeliveryStore
    senders: Mapping[str, Sender]
    compose: Composer
    rooms: Rooms
    clock: Clock
    unreachable: Callable[[Delivery], Awaitable[None]] | None = None
    gap: Gap | None = None
    silence: Silence | None = None
    busy: set[str] = field(default_factory=set)
    budget: RefusalBudget = field(default_factory=RefusalBudget)
    waits_until: dict[str, datetime] = field(default_factory=dict)

    async def deliver_due(self) -> None:
        """Deliver everything due now."""
        await self.deliver(await self.take_due())

    async def earliest(self) -> datetime | None:
        """Return when a room that is not busy needs the next look; None while enough rooms are."""
        if len(self.busy) >= MOST_ROOMS:
            return None
        left_out = self._left_out()  # a room that is done while the store looks would show its claim, done as well
        first = await self.deliveries.earliest(left_out)
        return min((at for at in (first, *self.waits_until.values()) if at is not None), default=None)

    async def take_due(self) -> list[list[Delivery]]:
        """Return what is due now, room by room, and mark these rooms as busy until `deliver` is done with them."""
        at_most = min(ROOMS_TOGETHER, MOST_ROOMS - len(self.busy))
        found = await self.deliveries.due(self.clock.now(), self._left_out(), at_most) if at_most > 0 else []
        due = sorted(found, key=lambda delivery: delivery.destination)
        by_room = [list(group) for _, group in groupby(due, key=lambda delivery: delivery.destination)]
        self.busy.update(group[0].destination for group in by_room)
        return by_room

    def _left_out(self) -> frozenset[str]:
        """Return the rooms that are busy, and those that wait for the budget of refusals.

        A wait that began by a clock that was ahead ends when it is set right.
        """
        now = self.clock.now()
        for room in [room for room, until in self.waits_until.items() if not now < until <= now + PERIOD]:
            del self.waits_until[room]
        return frozenset(self.busy | self.waits_until.keys())

    async def deliver(self, by_room: list[list[Delivery]]) -> None:
        """Deliver what was taken, in order within a room, rooms side by side."""
        await asyncio.gather(*(self._deliver_in_order(group) for group in by_room))

    async def _deliver_in_order(self, due: list[Delivery]) -> None:
        room = due[0].destination
        try:
            for delivery in due:
                in_trouble = room in self.rooms.in_trouble
                if not self.budget.begin(room, self.clock.now(), in_trouble=in_trouble):
                    self.waits_until[room] = self.budget.free_at(room, self.clock.now(), in_trouble=in_trouble)
                    return
                error = None
                try:
                    error = await self._claim_and_deliver(delivery)
                finally:
                    refused = isinstance(error, RoomRefused | SendRefused)
                    self.budget.end(room, self.clock.now(), refused=refused)
                if isinstance(error, RoomRefused):
                    return
        finally:
            self.busy.discard(room)

    async def _claim_and_deliver(self, delivery: Delivery) -> SendError | None:
        """Deliver one thing, and return why it could not be."""
        now = self.clock.now()
        try:
            if (claimed := await self.deliveries.claim(delivery, now, now + CLAIM_LASTS)) is not None:
                return await self._deliver(claimed)
        except Exception:  # a bug in one must not hold up the others; its claim runs out, and it is tried again
            log.exception("delivery broke", **_in_log(delivery))
        return None

    async def _deliver(self, delivery: Delivery) -> SendError | None:
        room = self.rooms.named(delivery.destination)
        sender = self.senders.get(room.platform) if room else None
        if room is None or sender is None:
            await self._skip(delivery, NothingToSay.ROOM_GONE if room is None else NothingToSay.PLATFORM_OFF)
            return None
        try:
            done = await self._carry_out(delivery, room, sender)
        except SendError as error:
            await self._put_down(delivery, error)
            return error
        except Exception as error:
            await self._put_down_broken(delivery, Broke(type(error).__name__))
            return None
        if isinstance(done, NothingToSay):
            await self._skip(delivery, done)
        else:
            self.budget.took(delivery.destination)
            await self._record(delivery, done)
        return None

    async def _put_down(self, delivery: Delivery, error: SendError) -> None:
        """Keep what was not confirmed as sent: for another try, for when its room takes something, or as failed."""
        match error:
            case MemberUnreachable():
                await self.deliveries.fail(delivery, error.problem)
                if self.unreachable is not None:
                    await self.unreachable(delivery)
            case RoomRefused() if not isinstance(delivery.post, Thread):  # may be forbidden where all else is not
                await self.deliveries.hold(delivery, error.problem, self.clock.now())
                self.rooms.in_trouble.add(delivery.destination)
                self._tell_delay(delivery, error.problem)
            case RoomRefused() | SendRefused():
                await self.deliveries.fail(delivery, error.problem)
                log.error("delivery failed", **_in_log(delivery), reason=str(error))
            case _:
                await self._try_later(delivery, error.problem)

    async def _put_down_broken(self, delivery: Delivery, problem: Problem) -> None:
        """Try again what a bug keeps from being sent, for as long as it is of use. Its traceback is logged once."""
        if problem != delivery.reason:
            log.exception("delivery broke", **_in_log(delivery))
        if self._is_too_late(delivery):
            await self._skip(delivery, NothingToSay.TOO_LATE)
        else:
            await self._try_later(delivery, problem)

    async def _carry_out(self, delivery: Delivery, room: Room, sender: Sender) -> str | NothingToSay:
        """Do it, and return the platform's id of what is there now."""
        if isinstance(delivery.post, Edit | Thread | Retraction):
            return await self._follow_up(delivery.post, delivery, room, sender)
        if self.silence is not None and (kept_back := await self.silence(delivery, room)) is not None:
            return kept_back
        message = await self.compose(delivery, room)
        if isinstance(message, NothingToSay):
            return message
        if (sent := await self._find_earlier(delivery, room, message, sender)) is not None:
            if delivery.post.says_how_it_is and delivery.attempts == 1:  # this store never said it
                await sender.edit(room.channel, sent, message, delivery.key)
            return sent
        if self._is_too_late(delivery):
            return NothingToSay.TOO_LATE
        if self._may_be_taken_over(delivery):
            raise SendError(StoodStill())
        return await sender.send(room.channel, message, delivery.key)

    async def _follow_up(
        self, follow_up: AnyFollowUp, delivery: Delivery, room: Room, sender: Sender
    ) -> str | NothingToSay:
        """Edit or retract an earlier message, or open a thread below it. Twice is as good as once: no look-up."""
        said = await self.deliveries.find(follow_up.follows(delivery.destination))
        if said is None or said.state in (DeliveryState.SKIPPED, DeliveryState.FAILED):
            return NothingToSay.MESSAGE_NOT_POSTED
        if said.external_id is None:
            raise SendError(NotPostedYet())
        if isinstance(follow_up, Retraction):
            is_deleted = await sender.delete(room.channel, said.external_id)
            return said.external_id if is_deleted else NothingToSay.MESSAGE_DELETED
        if said.state is DeliveryState.RETRACTED:
            return NothingToSay.MESSAGE_RETRACTED
        message = await self.compose(said, room)
        if isinstance(message, NothingToSay):
            return message
        match follow_up:
            case Edit():
                is_there = await sender.edit(room.channel, said.external_id, message, said.key)
                return said.external_id if is_there else NothingToSay.MESSAGE_DELETED
            case Thread():
                if not isinstance(sender, Threads):
                    return NothingToSay.NO_THREADS
                thread = await sender.open_thread(room.channel, said.external_id, message.title)
                return thread or NothingToSay.MESSAGE_DELETED
            case _:
                assert_never(follow_up)

    async def _find_earlier(self, delivery: Delivery, room: Room, message: Message, sender: Sender) -> str | None:
        """Look for what an earlier try may have left: cut off, its answer lost, or lost itself with the store."""
        before, now = delivery.first_tried_at if delivery.attempts > 1 else None, self.clock.now()
        tried = None if before is None else (before if before <= now else now - CLOCK_WAS_AHEAD) - CLOCK_LEAPS
        said = None
        if self.gap is not None:
            said = self.gap.said_since(delivery.due_at, now, is_news=delivery.post.is_news)
        since = min((at for at in (tried, said) if at is not None), default=None)
        return None if since is None else await sender.find(room.channel, message, delivery.key, since)

    def _may_be_taken_over(self, delivery: Delivery) -> bool:
        """Whether the claim could run out before a send that begins now has ended: somebody else would send as well."""
        return delivery.claimed_until is not None and self.clock.now() > delivery.claimed_until - SEND_LASTS

    def _is_too_late(self, delivery: Delivery) -> bool:
        return delivery.useful_until is not None and self.clock.now() >= delivery.useful_until

    async def _record(self, delivery: Delivery, external_id: str) -> None:
        await self.deliveries.sent(delivery, self.clock.now(), external_id)
        log.info("delivery sent", **_in_log(delivery), subject=delivery.name.subject)

    async def _skip(self, delivery: Delivery, reason: NothingToSay) -> None:
        await self.deliveries.skip(delivery, reason)
        log.info("delivery skipped", **_in_log(delivery), reason=str(reason))

    async def _try_later(self, delivery: Delivery, problem: Problem) -> None:
        now = self.clock.now()
        if self._is_hopeless(delivery, now):
            await self.deliveries.fail(delivery, GivenUp(problem))
            log.error("delivery failed", **_in_log(delivery), reason=str(problem))
            return
        again = now + retry_after(delivery.attempts - 1)
        await self.deliveries.postpone(delivery, again, problem)
        self._tell_delay(delivery, problem, again=again.isoformat())

    def _is_hopeless(self, delivery: Delivery, now: datetime) -> bool:
        """Whether what is of use for ever was tried for long enough. An edit is never given up: the message stands."""
        if delivery.useful_until is not None or isinstance(delivery.post, Edit):
            return False
        return now - (delivery.first_tried_at or now) > GIVE_UP_AFTER and delivery.attempts > LEAST_TRIES

    def _tell_delay(self, delivery: Delivery, problem: Problem, **more: str) -> None:
        """Log why something waits, once as long as nothing changes."""
        if problem != delivery.reason:
            known = {"delivery": delivery.id, "room": delivery.destination}
            log.warning("delivery delayed", **known, reason=str(problem), **more)


def retry_after(attempts: int) -> timedelta:
    """Return how long to wait after so many earlier tries: 2 s, 4 s, 8 s … at most ten minutes."""
    longer: timedelta = FIRST_RETRY * 2 ** min(attempts, 20)
    return min(longer, LONGEST_RETRY)


def _in_log(delivery: Delivery) -> dict[str, Any]:
    return {"delivery": delivery.id, "kind": delivery.name.kind, "room": delivery.destination}
