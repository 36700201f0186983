"""Weekly digests end to end on a real store: said once, in time, and only when there is something to say."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.app.rehearsal import rehearse
from bot.config import RoomSettings, Settings, SourceSettings
from bot.core.messages import Message, MessageKind
from bot.core.room import Pause, Room
from bot.core.rooms import Rooms
from bot.core.skips import NothingToSay
from bot.delivery.delivering import Delivering
from bot.delivery.store.agenda import StoredAgenda
from bot.delivery.store.deliveries import Deliveries
from bot.delivery.store.questions import Questions
from bot.events.ports.sources import Listing
from bot.events.rules.events import Event, EventStatus
from bot.events.store.events import Events
from bot.events.watching import Watching
from bot.organisers.store.rooms import SetUpRooms
from bot.reminders.digest_post import DigestPost
from bot.reminders.digesting import Digesting
from bot.reports.rules.reports import Report, ReportState
from bot.reports.store.reports import Reports
from tests.support.connpass_events import an_event
from tests.support.events import TOKYO, a_room, an_event_named, tokyo
from tests.support.knowledge import known_in

SUNDAY, MONDAY = tokyo(2026, 5, 17, 12), tokyo(2026, 5, 18, 9)
WEEK = timedelta(days=7)
QUIET = {"announces": False, "reminders": False}
MEETING = an_event_named("もくもく会 #5", 501, started_at=tokyo(2026, 5, 22, 19))
FAR = an_event_named("夏の発表会", 502, started_at=tokyo(2026, 7, 4, 13))


class Shown:
    """A source that shows what the test puts in."""

    query = "group=g"

    def __init__(self, name: str) -> None:
        self.name = name
        self.events: Sequence[Event] = ()

    async def listing(self, now: datetime) -> Listing:
        return Listing(tuple(self.events))

    async def look_up(self, event_ids: Sequence[int]) -> Listing:
        return Listing(())


class Said:
    """A platform that keeps the digests."""

    platform = "local"

    def __init__(self) -> None:
        self.digests: list[tuple[str, Message]] = []

    async def send(self, channel: str, message: Message, key: str) -> str:
        if message.kind is MessageKind.DIGEST:
            self.digests.append((channel, message))
        return key

    async def edit(self, channel: str, external_id: str, message: Message, key: str) -> bool:
        return True

    async def find(self, channel: str, message: Message, key: str, since: datetime) -> str | None:
        return None


class House:
    """A bot whose clock the test drives, from a Sunday on."""

    def __init__(self, engine: AsyncEngine, *rooms: Room) -> None:
        self.engine, self.clock, self.platform = engine, DrivenClock(SUNDAY), Said()
        self.events, self.deliveries, self.reports = Events(engine), Deliveries(engine), Reports(engine)
        self.rooms = Rooms(rooms or (a_room(digest="mon 09:00"),), ("utsunomiya",))
        self.watching = Watching(self.events, Questions(engine), self.rooms, (), self.clock, self.deliveries)
        self.digesting = self.another_process()
        self.source = Shown("utsunomiya")

    def another_process(self) -> Digesting:
        return Digesting(StoredAgenda(self.engine), self.rooms, self.clock, TOKYO)

    async def poll(self, *events: Event, at: datetime | None = None) -> None:
        self.clock.set(at or self.clock.now())
        self.source.events = events
        await self.watching.watch(self.source)
        await self.digesting.plan()

    async def wake(self, at: datetime) -> list[Message]:
        """Deliver what is due then, plan what follows, and return the digests said."""
        self.clock.set(at)
        told = len(self.platform.digests)
        compose = known_in(self.engine, self.rooms, self.clock).compose
        delivering = Delivering(self.deliveries, {"local": self.platform}, compose, self.rooms, self.clock)
        await delivering.deliver_due()
        await self.digesting.plan()
        return [message for _, message in self.platform.digests[told:]]

    async def report(self, event: Event, at: datetime, **changes: object) -> None:
        report = Report("http://reports.example/5.html", "第5回の記録", at, event.id, ReportState.LINKED)
        given = {"key": "/5.html", "path": "/5.html", "first_seen_at": at, **changes}
        await self.reports.record_reports([replace(report, **given)])


@pytest.fixture
def house(engine: AsyncEngine) -> House:
    return House(engine)


def titles(message: Message) -> list[str]:
    return [card.title for card in message.cards]


async def test_a_monthly_one_is_said_once_a_month_and_looks_a_month_ahead_and_back(engine: AsyncEngine) -> None:
    house = House(engine, a_room(digest="monthly 1 09:00"))
    june, july = tokyo(2026, 6, 1, 9), tokyo(2026, 7, 1, 9)
    late = an_event_named("月末の会", 504, started_at=tokyo(2026, 6, 28, 13))
    await house.poll(late, FAR)
    await house.report(MEETING, tokyo(2026, 5, 18))
    await house.poll(MEETING, late, FAR)
    assert await house.wake(MONDAY) == []
    (digest,) = await house.wake(june)
    assert digest.lead.startswith("これから1か月のイベントです。")
    assert "月末の会" in titles(digest)
    assert FAR.title not in titles(digest)
    assert await house.wake(june + WEEK) == []
    assert [titles(one) for one in await house.wake(july)] == [[FAR.title]]


async def test_a_monthly_one_without_anything_to_say_is_not_said(engine: AsyncEngine) -> None:
    house = House(engine, a_room(digest="monthly 1 09:00"))
    await house.poll()
    assert await house.wake(tokyo(2026, 6, 1, 9)) == []


async def test_it_is_said_once_a_week_on_monday_at_nine_in_tokyo(house: House) -> None:
    await house.poll(MEETING, FAR)
    assert await house.wake(MONDAY - timedelta(seconds=1)) == []
    (digest,) = await house.wake(MONDAY)
    assert digest.lead == "これから2週間のイベントです。"
    assert titles(digest) == ["もくもく会 #5"]
    assert "2026年5月22日(金) 19:00" in digest.text
    assert await house.wake(MONDAY + timedelta(days=6)) == []
    await house.poll(MEETING, FAR, an_event_named("もくもく会 #6", 503, started_at=MONDAY + WEEK * 2))
    assert [titles(one) for one in await house.wake(MONDAY + WEEK)] == [["もくもく会 #6"]]


async def test_several_processes_and_starts_plan_the_same_digest(house: House) -> None:
    await house.poll(MEETING)
    for _ in range(3):
        await house.another_process().plan()
    assert len(await house.wake(MONDAY)) == 1
    await house.another_process().plan()
    assert await house.wake(MONDAY + timedelta(minutes=1)) == []


async def test_nothing_to_say_is_not_said(house: House) -> None:
    await house.poll(FAR)
    assert await house.wake(MONDAY) == []
    (planned,) = [one for one in await house.deliveries.about(DigestPost, ["room:local:main"]) if one.reason]
    assert planned.reason is NothingToSay.NO_NEWS


async def test_a_bot_that_slept_says_no_digest_late_and_the_next_one_in_time(house: House) -> None:
    await house.poll(MEETING)
    assert await house.wake(MONDAY + timedelta(hours=12)) == []
    assert [titles(one) for one in await house.wake(MONDAY + timedelta(days=3))] == []
    later = an_event_named("もくもく会 #6", 503, started_at=tokyo(2026, 5, 29, 19))
    await house.poll(MEETING, later)
    assert [titles(one) for one in await house.wake(MONDAY + WEEK + timedelta(hours=2))] == [["もくもく会 #6"]]


async def test_what_moved_or_was_cancelled_since_the_last_one_is_said_once(house: House) -> None:
    await house.poll(MEETING, FAR)
    await house.wake(MONDAY)
    moved = replace(MEETING, started_at=tokyo(2026, 5, 29, 19), ended_at=tokyo(2026, 5, 29, 21))
    await house.poll(moved, FAR, at=MONDAY + timedelta(days=1))
    cancelled = replace(FAR, title="【中止】夏の発表会", status=EventStatus.CANCELLED)
    await house.poll(moved, cancelled, at=MONDAY + timedelta(days=2))
    (digest,) = await house.wake(MONDAY + WEEK)
    assert digest.lead == "これから2週間のイベントです。\n変更のあったイベントが2件あります。"
    first, second = digest.cards
    assert first.body == "イベントの内容が変わりました。ご確認ください。"
    assert [one.value for one in first.fields if one.name == "日時"] == [
        "2026年5月22日(金) 19:00〜21:00 → 2026年5月29日(金) 19:00〜21:00"
    ]
    assert (second.title, second.body) == ("【中止】夏の発表会", "このイベントは中止になりました。")
    later = an_event_named("もくもく会 #6", 503, started_at=MONDAY + 2 * WEEK + timedelta(days=1))
    await house.poll(moved, cancelled, later)
    (next_one,) = await house.wake(MONDAY + 2 * WEEK)
    assert (titles(next_one), [card.body for card in next_one.cards]) == (["もくもく会 #6"], [""])


async def test_an_event_that_moved_away_and_back_has_not_changed(house: House) -> None:
    away = replace(MEETING, started_at=tokyo(2026, 5, 29, 19), ended_at=tokyo(2026, 5, 29, 21))
    for hours, seen in enumerate((MEETING, away, MEETING)):
        await house.poll(seen, at=SUNDAY + timedelta(hours=hours))
    (digest,) = await house.wake(MONDAY)
    assert [card.body for card in digest.cards] == [""]


async def test_new_reports_are_said_even_where_nothing_is_coming(house: House) -> None:
    past = an_event_named("もくもく会 #4", 500, started_at=tokyo(2026, 5, 1, 19))
    await house.poll(past)
    await house.report(past, SUNDAY)
    (digest,) = await house.wake(MONDAY)
    assert digest.lead == "これから2週間に予定されているイベントはありません。\n新しいレポートが1件あります。"
    assert [(card.title, card.url) for card in digest.cards] == [("第5回の記録", "http://reports.example/5.html")]
    assert await house.wake(MONDAY + WEEK) == []


async def test_an_old_report_and_one_that_is_not_linked_are_no_news(house: House) -> None:
    past = an_event_named("もくもく会 #4", 500, started_at=tokyo(2026, 5, 1, 19))
    await house.poll(past)
    await house.report(past, SUNDAY, is_old=True)
    await house.report(past, SUNDAY, key="/6.html", event_id=None)
    assert await house.wake(MONDAY) == []


async def test_what_is_paused_is_in_no_digest(engine: AsyncEngine) -> None:
    past = an_event_named("もくもく会 #4", 500, started_at=tokyo(2026, 5, 1, 19))
    house = House(engine, a_room(digest="mon 09:00", pauses=(Pause("utsunomiya"),)))
    await house.poll(past)
    await house.poll(past, MEETING)
    await house.report(past, SUNDAY)
    assert await house.wake(MONDAY) == []


async def test_each_room_has_it_at_its_time_in_its_language_of_what_it_follows(engine: AsyncEngine) -> None:
    rooms = (
        a_room(channel="news"),  # what it hears of is what the digests of the others tell
        a_room(channel="ja", digest="mon 09:00", **QUIET),
        a_room(channel="en", digest="mon 09:00", locale="en", **QUIET),
        a_room(channel="tue", digest="tue 18:30", **QUIET),
        a_room(channel="other", digest="mon 09:00", follows=("tokyo",), **QUIET),
    )
    house = House(engine, *rooms)
    await house.poll(MEETING)
    await house.poll(replace(MEETING, place="図書館"), at=SUNDAY + timedelta(hours=1))
    await house.wake(MONDAY)
    assert sorted((channel, one.lead.splitlines()[0]) for channel, one in house.platform.digests) == [
        ("en", "Events of the next two weeks:"),
        ("ja", "これから2週間のイベントです。"),
    ]
    assert all("まちなか会議室 → 図書館" in one.text for _, one in house.platform.digests)
    assert len(await house.wake(tokyo(2026, 5, 19, 18, 30))) == 1


async def test_a_room_that_chose_another_time_has_no_digest_at_the_old_one(house: House) -> None:
    await house.poll(MEETING)
    house.rooms.set_up((a_room(digest="tue 09:00"),))
    await house.digesting.plan()
    assert await house.wake(MONDAY) == []
    assert len(await house.wake(MONDAY + timedelta(days=1))) == 1


async def test_a_room_set_up_in_the_chat_keeps_its_digest(engine: AsyncEngine) -> None:
    await SetUpRooms(engine).save([a_room(digest="fri 12:00")], "1", SUNDAY)
    assert [room.digest for room in await SetUpRooms(engine).rooms()] == ["fri 12:00"]


async def test_many_events_leave_room_for_changes_and_reports(house: House) -> None:
    many = [
        an_event_named(f"会 #{number}", number, started_at=MONDAY + timedelta(days=1, hours=number))
        for number in range(1, 13)
    ]
    await house.poll(*many, FAR)
    await house.poll(*many, replace(FAR, status=EventStatus.CANCELLED), at=SUNDAY + timedelta(hours=1))
    await house.report(many[0], SUNDAY)
    (digest,) = await house.wake(MONDAY)
    assert digest.lead.startswith("これから2週間のイベントのうち、近いものから8件です。")
    assert titles(digest) == [*(f"会 #{number}" for number in range(1, 9)), "【中止】 夏の発表会", "第5回の記録"]


async def test_a_rehearsal_shows_every_digest(tmp_path: Path) -> None:
    starts = {501: MEETING.started_at, 503: tokyo(2026, 6, 5, 19)}
    recorded = [an_event(number, "もくもく会", started_at) for number, started_at in starts.items()]
    (tmp_path / "events.json").write_text(json.dumps({"events": recorded}), encoding="utf-8")
    room = RoomSettings(platform="local", channel="main", digest="mon 09:00", reminders=False)
    source = SourceSettings(name="utsunomiya", group="tfug-utsunomiya")
    settings = Settings(rooms=(room,), sources=(source,))
    played = rehearse(settings, SUNDAY, SUNDAY + 4 * WEEK, tmp_path / "events.json")
    digests = [one.at async for one in played if one.message.kind is MessageKind.DIGEST]
    assert digests == [MONDAY, MONDAY + WEEK, MONDAY + 2 * WEEK]
