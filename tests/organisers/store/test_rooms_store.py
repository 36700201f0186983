"""Rooms set up in the chat are kept as they were chosen, and every process sees each change."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.problems.platforms import ChannelGone
from bot.core.room import MANAGERS, Room
from bot.delivery.question_post import QuestionPost
from bot.delivery.rules.deliveries import Delivery
from bot.delivery.store.agenda import StoredAgenda
from bot.delivery.store.deliveries import Deliveries
from bot.events.event_posts import ReminderPost
from bot.organisers.ports.rooms import RoomDraft
from bot.organisers.store.rooms import SetUpRooms
from tests.support.events import NOW

ROOM = Room(
    "discord",
    "101",
    ("group=tfug-utsunomiya", "keyword=機械学習"),
    changes=False,
    locale="en",
    organisers=(MANAGERS, "77"),
    lead_times=(timedelta(days=3), timedelta(minutes=30)),
    guild="100",
)


async def test_a_room_comes_back_as_it_was_saved_and_its_draft_is_gone(engine: AsyncEngine) -> None:
    store = SetUpRooms(engine)
    await store.keep_draft(RoomDraft(ROOM, "parts"), "77", NOW)
    assert await store.draft("discord", "101") == RoomDraft(ROOM, "parts")
    await store.save([ROOM], "77", NOW)
    assert await store.rooms() == [ROOM]
    assert await store.draft("discord", "101") is None


async def test_every_change_shows_in_the_state_also_one_that_changes_back(engine: AsyncEngine) -> None:
    store = SetUpRooms(engine)
    states = [await store.state()]
    for room in (ROOM, replace(ROOM, is_on=False), ROOM, replace(ROOM, channel="102")):
        await store.save([room], "77", NOW)
        states.append(await store.state())
    assert len(set(states)) == len(states)
    assert {room.channel for room in await store.rooms()} == {"101", "102"}


async def test_a_draft_is_dropped(engine: AsyncEngine) -> None:
    store = SetUpRooms(engine)
    await store.keep_draft(RoomDraft(ROOM, "source"), "77", NOW)
    await store.drop_draft(ROOM)
    assert await store.draft("discord", "101") is None
    assert await store.rooms() == []


async def test_the_agenda_has_what_is_next_and_what_failed_in_these_rooms_only(
    engine: AsyncEngine,
) -> None:
    agenda, deliveries = StoredAgenda(engine), Deliveries(engine)
    later = Delivery(ReminderPost(1, timedelta(days=1), NOW), "discord:101", NOW + timedelta(days=2))
    sooner = replace(later, post=ReminderPost(1, timedelta(days=7), NOW), due_at=NOW + timedelta(days=1))
    elsewhere = replace(later, destination="discord:999")
    failed = replace(later, post=ReminderPost(1, timedelta(hours=1), NOW), due_at=NOW - timedelta(hours=1))
    asked = Delivery(QuestionPost("flood", "tfug@1"), "discord:101", NOW)
    await agenda.plan([later, sooner, elsewhere, failed, asked, replace(asked, destination="discord:999")])
    await agenda.plan([later])
    due = next(one for one in await deliveries.due(NOW) if one.post == failed.post)
    await deliveries.fail(due, ChannelGone(where="101"))
    rooms = ["discord:101"]
    coming = await agenda.next_in(rooms, 10)
    assert [one.post for one in coming] == [asked.post, sooner.post, later.post]
    (gone,) = await agenda.failed_in(rooms, NOW - timedelta(days=1), 5)
    assert gone.reason == ChannelGone(where="101")
