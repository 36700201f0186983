"""Send what is due, once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, assert_never

import structlog

from bot.core.clock import Clock
from bot.core.errors import MemberUnreachable, SendError, SendRefused
from bot.core.messages import Message
from bot.core.problems.base import Problem
from bot.core.problems.platforms import GivenUp, NotPostedYet, StoodStill
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.core.skips import NothingToSay
from bot.delivery.ports.platforms import Sender, Threads
from bot.delivery.ports.schedule import DeliveryStore
from bot.delivery.rules.deliveries import Delivery, DeliveryState
from bot.delivery.rules.follow_ups import AnyFollowUp, Edit, Retraction, Thread
from bot.delivery.rules.gaps import Gap

log = structlog.get_logger()

CLAIM_LASTS, SEND_LASTS = timedelta(seconds=30), timedelta(seconds=15)  # senders give up after that
# A burst of thousands is spread: what waits for its turn at a platform is claimed, and no claim may run out meanwhile.
ROOMS_TOGETHER, MOST_ROOMS = 20, 100
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=2), timedelta(minutes=10)
GIVE_UP_AFTER, LEAST_TRIES = timedelta(days=2), 30  # a host that slept for a week has not tried for long
CLOCK_LEAPS = timedelta(minutes=75)  # what was said under a clock that was an hour ahead is found all the same

Composer = Callable[[Delivery, Room], Awaitable[Message | NothingToSay]]
# Why something is kept back from a room: an organiser paused it; None where nothing is.
Silence = Callable[[Delivery, Room], Awaitable[NothingToSay | None]]


@dataclass(frozen=True)
class Delivering:
    """Says what is due: claim, compose, send, record.

    Within a room messages go out in order; a room whose platform hangs is `busy`, and no other waits for it.
    `unreachable` hears of a delivery to a member who takes no direct messages. What may have been said in the `gap`
    before this start is looked for first.
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

    async def deliver_due(self) -> None:
        """Deliver everything due now."""
        await self.deliver(await self.take_due())

    async def earliest(self) -> datetime | None:
        """Return when a room that is not busy needs the next look; None while enough rooms are."""
        busy = frozenset(self.busy)  # a room that is done while the store looks would show its claim, done as well
        return await self.deliveries.earliest(busy) if len(busy) < MOST_ROOMS else None

    async def take_due(self) -> list[list[Delivery]]:
        """Return what is due now, room by room, and mark these rooms as busy until `deliver` is done with them."""
        at_most = min(ROOMS_TOGETHER, MOST_ROOMS - len(self.busy))
        found = await self.deliveries.due(self.clock.now(), self.busy, at_most) if at_most > 0 else []
        due = sorted(found, key=lambda delivery: delivery.destination)
        by_room = [list(group) for _, group in groupby(due, key=lambda delivery: delivery.destination)]
        self.busy.update(group[0].destination for group in by_room)
        return by_room

    async def deliver(self, by_room: list[list[Delivery]]) -> None:
        """Deliver what was taken, in order within a room, rooms side by side."""
        await asyncio.gather(*(self._deliver_in_order(group) for group in by_room))

    async def _deliver_in_order(self, due: list[Delivery]) -> None:
        try:
            for delivery in due:
                await self._claim_and_deliver(delivery)
        finally:
            self.busy.discard(due[0].destination)

    async def _claim_and_deliver(self, delivery: Delivery) -> None:
        now = self.clock.now()
        until = now + CLAIM_LASTS
        try:
            if await self.deliveries.claim(delivery, now, until):
                await self._deliver(replace(delivery, claimed_until=until))
        except Exception:  # a bug in one must not hold up the others; its claim runs out, and it is tried again
            log.exception("delivery broke", **_in_log(delivery))

    async def _deliver(self, delivery: Delivery) -> None:
        room = self.rooms.named(delivery.destination)
        sender = self.senders.get(room.platform) if room else None
        if room is None or sender is None:
            await self._skip(delivery, NothingToSay.ROOM_GONE if room is None else NothingToSay.PLATFORM_OFF)
            return
        try:
            done = await self._carry_out(delivery, room, sender)
        except MemberUnreachable as error:
            await self.deliveries.fail(delivery, error.problem)
            if self.unreachable is not None:
                await self.unreachable(delivery)
        except SendRefused as error:
            await self.deliveries.fail(delivery, error.problem)
            log.error("delivery failed", **_in_log(delivery), reason=str(error))
        except SendError as error:
            await self._try_later(delivery, error.problem)
        else:
            await self._close(delivery, done)

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
            if delivery.post.says_how_it_is and delivery.first_tried_at is None:  # this store never said it
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
        tried = None if delivery.first_tried_at is None else delivery.first_tried_at - CLOCK_LEAPS
        said = None
        if self.gap is not None:
            said = self.gap.said_since(delivery.due_at, self.clock.now(), is_news=delivery.post.is_news)
        since = min((at for at in (tried, said) if at is not None), default=None)
        return None if since is None else await sender.find(room.channel, message, delivery.key, since)

    def _may_be_taken_over(self, delivery: Delivery) -> bool:
        """Whether the claim could run out before a send that begins now has ended: somebody else would send as well."""
        return delivery.claimed_until is not None and self.clock.now() > delivery.claimed_until - SEND_LASTS

    def _is_too_late(self, delivery: Delivery) -> bool:
        return delivery.useful_until is not None and self.clock.now() >= delivery.useful_until

    async def _close(self, delivery: Delivery, done: str | NothingToSay) -> None:
        if isinstance(done, NothingToSay):
            await self._skip(delivery, done)
        else:
            await self._record(delivery, done)

    async def _record(self, delivery: Delivery, external_id: str) -> None:
        await self.deliveries.sent(delivery, self.clock.now(), external_id)
        log.info("delivery sent", **_in_log(delivery), subject=delivery.name.subject)

    async def _skip(self, delivery: Delivery, reason: NothingToSay) -> None:
        await self.deliveries.skip(delivery, reason)
        log.info("delivery skipped", **_in_log(delivery), reason=str(reason))

    async def _try_later(self, delivery: Delivery, problem: Problem) -> None:
        now = self.clock.now()
        if now - (delivery.first_tried_at or now) > GIVE_UP_AFTER and delivery.attempts >= LEAST_TRIES:
            await self.deliveries.fail(delivery, GivenUp(problem))
            log.error("delivery failed", delivery=delivery.id, room=delivery.destination, reason=str(problem))
            return
        again = now + retry_after(delivery.attempts)
        await self.deliveries.postpone(delivery, again, problem)
        if problem != delivery.reason:  # as long as nothing changes it is said once
            known = {"delivery": delivery.id, "room": delivery.destination}
            log.warning("delivery delayed", **known, reason=str(problem), again=again.isoformat())


def retry_after(attempts: int) -> timedelta:
    """Return how long to wait after so many earlier tries: 2 s, 4 s, 8 s … at most ten minutes."""
    longer: timedelta = FIRST_RETRY * 2 ** min(attempts, 20)
    return min(longer, LONGEST_RETRY)


def _in_log(delivery: Delivery) -> dict[str, Any]:
    return {"delivery": delivery.id, "kind": delivery.name.kind, "room": delivery.destination}
