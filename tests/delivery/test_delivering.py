"""Sending what is due: once, in time, and never silently lost."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.core.errors import SendError, SendRefused
from bot.core.messages import Message, MessageKind
from bot.core.problems.base import Said
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.core.skips import NothingToSay
from bot.delivery.delivering import CLAIM_LASTS, MOST_ROOMS, ROOMS_TOGETHER, Delivering
from bot.delivery.rules.deliveries import Delivery, DeliveryState
from bot.delivery.store.deliveries import Deliveries, insert_planned
from bot.events.event_posts import ReminderPost
from tests.support.events import NOW, a_room


class FaultyPlatform:
    """A platform that keeps what it accepted; `faults` are raised in turn, `after_accepting` or before."""

    platform = "local"

    def __init__(self) -> None:
        self.said: dict[str, list[str]] = {}
        self.faults: list[Exception] = []
        self.after_accepting = False

    async def send(self, channel: str, message: Message, key: str) -> str:
        fault = self.faults.pop(0) if self.faults else None
        if fault and not self.after_accepting:
            raise fault
        self.said.setdefault(key, []).append(message.text)
        if fault:
            raise fault
        return f"m{len(self.said)}"

    async def find(self, channel: str, message: Message, key: str, since: datetime) -> str | None:
        return "found" if key in self.said else None

    @property
    def times_said(self) -> list[int]:
        return [len(texts) for texts in self.said.values()]


def reminder(event_id: int = 1, hours: int = 24) -> ReminderPost:
    return ReminderPost(event_id, timedelta(hours=hours), NOW + timedelta(days=1))


class World:
    def __init__(self, engine: AsyncEngine, clock: DrivenClock) -> None:
        self.clock, self.platform = clock, FaultyPlatform()
        self.engine, self.deliveries = engine, Deliveries(engine)
        self.compose: Callable[[], Message | NothingToSay] = lambda: Message(MessageKind.REMINDER, "もうすぐです")
        self.delivering = Delivering(
            self.deliveries, {"local": self.platform}, self._compose, Rooms((a_room(),), ()), clock
        )

    async def _compose(self, delivery: Delivery, room: Room) -> Message | NothingToSay:
        return self.compose()

    async def plan(self, **changes: object) -> None:
        planned = Delivery(reminder(), "local:main", NOW, NOW + timedelta(hours=12))
        async with self.engine.begin() as connection:
            await insert_planned(connection, [replace(planned, **changes)])

    async def deliver_after(self, wait: timedelta) -> None:
        self.clock.set(self.clock.now() + wait)
        await self.delivering.deliver_due()


@pytest.fixture
def world(engine: AsyncEngine, clock: DrivenClock) -> World:
    return World(engine, clock)


async def test_what_is_due_is_said_once(world: World) -> None:
    await world.plan()
    await world.plan()  # planning again changes nothing
    await world.delivering.deliver_due()
    await world.deliver_after(timedelta(days=1))
    assert world.platform.times_said == [1]
    assert await world.deliveries.counts() == {DeliveryState.SENT: 1}


async def test_what_is_not_due_yet_is_not_said(world: World) -> None:
    await world.plan(due_at=NOW + timedelta(seconds=1))
    await world.delivering.deliver_due()
    assert world.platform.said == {}
    assert await world.deliveries.earliest() == NOW + timedelta(seconds=1)


@pytest.mark.parametrize("after_accepting", [False, True])
async def test_a_failing_send_is_tried_again_and_said_once(world: World, after_accepting: bool) -> None:
    world.platform.faults, world.platform.after_accepting = [SendError(Said("lost"))] * 2, after_accepting
    await world.plan()
    await world.delivering.deliver_due()
    assert await world.deliveries.counts() == {DeliveryState.PLANNED: 1}
    for _ in range(3):
        await world.deliver_after(timedelta(minutes=1))
    assert world.platform.times_said == [1]
    assert await world.deliveries.counts() == {DeliveryState.SENT: 1}


@pytest.mark.parametrize("was_accepted", [False, True])
async def test_a_claim_left_by_a_crash_is_looked_up_before_it_is_sent_again(world: World, was_accepted: bool) -> None:
    await world.plan()
    (delivery,) = await world.deliveries.due(NOW)
    assert await world.deliveries.claim(delivery, NOW, NOW + CLAIM_LASTS)
    if was_accepted:
        await world.platform.send("main", Message(MessageKind.REMINDER, "もうすぐです"), delivery.key)
    await world.delivering.deliver_due()
    assert await world.deliveries.counts() == {DeliveryState.CLAIMED: 1}
    await world.deliver_after(CLAIM_LASTS)
    assert world.platform.times_said == [1]
    assert await world.deliveries.counts() == {DeliveryState.SENT: 1}


async def test_only_one_of_two_bots_wins_a_claim(world: World) -> None:
    await world.plan()
    (delivery,) = await world.deliveries.due(NOW)
    claims = [await world.deliveries.claim(delivery, NOW, NOW + CLAIM_LASTS) for _ in range(2)]
    assert [claim is not None for claim in claims] == [True, False]


@pytest.mark.parametrize("accepts", [True, False])
async def test_who_stood_still_until_another_took_over_neither_says_it_again_nor_takes_it_back(
    world: World, accepts: bool
) -> None:
    """The first of two processes claims, and comes to itself after the second has claimed as well."""
    other = replace(world.delivering, busy=set())

    async def stand_still(delivery: Delivery, room: Room) -> Message:
        world.clock.set(world.clock.now() + CLAIM_LASTS)
        world.platform.faults = [] if accepts else [SendError(Said("busy"))]
        await other.deliver_due()
        return Message(MessageKind.REMINDER, "もうすぐです")

    await world.plan()
    await replace(world.delivering, compose=stand_still).deliver_due()
    assert world.platform.times_said == ([1] if accepts else [])
    assert await world.deliveries.counts() == {DeliveryState.SENT if accepts else DeliveryState.PLANNED: 1}
    await world.deliver_after(timedelta(minutes=1))
    assert world.platform.times_said == [1]


async def test_what_a_claim_leaves_no_time_for_is_not_begun(world: World) -> None:
    def wait() -> Message:
        world.clock.set(world.clock.now() + timedelta(seconds=16))
        return Message(MessageKind.REMINDER, "もうすぐです")

    world.compose = wait
    await world.plan()
    await world.delivering.deliver_due()
    assert (world.platform.said, await world.deliveries.counts()) == ({}, {DeliveryState.PLANNED: 1})
    world.compose = lambda: Message(MessageKind.REMINDER, "もうすぐです")
    await world.deliver_after(timedelta(seconds=2))
    assert world.platform.times_said == [1]


async def test_a_reminder_too_late_to_be_of_use_is_skipped_and_recorded(world: World) -> None:
    await world.plan()
    await world.deliver_after(timedelta(hours=12))
    assert world.platform.said == {}
    assert await world.deliveries.counts() == {DeliveryState.SKIPPED: 1}


async def test_a_delivery_that_makes_no_sense_any_more_is_skipped(world: World) -> None:
    world.compose = lambda: NothingToSay.EVENT_CHANGED
    await world.plan()
    await world.delivering.deliver_due()
    assert await world.deliveries.counts() == {DeliveryState.SKIPPED: 1}


async def test_a_refusal_for_good_is_recorded_as_failed_and_the_next_one_goes_out(world: World) -> None:
    world.platform.faults = [SendRefused(Said("the channel is gone"))]
    await world.plan()
    await world.plan(post=reminder(hours=1), due_at=NOW)
    await world.delivering.deliver_due()
    assert await world.deliveries.counts() == {DeliveryState.FAILED: 1, DeliveryState.SENT: 1}


async def test_an_unforeseen_error_in_one_delivery_does_not_hold_up_the_next(world: World) -> None:
    world.platform.faults = [RuntimeError("a bug")]
    await world.plan()
    await world.plan(post=reminder(hours=1))
    await world.delivering.deliver_due()
    assert await world.deliveries.counts() == {DeliveryState.PLANNED: 1, DeliveryState.SENT: 1}


async def test_a_room_that_hangs_holds_up_no_other(world: World) -> None:
    hanging, released = asyncio.Event(), asyncio.Event()

    class HangingPlatform(FaultyPlatform):
        platform = "discord"

        async def send(self, channel: str, message: Message, key: str) -> str:
            hanging.set()
            await released.wait()
            return await super().send(channel, message, key)

    hung = HangingPlatform()
    rooms = Rooms((a_room(), a_room(platform="discord", channel="1")), ())
    delivering = replace(world.delivering, senders={"local": world.platform, "discord": hung}, rooms=rooms)
    await world.plan(destination="discord:1")
    await world.plan(destination="discord:1", post=reminder(hours=1))
    waiting = asyncio.create_task(delivering.deliver_due())
    await hanging.wait()
    assert await delivering.earliest() is None
    await world.plan()
    await delivering.deliver_due()
    assert (world.platform.times_said, hung.said) == ([1], {})
    released.set()
    await waiting
    assert hung.times_said == [1, 1]
    assert delivering.busy == set()


async def test_a_room_that_is_done_during_a_look_is_not_taken_for_one_with_an_old_claim(world: World) -> None:
    await world.plan()
    (due,) = (await world.delivering.take_due())[0]
    await world.deliveries.claim(due, NOW, NOW + CLAIM_LASTS)

    class DoneMeanwhile(Deliveries):
        async def earliest(self, busy: Collection[str] = ()) -> datetime | None:
            delivering.busy.clear()
            return await super().earliest(busy)

    delivering = replace(world.delivering, deliveries=DoneMeanwhile(world.engine))
    assert await delivering.earliest() is None


async def test_a_delivery_for_a_room_that_is_gone_is_skipped(world: World) -> None:
    await world.plan(destination="discord:1")
    await world.delivering.deliver_due()
    assert await world.deliveries.counts() == {DeliveryState.SKIPPED: 1}


async def test_sending_goes_on_failing_for_two_days_and_is_then_given_up(world: World) -> None:
    world.platform.faults = [SendError(Said("down"))] * 1000
    await world.plan(useful_until=None)
    for _ in range(60):
        await world.deliver_after(timedelta(hours=1))
    assert await world.deliveries.counts() == {DeliveryState.FAILED: 1}


async def test_a_burst_is_taken_in_small_groups_and_never_more_than_can_be_said_before_a_claim_runs_out(
    world: World,
) -> None:
    for number in range(MOST_ROOMS + 50):
        await world.plan(destination=f"local:{number}")
    taken = [await world.delivering.take_due() for _ in range(MOST_ROOMS // ROOMS_TOGETHER + 1)]
    assert [len(rooms) for rooms in taken] == [ROOMS_TOGETHER] * (MOST_ROOMS // ROOMS_TOGETHER) + [0]
    assert await world.delivering.earliest() is None  # until rooms are done: no alarm that rings in vain
    await world.delivering.deliver(taken[0])
    assert await world.delivering.earliest() == NOW
    assert len(await world.delivering.take_due()) == ROOMS_TOGETHER


async def test_what_loses_its_use_first_goes_first(world: World) -> None:
    await world.plan(post=reminder(1), useful_until=NOW + timedelta(days=30), due_at=NOW - timedelta(minutes=1))
    await world.plan(post=reminder(2), useful_until=None, due_at=NOW - timedelta(minutes=2))
    await world.plan(post=reminder(3), useful_until=NOW + timedelta(hours=1))
    assert [one.name.subject for one in await world.deliveries.due(NOW)] == ["event:3", "event:1", "event:2"]


async def test_as_long_as_nothing_changes_a_delay_is_said_once(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.platform.faults = [*[SendError(Said("no permission"))] * 2, SendError(Said("busy"))]
    await world.plan()
    await world.delivering.deliver_due()
    for _ in range(3):
        await world.deliver_after(timedelta(minutes=1))
    said = capsys.readouterr().out
    assert (said.count("no permission"), said.count("busy")) == (1, 1)
    assert world.platform.times_said == [1]
