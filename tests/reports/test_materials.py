"""What was shown at an event: asked for a few times, listed once a room, kept up to date, named beside the report."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.core.errors import SourceRefused, SourceUnavailable
from bot.core.messages import Message
from bot.core.problems.base import Said
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.delivery.delivering import Delivering
from bot.delivery.rules.deliveries import Delivery
from bot.delivery.store.deliveries import Deliveries
from bot.events.ports.events import SourceState, Watched
from bot.events.rules.events import Event, EventStatus
from bot.events.store.events import Events
from bot.locales import texts_for
from bot.reports.materials import Materials, MaterialsPost
from bot.reports.report_messages import report_post
from bot.reports.rules.materials import LOOKS, Material, SeenMaterials, is_look_due
from bot.reports.rules.reports import Report
from bot.reports.store.materials import StoredMaterials
from tests.support.events import NOW, a_room, an_event_named
from tests.support.knowledge import known_in

SLIDES = Material("学習のしくみ", "https://slides.example/1", "haru")
VIDEO = Material("録画", "https://videos.example/2")
EVENT = an_event_named("LT大会 #5", 5, started_at=NOW - timedelta(hours=2), ended_at=NOW)


class Board:
    """A platform on which messages stand as they were last said."""

    platform = "local"

    def __init__(self) -> None:
        self.shown: dict[str, Message] = {}
        self.posts = 0

    async def send(self, channel: str, message: Message, key: str) -> str:
        self.posts += 1
        self.shown[key] = message
        return key

    async def find(self, channel: str, message: Message, key: str, since: datetime) -> str | None:
        return key if key in self.shown else None

    async def edit(self, channel: str, external_id: str, message: Message, key: str) -> bool:
        self.shown[key] = message
        return True


@dataclass
class Pages:
    """The pages of events, with what was put on them."""

    shown: dict[int, Sequence[Material]] = field(default_factory=dict)
    faults: dict[int, Exception] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)

    async def description(self, event_id: int) -> Sequence[str]:
        return ()

    async def materials(self, event_id: int) -> Sequence[Material]:
        self.asked.append(event_id)
        if event_id in self.faults:
            raise self.faults[event_id]
        return self.shown.get(event_id, ())


class World:
    def __init__(self, engine: AsyncEngine, clock: DrivenClock, *rooms: Room) -> None:
        self.clock, self.pages, self.board = clock, Pages(), Board()
        self.events, self.deliveries, self.store = Events(engine), Deliveries(engine), StoredMaterials(engine)
        known = Rooms(rooms or (a_room(),), ("utsunomiya",))
        kept = (self.store, self.events, self.deliveries)
        self.materials = Materials(self.pages, *kept, known, clock)
        self.delivering = Delivering(
            self.deliveries, {"local": self.board}, known_in(engine, known, clock).compose, known, clock
        )

    async def show(self, *events: Event, since: datetime = NOW - timedelta(days=30)) -> None:
        state = SourceState("utsunomiya", "q", since, NOW)
        await self.events.record(Watched(state, NOW, events=events, sighted=tuple(one.id for one in events)))

    async def gather(self, after: timedelta) -> None:
        self.clock.set(NOW + after)
        await self.materials.gather()
        await self.delivering.deliver_due()


@pytest.fixture
async def world(engine: AsyncEngine, clock: DrivenClock) -> World:
    world = World(engine, clock)
    await world.show(EVENT)
    return world


def texts(world: World) -> list[str]:
    return [message.text for message in world.board.shown.values()]


async def test_the_materials_of_an_event_are_listed_once_and_later_ones_are_added_to_the_list(world: World) -> None:
    world.pages.shown[5] = [SLIDES]
    for hours in (0.5, 1, 1.2, 5):
        await world.gather(timedelta(hours=hours))
    (text,) = texts(world)
    assert "・学習のしくみ (haru)" in text
    assert SLIDES.url in text
    world.pages.shown[5] = [SLIDES, VIDEO]
    await world.gather(timedelta(days=1))
    (text,) = texts(world)
    assert "・学習のしくみ (haru)\n・録画" in text
    assert VIDEO.url in text
    assert world.board.posts == 1


async def test_connpass_is_asked_a_few_times_in_two_weeks_and_never_before_or_after(world: World) -> None:
    for hours in range(24 * 30):
        await world.gather(timedelta(hours=hours))
    assert world.pages.asked == [5] * len(LOOKS)
    assert texts(world) == []


async def test_an_event_that_was_over_before_the_bot_knew_its_source_is_not_asked_about(
    engine: AsyncEngine, clock: DrivenClock
) -> None:
    world = World(engine, clock)
    await world.show(EVENT, since=NOW + timedelta(minutes=1))
    await world.gather(timedelta(days=1))
    assert world.pages.asked == []


async def test_a_room_that_wants_no_materials_gets_none(engine: AsyncEngine, clock: DrivenClock) -> None:
    rooms = (a_room(materials=False), a_room(channel="2", announces=False), a_room(channel="3"))
    world = World(engine, clock, *rooms)
    await world.show(EVENT)
    world.pages.shown[5] = [SLIDES]
    await world.gather(timedelta(hours=1))
    (said,) = await world.deliveries.about(MaterialsPost, ["event:5"])
    assert said.destination == "local:3"


async def test_a_page_that_is_gone_holds_up_no_other_and_a_connpass_that_is_down_is_asked_again(world: World) -> None:
    await world.show(EVENT, replace(EVENT, id=6, title="#6"))
    world.pages.faults[5], world.pages.shown[6] = SourceRefused(Said("404")), [VIDEO]
    await world.gather(timedelta(hours=1))
    assert world.pages.asked == [5, 6]
    world.pages.faults[5] = SourceUnavailable(Said("503"))
    await world.gather(timedelta(hours=2))
    world.pages.faults.clear()
    world.pages.shown[5] = [SLIDES]
    await world.gather(timedelta(hours=3))
    assert world.pages.asked == [5, 6, 5, 5]
    assert len(texts(world)) == 2


async def test_materials_that_are_taken_away_are_taken_out_of_the_list(world: World) -> None:
    world.pages.shown[5] = [SLIDES, VIDEO]
    await world.gather(timedelta(hours=1))
    world.pages.shown[5] = [VIDEO]
    await world.gather(timedelta(days=1))
    assert SLIDES.url not in "".join(texts(world))


async def test_what_was_seen_is_kept_as_it_was(world: World) -> None:
    seen = SeenMaterials(5, NOW, (SLIDES, VIDEO))
    planned = Delivery(MaterialsPost(5), "local:main", NOW)
    await world.store.keep(seen, [planned])
    assert await world.store.seen([5, 6]) == {5: seen}
    await world.store.keep(replace(seen, materials=()))
    assert (await world.store.seen([5]))[5].materials == ()


def test_an_event_that_did_not_take_place_has_nothing_to_show() -> None:
    assert is_look_due(EVENT, None, NOW + timedelta(hours=1))
    assert not is_look_due(replace(EVENT, status=EventStatus.CANCELLED), None, NOW + timedelta(hours=1))
    assert not is_look_due(replace(EVENT, started_at=None, ended_at=None), None, NOW)


def test_the_report_thanks_those_who_came_and_names_the_materials() -> None:
    report = Report("https://reports.example/201705.html", "LT大会 #5", NOW, event_id=5)
    post = report_post(texts_for("ja"), report, EVENT, [SLIDES])
    assert post.lead == "開催レポートが公開されました！参加してくださったみなさん、ありがとうございました！"
    assert [(one.name, one.value) for one in post.cards[0].fields][-1] == ("資料", "・学習のしくみ (haru)")
    assert SLIDES.url in {button.url for button in post.cards[0].buttons}
    assert "資料" not in report_post(texts_for("ja"), report, EVENT).text
