"""Announcements that are edited, threads and scheduled events: discord.py's real client against a loopback Discord."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.core.errors import SendError, SendRefused
from bot.core.messages import Card, Field, Message, MessageKind
from bot.events.rules.mirrored_events import CalendarEntry, MirrorStep
from bot.platforms.discord.bot import DiscordFrontEnd
from bot.platforms.discord.scheduled_events import DiscordScheduledEvents
from tests.platforms.discord.test_wire import CHANNEL, KEY, NEWS, connected
from tests.support.discord_faults import Trouble
from tests.support.discord_server import DiscordServer, Fault
from tests.support.discord_world import GUILD, ORGANISER, Json

T = TypeVar("T")
START = datetime.now(UTC).replace(microsecond=0) + timedelta(days=10)
ENTRY = CalendarEntry(
    5,
    "もくもく会 #5",
    "https://example.test/5/",
    "会議室",
    "詳細:\nhttps://example.test/5/",
    START,
    START + timedelta(hours=2),
)


@pytest.fixture
def discord(monkeypatch: pytest.MonkeyPatch) -> Iterator[DiscordServer]:
    monkeypatch.setattr(Route, "BASE", Route.BASE)  # put back afterwards
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    with DiscordServer((CHANNEL,)) as server:
        yield server


@pytest.fixture
async def front_end(discord: DiscordServer) -> AsyncIterator[DiscordFrontEnd]:
    async with connected(discord) as front_end:
        await until(discord, lambda: front_end.client.get_guild(int(GUILD)))
        yield front_end
    assert discord.problems == []


@pytest.fixture
def calendar(front_end: DiscordFrontEnd) -> DiscordScheduledEvents:
    return DiscordScheduledEvents(front_end)


async def until(discord: DiscordServer, found: Callable[[], T | None]) -> T:
    return await asyncio.to_thread(discord.wait_for, found)


def shown(discord: DiscordServer) -> list[Json]:
    return discord.do(discord.world.shown, CHANNEL)


def events(discord: DiscordServer) -> list[Json]:
    return discord.do(discord.world.scheduled_events)


async def test_an_edit_says_it_anew_in_the_same_message(discord: DiscordServer, front_end: DiscordFrontEnd) -> None:
    number = await front_end.send(CHANNEL, NEWS, KEY)
    card = replace(NEWS.cards[0], title="もくもく会 **増席** @everyone", buttons=())
    assert await front_end.edit(CHANNEL, number, replace(NEWS, cards=(card,)), KEY)
    (message,) = shown(discord)
    assert message["id"] == number
    assert message["embeds"][0]["title"] == "もくもく会 \\*\\*増席\\*\\* @\u200beveryone"
    assert message["components"] == []
    assert discord.edited[0]["body"]["allowed_mentions"] == {"parse": []}


async def test_an_edit_whose_answer_is_lost_can_be_made_again(
    discord: DiscordServer, front_end: DiscordFrontEnd
) -> None:
    number = await front_end.send(CHANNEL, NEWS, KEY)
    discord.troubles.append(Trouble("PATCH", f"/channels/{CHANNEL}/messages/*", Fault.CUT_AFTER))
    with pytest.raises(SendError):
        await front_end.edit(CHANNEL, number, NEWS, KEY)
    assert await front_end.edit(CHANNEL, number, NEWS, KEY)
    assert len(shown(discord)) == 1


async def test_an_edited_announcement_is_still_found_as_what_was_sent(front_end: DiscordFrontEnd) -> None:
    since = datetime.now(UTC)
    number = await front_end.send(CHANNEL, NEWS, KEY)
    await front_end.edit(CHANNEL, number, replace(NEWS, lead="このイベントは終了しました。"), KEY)
    assert await front_end.find(CHANNEL, NEWS, KEY, since) == number


async def test_what_somebody_deleted_is_not_posted_again(discord: DiscordServer, front_end: DiscordFrontEnd) -> None:
    number = await front_end.send(CHANNEL, NEWS, KEY)
    discord.do(discord.world.backend.delete_message, int(CHANNEL), int(number))
    assert not await front_end.edit(CHANNEL, number, NEWS, KEY)
    assert await front_end.open_thread(CHANNEL, number, "もくもく会") is None
    assert shown(discord) == []


async def test_a_notice_replies_to_its_announcement(discord: DiscordServer, front_end: DiscordFrontEnd) -> None:
    number = await front_end.send(CHANNEL, NEWS, KEY)
    await front_end.send(CHANNEL, Message(MessageKind.CHANGE, "変わりました", replies_to=number), "e" * 20)
    assert shown(discord)[1]["message_reference"]["message_id"] == number
    assert discord.posted[1]["body"]["message_reference"]["fail_if_not_exists"] is False


async def test_a_thread_is_opened_once_below_the_announcement(
    discord: DiscordServer, front_end: DiscordFrontEnd
) -> None:
    number = await front_end.send(CHANNEL, NEWS, KEY)
    assert await front_end.open_thread(CHANNEL, number, "長い題" * 100) == number
    assert await front_end.open_thread(CHANNEL, number, "長い題" * 100) == number
    names = [one.name for one in discord.world.backend.channels.values() if one.parent_id == int(CHANNEL)]
    assert [len(name) for name in names] == [100]


async def test_who_decided_is_shown_as_a_name_and_hears_nothing(
    discord: DiscordServer, front_end: DiscordFrontEnd
) -> None:
    decided = Card(fields=(Field("決めた人", "運営の方", member=ORGANISER),))
    await front_end.send(CHANNEL, Message(MessageKind.QUESTION, "?", (decided,)), KEY)
    assert shown(discord)[0]["embeds"][0]["fields"][0]["value"] == f"<@{ORGANISER}>"
    assert discord.posted[0]["mentions"] == []


async def test_a_picture_is_shown_only_if_it_is_one_on_the_web(
    discord: DiscordServer, front_end: DiscordFrontEnd
) -> None:
    for image in ("https://media.connpass.com/a.png", "javascript:alert(1)"):
        await front_end.send(
            CHANNEL, Message(MessageKind.ANNOUNCEMENT, cards=(Card("会", image=image),)), image[:9] + "0" * 9
        )
    assert [one["embeds"][0].get("image", {}).get("url") for one in shown(discord)] == [
        "https://media.connpass.com/a.png",
        None,
    ]


async def test_a_scheduled_event_lives_as_its_event_does(
    discord: DiscordServer, calendar: DiscordScheduledEvents
) -> None:
    space = calendar.space_of(CHANNEL)
    assert space == GUILD
    number = await calendar.create(space, ENTRY)
    (created,) = events(discord)
    assert (created["id"], created["name"], created["entity_type"]) == (number, ENTRY.name, 3)
    assert created["entity_metadata"] == {"location": "会議室"}
    assert datetime.fromisoformat(created["scheduled_end_time"]) == ENTRY.ends_at
    assert "https://example.test/5/" in (await calendar.ours(space))[number].split()

    moved = replace(ENTRY, starts_at=START + timedelta(days=1), ends_at=START + timedelta(days=1, hours=3))
    assert await calendar.carry_out(MirrorStep.CHANGE, number, space, moved)
    assert datetime.fromisoformat(events(discord)[0]["scheduled_start_time"]) == moved.starts_at
    assert await calendar.carry_out(MirrorStep.START, number, space, moved)
    assert await calendar.carry_out(MirrorStep.CHANGE, number, space, replace(moved, place="広間"))
    assert await calendar.carry_out(MirrorStep.END, number, space, None)
    assert events(discord)[0]["status"] == 3
    assert not await calendar.carry_out(MirrorStep.CHANGE, number, space, ENTRY)
    assert await calendar.ours(space) == {}


@pytest.mark.parametrize(("step", "left"), [(MirrorStep.END, [3]), (MirrorStep.CANCEL, [4]), (MirrorStep.WITHDRAW, [])])
async def test_a_scheduled_event_that_never_started_goes_as_it_should(
    discord: DiscordServer,
    calendar: DiscordScheduledEvents,
    step: MirrorStep,
    left: list[int],
) -> None:
    number = await calendar.create(GUILD, ENTRY)
    assert await calendar.carry_out(step, number, GUILD, None)
    assert [one["status"] for one in events(discord)] == left
    assert not await calendar.carry_out(step, number, GUILD, None)


async def test_texts_of_any_length_keep_to_discords_limits(
    discord: DiscordServer, calendar: DiscordScheduledEvents
) -> None:
    long = "😀長い @everyone [a](https://evil.test) " * 100
    await calendar.create(GUILD, replace(ENTRY, name=long, place=long, description=long))
    (created,) = events(discord)
    assert "[a](" not in created["description"].replace("\\[", "")


async def test_somebody_elses_event_is_never_touched(discord: DiscordServer, calendar: DiscordScheduledEvents) -> None:
    of_a_member = {
        "name": "飲み会",
        "entity_type": 3,
        "scheduled_start_time": START.isoformat(),
        "scheduled_end_time": (START + timedelta(hours=1)).isoformat(),
        "creator_id": int(ORGANISER),
        "description": ENTRY.url,
    }
    theirs = discord.do(discord.world.backend.create_scheduled_event, int(GUILD), **of_a_member)
    assert await calendar.ours(GUILD) == {}
    for step in (MirrorStep.CHANGE, MirrorStep.START, MirrorStep.END, MirrorStep.CANCEL, MirrorStep.WITHDRAW):
        assert not await calendar.carry_out(step, str(theirs.id), GUILD, ENTRY)
    assert [(one["name"], one["status"]) for one in events(discord)] == [("飲み会", 1)]


async def test_a_full_calendar_is_a_refusal_that_says_what_to_do(
    discord: DiscordServer, calendar: DiscordScheduledEvents
) -> None:
    for _ in range(100):
        await calendar.create(GUILD, ENTRY)
    with pytest.raises(SendRefused, match="Delete events"):
        await calendar.create(GUILD, ENTRY)


async def test_a_server_that_does_not_let_us_is_out_of_reach(
    discord: DiscordServer, calendar: DiscordScheduledEvents
) -> None:
    backend = discord.world.backend
    for role in backend.get_guild(int(GUILD)).roles.values():
        discord.do(backend.edit_role, int(GUILD), role.id, {"permissions": 0})
    await until(discord, lambda: calendar.space_of(CHANNEL) is None)
    assert not calendar.reaches(GUILD)
