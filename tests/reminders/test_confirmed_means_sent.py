"""Members, moves, cancellations, quiet hours, clocks, crashes and restarts are played against one rule.

What a member's bell confirmed and what is still sensible is sent once, at its time; nothing else is sent; and what
cannot come is not confirmed.
"""

import asyncio
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from bot.app.clock import DrivenClock
from bot.core.messages import Message
from bot.core.room import direct_to
from bot.core.rooms import Rooms
from bot.delivery.delivering import Delivering
from bot.delivery.store.deliveries import Deliveries
from bot.delivery.store.questions import Questions
from bot.events.rules.events import Event, EventStatus
from bot.events.store.events import Events
from bot.events.watching import Watching
from bot.locales import TOKYO
from bot.reminders.member_settings import MemberSettings
from bot.reminders.personal_posts import PersonalReminderPost
from bot.reminders.reminder_messages import OFFERED, ToggleLeadTime
from bot.reminders.reminding import Reminding
from bot.reminders.rules.quiet_hours import QuietHours, parse_quiet_hours
from bot.reminders.store.personal_reminders import PersonalReminders
from bot.store.engine import close_store, open_store
from tests.events.test_watching import ShownSource
from tests.support.actions import press
from tests.support.askers import an_asker
from tests.support.events import NOW, a_room, an_event_named
from tests.support.knowledge import known_in
from tests.support.stores import lay_new_store

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ALICE, BOB = "77", "88"
ROOM = a_room(platform="discord", channel="1")
EVENTS = {number: an_event_named(f"会 {number}", number) for number in (1, 2)}
MEMBERS, NUMBERS = some.sampled_from([ALICE, BOB]), some.sampled_from(sorted(EVENTS))
NO_HOURS = "never"
HOURS = some.sampled_from([NO_HOURS, "22:00-8:00", "0:00-7:00"])
STARTS = some.integers(1, 5 * 48).map(lambda halves: halves * timedelta(minutes=30))


class Key(NamedTuple):
    """A reminder as people think of it."""

    member: str
    event: int
    starts_at: datetime
    lead_time: timedelta

    @property
    def at(self) -> datetime:
        return self.starts_at - self.lead_time


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Mailboxes:
    """Discord's direct messages: keeps what arrived; `dies` says at which point of a send the process is killed."""

    clock: DrivenClock
    platform: str = "discord"
    dies: str = ""
    received: dict[str, tuple[str, datetime]] = field(default_factory=dict)  # by key: where, and when
    twice: list[str] = field(default_factory=list)

    async def send(self, channel: str, message: Message, key: str) -> str:
        dies, self.dies = self.dies, ""
        if dies == "before":
            raise Killed
        self.twice += [key] if key in self.received else []
        self.received[key] = channel, self.clock.now()
        if dies == "after":
            raise Killed
        return key

    async def find(self, channel: str, message: Message, key: str, since: datetime) -> str | None:
        return key if key in self.received else None

    async def edit(self, channel: str, external_id: str, message: Message, key: str) -> bool:
        return True


class Bot:
    """The services on one store; a restart makes them anew."""

    def __init__(self, engine: Any, clock: DrivenClock, mailboxes: Mailboxes) -> None:
        rooms = Rooms((ROOM,), ("utsunomiya",))
        self.clock, self.events, self.deliveries = clock, Events(engine), Deliveries(engine)
        self.store = PersonalReminders(engine)
        self.watching = Watching(self.events, Questions(engine), rooms, (DAY, HOUR), clock, self.deliveries)
        self.reminding = Reminding(self.store, self.events, clock)
        self.settings = MemberSettings(self.store, clock, TOKYO)
        compose = known_in(engine, rooms, clock).compose
        self.delivering = Delivering(self.deliveries, {"discord": mailboxes}, compose, rooms, clock)


class Reminders(RuleBasedStateMachine):
    """The world; `promised` are the reminders that are owed, with the earliest and latest moment for each."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = DrivenClock(NOW)
        self.mailboxes = Mailboxes(self.clock)
        self.source = ShownSource()
        self.shown = {number: replace(event, started_at=NOW + number * DAY) for number, event in EVENTS.items()}
        self.promised: dict[Key, datetime] = {}  # and from when on it may come
        self.sent: Counter[Key] = Counter()
        self.seen: set[str] = set()
        self.quiet: dict[str, list[QuietHours]] = defaultdict(list)  # those that each member ever had
        self.is_precise = True  # no clock was wrong and no process killed
        self.run(self.begin())

    def run(self, coroutine: Any) -> Any:
        return self.runner.run(coroutine)

    async def begin(self) -> None:
        file = Path(self.folder.name) / "tsudoi.db"
        await lay_new_store(file)
        self.engine = await open_store(f"sqlite:///{file}")
        self.bot = Bot(self.engine, self.clock, self.mailboxes)
        await self.poll()

    async def poll(self) -> None:
        self.source.events = [event for event in self.shown.values() if event.status is not EventStatus.VANISHED]
        await self.bot.watching.watch(self.source)

    # --- what happens ----------------------------------------------------------------------------------------------

    @initialize(hours=HOURS, ahead=STARTS)
    def somebody_wants_to_be_reminded(self, hours: str, ahead: timedelta) -> None:
        """Let every life have something to lose, with and without quiet hours."""
        self.moves(1, ahead)
        self.sets_quiet_hours(ALICE, hours)
        for member in (ALICE, BOB):
            self.rings_the_bell(member, 1)

    @rule(member=MEMBERS, number=NUMBERS)
    def rings_the_bell(self, member: str, number: int) -> None:
        self.answer(member, number, f"remind:{number}")

    @rule(member=MEMBERS, number=NUMBERS, lead_time=some.sampled_from(OFFERED))
    def toggles(self, member: str, number: int, lead_time: timedelta) -> None:
        self.toggle(member, number, lead_time)

    @rule(member=MEMBERS, number=NUMBERS, lead_time=some.sampled_from(OFFERED))
    def toggles_twice(self, member: str, number: int, lead_time: timedelta) -> None:
        for _ in range(2):
            self.toggle(member, number, lead_time)

    @rule(member=MEMBERS, number=NUMBERS)
    def cancels(self, member: str, number: int) -> None:
        self.answer(member, number, f"remind:{number}:cancel")

    @rule(member=MEMBERS, hours=HOURS)
    def sets_quiet_hours(self, member: str, hours: str) -> None:
        if hours != NO_HOURS:
            self.quiet[member].append(parse_quiet_hours(hours, TOKYO.key))
        self.run(press(self.bot.settings, "settings:quiet", an_asker(ROOM, member), [hours]))

    @rule(number=NUMBERS, ahead=STARTS)
    def moves(self, number: int, ahead: timedelta) -> None:
        self.becomes(number, started_at=self.clock.now() + ahead, status=EventStatus.SCHEDULED)

    @rule(number=NUMBERS, status=some.sampled_from(list(EventStatus)))
    def becomes_of_it(self, number: int, status: EventStatus) -> None:
        self.becomes(number, status=status)

    @rule(length=some.integers(1, 48).map(lambda halves: halves * timedelta(minutes=30)))
    def time_passes(self, length: timedelta) -> None:
        self.run(self.live_until(self.clock.now() + length))
        self.check()

    @rule(ahead=some.integers(1, 30), stays=some.integers(0, 3))
    def the_clock_is_ahead(self, ahead: int, stays: int) -> None:
        self.leap(ahead * HOUR, stays)

    @rule(stays=some.integers(0, 3))
    @precondition(lambda self: self.promised)
    def the_clock_is_ahead_by_what_is_left_of_a_reminder(self, stays: int) -> None:
        first = min(self.promised, key=lambda key: key.starts_at)
        self.leap(max(first.starts_at - MINUTE - self.clock.now(), MINUTE), stays)

    def leap(self, ahead: timedelta, stays: int) -> None:
        """Let the clock be ahead, for so many hours."""
        self.is_precise = False
        true = self.clock.now()
        self.clock.set(true + ahead)
        self.run(self.live_until(self.clock.now() + stays * HOUR))
        self.run(self.poll())
        self.clock.set(true + stays * HOUR)
        self.run(self.bot.deliveries.reopen(self.clock.now()))
        self.look()
        for key in [key for key in self.promised if key.at + key.lead_time / 2 <= self.clock.now()]:
            del self.promised[key]  # its use ended meanwhile, and by the clock that the bot had the event was long over
        self.run(self.live_until(self.clock.now()))

    @rule(point=some.sampled_from(["before", "after"]))
    @precondition(lambda self: not self.mailboxes.dies)
    def the_process_will_be_killed(self, point: str) -> None:
        self.mailboxes.dies = point

    @rule()
    def restarts(self) -> None:
        self.bot = Bot(self.engine, self.clock, self.mailboxes)
        self.run(self.bot.watching.plan_reminders())

    # --- the rule --------------------------------------------------------------------------------------------------

    def toggle(self, member: str, number: int, lead_time: timedelta) -> None:
        """Press a lead time: what can still come is confirmed, and given up the next time."""
        event = self.shown[number]
        assert event.started_at is not None
        key = Key(member, number, event.started_at, lead_time)
        can_come, was_promised = event.takes_place and key.at > self.clock.now(), key in self.promised
        self.answer(member, number, ToggleLeadTime(number, lead_time).id)
        if can_come and not self.sent[key]:
            assert (key in self.promised) is not was_promised, f"{key} was pressed in vain"

    def answer(self, member: str, number: int, pressed: str) -> None:
        """Press, and take the bot at its word: what is ticked is promised, and nothing else."""
        said: Message | None = self.run(press(self.bot.reminding, pressed, an_asker(ROOM, member)))
        event, ticked = self.shown[number], set()
        if said is not None and event.started_at is not None and event.takes_place:
            every = [button for button in said.buttons if isinstance(button.action, ToggleLeadTime)]
            ticked = {button.action.lead_time for button in every if button.label.startswith("✓")}  # type: ignore[union-attr]
            assert event.started_at > self.clock.now() or not every, "nothing is offered of what has begun"
        for key in [key for key in self.promised if (key.member, key.event) == (member, number)]:
            if key.lead_time not in ticked:
                del self.promised[key]
        for lead_time in ticked:
            assert event.started_at is not None
            key = Key(member, number, event.started_at, lead_time)
            assert not self.sent[key], f"{key} was confirmed though it was sent"
            self.promised.setdefault(key, self.clock.now())
        self.run(self.live_until(self.clock.now()))

    def becomes(self, number: int, **changes: Any) -> None:
        """Let an event be otherwise from the next poll on; who wanted to be reminded is, of the new date."""
        event = replace(self.shown[number], ended_at=None, **changes)
        self.shown[number] = event
        for _ in range(2):  # a page that is gone is looked for once more
            self.run(self.poll())
        for key in [key for key in self.promised if key.event == number]:
            if not event.takes_place or key.starts_at != event.started_at:
                del self.promised[key]
        if event.takes_place:
            self.run(self.expect(event))
        self.run(self.live_until(self.clock.now()))

    async def expect(self, event: Event) -> None:
        """Promise what members keep for an event as it is now."""
        for member in (ALICE, BOB):
            kept = await self.bot.store.reminder(direct_to("discord", member), event.id)
            assert event.started_at is not None
            for lead_time in kept.lead_times if kept else ():
                key = Key(member, event.id, event.started_at, lead_time)
                if key.at > self.clock.now() and not self.sent[key]:
                    self.promised.setdefault(key, self.clock.now())

    async def live_until(self, moment: datetime) -> None:
        """Let the bot do what is due, in order, until the moment."""
        while (due := await self.bot.deliveries.earliest()) is not None and due <= moment:
            self.clock.set(max(due, self.clock.now()))
            try:
                await self.bot.delivering.deliver_due()
            except Killed:
                self.is_precise = False
                self.bot = Bot(self.engine, self.clock, self.mailboxes)
        self.clock.set(max(moment, self.clock.now()))
        await self.note()

    def look(self) -> None:
        self.run(self.note())

    async def note(self) -> None:
        """Take note of what arrived since, and that it was owed, or wanted at least."""
        new = {key: said for key, said in self.mailboxes.received.items() if key not in self.seen}
        if not new:
            return
        self.seen |= new.keys()
        subjects = {PersonalReminderPost.about(event_id=number) for number in EVENTS}
        for planned in await self.bot.deliveries.about(PersonalReminderPost, subjects):
            if planned.key in new:
                post, (channel, at) = planned.post, new[planned.key]
                key = Key(channel.removeprefix("@"), post.event_id, post.starts_at, post.lead_time)
                self.sent[key] += 1
                assert at < key.starts_at or not self.is_precise, f"{key} came after the start"
                assert at >= self.earliest(key), f"{key} came too early, at {at}"  # whatever the clock did
                if self.is_precise and not self.quiet[key.member]:
                    assert at - key.at <= MINUTE, f"{key} came at {at}"
                self.promised.pop(key, None)

    def earliest(self, key: Key) -> datetime:
        """Return when it may come: at its time, or just before the quiet hours that its member ever had around it."""
        around = (hours.around(key.at) for hours in self.quiet[key.member])
        return min((quiet[0] for quiet in around if quiet is not None), default=key.at)

    def check(self) -> None:
        now = self.clock.now()
        assert self.mailboxes.twice == []
        assert max(self.sent.values(), default=0) <= 1
        assert [key for key in self.promised if key.starts_at <= now] == [], "confirmed, and never sent"
        late = [key for key in self.promised if key.at + MINUTE < now and not self.quiet[key.member]]
        assert not self.is_precise or late == [], "confirmed, and not sent at its time"

    def teardown(self) -> None:
        try:
            self.run(self.live_until(self.clock.now() + 6 * DAY))
            self.check()
        finally:
            self.run(close_store(self.engine))
            self.runner.close()
            self.folder.cleanup()


def play(examples: int, steps: int) -> None:
    bounded = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(Reminders, settings=bounded)


def test_what_was_confirmed_is_sent_once_at_its_time() -> None:
    play(examples=12, steps=20)


@pytest.mark.minutes
def test_what_was_confirmed_is_sent_once_at_its_time_in_many_lives() -> None:
    play(examples=100, steps=40)
