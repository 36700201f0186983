"""What goes wrong around a bot: connpass down, a clock that leaps, a host that sleeps, a store restored from a backup.

The parts are the real ones on a real SQLite. The platform stamps what it accepts with the true time, whatever the clock
of the bot's host says.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.app.scheduler import AlarmClock
from bot.core.errors import SendError, SourceUnavailable
from bot.core.messages import Message
from bot.core.problems.base import NoAnswer, Said
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.delivery.delivering import Delivering
from bot.delivery.looking_back import find_gap
from bot.delivery.rules.deliveries import DeliveryName, DeliveryState
from bot.delivery.rules.gaps import Gap, Waking
from bot.delivery.store.agenda import StoredAgenda
from bot.delivery.store.deliveries import Deliveries
from bot.delivery.store.questions import Questions
from bot.events.event_posts import AnnouncementPost
from bot.events.outages import Outages
from bot.events.ports.sources import Listing
from bot.events.rules.events import Event
from bot.events.store.events import Events
from bot.events.watching import Watching
from bot.store.engine import close_store, open_store
from bot.store.memory import StoredMemory
from tests.support.events import NOW, a_room, an_event_named
from tests.support.knowledge import known_in

pytestmark = pytest.mark.days

POLL, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
LEAD_TIMES = (timedelta(days=7), timedelta(days=1), timedelta(hours=1))
MEMBERS = a_room(channel="members", organisers=())
ORGANISERS = a_room(channel="organisers", follows=("utsunomiya", "python"), announces=False, reminders=False, asks=True)


@dataclass
class TrueTime:
    """The time that it really is, and what the host's clock says beside it."""

    clock: DrivenClock
    now: datetime = NOW
    wrong_by: timedelta = timedelta()

    def set(self, now: datetime) -> None:
        self.now = now
        self.clock.set(now + self.wrong_by)


@dataclass
class Platform:
    """Keeps what it accepted under the true time; it may forget to answer, or be out of reach."""

    time: TrueTime
    platform: str = "local"
    said: list[tuple[datetime, str, str, Message]] = field(default_factory=list)
    looked: int = 0
    loses_answers: int = 0
    is_out_of_reach: bool = False

    async def send(self, channel: str, message: Message, key: str) -> str:
        if self.is_out_of_reach:
            raise SendError(Said("out of reach"))
        self.said.append((self.time.now, channel, key, message))
        if self.loses_answers:
            self.loses_answers -= 1
            raise SendError(Said("the answer was lost"))
        return f"m{len(self.said)}"

    async def find(self, channel: str, message: Message, key: str, since: datetime) -> str | None:
        self.looked += 1
        there = [number for number, said in enumerate(self.said, 1) if said[1:3] == (channel, key) and said[0] >= since]
        return f"m{there[0]}" if there else None

    async def edit(self, channel: str, external_id: str, message: Message, key: str) -> bool:
        self.said = [(*said[:3], message) if said[1:3] == (channel, key) else said for said in self.said]
        return True

    def leads(self, channel: str = "members") -> list[str]:
        return [message.lead for _, where, _, message in self.said if where == channel]

    @property
    def times_said(self) -> set[int]:
        keys = [key for _, _, key, _ in self.said]
        return {keys.count(key) for key in keys}


@dataclass
class Connpass:
    """A source that shows what the test puts in, or is down."""

    name: str = "utsunomiya"
    query: str = "q"
    events: list[Event] = field(default_factory=list)
    is_down: bool = False

    async def listing(self, now: datetime) -> Listing:
        if self.is_down:
            raise SourceUnavailable(NoAnswer(where="connpass", detail="connpass answered 503"))
        return Listing(tuple(self.events))

    async def look_up(self, event_ids: Sequence[int]) -> Listing:
        return Listing(())


class Bot:
    """A bot that polls every quarter of an hour and then says what is due."""

    def __init__(
        self,
        engine: AsyncEngine,
        time: TrueTime,
        platform: Platform,
        rooms: Sequence[Room],
        gap: Gap | None = None,
        own_sources: Sequence[str] = ("utsunomiya", "python"),
    ) -> None:
        clock, self.time, self.platform = time.clock, time, platform
        self.events, self.deliveries = Events(engine), Deliveries(engine)
        questions, known = Questions(engine), Rooms(rooms, own_sources)
        self.sources = [Connpass(), Connpass("python")]
        self.watching = Watching(self.events, questions, known, LEAD_TIMES, clock, self.deliveries)
        self.outages = Outages(self.events, self.deliveries, StoredAgenda(engine), known, clock)
        compose = known_in(engine, known, clock).compose
        self.delivering = Delivering(self.deliveries, {"local": platform}, compose, known, clock, gap=gap)

    @property
    def connpass(self) -> Connpass:
        return self.sources[0]

    def connpass_is_down(self, is_down: bool) -> None:
        for source in self.sources:
            source.is_down = is_down

    async def poll(self) -> None:
        for source in self.sources:
            await self.watching.watch(source)
        await self.outages.check()
        await self.delivering.deliver_due()

    async def run(self, length: timedelta, step: timedelta = POLL) -> None:
        """Let the bot run for so long."""
        end = self.time.now + length
        while self.time.now < end:
            self.time.set(self.time.now + step)
            await self.poll()


@pytest.fixture
def time(clock: DrivenClock) -> TrueTime:
    return TrueTime(clock)


@pytest.fixture
async def bot(engine: AsyncEngine, time: TrueTime) -> Bot:
    bot = Bot(engine, time, Platform(time), (MEMBERS, ORGANISERS))
    await bot.poll()
    return bot


def in_days(days: float, title: str, number: int) -> Event:
    return an_event_named(title, number, started_at=NOW + timedelta(days=days))


# --- connpass is down ---


async def test_organisers_hear_of_an_outage_once_after_six_hours_and_once_when_it_is_over(bot: Bot) -> None:
    bot.connpass_is_down(True)
    await bot.run(timedelta(hours=6))
    assert bot.platform.leads("organisers") == []
    await bot.run(timedelta(hours=20))
    (told,) = bot.platform.leads("organisers")
    assert told.startswith("2026年5月12日(火) 12:15 から、connpass の情報を取得できていません。")
    assert bot.platform.said[0][3].text == (
        "2026年5月12日(火) 12:15 から、connpass の情報を取得できていません。"
        "新しいイベントや変更は、取得できるようになりしだいお知らせします。"
        "それまでのリマインドは、いまわかっている情報でお送りします。復旧したらまたお知らせします。\n"
        "connpass から正しい応答がありません。自動で再試行しますので、対応は不要です。"
    )
    bot.connpass_is_down(False)
    await bot.run(DAY)
    assert bot.platform.leads("organisers") == [
        told,
        "connpass の情報をまた取得できるようになりました（2026年5月12日(火) 12:15 から取得できていませんでした）。",
    ]
    assert bot.platform.leads() == []


async def test_the_next_outage_is_told_again(bot: Bot) -> None:
    for _ in range(2):
        bot.connpass_is_down(True)
        await bot.run(timedelta(hours=7))
        bot.connpass_is_down(False)
        await bot.run(timedelta(hours=1))
    assert len(bot.platform.leads("organisers")) == 4


async def test_nobody_hears_of_a_short_outage(bot: Bot) -> None:
    for _ in range(4):
        bot.connpass_is_down(True)
        await bot.run(timedelta(hours=5))
        bot.connpass_is_down(False)
        await bot.run(timedelta(minutes=30))
    assert bot.platform.said == []


async def test_each_guild_hears_of_its_own_sources(engine: AsyncEngine, time: TrueTime) -> None:
    rooms = [a_room(channel=guild, guild=guild, follows=follows) for guild, follows in _GUILDS.items()]
    bot = Bot(engine, time, Platform(time), rooms)
    await bot.poll()
    bot.connpass.is_down = True
    await bot.run(timedelta(hours=8))
    assert {guild: len(bot.platform.leads(guild)) for guild in _GUILDS} == {"one": 1, "two": 1, "three": 0}


_GUILDS = {"one": ("utsunomiya",), "two": ("utsunomiya", "python"), "three": ("python",)}


@pytest.mark.parametrize(("followed_then", "told"), [("utsunomiya", ["down", "back", "down"]), ("elsewhere", ["down"])])
async def test_a_source_that_is_followed_no_more_is_taken_for_no_outage(
    engine: AsyncEngine, time: TrueTime, followed_then: str, told: list[str]
) -> None:
    room = a_room(channel="one", guild="one", follows=("utsunomiya", "python"))
    bot = Bot(engine, time, Platform(time), (), own_sources=())
    bot.outages.rooms.set_up([room])
    bot.connpass_is_down(True)
    await bot.run(timedelta(hours=7))
    bot.outages.rooms.set_up([replace(room, follows=(followed_then,))])
    bot.sources = [source for source in bot.sources if source.name == followed_then]
    for is_down, hours in ((False, 1), (True, 7)):
        bot.connpass_is_down(is_down)
        await bot.run(timedelta(hours=hours))
    assert ["back" if "また取得" in lead else "down" for lead in bot.platform.leads("one")] == told


async def test_who_could_not_be_told_of_an_outage_is_not_told_of_its_end(bot: Bot) -> None:
    bot.connpass_is_down(True)
    bot.platform.is_out_of_reach = True
    await bot.run(timedelta(hours=7))
    bot.connpass_is_down(False)
    bot.platform.is_out_of_reach = False
    await bot.run(timedelta(hours=2))
    assert bot.platform.said == []


async def test_after_a_day_without_connpass_nothing_is_said_twice_or_too_late(bot: Bot) -> None:
    soon, moved = in_days(2, "もくもく会 #5", 5), in_days(9, "LT大会 #6", 6)
    bot.connpass.events = [soon, moved]
    await bot.run(timedelta(hours=1))
    assert [lead[:7] for lead in bot.platform.leads()] == ["新しいイベント"] * 2
    bot.connpass_is_down(True)
    await bot.run(timedelta(days=1, hours=6))  # the reminder of a day before falls into it
    assert len(bot.platform.leads()) == 3
    later = replace(moved, started_at=NOW + timedelta(days=12), ended_at=None)
    began = in_days(1, "終わった会 #7", 7)  # published and held while connpass was down
    bot.connpass.events = [soon, later, began, in_days(20, "ハッカソン #8", 8)]
    bot.connpass_is_down(False)
    await bot.run(timedelta(days=14), step=HOUR)
    said = "\n".join(message.text for _, channel, _, message in bot.platform.said if channel == "members")
    assert "終わった会" not in said
    assert said.count("新しいイベント") == 3
    assert bot.platform.times_said == {1}
    for at, _, _, message in bot.platform.said:
        start = {5: soon, 6: later, 8: in_days(20, "", 8)}.get(message.event_id or 0)
        assert start is None or start.started_at is None or at < start.started_at


# --- the clock leaps ---


async def test_a_clock_that_leaps_an_hour_ahead_and_back_says_nothing_twice(bot: Bot) -> None:
    bot.connpass.events = [in_days(1.25, "もくもく会 #5", 5)]
    await bot.run(timedelta(hours=5))
    bot.time.wrong_by = timedelta(hours=1)
    await bot.run(timedelta(hours=2))
    bot.time.wrong_by = timedelta()
    await bot.run(DAY)
    assert len(bot.platform.leads()) == 3  # announced, a day before, an hour before
    assert bot.platform.times_said == {1}
    assert await bot.deliveries.earliest() is None


async def test_a_clock_that_leaps_back_and_ahead_says_nothing_twice_and_loses_nothing(bot: Bot) -> None:
    bot.connpass.events = [in_days(1.25, "もくもく会 #5", 5)]
    await bot.run(timedelta(hours=5))
    bot.time.wrong_by = timedelta(hours=-1)
    await bot.run(timedelta(hours=3))
    bot.time.wrong_by = timedelta()
    await bot.run(DAY)
    assert len(bot.platform.leads()) == 3
    assert bot.platform.times_said == {1}


@pytest.mark.parametrize("wrong_by", [timedelta(hours=1), timedelta(hours=-1)])
async def test_a_message_whose_answer_was_lost_is_found_whatever_the_clock_says(bot: Bot, wrong_by: timedelta) -> None:
    bot.time.wrong_by = wrong_by
    bot.platform.loses_answers = 1
    bot.connpass.events = [in_days(3, "もくもく会 #5", 5)]
    await bot.run(timedelta(hours=1))
    bot.time.wrong_by = timedelta()
    await bot.run(timedelta(hours=3))
    assert bot.platform.times_said == {1}
    assert (await bot.deliveries.counts())[DeliveryState.SENT] == 1


async def test_what_waits_for_another_try_when_the_clock_is_set_back_is_said_once(bot: Bot) -> None:
    bot.time.wrong_by = timedelta(hours=1)
    bot.platform.is_out_of_reach = True
    bot.connpass.events = [in_days(1.25, "もくもく会 #5", 5)]
    await bot.run(timedelta(hours=1))
    bot.time.wrong_by = timedelta()
    bot.platform.is_out_of_reach = False
    await bot.run(timedelta(hours=2))
    assert [lead[:7] for lead in bot.platform.leads()] == ["新しいイベント"]
    await bot.run(DAY * 2, step=HOUR)
    assert (len(bot.platform.said), bot.platform.times_said) == (3, {1})


# --- the host sleeps ---


async def test_a_host_that_slept_over_the_start_of_an_event_says_nothing_of_it_any_more(bot: Bot) -> None:
    """Neither the announcement that could not be sent before, nor a reminder, nor that it moved to another room."""
    event = in_days(0.125, "もくもく会 #5", 5)
    bot.connpass.events = [event]
    bot.platform.is_out_of_reach = True
    await bot.run(timedelta(minutes=30))
    bot.connpass.events = [replace(event, place="第2会議室")]
    await bot.run(timedelta(minutes=30))
    bot.platform.is_out_of_reach = False
    bot.time.set(bot.time.now + timedelta(hours=2, minutes=10))
    await bot.delivering.deliver_due()  # the host wakes ten minutes after the start
    await bot.run(timedelta(hours=8))
    assert bot.platform.said == []
    assert await bot.deliveries.earliest() is None


async def test_a_host_that_slept_for_a_week_says_what_is_still_of_use_and_no_more(bot: Bot) -> None:
    missed, coming = in_days(5, "過ぎた会 #5", 5), in_days(10, "もくもく会 #6", 6)
    bot.connpass.events = [missed, coming]
    await bot.run(timedelta(hours=1))
    assert len(bot.platform.leads()) == 2
    bot.platform.said.clear()
    bot.time.set(bot.time.now + timedelta(days=7))
    await bot.run(timedelta(days=3), step=HOUR)
    said = [(at, message.event_id) for at, _, _, message in bot.platform.said]
    assert [event for _, event in said] == [6, 6]  # a day before and an hour before; the week before is too long ago
    assert bot.platform.leads("organisers") == []


async def test_a_host_that_slept_during_an_outage_does_not_take_its_sleep_for_one(bot: Bot) -> None:
    bot.connpass_is_down(True)
    await bot.run(timedelta(hours=1))
    bot.time.set(bot.time.now + timedelta(days=7))
    await bot.outages.check()  # before the first poll
    await bot.run(timedelta(hours=1))  # the network takes a while to come up
    bot.connpass_is_down(False)
    await bot.run(timedelta(hours=8))
    assert bot.platform.said == []


async def test_what_was_tried_before_the_sleep_is_not_given_up_after_it(bot: Bot) -> None:
    bot.connpass.events = [in_days(20, "もくもく会 #5", 5)]
    bot.platform.is_out_of_reach = True
    await bot.run(timedelta(minutes=30))
    bot.time.set(bot.time.now + timedelta(days=7))
    await bot.poll()  # the network is not up yet
    bot.platform.is_out_of_reach = False
    await bot.run(timedelta(hours=1))
    assert len(bot.platform.leads()) == 1


async def test_after_a_sleep_the_polls_go_first_and_what_is_due_waits_for_them(bot: Bot) -> None:
    event = in_days(8, "もくもく会 #5", 5)
    bot.connpass.events = [event]
    await bot.run(timedelta(minutes=15))
    bot.platform.said.clear()
    alarm = AlarmClock(bot.delivering)
    await alarm.set_alarm()
    bot.time.set(NOW + timedelta(days=2))  # the reminder of a week before has been due for a day
    await alarm._deliver()
    assert bot.platform.said == []
    bot.connpass.events = [replace(event, started_at=NOW + timedelta(days=30), ended_at=None)]
    await bot.watching.watch(bot.connpass)
    bot.time.set(bot.time.now + timedelta(seconds=30))
    await alarm._deliver()
    assert bot.platform.leads() == ["イベントの内容が変わりました。ご確認ください。"]


async def test_a_clock_that_is_set_back_does_not_put_off_the_polls(bot: Bot) -> None:
    alarm, polled = AlarmClock(bot.delivering), asyncio.Event()

    async def poll() -> None:
        polled.set()

    alarm.start()
    now = datetime.now(UTC)
    alarm.poll("connpass", poll, POLL, now + POLL + timedelta(hours=1))  # as it stands after an hour was taken back
    alarm.poll("reports", poll, timedelta(hours=2), now + timedelta(hours=1))
    await alarm._look()
    await asyncio.wait_for(polled.wait(), 10)
    reports = alarm._scheduler.get_job("poll reports")
    assert reports.next_run_time == now + timedelta(hours=1)
    await alarm.stop()


def test_looks_in_a_row_hold_nothing_up_and_a_clock_set_back_holds_nothing_up_for_long() -> None:
    waking = Waking()
    for seconds in range(0, 200, 20):
        assert waking.look(NOW + timedelta(seconds=seconds)) <= NOW
    woken = NOW + timedelta(hours=1)
    assert waking.look(woken) == woken + timedelta(seconds=30)
    assert waking.look(NOW) <= NOW


# --- the store is restored from a backup ---


@dataclass
class House:
    """A bot that can be stopped and started again, on a store that can be copied."""

    folder: Path
    time: TrueTime
    platform: Platform
    events: list[Event] = field(default_factory=list)

    @property
    def store(self) -> Path:
        return self.folder / "tsudoi.db"

    @asynccontextmanager
    async def started(self) -> AsyncIterator[Bot]:
        engine = await open_store(f"sqlite:///{self.store}")
        gap = await find_gap(Events(engine), Deliveries(engine), StoredMemory(engine), self.time.clock.now())
        bot = Bot(engine, self.time, self.platform, (MEMBERS, ORGANISERS), gap)
        bot.connpass.events = self.events
        try:
            yield bot
        finally:
            await close_store(engine)

    def copy(self, source: Path, target: Path) -> None:
        for old in target.parent.glob(f"{target.name}*"):
            old.unlink()
        shutil.copy(source, target)


@pytest.fixture
def house(tmp_path: Path, time: TrueTime) -> House:
    return House(tmp_path, time, Platform(time))


async def test_a_store_restored_from_last_night_says_nothing_again(house: House) -> None:
    known, moved = in_days(1.5, "もくもく会 #5", 5), in_days(9, "LT大会 #6", 6)
    house.events[:] = [known]
    async with house.started() as bot:
        await bot.run(timedelta(hours=1))
        house.events.append(moved)
        await bot.run(timedelta(hours=1))
    house.copy(house.store, house.folder / "backup.db")
    house.events[1] = replace(moved, started_at=NOW + timedelta(days=10), ended_at=None)
    house.events.append(in_days(20, "ハッカソン #7", 7))
    async with house.started() as bot:
        await bot.run(timedelta(hours=14))  # a change, a new event, the reminder of a day before
    said = len(house.platform.said)
    assert said == 4
    house.copy(house.folder / "backup.db", house.store)
    async with house.started() as bot:
        await bot.run(timedelta(hours=2))
        assert len(house.platform.said) == said
        announced = await bot.deliveries.find(DeliveryName(*AnnouncementPost(7).stored_as, MEMBERS.name))
        assert announced is not None
        assert (announced.state, announced.external_id) == (DeliveryState.SENT, "m3")  # so it will be edited
        house.events.append(in_days(25, "読書会 #8", 8))
        await bot.run(timedelta(days=12), step=HOUR)
    assert house.platform.times_said == {1}
    assert "読書会 #8" in house.platform.said[said][3].text


async def test_what_changed_once_more_while_the_store_was_away_is_told_where_the_change_was_told(house: House) -> None:
    event = in_days(9, "LT大会 #6", 6)
    async with house.started() as bot:
        await bot.run(timedelta(hours=1))
        house.events.append(event)
        await bot.run(timedelta(hours=1))
    house.copy(house.store, house.folder / "backup.db")
    house.events[0] = replace(event, place="第1会議室")
    async with house.started() as bot:
        await bot.run(timedelta(hours=14))
    house.events[0] = replace(event, place="第2会議室")  # seen by nobody: the disk is broken
    house.copy(house.folder / "backup.db", house.store)
    async with house.started() as bot:
        await bot.run(timedelta(hours=1))
    announcement, change = (message.text for *_, message in house.platform.said)
    assert "第2会議室" in announcement
    assert "第2会議室" in change


async def test_after_going_back_to_the_copy_of_before_an_upgrade_nothing_is_said_again(house: House) -> None:
    """All of it within a quarter of an hour: too short a time to tell it from an ordinary restart."""
    async with house.started() as bot:
        await bot.run(timedelta(hours=1))
    house.copy(house.store, house.folder / "backup.db")
    house.events.append(in_days(9, "LT大会 #6", 6))
    async with house.started() as bot:
        await bot.run(timedelta(minutes=5), step=timedelta(minutes=5))
    house.copy(house.folder / "backup.db", house.store)
    async with house.started() as bot:
        await bot.run(timedelta(hours=1), step=timedelta(minutes=5))
    assert [lead[:7] for lead in house.platform.leads()] == ["新しいイベント"]


async def test_a_while_after_an_ordinary_restart_nothing_is_looked_up(house: House) -> None:
    async with house.started() as bot:
        await bot.run(timedelta(hours=1))
    async with house.started() as bot:
        await bot.run(timedelta(minutes=15))
        house.events.append(in_days(3, "もくもく会 #5", 5))
        await bot.run(timedelta(hours=1))
    assert (len(house.platform.said), house.platform.looked) == (1, 0)


async def test_other_processes_on_a_restored_store_look_back_too_and_a_day_later_nobody_does(house: House) -> None:
    async with house.started() as bot:
        await bot.run(timedelta(hours=1))
    house.time.set(house.time.now + timedelta(hours=9))
    async with house.started() as first:
        await first.run(timedelta(hours=1))
        async with house.started() as second:
            assert second.delivering.gap == first.delivering.gap is not None
            assert second.delivering.gap.is_quiet
    house.time.set(house.time.now + timedelta(minutes=20))
    async with house.started() as bot:
        await bot.run(DAY)
        house.events.append(in_days(9, "もくもく会 #5", 5))
        await bot.run(timedelta(hours=1))
    assert (len(house.platform.said), house.platform.looked) == (1, 0)


async def test_a_new_store_has_no_gap(house: House) -> None:
    async with house.started() as bot:
        assert bot.delivering.gap is None


@pytest.mark.parametrize(
    ("due", "is_news", "since"),
    [
        (timedelta(hours=-3), False, timedelta(hours=-3)),  # due in the gap: not said before it was due
        (timedelta(hours=-30), False, timedelta(hours=-9)),
        (timedelta(minutes=5), True, timedelta(hours=-9)),  # planned again now
        (timedelta(minutes=5), False, None),  # a reminder that was not due before
    ],
)
def test_what_may_have_been_said_in_a_gap_is_looked_for_from_when_it_can_have_been(
    due: timedelta, is_news: bool, since: timedelta | None
) -> None:
    gap = Gap(NOW - timedelta(hours=9), NOW)
    looked = gap.said_since(NOW + due, NOW + timedelta(minutes=6), is_news=is_news)
    assert looked == (None if since is None else NOW + since)
    assert gap.said_since(NOW + due, NOW + timedelta(days=1, minutes=1), is_news=is_news) is None
