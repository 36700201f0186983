"""Slack as a front end: deliveries once, every no with its remedy, and a socket that comes back."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.core.errors import MemberUnreachable, RoomRefused, SendError, SendRefused
from bot.core.messages import Card, Message, MessageKind
from bot.core.problems.base import NoAnswer, Problem
from bot.core.problems.platforms import (
    ChannelArchived,
    ChannelGone,
    ChannelHidden,
    PostingForbidden,
    Refused,
    ScopeMissing,
    SlackTokenRefused,
    TokenRefused,
)
from bot.platforms.slack.app import SlackFrontEnd
from tests.support import slack_conversations
from tests.support.slack_answers import at_once, connected, front_end_of, serving
from tests.support.slack_facts import ALICE, BOT_USER, CHANNEL
from tests.support.slack_server import Fault, SlackServer, Trouble
from tests.support.told import in_japanese

KEY = "0123456789abcdef0123"
EVENT = Message(
    MessageKind.ANNOUNCEMENT, "新しいイベントです！", (Card("もくもく会", "https://example.test/event/5/"),)
)


@pytest.fixture
def server() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server
        assert server.problems == []


def posts(server: SlackServer) -> list[dict[str, Any]]:
    return [one for one in server.shown(CHANNEL) if one.get("user") == BOT_USER]


def since() -> datetime:
    return datetime.now(UTC)


async def test_a_delivery_is_named_and_found_again(server: SlackServer) -> None:
    began = since()
    async with connected(front_end_of(server), server) as slack:
        assert await slack.find(CHANNEL, EVENT, KEY, began) is None
        ts = await slack.send(CHANNEL, EVENT, KEY)
        assert await slack.find(CHANNEL, EVENT, KEY, began) == ts
        assert await slack.find(CHANNEL, EVENT, KEY[::-1], began) is None
    (sight,) = server.seen(kind="message")
    assert sight.unfurls == []


async def test_it_is_found_beyond_the_first_page_of_a_busy_channel(server: SlackServer) -> None:
    began = since()
    async with connected(front_end_of(server), server) as slack:
        ts = await slack.send(CHANNEL, EVENT, KEY)
        for number in range(250):
            server.say(CHANNEL, f"おしゃべり {number}")
        assert await slack.find(CHANNEL, EVENT, KEY, began) == ts


async def test_it_is_found_where_slack_gives_shorter_pages_than_were_asked_for(
    server: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_conversations, "MOST_HISTORY", 2)
    began = since()
    async with connected(front_end_of(server), server) as slack:
        ts = await slack.send(CHANNEL, EVENT, KEY)
        for number in range(7):
            server.say(CHANNEL, f"おしゃべり {number}")
        assert await slack.find(CHANNEL, EVENT, KEY, began) == ts


async def test_what_another_app_writes_under_our_key_is_not_ours(server: SlackServer) -> None:
    began = since()
    metadata = {"event_type": "tsudoi_delivery", "event_payload": {"key": KEY}}
    server.say(CHANNEL, "まね", metadata=metadata)
    async with connected(front_end_of(server), server) as slack:
        assert await slack.find(CHANNEL, EVENT, KEY, began) is None


async def test_an_announcement_is_edited_in_place_and_stays_to_be_found(server: SlackServer) -> None:
    began = since()
    async with connected(front_end_of(server), server) as slack:
        ts = await slack.send(CHANNEL, EVENT, KEY)
        changed = Message(MessageKind.ANNOUNCEMENT, "中止になりました。", EVENT.cards)
        assert await slack.edit(CHANNEL, ts, changed, KEY)
        assert await slack.find(CHANNEL, EVENT, KEY, began) == ts
        (shown,) = posts(server)
        assert shown["text"].startswith("中止になりました。")
        server.do(server.world.delete, CHANNEL, ts)
        assert not await slack.edit(CHANNEL, ts, changed, KEY)


async def test_a_message_is_taken_away_and_one_that_is_gone_is_no_error(server: SlackServer) -> None:
    async with connected(front_end_of(server), server) as slack:
        ts = await slack.send(CHANNEL, EVENT, KEY)
        assert await slack.delete(CHANNEL, ts)
        assert not await slack.delete(CHANNEL, ts)


async def test_what_people_must_know_is_a_reply_that_shows_in_the_channel(server: SlackServer) -> None:
    began = since()
    async with connected(front_end_of(server), server) as slack:
        ts = await slack.send(CHANNEL, EVENT, KEY)
        notice = Message(MessageKind.CHANGE, "日時が変わりました。", replies_to=ts)
        reply = await slack.send(CHANNEL, notice, KEY[::-1])
        assert [one["ts"] for one in server.shown(CHANNEL, thread_ts=ts)] == [ts, reply]
        assert reply in [one["ts"] for one in posts(server)]
        assert await slack.find(CHANNEL, notice, KEY[::-1], began) == reply
        server.do(server.world.delete, CHANNEL, ts)
        orphan = await slack.send(CHANNEL, notice, "1" * 20)
        assert orphan in [one["ts"] for one in posts(server)]


async def test_a_member_is_reached_by_direct_message(server: SlackServer) -> None:
    began = since()
    async with connected(front_end_of(server), server) as slack:
        ts = await slack.send(f"@{ALICE}", EVENT, KEY)
        assert await slack.find(f"@{ALICE}", EVENT, KEY, began) == ts
    assert [one["ts"] for one in server.shown(server.direct_channel())] == [ts]


async def test_a_member_who_takes_no_messages_is_told_apart(server: SlackServer) -> None:
    server.world.people[ALICE].closed_to_dms = True
    async with connected(front_end_of(server), server) as slack:
        with pytest.raises(MemberUnreachable, match="Messages Tab"):
            await slack.send(f"@{ALICE}", EVENT, KEY)


@pytest.mark.parametrize(
    ("code", "kind", "problem", "remedy"),
    [
        ("channel_not_found", RoomRefused, ChannelGone, "rooms.channel"),
        ("not_in_channel", RoomRefused, ChannelHidden, "/invite @Tsudoi"),
        ("is_archived", RoomRefused, ChannelArchived, "Unarchive"),
        ("token_revoked", RoomRefused, SlackTokenRefused, "Install the app again"),
        ("account_inactive", RoomRefused, SlackTokenRefused, "slack.bot_token"),
        ("missing_scope", RoomRefused, ScopeMissing, "scope"),
        ("restricted_action", RoomRefused, PostingForbidden, "administrators"),
        ("msg_too_long", SendRefused, Refused, "documentation"),
        ("internal_error", SendError, NoAnswer, "internal_error"),
        ("a_code_of_tomorrow", RoomRefused, Refused, "documentation"),
    ],
)
async def test_every_no_names_its_remedy(
    server: SlackServer, code: str, kind: type[SendError], problem: type[Problem], remedy: str
) -> None:
    async with connected(front_end_of(server), server) as slack:
        server.troubles.append(Trouble("chat.postMessage", code))
        with pytest.raises(SendError, match=remedy) as refused:
            await slack.send(CHANNEL, EVENT, KEY)
        assert (type(refused.value), type(refused.value.problem)) == (kind, problem)
        in_japanese(refused.value.problem)


async def test_a_missing_scope_is_named(server: SlackServer) -> None:
    async with connected(front_end_of(server), server) as slack:
        server.world.app.scopes.remove("chat:write")
        with pytest.raises(SendError, match="chat:write"):
            await slack.send(CHANNEL, EVENT, KEY)


async def test_a_revoked_token_is_a_problem_until_it_is_taken_again(server: SlackServer) -> None:
    async with connected(front_end_of(server), server) as slack:
        server.refused_with = "token_revoked"
        with pytest.raises(SendError):
            await slack.send(CHANNEL, EVENT, KEY)
        assert isinstance(slack.problem, SlackTokenRefused)
        server.refused_with = ""
        await slack.send(CHANNEL, EVENT, KEY)
        assert slack.problem is None


async def test_where_slack_is_busy_for_a_moment_it_is_waited_for(server: SlackServer) -> None:
    async with connected(front_end_of(server), server) as slack:
        server.troubles.append(Trouble("chat.postMessage", Fault.BUSY_BEFORE, retry_after=0))
        assert await slack.send(CHANNEL, EVENT, KEY)
        assert len(posts(server)) == 1


async def test_where_slack_is_busy_for_long_it_is_left_alone(server: SlackServer) -> None:
    async with connected(front_end_of(server), server) as slack:
        server.troubles.append(Trouble("chat.postMessage", Fault.BUSY_BEFORE, retry_after=60))
        for _ in range(2):
            with pytest.raises(SendError, match="wait"):
                await slack.send(CHANNEL, EVENT, KEY)
    asked = [call for call in server.calls if call.method == "chat.postMessage"]
    assert len(asked) == 1


@pytest.mark.parametrize("fault", [Fault.ERROR_AFTER, Fault.UNAVAILABLE_AFTER, Fault.CUT_AFTER])
async def test_an_answer_that_got_lost_is_no_second_message(server: SlackServer, fault: Fault) -> None:
    began = since()
    async with connected(front_end_of(server), server) as slack:
        server.troubles.append(Trouble("chat.postMessage", fault))
        with pytest.raises(SendError) as lost:
            await slack.send(CHANNEL, EVENT, KEY)
        assert type(lost.value) is SendError
        (shown,) = posts(server)
        assert await slack.find(CHANNEL, EVENT, KEY, began) == shown["ts"]


async def test_a_picture_that_slack_cannot_fetch_is_left_out(server: SlackServer) -> None:
    card = Card("もくもく会", "https://example.test/event/5/", image="https://connpass.example/gone.png")
    async with connected(front_end_of(server), server) as slack:
        server.troubles.append(Trouble("chat.postMessage", "invalid_blocks"))
        await slack.send(CHANNEL, Message(MessageKind.ANNOUNCEMENT, "新しい！", (card,)), KEY)
    (shown,) = posts(server)
    assert [block["type"] for block in shown["blocks"]] == ["section", "section"]


async def connects_again(server: SlackServer, before: int) -> None:
    await at_once(server.wait_for, lambda: server.sockets.connected > before and server.sockets.connections)


async def answers(server: SlackServer) -> None:
    assert (await at_once(server.ask, CHANNEL, "!next"))["text"].startswith("次回のイベント")


async def test_a_cut_socket_comes_back(server: SlackServer) -> None:
    async with connected(front_end_of(server, pings_every=0.3), server) as slack:
        before = server.sockets.connected
        await at_once(server.drop_connections)
        await connects_again(server, before)
        await answers(server)
        assert slack.problem is None


async def test_a_socket_that_falls_silent_is_replaced(server: SlackServer) -> None:
    async with connected(front_end_of(server, pings_every=0.3), server):
        before = server.sockets.connected
        await at_once(server.fall_silent)
        await connects_again(server, before)
        await answers(server)


@pytest.mark.parametrize("reason", ["refresh_requested", "link_disabled"])
async def test_a_socket_that_slack_ends_is_replaced(server: SlackServer, reason: str) -> None:
    async with connected(front_end_of(server), server):
        before = server.sockets.connected
        await at_once(server.disconnect, reason)
        await connects_again(server, before)
        await answers(server)


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble("auth.test", Fault.CUT_BEFORE),
        Trouble("auth.test", "invalid_auth"),
        Trouble("apps.connections.open", Fault.ERROR_BEFORE),
        Trouble("apps.connections.open", "invalid_auth"),
    ],
    ids=lambda one: f"{one.method} {one.fault}",
)
async def test_a_first_connect_that_fails_is_tried_again_and_says_why(server: SlackServer, trouble: Trouble) -> None:
    server.troubles.append(trouble)
    slack = front_end_of(server)
    async with serving(slack):
        await said_problem(slack)
        await at_once(server.wait_for_bot)
        await answers(server)
        assert slack.problem is None


async def said_problem(slack: SlackFrontEnd) -> Problem:
    async with asyncio.timeout(60):
        while slack.problem is None:  # noqa: ASYNC110  # it is a property
            await asyncio.sleep(0)
    return slack.problem


async def test_a_wrong_app_token_names_where_it_stands(server: SlackServer) -> None:
    server.app_token = "xapp-another"
    slack = front_end_of(server)
    server.app_token = "xapp-the-right-one"
    async with serving(slack):
        problem = await said_problem(slack)
    assert isinstance(problem, TokenRefused)
    assert problem.setting == "slack.app_token"


async def test_before_it_is_connected_nothing_is_sent(server: SlackServer) -> None:
    slack = front_end_of(server)
    sending = asyncio.create_task(slack.send(CHANNEL, EVENT, KEY))
    async with serving(slack):
        assert await sending
    with pytest.raises(SendError, match="not connected"):
        await slack.send(CHANNEL, EVENT, KEY)


async def test_deliveries_keep_slacks_pace_and_answers_wait_for_none_of_them(server: SlackServer) -> None:
    began = asyncio.get_running_loop().time()
    async with connected(front_end_of(server), server) as slack, asyncio.TaskGroup() as group:
        for number in range(5):
            group.create_task(slack.send(CHANNEL, EVENT, f"{number:020}"))
        await at_once(server.say, CHANNEL, "!next")
        await at_once(server.wait_for, lambda: [one for one in posts(server) if "次回のイベント" in one["text"]])
        assert len(posts(server)) < 6
    assert asyncio.get_running_loop().time() - began >= timedelta(seconds=1).total_seconds()
