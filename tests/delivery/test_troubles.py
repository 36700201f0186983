"""Rooms that take nothing: little is tried, nothing piles up, organisers hear of it, what is of use is not lost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.core.errors import RoomRefused, SendError
from bot.core.messages import Message, MessageKind
from bot.core.problems.base import NoAnswer, Problem
from bot.core.problems.platforms import ChannelArchived, ChannelHidden, PermissionMissing
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.delivery.delivering import Delivering
from bot.delivery.rules.deliveries import Delivery, DeliveryState
from bot.delivery.rules.troubles import LONGEST_REST, MOST_REFUSED, PERIOD, RefusalBudget
from bot.delivery.store.agenda import StoredAgenda
from bot.delivery.store.deliveries import Deliveries
from bot.delivery.store.questions import Questions
from bot.delivery.store.troubles import StoredTroubles
from bot.delivery.troubles import STAYS_USEFUL, TOLD_AFTER, Troubles
from bot.events.event_posts import ReminderPost
from bot.events.following import Following
from bot.events.ports.sources import Listing
from bot.events.rules.events import Event
from bot.events.store.events import Events
from bot.events.watching import Watching
from bot.locales import texts_for
from bot.organisers.store.rooms import SetUpRooms
from bot.organisers.trouble_page import trouble_page
from bot.reminders.rules.reminders import Reminder
from tests.support.events import NOW, an_event_named
from tests.support.knowledge import known_in

pytestmark = pytest.mark.days

EVENT = an_event_named(started_at=NOW + timedelta(days=30))
MEMBERS = Room("discord", "1", ("utsunomiya",), guild="9")
ORGANISERS = Room("discord", "2", ("utsunomiya",), guild="9", asks=True, organisers=("77",), announces=False)


class Platform:
    """Keeps what stands in its channels; `refusals` says why one takes nothing, `edits_too` whether edits neither."""

    platform = "discord"

    def __init__(self, clock: DrivenClock) -> None:
        self.clock = clock
        self.shown: dict[str, tuple[str, Message]] = {}
        self.refusals: dict[str, Problem] = {}
        self.edits_too = True
        self.refused: list[tuple[datetime, str]] = []
        self.edits = 0

    async def send(self, channel: str, message: Message, key: str) -> str:
        self._refuse(channel)
        self.shown[key] = (channel, message)
        return key

    async def find(self, channel: str, message: Message, key: str, since: datetime) -> str | None:
        self._refuse(channel)
        return key if key in self.shown else None

    async def edit(self, channel: str, external_id: str, message: Message, key: str) -> bool:
        if self.edits_too:
            self._refuse(channel)
        self.edits += 1
        self.shown[external_id] = (channel, message)
        return True

    async def delete(self, channel: str, external_id: str) -> bool:
        return True

    def _refuse(self, channel: str) -> None:
        if channel in self.refusals:
            self.refused.append((self.clock.now(), channel))
            raise RoomRefused(self.refusals[channel])

    def said_in(self, channel: str, kind: MessageKind = MessageKind.ANNOUNCEMENT) -> list[Message]:
        return [message for where, message in self.shown.values() if where == channel and message.kind is kind]


class Shown:
    """A source that shows what the test puts in."""

    name = query = "utsunomiya"

    def __init__(self) -> None:
        self.events: list[Event] = []

    async def listing(self, now: object) -> Listing:
        return Listing(tuple(self.events))


class Bot:
    def __init__(self, engine: AsyncEngine, clock: DrivenClock, rooms: tuple[Room, ...]) -> None:
        self.clock, self.platform, self.source = clock, Platform(clock), Shown()
        self.deliveries, self.store, self.set_up = Deliveries(engine), StoredTroubles(engine), SetUpRooms(engine)
        self.rooms, self.also = Rooms((), ()), list[Event]()
        self.rooms.set_up(rooms)
        events = Events(engine)
        self.watching = Watching(events, Questions(engine), self.rooms, (), clock, self.deliveries)
        compose = known_in(engine, self.rooms, clock).compose
        senders: Any = {"discord": self.platform, "local": self.platform}
        self.delivering = Delivering(self.deliveries, senders, compose, self.rooms, clock)
        agenda = StoredAgenda(engine)
        self.events, self.agenda = events, agenda
        self.troubles = Troubles(self.store, self.deliveries, agenda, self.set_up, self.rooms, clock)
        self.following = Following(self.set_up, self.rooms, self.watching, self.store)

    async def page(self, room: str, names: dict[str, str] | None = None) -> Message:
        troubles, stuck = await self.troubles.of([room]), await self.agenda.stuck_in([room], 5)
        waiting = await self.agenda.count_planned([room], self.clock.now())
        events = await self.events.known([one.event_id for one in stuck if one.event_id])
        return trouble_page(texts_for("ja"), troubles, waiting, names or {}, stuck, events, tried=False)

    async def see(self, *events: Event) -> None:
        self.source.events = list(events)
        await self.watching.watch(self.source)
        await self.delivering.deliver_due()

    async def live(self, length: timedelta, *, meanwhile: Callable[[int], Event] | None = None) -> None:
        """Ring when something is due, and look every half hour; `meanwhile` says what is shown then."""
        end, look, number = self.clock.now() + length, self.clock.now(), 0
        while self.clock.now() < end:
            if self.clock.now() >= look:
                number, look = number + 1, look + timedelta(minutes=30)
                if meanwhile is not None:
                    self.source.events = [meanwhile(number), *self.also]
                    await self.watching.watch(self.source)
                await self.troubles.check()
            await self.delivering.deliver_due()
            ring = await self.delivering.earliest()
            self.clock.set(max(self.clock.now() + timedelta(seconds=1), min(filter(None, (ring, look, end)))))

    def refused_in_ten_minutes(self) -> int:
        times = [at for at, _ in self.platform.refused]
        return max((sum(at <= other < at + PERIOD for other in times) for at in times), default=0)


async def _broken(*_: object) -> Message:
    raise KeyError("a bug")


@pytest.fixture
async def bot(engine: AsyncEngine, clock: DrivenClock) -> Bot:
    bot = Bot(engine, clock, (MEMBERS, ORGANISERS))
    await bot.see()
    return bot


def moved_seats(number: int) -> Event:
    return replace(EVENT, accepted=number % 15)


@pytest.mark.parametrize("problem", [PermissionMissing(), ChannelArchived(), ChannelHidden()])
async def test_a_room_that_takes_nothing_is_tried_rarely_and_what_is_due_there_waits(
    bot: Bot, problem: Problem
) -> None:
    bot.platform.refusals["1"] = problem
    await bot.see(EVENT)
    await bot.live(timedelta(days=3), meanwhile=moved_seats)
    assert len(bot.platform.refused) <= timedelta(days=3) / LONGEST_REST + 8  # the whole room, whatever is due there
    assert bot.refused_in_ten_minutes() <= 8
    bot.platform.refusals.clear()
    await bot.live(LONGEST_REST + timedelta(minutes=1))
    assert len(bot.platform.said_in("1")) == 1


async def test_an_outage_of_any_length_ends_in_one_edit_of_each_message(bot: Bot) -> None:
    await bot.see(EVENT)
    bot.platform.refusals["1"] = ChannelHidden()
    await bot.live(timedelta(days=3), meanwhile=moved_seats)
    assert (await bot.deliveries.counts())[DeliveryState.PLANNED] == 1
    bot.platform.refusals.clear()
    bot.platform.edits = 0
    await bot.live(LONGEST_REST)
    assert bot.platform.edits == 1


async def test_a_change_while_a_message_is_edited_is_shown_as_well(bot: Bot) -> None:
    await bot.see(EVENT)
    await bot.see(replace(EVENT, accepted=5))
    bot.clock.set(bot.clock.now() + timedelta(minutes=4))
    edit = bot.platform.edit

    async def edited_while_seats_move(*given: Any) -> bool:
        bot.platform.edit = edit  # type: ignore[method-assign]
        bot.source.events = [replace(EVENT, accepted=9)]
        await bot.watching.watch(bot.source)
        return await edit(*given)

    bot.platform.edit = edited_while_seats_move  # type: ignore[method-assign]
    await bot.delivering.deliver_due()
    await bot.live(timedelta(minutes=4))
    assert "9/20" in bot.platform.said_in("1")[0].text


async def test_organisers_are_told_where_they_can_be_reached_once_when_it_begins_and_once_when_it_is_over(
    bot: Bot,
) -> None:
    bot.platform.refusals["1"] = PermissionMissing()
    await bot.see(EVENT)
    await bot.live(timedelta(hours=8))
    (began,) = bot.platform.said_in("2", MessageKind.QUESTION)
    assert "権限" in began.text
    assert began.cards[0].fields[0].channel == "1"
    bot.platform.refusals.clear()
    await bot.live(timedelta(hours=2))
    _, over = bot.platform.said_in("2", MessageKind.QUESTION)
    assert "再び投稿できるようになりました" in over.lead


async def test_who_set_the_room_up_is_told_where_there_is_no_other_room_of_organisers(
    engine: AsyncEngine, clock: DrivenClock
) -> None:
    alone = replace(MEMBERS, organisers=("managers",))
    bot = Bot(engine, clock, (alone,))
    await bot.set_up.save([alone], "77", NOW)
    bot.platform.refusals["1"] = PermissionMissing()
    await bot.see()
    await bot.see(EVENT)
    await bot.live(timedelta(hours=1))
    assert len(bot.platform.said_in("@77", MessageKind.QUESTION)) == 1


async def test_a_trouble_of_a_few_minutes_is_told_to_nobody(bot: Bot) -> None:
    bot.platform.refusals["1"] = PermissionMissing()
    await bot.see(EVENT)
    bot.platform.refusals.clear()
    await bot.live(TOLD_AFTER * 2)
    assert bot.platform.said_in("2", MessageKind.QUESTION) == []
    assert await bot.store.troubles() == []


async def test_who_may_edit_and_not_post_is_in_trouble_all_the_same(bot: Bot) -> None:
    await bot.see(EVENT)
    bot.platform.refusals["1"], bot.platform.edits_too = PermissionMissing(), False
    bot.also = [an_event_named("もくもく会 #6", 502, started_at=NOW + timedelta(days=30))]
    await bot.live(timedelta(days=1), meanwhile=moved_seats)
    assert len(bot.platform.said_in("2", MessageKind.QUESTION)) == 1  # it does not begin and end with each edit
    assert [trouble.room for trouble in await bot.store.troubles()] == ["discord:1"]


async def test_a_room_rests_and_no_other_waits_for_it(bot: Bot) -> None:
    other = replace(MEMBERS, channel="3", guild="8")
    bot.rooms.set_up((MEMBERS, ORGANISERS, other))
    bot.platform.refusals["1"] = ChannelHidden()
    await bot.see(EVENT)
    assert len(bot.platform.said_in("3")) == 1


async def test_try_now_tries_at_once_what_waits(bot: Bot) -> None:
    bot.platform.refusals["1"] = ChannelArchived()
    await bot.see(EVENT)
    await bot.live(timedelta(hours=6))
    bot.platform.refusals.clear()
    await bot.troubles.try_now(["discord:1"])
    await bot.delivering.deliver_due()
    assert len(bot.platform.said_in("1")) == 1


async def test_the_page_says_which_channel_what_is_wrong_since_when_and_what_to_do(bot: Bot) -> None:
    bot.platform.refusals["1"] = ChannelArchived()
    await bot.see(EVENT)
    await bot.live(timedelta(hours=6))
    page = await bot.page("discord:1", {"1": "お知らせ"})
    assert [field.value for field in page.cards[0].fields][::2] == ["2026年5月12日(火) 12:00", "1"]
    assert page.cards[0].title == "#お知らせ"
    assert "アーカイブ" in page.cards[0].body
    well = await bot.page("discord:2")
    assert (well.cards, well.buttons) == ((), ())


async def test_what_lost_its_use_meanwhile_does_not_pile_up_and_does_not_come_afterwards(bot: Bot) -> None:
    bot.platform.refusals["1"] = ChannelArchived()
    await bot.see(*(an_event_named(f"会 #{number}", number, started_at=NOW + timedelta(days=2)) for number in range(5)))
    await bot.live(timedelta(days=3))
    assert DeliveryState.PLANNED not in await bot.deliveries.counts()


async def test_a_server_that_was_left_is_neither_planned_nor_polled_for_until_the_bot_is_back(bot: Bot) -> None:
    await bot.set_up.save([MEMBERS, ORGANISERS], "77", NOW)
    await bot.following.load()
    await bot.troubles.left([MEMBERS, ORGANISERS])
    assert await bot.following.refresh()
    assert bot.rooms.sources == ()
    await bot.see(EVENT)
    assert await bot.deliveries.counts() == {}
    assert await bot.troubles.came_back([MEMBERS, ORGANISERS])
    assert await bot.following.refresh()
    assert bot.rooms.sources == ("utsunomiya",)


@pytest.mark.parametrize("rooms", [300])
async def test_however_many_rooms_are_lost_few_calls_are_refused_and_those_that_are_well_still_hear(
    engine: AsyncEngine, clock: DrivenClock, rooms: int
) -> None:
    lost = [replace(MEMBERS, channel=str(number), guild=str(number)) for number in range(100, 100 + rooms)]
    well = replace(MEMBERS, channel="1", guild="1")
    bot = Bot(engine, clock, (*lost, well))
    await bot.see()
    bot.platform.refusals = {room.channel: ChannelHidden() for room in lost}
    await bot.see(EVENT)
    await bot.live(timedelta(hours=1))
    assert bot.refused_in_ten_minutes() <= 100
    assert len(bot.platform.said_in("1")) == 1
    await bot.live(timedelta(hours=1))
    assert {channel for _, channel in bot.platform.refused} == {room.channel for room in lost}


async def test_a_room_that_waits_for_the_budget_by_a_clock_that_was_ahead_does_not_wait_when_it_is_set_right(
    engine: AsyncEngine, clock: DrivenClock
) -> None:
    lost = [replace(MEMBERS, channel=str(number)) for number in range(100, 200)]
    bot = Bot(engine, clock, (*lost, replace(MEMBERS, channel="1")))
    await bot.see()
    bot.platform.refusals = {room.channel: ChannelHidden() for room in lost}
    bot.clock.set(NOW + timedelta(days=1))
    await bot.see(EVENT)
    while not bot.delivering.waits_until:
        await bot.delivering.deliver_due()
    bot.platform.refusals.clear()
    bot.clock.set(NOW + timedelta(minutes=5))
    await bot.deliveries.reopen(bot.clock.now())
    await bot.live(timedelta(minutes=30))
    assert len(bot.platform.shown) == len(lost) + 1


def test_the_budget_of_refusals_holds_for_calls_under_way_and_outlives_no_clock_that_is_set_back() -> None:
    budget = RefusalBudget()
    granted = [number for number in range(200) if budget.begin(f"discord:{number}", NOW)]
    for number in granted:
        budget.end(f"discord:{number}", NOW, refused=True)
    assert len(granted) < MOST_REFUSED
    assert not budget.begin("discord:1000", NOW + timedelta(minutes=9))
    assert budget.free_at("discord:1000", NOW) == NOW + PERIOD
    budget.took("discord:1")
    assert budget.begin("discord:1", NOW + timedelta(minutes=9))
    assert budget.begin("discord:1000", NOW - timedelta(days=1))


def test_a_room_waits_a_moment_where_only_calls_under_way_use_the_budget() -> None:
    budget = RefusalBudget()
    budget.begin("discord:1", NOW)
    budget.end("discord:1", NOW, refused=True)
    while budget.begin("discord:2", NOW):
        pass
    assert budget.free_at("discord:2", NOW) == NOW + timedelta(seconds=1)


async def test_a_rest_that_began_under_a_clock_that_was_ahead_is_over_when_it_is_set_right(bot: Bot) -> None:
    bot.platform.refusals["1"] = ChannelHidden()
    await bot.see(EVENT)
    bot.clock.set(NOW + timedelta(days=1))
    await bot.delivering.deliver_due()
    bot.clock.set(NOW + timedelta(minutes=5))
    bot.platform.refusals.clear()
    await bot.troubles.check()
    assert await bot.delivering.earliest() == bot.clock.now()
    await bot.delivering.deliver_due()
    assert len(bot.platform.said_in("1")) == 1


async def test_a_post_that_cannot_be_composed_is_tried_for_as_long_as_it_is_of_use_and_shown_to_organisers(
    bot: Bot, capsys: pytest.CaptureFixture[str]
) -> None:
    delivering = replace(bot.delivering, compose=_broken)
    event = replace(EVENT, started_at=NOW + timedelta(hours=5))
    bot.source.events = [event]
    await bot.watching.watch(bot.source)
    for _ in range(12):
        await delivering.deliver_due()
        bot.clock.set(bot.clock.now() + timedelta(minutes=20))
    page = await bot.page("discord:1")
    assert "KeyError" in page.cards[0].body
    assert capsys.readouterr().out.count("Traceback") == 1
    bot.clock.set(NOW + timedelta(hours=5))
    await delivering.deliver_due()
    assert await bot.deliveries.counts() == {DeliveryState.SKIPPED: 1}


async def test_what_was_closed_as_too_late_under_a_clock_that_was_ahead_is_sent_all_the_same(bot: Bot) -> None:
    bot.source.events = [replace(EVENT, started_at=NOW + timedelta(hours=20))]
    await bot.watching.watch(bot.source)
    bot.clock.set(NOW + timedelta(days=1))
    await bot.delivering.deliver_due()
    assert await bot.deliveries.counts() == {DeliveryState.SKIPPED: 1}
    bot.clock.set(NOW + timedelta(hours=1))
    await bot.deliveries.reopen(bot.clock.now())
    await bot.delivering.deliver_due()
    assert len(bot.platform.said_in("1")) == 1


@pytest.mark.parametrize("is_out", [True, False], ids=["tried in vain", "closed"])
async def test_a_reminder_met_by_a_clock_that_was_ahead_comes_at_its_time_and_not_when_the_clock_is_set_right(
    bot: Bot, is_out: bool
) -> None:
    starts = NOW + timedelta(hours=20)
    reminder = Reminder(timedelta(hours=1), starts)
    bot.source.events = [replace(EVENT, started_at=starts)]
    await bot.watching.watch(bot.source)
    post = ReminderPost(EVENT.id, reminder.lead_time, starts)
    await bot.agenda.plan([Delivery(post, MEMBERS.name, reminder.due_at, reminder.useful_until)])
    await bot.delivering.deliver_due()
    if is_out:
        bot.clock.set(reminder.due_at + timedelta(minutes=5))
        delivering = replace(bot.delivering, compose=_broken)
        while (await bot.deliveries.counts()).get(DeliveryState.SKIPPED) is None:
            await delivering.deliver_due()
            bot.clock.set(bot.clock.now() + timedelta(minutes=1))
    bot.clock.set(NOW + timedelta(days=1))
    await bot.delivering.deliver_due()
    assert bot.platform.said_in("1", MessageKind.REMINDER) == []
    bot.clock.set(NOW + timedelta(hours=1))
    for _ in range(2):
        await bot.deliveries.reopen(bot.clock.now())
    await bot.live(reminder.due_at - bot.clock.now() - timedelta(minutes=1))
    assert bot.platform.said_in("1", MessageKind.REMINDER) == []
    await bot.live(timedelta(minutes=7))
    assert len(bot.platform.said_in("1", MessageKind.REMINDER)) == 1


async def test_a_reminder_that_a_killed_process_had_in_hand_while_the_clock_was_ahead_comes_at_its_time(
    bot: Bot,
) -> None:
    starts = NOW + timedelta(hours=20)
    reminder = Reminder(timedelta(hours=1), starts)
    bot.source.events = [replace(EVENT, started_at=starts)]
    await bot.watching.watch(bot.source)
    await bot.delivering.deliver_due()
    post = ReminderPost(EVENT.id, reminder.lead_time, starts)
    await bot.agenda.plan([Delivery(post, MEMBERS.name, reminder.due_at, reminder.useful_until)])
    ahead = reminder.due_at + timedelta(minutes=5)
    for due in await bot.deliveries.due(ahead):
        assert await bot.deliveries.claim(due, ahead, ahead + timedelta(minutes=2)) is not None
    bot.clock.set(NOW + timedelta(hours=1))
    await bot.deliveries.reopen(bot.clock.now())
    await bot.live(reminder.due_at - bot.clock.now() - timedelta(minutes=1))
    assert bot.platform.said_in("1", MessageKind.REMINDER) == []
    await bot.live(timedelta(minutes=7))
    assert len(bot.platform.said_in("1", MessageKind.REMINDER)) == 1


async def test_rooms_that_changed_while_the_store_failed_are_made_up_for(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bot.following.load()
    other = replace(MEMBERS, channel="3", follows=("group=other",))
    await bot.set_up.save([other], "77", NOW)
    planned: list[Any] = []

    async def fails(sources: Any) -> None:
        planned.append(sources)
        if len(planned) == 1:
            raise OSError("the disk is full")

    monkeypatch.setattr(Watching, "plan_reminders", lambda _self, sources: fails(sources))
    with pytest.raises(OSError, match="full"):
        await bot.following.refresh()
    assert await bot.following.refresh()
    assert [name for name in planned[1] if name == "group=other"] == ["group=other"]
    assert not await bot.following.refresh()


async def test_what_passes_opens_no_breaker(bot: Bot) -> None:
    async def out(*_: object) -> str:
        raise SendError(NoAnswer(where="Discord"))

    bot.platform.send = out  # type: ignore[method-assign]
    await bot.see(EVENT)
    assert await bot.store.troubles() == []
    assert STAYS_USEFUL > TOLD_AFTER
