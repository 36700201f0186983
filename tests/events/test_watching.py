"""What a poll stores, and what it plans to say."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.core.errors import SourceUnavailable
from bot.core.messages import Message
from bot.core.problems.base import Said
from bot.core.questions import POST_ALL, POST_NONE
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.core.skips import NothingToSay
from bot.delivery.rules.deliveries import Delivery
from bot.delivery.store.deliveries import Deliveries
from bot.delivery.store.questions import Questions
from bot.events.event_posts import AnnouncementPost
from bot.events.event_questions import CALLED_OFF, SAY_NOTHING
from bot.events.ports.sources import Listing
from bot.events.rules.events import Event, EventStatus
from bot.events.rules.sources import Words
from bot.events.store.events import Events
from bot.events.watching import Watching
from bot.events.worded_source import WordedSource
from bot.reminders.rules.personal_reminders import PersonalReminder
from bot.reminders.store.personal_reminders import PersonalReminders
from bot.store.personal import PersonalData
from tests.support.events import NOW, a_room, an_event_named
from tests.support.knowledge import known_in

LEAD_TIMES = (timedelta(days=7), timedelta(days=1), timedelta(hours=1))


@dataclass
class ShownSource:
    """A source that shows what the test puts in."""

    name: str = "utsunomiya"
    query: str = "group=utsunomiya"
    events: list[Event] = field(default_factory=list)
    complete: bool = True
    cut_off: bool = False
    elsewhere: list[Event] = field(default_factory=list)
    error: Exception | None = None
    covers: tuple[datetime, datetime] | None = None

    async def listing(self, now: datetime) -> Listing:
        if self.error:
            raise self.error
        return Listing(tuple(self.events), self.complete, self.cut_off, self.covers)

    async def look_up(self, event_ids: Sequence[int]) -> Listing:
        return Listing(tuple(event for event in self.elsewhere if event.id in event_ids))


class World:
    """A watching bot on a real store."""

    def __init__(self, engine: AsyncEngine, clock: DrivenClock, *rooms: Room) -> None:
        self.clock, self.engine = clock, engine
        self.events, self.questions, self.deliveries = Events(engine), Questions(engine), Deliveries(engine)
        self.rooms = Rooms(rooms or (a_room(),), ("utsunomiya",))
        self.watching = Watching(self.events, self.questions, self.rooms, LEAD_TIMES, clock, self.deliveries)
        self.source = ShownSource()

    async def poll(self, *events: Event) -> None:
        self.source.events = list(events)
        await self.watching.watch(self.source)

    async def planned(self, *kinds: str) -> list[Delivery]:
        planned = await self.deliveries.due(NOW + timedelta(days=400), limit=1000)
        return [one for one in planned if one.name.kind in kinds] if kinds else planned

    async def everything_is_said(self) -> None:
        for delivery in await self.planned("announcement"):
            claimed = await self.deliveries.claim(delivery, NOW, NOW)
            assert claimed is not None
            await self.deliveries.sent(claimed, NOW, str(delivery.id))

    async def composed(self, delivery: Delivery) -> Message:
        message = await known_in(self.engine, self.rooms, self.clock).compose(delivery, a_room())
        assert isinstance(message, Message)
        return message


@pytest.fixture
def world(engine: AsyncEngine, clock: DrivenClock) -> World:
    return World(engine, clock)


async def test_the_first_sight_of_a_source_is_silent_but_reminders_are_planned(world: World) -> None:
    await world.poll(an_event_named())
    assert await world.planned("announcement", "change", "question") == []
    assert [one.name.occasion.split("@")[0] for one in await world.planned("reminder")] == ["7d", "1d", "1h"]


async def test_a_new_event_is_announced_once(world: World) -> None:
    await world.poll()
    event = an_event_named()
    await world.poll(event)
    await world.poll(event)
    assert [one.name.subject for one in await world.planned("announcement")] == ["event:501"]


async def test_an_event_that_has_started_is_never_announced(world: World) -> None:
    await world.poll()
    await world.poll(an_event_named(started_at=NOW - timedelta(minutes=5)))
    assert await world.planned() == []


async def test_a_change_of_date_is_said_with_before_and_after_and_moves_the_reminders(world: World) -> None:
    event = an_event_named()
    await world.poll(event)
    moved = replace(event, started_at=event.started_at + timedelta(days=3), ended_at=event.ended_at + timedelta(days=3))
    await world.poll(moved)
    (change,) = await world.planned("change")
    assert change.post.before.started_at == event.started_at
    assert change.post.after.started_at == moved.started_at
    dues = [one.due_at for one in await world.planned("reminder")]
    assert dues == [moved.started_at - lead_time for lead_time in LEAD_TIMES]


async def test_an_event_that_moves_away_and_back_keeps_one_reminder_a_lead_time(world: World) -> None:
    event = an_event_named()
    for seen in (event, replace(event, started_at=event.started_at + timedelta(days=2)), event):
        await world.poll(seen)
    assert [one.due_at for one in await world.planned("reminder")] == [event.started_at - lead for lead in LEAD_TIMES]


async def test_seats_and_texts_that_move_are_no_news(world: World) -> None:
    event = an_event_named()
    await world.poll(event)
    await world.poll(replace(event, accepted=9, waiting=2, updated_at=NOW))
    assert await world.planned("change") == []
    (stored,) = (await world.events.known([501])).values()
    assert (stored.accepted, stored.waiting, stored.revision) == (9, 2, 0)


async def test_a_cancelled_event_is_said_and_loses_its_reminders(world: World) -> None:
    event = an_event_named()
    await world.poll(event)
    await world.poll(replace(event, title=f"【中止】{event.title}", status=EventStatus.CANCELLED))
    (change,) = await world.planned("change")
    assert change.post.kind == "cancelled"
    assert await world.planned("reminder") == []


async def test_a_postponed_event_has_no_reminders_until_it_has_a_new_date(world: World) -> None:
    event = an_event_named()
    postponed = replace(event, title=f"【延期】{event.title}", status=EventStatus.POSTPONED)
    await world.poll(event)
    await world.poll(postponed)
    assert await world.planned("reminder") == []
    later = event.started_at + timedelta(days=14)
    await world.poll(replace(postponed, started_at=later, ended_at=None))
    assert [one.post.kind for one in await world.planned("change")] == ["postponed", "changed"]
    assert [one.due_at for one in await world.planned("reminder")] == [later - lead for lead in LEAD_TIMES]


async def test_a_vanished_event_is_told_to_organisers_after_two_complete_listings_without_it(world: World) -> None:
    await world.poll(an_event_named())
    await world.poll()
    assert await world.planned("question") == []
    await world.poll()
    await world.poll()
    (asked,) = await world.planned("question")
    assert asked.destination == "local:main"  # nobody set the room up in the chat
    assert await world.planned("reminder", "notice") == []
    assert await world.events.running_or_upcoming(["utsunomiya"], NOW) == []


@pytest.mark.parametrize("option", [CALLED_OFF, SAY_NOTHING])
async def test_whoever_wants_to_be_reminded_hears_of_a_vanished_event_once_organisers_confirm_it(
    world: World, option: str
) -> None:
    event, members = an_event_named(), PersonalReminders(world.engine)
    await world.poll(event)
    await members.keep(PersonalReminder("discord:@77", event.id, (timedelta(days=1),), "ja"), event, NOW)
    for _ in range(3):
        await world.poll()
    assert await world.planned("personal_change") == []
    (asked,) = await world.planned("question")
    question = await world.questions.question("vanished", asked.name.subject.removeprefix("vanished:"))
    assert question is not None
    assert await world.watching.answer_vanished(question, option, "organiser")
    assert not await world.watching.answer_vanished(question, CALLED_OFF, "another organiser")
    told = await world.planned("personal_change")
    assert [one.destination for one in told] == (["discord:@77"] if option == CALLED_OFF else [])
    assert ["中止になりました" in (await world.composed(one)).text for one in told] == [True] * len(told)
    await world.poll(event)
    back = (await world.planned("personal_change"))[len(told) :]
    assert ["開催が決まりました" in (await world.composed(one)).text for one in back] == [True] * len(told)


async def test_an_incomplete_listing_makes_nothing_vanish(world: World) -> None:
    await world.poll(an_event_named())
    world.source.complete = False
    for _ in range(3):
        await world.poll()
    assert await world.planned("question") == []
    assert len(await world.planned("reminder")) == 3


async def test_an_event_that_comes_back_is_no_news_to_members_and_gets_its_reminders_back(world: World) -> None:
    event = an_event_named()
    for seen in ((event,), (), (), (event,)):
        await world.poll(*seen)
    assert await world.planned("change", "announcement") == []
    assert len(await world.planned("reminder")) == 3


async def test_an_event_that_comes_back_with_another_date_is_told(world: World) -> None:
    event = an_event_named()
    for seen in ((event,), (), (), (replace(event, started_at=NOW + timedelta(days=15), ended_at=None),)):
        await world.poll(*seen)
    (told,) = await world.planned("change")
    message = await world.composed(told)
    assert message.lead.startswith("イベントの内容が変わりました")


async def test_an_event_first_seen_cancelled_and_then_held_is_announced_as_new(world: World) -> None:
    await world.poll()
    event = an_event_named()
    await world.poll(replace(event, status=EventStatus.CANCELLED))
    assert await world.planned() == []
    await world.poll(event)
    assert await world.planned("change") == []
    assert len(await world.planned("announcement")) == 1


async def test_one_that_was_cancelled_before_its_announcement_could_be_posted_is_announced_once_it_is_held(
    world: World,
) -> None:
    await world.poll()
    event = an_event_named()
    await world.poll(event)
    (announced,) = await world.planned("announcement")
    await world.poll(replace(event, status=EventStatus.CANCELLED))
    for planned in await world.planned("announcement", "change"):
        claimed = await world.deliveries.claim(planned, NOW, NOW)
        assert claimed is not None
        await world.deliveries.skip(claimed, NothingToSay.EVENT_CANCELLED)
    await world.poll(event)
    (again,) = await world.planned("announcement")
    assert again.post == announced.post
    assert await world.planned("change") == []


async def test_an_event_of_which_people_heard_that_it_is_cancelled_takes_place_after_all(world: World) -> None:
    event = an_event_named()
    await world.poll(event)  # silent at first sight
    await world.poll(replace(event, status=EventStatus.CANCELLED))
    await world.poll(event)
    assert [told.post.kind for told in await world.planned("change")] == ["cancelled", "revived"]
    assert await world.planned("announcement") == []


async def test_a_cancellation_is_said_once_whatever_becomes_of_the_title(world: World) -> None:
    event = an_event_named()
    cancelled = replace(event, title=f"【中止】{event.title}", status=EventStatus.CANCELLED)
    for seen in (
        event,
        cancelled,
        replace(cancelled, title=f"【開催中止】{event.title}", started_at=None, ended_at=None),
    ):
        await world.poll(seen)
    (told,) = await world.planned("change")
    message = await world.composed(told)
    assert message.lead == "このイベントは中止になりました。"
    assert [field.name for field in message.cards[0].fields] == ["日時", "場所"]


async def test_a_new_date_that_comes_with_its_mark_is_told_as_a_change_of_date(world: World) -> None:
    event = an_event_named()
    await world.poll(event)
    later = event.started_at + timedelta(days=14)
    title, status = f"【延期】{event.title}", EventStatus.POSTPONED
    await world.poll(replace(event, title=title, status=status, started_at=later, ended_at=None))
    (told,) = await world.planned("change")
    assert (told.post.kind, told.post.after.started_at) == ("changed", later)
    assert "延期" in (await world.composed(told)).text
    assert [one.due_at for one in await world.planned("reminder")] == [later - lead for lead in LEAD_TIMES]


async def test_a_source_that_nobody_followed_for_a_while_is_silent_again(world: World) -> None:
    await world.poll()
    world.source.name = "group=elsewhere"
    await world.poll()
    await world.watching.forget_unfollowed("site")
    assert (await world.events.sources())["group=elsewhere"].first_seen_at  # another process may follow it
    world.clock.set(NOW + timedelta(days=1, minutes=1))
    await world.watching.forget_unfollowed("site")
    followed = a_room(follows=("utsunomiya", "group=elsewhere"))
    world.rooms.set_up((followed,))
    await world.poll(*(an_event_named(f"会 {number}", number) for number in range(14)))
    assert await world.planned("announcement") == []
    await world.watching.forget_unfollowed("site")
    await world.poll(an_event_named("新しい会", 99))
    assert len(await world.planned("announcement")) == 1


@pytest.mark.parametrize(("option", "posts"), [(POST_ALL, 21), (POST_NONE, 0)])
async def test_more_than_twenty_new_events_post_nothing_and_ask_once(world: World, option: str, posts: int) -> None:
    await world.poll()
    flood = [an_event_named(f"勉強会 #{number}", number) for number in range(1, 22)]
    await world.poll(*flood)
    await world.poll(*flood)
    assert await world.planned("announcement") == []
    (asked,) = await world.planned("question")
    question = await world.questions.question("flood", asked.name.subject.removeprefix("flood:"))
    assert question is not None
    assert await world.watching.answer_flood(question, option, "organiser")
    assert not await world.watching.answer_flood(question, POST_ALL, "another organiser")
    assert len(await world.planned("announcement")) == posts


async def test_more_than_twenty_changes_post_exactly_what_was_held_back_once_an_organiser_says_so(world: World) -> None:
    events = [an_event_named(f"勉強会 #{number}", number) for number in range(1, 23)]
    await world.poll(*events)  # silent at first sight: none was announced
    later = NOW + timedelta(days=20)
    await world.poll(*(replace(event, started_at=later, ended_at=None) for event in events))
    (asked,) = await world.planned("question")
    question = await world.questions.question("flood", asked.name.subject.removeprefix("flood:"))
    assert question is not None
    assert len(question.held) == 22
    assert await world.planned("change", "announcement", "summary") == []
    assert await world.watching.answer_flood(question, POST_ALL, "organiser")
    assert {planned.post for planned in await world.planned("change")} == {held.post for held in question.held}


@pytest.mark.parametrize("changed", [{"status": EventStatus.CANCELLED}, {"started_at": NOW + timedelta(days=20)}])
async def test_what_people_must_know_of_what_was_announced_is_told_at_once_in_one_message_however_much_it_is(
    world: World, changed: dict[str, Any]
) -> None:
    await world.poll()
    events = [an_event_named(f"勉強会 #{number}", number) for number in range(1, 26)]
    await world.poll(*events[:15])
    await world.poll(*events)
    await world.everything_is_said()
    await world.poll(*(replace(event, **{"ended_at": None, **changed}) for event in events))
    assert await world.planned("question", "change") == []
    (told,) = await world.planned("summary")
    message = await world.composed(told)
    assert [card.url for card in message.cards[:-1]] == [event.url for event in events[:9]]
    assert all(event.url in message.text for event in events)


async def test_new_events_are_held_back_while_cancelled_ones_are_told(world: World) -> None:
    await world.poll()
    announced = [an_event_named(f"勉強会 #{number}", number) for number in range(1, 6)]
    await world.poll(*announced)
    await world.everything_is_said()
    new = [an_event_named(f"新しい会 #{number}", number) for number in range(101, 121)]
    await world.poll(*(replace(event, status=EventStatus.CANCELLED) for event in announced), *new)
    assert len(await world.planned("summary")) == 1
    (asked,) = await world.planned("question")
    question = await world.questions.question("flood", asked.name.subject.removeprefix("flood:"))
    assert question is not None
    assert [held.post for held in question.held] == [AnnouncementPost(event.id) for event in new]
    assert question.events == [event.id for event in new]


async def test_twenty_new_events_are_announced(world: World) -> None:
    await world.poll()
    await world.poll(*(an_event_named(f"勉強会 #{number}", number) for number in range(1, 21)))
    assert len(await world.planned("announcement")) == 20


async def test_a_widened_query_is_a_first_sight_again(world: World) -> None:
    await world.poll(an_event_named())
    world.source.query = "keyword=python"
    await world.poll(*(an_event_named(f"Python #{number}", number) for number in range(1, 12)))
    assert await world.planned("announcement", "question", "notice") == []


async def test_the_month_that_a_moving_window_brings_into_sight_is_silent(world: World) -> None:
    near, far = an_event_named("近い会", 1), an_event_named("遠い会", 2, started_at=NOW + timedelta(days=70))
    world.source.covers = (NOW, NOW + timedelta(days=60))
    await world.poll()
    world.source.covers = (NOW, NOW + timedelta(days=90))
    await world.poll(near, far)
    assert [one.name.subject for one in await world.planned("announcement")] == ["event:1"]
    later = an_event_named("また遠い会", 3, started_at=NOW + timedelta(days=71))
    await world.poll(near, far, later)
    assert {one.name.subject for one in await world.planned("announcement")} == {"event:1", "event:3"}


async def test_an_event_that_moves_out_of_the_months_asked_for_is_looked_up_and_has_not_vanished(world: World) -> None:
    event = an_event_named()
    world.source.covers = (NOW, NOW + timedelta(days=60))
    await world.poll(event)
    moved = replace(event, started_at=NOW + timedelta(days=90), ended_at=None)
    world.source.elsewhere = [moved]
    for _ in range(3):
        await world.poll()
    assert [one.post.fields for one in await world.planned("change")] == [("date",)]
    assert await world.planned("question") == []
    world.source.elsewhere = []
    for _ in range(2):
        await world.poll()
    assert len(await world.planned("question")) == 1


async def test_a_first_listing_that_was_cut_off_is_no_first_sight_yet(world: World) -> None:
    world.source.complete, world.source.cut_off = False, True
    await world.poll(an_event_named("一件目", 1))
    world.source.complete, world.source.cut_off = True, False
    await world.poll(an_event_named("一件目", 1), an_event_named("二件目", 2))
    assert await world.planned("announcement") == []
    await world.poll(*(an_event_named(f"{n}件目", n) for n in (1, 2, 3)))
    assert [one.name.subject for one in await world.planned("announcement")] == ["event:3"]


async def test_a_failed_poll_is_noted_and_changes_nothing(world: World) -> None:
    await world.poll(an_event_named())
    world.source.error = SourceUnavailable(Said("connpass is down"))
    await world.poll()
    state = (await world.events.sources())["utsunomiya"]
    assert (state.error, state.seen_at) == (Said("connpass is down"), NOW)
    assert len(await world.events.running_or_upcoming(["utsunomiya"], NOW)) == 1


async def test_a_room_hears_only_of_the_sources_it_follows(engine: AsyncEngine, clock: DrivenClock) -> None:
    world = World(engine, clock, a_room(), a_room(channel="other", follows=("oyama",)))
    await world.poll()
    await world.poll(an_event_named())
    assert {one.destination for one in await world.planned()} == {"local:main"}


async def test_an_event_of_two_sources_is_announced_once_in_a_room_that_follows_both(
    engine: AsyncEngine, clock: DrivenClock
) -> None:
    world = World(engine, clock, a_room(follows=("utsunomiya", "python")))
    other = ShownSource("python", "keyword=python")
    await world.poll()
    await world.watching.watch(other)
    await world.poll(an_event_named())
    other.events = [an_event_named()]
    await world.watching.watch(other)
    assert len(await world.planned("announcement")) == 1
    assert len(await world.planned("reminder")) == 3


async def test_reminders_whose_time_has_passed_are_not_planned(world: World) -> None:
    await world.poll(an_event_named(started_at=NOW + timedelta(hours=3)))
    assert [one.name.occasion.split("@")[0] for one in await world.planned("reminder")] == ["1h"]


async def test_a_poll_without_news_of_dates_and_rooms_leaves_reminders_alone(world: World) -> None:
    event = an_event_named()
    await world.poll(event)
    first, *others = await world.planned("reminder")
    await world.deliveries.skip(first, NothingToSay.UNWANTED)
    await world.poll(replace(event, accepted=9))
    assert await world.planned("reminder") == others
    await world.poll(replace(event, started_at=event.started_at + timedelta(days=1)))
    assert len(await world.planned("reminder")) == 3


async def test_rooms_whose_source_shows_an_event_no_more_are_not_reminded_though_another_source_does(
    engine: AsyncEngine, clock: DrivenClock
) -> None:
    ours, others = a_room(), a_room(channel="2", follows=("elsewhere",))
    world, elsewhere = World(engine, clock, ours, others), ShownSource("elsewhere")
    elsewhere.events = [an_event_named()]
    await world.watching.watch(elsewhere)
    await world.poll(an_event_named())
    assert {one.destination for one in await world.planned("reminder")} == {ours.name, others.name}
    await world.poll()
    await world.poll()
    assert {one.destination for one in await world.planned("reminder")} == {others.name}
    assert await world.planned("notice") == []


async def test_lead_times_that_changed_while_the_bot_was_off_are_planned_anew(world: World) -> None:
    await world.poll(*(an_event_named(f"勉強会 #{number}", number) for number in range(1, 151)))
    changed = replace(world.watching, lead_times=(timedelta(hours=2),))
    await changed.plan_reminders()
    planned = await world.planned("reminder")
    assert len(planned) == 150
    assert {one.name.occasion.split("@")[0] for one in planned} == {"2h"}


async def test_words_select_what_is_news_and_what_was_wanted_is_followed_to_its_end(world: World) -> None:
    event, other = an_event_named("Python 入門", 501), an_event_named("懇親会", 502)
    wanted = WordedSource(world.source, Words(("python",)))
    for shown in ([], [event, other], [replace(event, title="【中止】入門", status=EventStatus.CANCELLED), other]):
        world.source.events = shown
        await world.watching.watch(wanted)
    assert [one.name.subject for one in await world.planned("announcement")] == ["event:501"]
    assert [one.post.kind for one in await world.planned("change")] == ["cancelled"]
    for _ in range(3):
        await world.watching.watch(wanted)
    assert await world.planned("notice") == []
    assert set(await world.events.sightings("utsunomiya")) == {501}


async def test_a_source_with_other_words_is_seen_for_the_first_time_again(world: World) -> None:
    world.source.events = [an_event_named("Python 入門", 501), an_event_named("懇親会", 502)]
    await world.watching.watch(WordedSource(world.source, Words(("python",))))
    await world.watching.watch(WordedSource(world.source, Words((), ("python",))))
    assert await world.planned("announcement") == []
    assert set(await world.events.sightings("utsunomiya")) == {502}


async def test_an_event_that_two_sources_of_a_room_show_is_one_event(engine: AsyncEngine, clock: DrivenClock) -> None:
    world = World(engine, clock, a_room(follows=("utsunomiya", "python")))
    other = ShownSource("python", "keyword=python")
    for source in (world.source, other):
        await world.watching.watch(source)
    event = an_event_named()
    for source in (world.source, other):
        source.events = [event]
        await world.watching.watch(source)
    moved = replace(event, started_at=event.started_at + timedelta(days=1))
    for source in (world.source, other):
        source.events = [moved]
        await world.watching.watch(source)
    assert len(await world.planned("announcement")) == 1
    assert len(await world.planned("change")) == 1
    assert [one.name.occasion.split("@")[0] for one in await world.planned("reminder")] == ["7d", "1d", "1h"]
    other.events = []
    for _ in range(2):
        await world.watching.watch(other)
    assert len(await world.planned("reminder")) == 3  # the other source still shows it
    assert await world.planned("notice") == []


async def test_what_a_source_still_shows_stays_known_and_what_comes_back_after_the_purge_is_no_news(
    world: World, engine: AsyncEngine, clock: DrivenClock
) -> None:
    await world.poll()
    shown, gone = an_event_named("もくもく会 #1", 1), an_event_named("もくもく会 #2", 2)
    await world.poll(shown, gone)
    await world.everything_is_said()
    data = PersonalData(engine)
    clock.set(NOW + timedelta(days=600))
    await world.poll(shown)
    await data.purge(clock.now())
    assert set(await world.events.known([1, 2])) == {1}
    assert await world.deliveries.counts() == {}
    await world.poll(shown, gone)
    await data.purge(clock.now())
    assert set(await world.events.known([1, 2])) == {1, 2}
    assert await world.deliveries.counts() == {}
