"""Each server's own calendar shows what its rooms follow, once, whatever goes wrong on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.core.errors import SendError, SendRefused
from bot.core.problems.base import Said
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.delivery.rules.deliveries import Delivery
from bot.events.event_posts import AnnouncementPost
from bot.events.mirroring import A_REPEAT_TAKES, LOOK_EVERY, REST, Mirroring
from bot.events.ports.events import SourceState, Watched
from bot.events.rules.events import Event, EventStatus
from bot.events.rules.mirrored_events import MOST_MIRRORED, CalendarEntry, MirrorState, MirrorStep
from bot.events.store.events import Events
from bot.events.store.mirrored_events import MirroredEvents
from bot.locales import TOKYO
from tests.support.events import NOW, a_room, an_event_named


@dataclass
class Calendars:
    """Servers by the channels they have. `faults` go wrong in turn: with a creation that is `accepted` or not."""

    clock: DrivenClock
    platform: str = "discord"
    servers: dict[str, str] = field(default_factory=lambda: {"1": "100", "2": "100", "3": "200"})
    entries: dict[str, tuple[str, CalendarEntry]] = field(default_factory=dict)
    done: list[tuple[str, str]] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    accepted: bool = False
    repeats: int = 0  # so often a creation is made twice
    away: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)

    def space_of(self, channel: str) -> str | None:
        space = self.servers.get(channel)
        return space if space is not None and self.reaches(space) else None

    def reaches(self, space: str) -> bool:
        return space not in self.away

    async def ours(self, space: str) -> Mapping[str, str]:
        return {number: entry.description for number, (where, entry) in self.entries.items() if where == space}

    async def create(self, space: str, entry: CalendarEntry) -> str:
        fault = self.faults.pop(0) if self.faults else None
        if fault and not self.accepted:
            raise fault
        if self.repeats:
            self.clock.set(self.clock.now() + A_REPEAT_TAKES)
        for _ in range(1 + self.repeats):
            number = str(len(self.entries) + 1)
            self.entries[number] = (space, entry)
        self.repeats = 0
        if fault:
            raise fault
        return number

    async def carry_out(self, step: MirrorStep, entry_id: str, space: str, entry: CalendarEntry | None) -> bool:
        if entry_id in self.deleted:
            return False
        self.done.append((step.value, entry_id))
        if step is MirrorStep.CHANGE and entry is not None:
            self.entries[entry_id] = (space, entry)
        elif step is not MirrorStep.START:
            del self.entries[entry_id]
        return True

    def names(self, space: str = "100") -> list[str]:
        return [entry.name for where, entry in self.entries.values() if where == space]


class World:
    def __init__(self, engine: AsyncEngine, clock: DrivenClock, *rooms: Room) -> None:
        self.events, self.kept, self.clock = Events(engine), MirroredEvents(engine), clock
        self.calendars = Calendars(clock)
        chosen = rooms or (a_room(platform="discord", channel="1"),)
        self.mirroring = Mirroring(self.events, self.kept, Rooms(chosen, ("utsunomiya",)), clock, TOKYO)

    async def show(self, *events: Event, announced_in: str = "") -> None:
        state = SourceState("utsunomiya", "q", NOW, NOW)
        said = (Delivery(AnnouncementPost(one.id), announced_in, NOW) for one in events)
        sighted, planned = tuple(one.id for one in events), tuple(said) if announced_in else ()
        watched = Watched(state, NOW, starts_anew=True, events=events, sighted=sighted, planned=planned)
        await self.events.record(watched)
        self.mirroring.refresh("utsunomiya")

    async def look(self, after: timedelta = timedelta()) -> None:
        self.clock.set(self.clock.now() + after)
        await self.mirroring.reconcile(self.calendars)


@pytest.fixture
def world(engine: AsyncEngine, clock: DrivenClock) -> World:
    return World(engine, clock)


async def test_a_coming_event_stands_in_the_calendar_once(world: World) -> None:
    event = an_event_named()
    await world.show(event)
    await world.look()
    await world.look()
    ((_, entry),) = world.calendars.entries.values()
    assert (entry.name, entry.starts_at, entry.ends_at) == (event.title, event.started_at, event.ended_at)
    assert event.url in entry.description
    assert entry.place == "まちなか会議室"


async def test_two_rooms_of_one_server_share_its_calendar(engine: AsyncEngine, clock: DrivenClock) -> None:
    world = World(engine, clock, *(a_room(platform="discord", channel=one) for one in ("1", "2", "3")))
    await world.show(an_event_named())
    await world.look()
    assert (world.calendars.names("100"), world.calendars.names("200")) == (["もくもく会 #5"], ["もくもく会 #5"])


@pytest.mark.parametrize("choice", [{"scheduled_events": False}, {"announces": False}, {"platform": "slack"}])
async def test_a_room_that_does_not_want_it_has_nothing_there(
    engine: AsyncEngine, clock: DrivenClock, choice: dict[str, object]
) -> None:
    world = World(engine, clock, a_room(**{"platform": "discord", "channel": "1", **choice}))
    await world.show(an_event_named())
    await world.look()
    assert world.calendars.entries == {}


async def test_a_server_may_want_only_what_was_announced_there(engine: AsyncEngine, clock: DrivenClock) -> None:
    world = World(engine, clock, a_room(platform="discord", channel="1", mirrors_new_only=True))
    before, elsewhere, new = an_event_named(number=1), an_event_named(number=2), an_event_named(number=3)
    await world.show(before)
    await world.look()
    await world.show(before, elsewhere, announced_in="discord:3")
    await world.look()
    assert world.calendars.entries == {}
    await world.show(new, announced_in="discord:1")
    await world.look()
    assert [entry.event_id for _, entry in world.calendars.entries.values()] == [3]


async def test_a_moved_event_is_changed_in_place_and_seats_change_nothing(world: World) -> None:
    event = an_event_named()
    await world.show(event)
    await world.look()
    await world.show(replace(event, accepted=19))
    await world.look()
    assert world.calendars.done == []
    moved = replace(event, started_at=event.started_at + timedelta(days=1), ended_at=None)
    await world.show(moved)
    await world.look()
    await world.look()
    assert world.calendars.done == [("change", "1")]
    assert world.calendars.entries["1"][1].ends_at == moved.started_at + timedelta(hours=2)


async def test_an_event_begins_and_ends_there_as_it_does(world: World) -> None:
    await world.show(an_event_named(started_at=NOW + timedelta(hours=1)))
    await world.look()
    await world.look(timedelta(hours=1))
    await world.look(timedelta(hours=2))
    await world.look(timedelta(hours=2))
    assert [step for step, _ in world.calendars.done] == ["start", "end"]


async def test_a_cancelled_event_is_cancelled_and_comes_back_if_it_takes_place_after_all(world: World) -> None:
    event = an_event_named()
    await world.show(event)
    await world.look()
    await world.show(replace(event, status=EventStatus.CANCELLED))
    await world.look()
    assert world.calendars.done == [("cancel", "1")]
    await world.show(event)
    await world.look()
    assert world.calendars.names() == ["もくもく会 #5"]


async def test_a_switched_off_room_takes_its_events_out(engine: AsyncEngine, clock: DrivenClock) -> None:
    world = World(engine, clock)
    await world.show(an_event_named())
    await world.look()
    off = Rooms((a_room(platform="discord", channel="1", scheduled_events=False),), ("utsunomiya",))
    switched = Mirroring(world.events, world.kept, off, clock, TOKYO)
    await switched.reconcile(world.calendars)
    assert world.calendars.done == [("withdraw", "1")]


async def test_what_a_person_deleted_stays_deleted(world: World) -> None:
    event = an_event_named()
    await world.show(event)
    await world.look()
    world.calendars.deleted, world.calendars.entries = {"1"}, {}
    await world.show(replace(event, title="もくもく会 #5 増席"))
    await world.look()
    await world.look()
    assert world.calendars.entries == {}
    assert [one.state for one in await world.kept.mirrored("discord", "100")] == [MirrorState.REMOVED]


async def test_a_creation_whose_answer_was_lost_is_taken_over(world: World) -> None:
    await world.show(an_event_named())
    world.calendars.faults, world.calendars.accepted = [SendError(Said("cut off"))], True
    await world.look()
    assert await world.kept.mirrored("discord", "100") == []
    await world.look(REST)
    await world.look()
    assert world.calendars.names() == ["もくもく会 #5"]
    assert len(await world.kept.mirrored("discord", "100")) == 1


async def test_what_the_client_created_twice_is_there_once(world: World) -> None:
    await world.show(an_event_named())
    world.calendars.repeats = 1
    await world.look()
    assert list(world.calendars.entries) == ["2"]


async def test_trouble_rests_a_while_and_holds_up_no_other_server(engine: AsyncEngine, clock: DrivenClock) -> None:
    world = World(engine, clock, *(a_room(platform="discord", channel=one) for one in ("1", "3")))
    await world.show(an_event_named())
    world.calendars.faults = [SendError(Said("down"))]
    await world.look()
    await world.look()
    assert len(world.calendars.entries) == 1
    await world.look(REST)
    assert len(world.calendars.entries) == 2


async def test_one_event_that_is_refused_keeps_the_others_not_out(world: World) -> None:
    await world.show(an_event_named("変な会", 1), an_event_named("普通の会", 2, started_at=NOW + timedelta(days=20)))
    world.calendars.faults = [SendRefused(Said("odd"))]
    await world.look()
    assert world.calendars.names() == ["普通の会"]


async def test_a_full_calendar_is_not_asked_again_and_again(world: World) -> None:
    await world.show(*(an_event_named(f"{number}回", number) for number in range(1, 11)))
    world.calendars.faults = [SendRefused(Said("full"))] * 10
    await world.look()
    assert len(world.calendars.faults) == 8


async def test_the_nearest_events_stand_there_and_room_is_left_for_members(world: World) -> None:
    far = [an_event_named(f"{n}回", n, started_at=NOW + timedelta(days=n)) for n in range(1, MOST_MIRRORED + 11)]
    await world.show(*far)
    await world.look()
    assert world.calendars.names() == [event.title for event in far[:MOST_MIRRORED]]


async def test_a_server_out_of_reach_is_left_alone(world: World) -> None:
    await world.show(an_event_named())
    await world.look()
    world.calendars.away = {"100"}
    await world.show()
    await world.look()
    assert world.calendars.done == []


async def test_what_no_poll_told_of_is_found_all_the_same(world: World) -> None:
    event = an_event_named()
    await world.show(event)
    await world.look()
    await world.look()
    state = SourceState("utsunomiya", "q", NOW, NOW)
    await world.events.record(Watched(state, NOW, events=(replace(event, title="別の題"),), sighted=(501,)))
    await world.look(LOOK_EVERY)
    assert world.calendars.names() == ["別の題"]
