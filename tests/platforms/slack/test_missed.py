"""What members write in Slack while the bot is away is answered once when it is back, through its real client."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.app.clock import DrivenClock
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.platforms.slack.manifest import manifest
from tests.support.missed import EACH, LATE, ONCE_LATE, Missed
from tests.support.remembering import RememberedInMemory
from tests.support.slack_answers import RecordedAnswers, at_once, connected, front_end_of
from tests.support.slack_facts import ALICE, CHANNEL, AppConfig, Json
from tests.support.slack_server import SlackServer
from tests.support.slack_stage import OTHER, PNG


@pytest.fixture
def server() -> Iterator[SlackServer]:
    with SlackServer((CHANNEL, OTHER), app=AppConfig.of_manifest(manifest())) as server:
        yield server
        assert (server.problems, server.world.unseen) == ([], [])


@pytest.fixture
def heard() -> RememberedInMemory:
    return RememberedInMemory()


async def lives(
    server: SlackServer,
    heard: RememberedInMemory,
    at: datetime,
    *asks: str,
    until: str = "!events",
    where: str = CHANNEL,
) -> list[str]:
    """Let a bot live from this moment on, hear what is asked, and end; return all that it was asked."""
    answers = RecordedAnswers(clock=DrivenClock(at))
    rooms = Rooms([Room("slack", CHANNEL, recognition=True), Room("slack", OTHER)], [])
    noted = dict(heard.values)
    async with connected(front_end_of(server, answers, rooms, heard), server):
        await at_once(server.wait_for, lambda: heard.values != noted)  # by then it has looked for what was missed
        for text in (*asks, until):
            await at_once(server.ask, where, text)
    return [said[-1] for said in answers.asked]


def below(server: SlackServer, message: Json) -> list[str]:
    """What the bot said below a message, as Alice sees it."""
    return [str(one["text"]) for one in server.shown(CHANNEL, ALICE, message["ts"])[1:]]


async def test_what_was_written_meanwhile_is_answered_once_below_it_with_a_word(
    server: SlackServer, heard: RememberedInMemory
) -> None:
    began = datetime.now(UTC)
    root = server.say(CHANNEL, "相談です")
    await lives(server, heard, began, "!next")
    typed = server.say(CHANNEL, "!next 3")
    shown = server.say(CHANNEL, "これは？", files=[("a.png", PNG)])
    server.say(CHANNEL, "!report 4", thread_ts=root["ts"])
    server.say(CHANNEL, "お昼にしましょう")
    server.say(CHANNEL, "!quiz")
    server.say(OTHER, "!help")
    asked = await lives(server, heard, began + timedelta(minutes=14))
    assert asked == ["!next 3", str(len(PNG)), "!report 4", "!help", "!events"]
    assert [text.startswith(LATE) for text in below(server, typed)] == [True]
    assert len(below(server, shown)) == 1
    assert below(server, root)[-1] == f"{LATE}!report 4"


async def test_who_asked_again_and_again_is_answered_once(server: SlackServer, heard: RememberedInMemory) -> None:
    began = datetime.now(UTC)
    await lives(server, heard, began)
    first, last = (server.say(CHANNEL, "!next") for _ in range(2))
    assert await lives(server, heard, began + timedelta(minutes=1)) == ["!next", "!events"]
    assert (below(server, first), len(below(server, last))) == ([], 1)
    assert await lives(server, heard, began + timedelta(minutes=2)) == ["!events"]


@pytest.mark.parametrize(("case", "minutes"), EACH)
async def test_what_is_sent_while_the_bot_is_away(
    server: SlackServer, heard: RememberedInMemory, case: Missed, minutes: int
) -> None:
    began, direct = datetime.now(UTC), server.direct_channel()
    await lives(server, heard, began, where=direct)
    where, seen = direct if case.direct else CHANNEL, len(server.world.sights)
    server.say(where, case.text, files=[("a.png", PNG)] if case.is_picture else [])
    is_answered = case.sees == ONCE_LATE
    for later in (minutes, 0.5 if is_answered else minutes + 1):  # at last the clock may be wrong
        await lives(server, heard, began + timedelta(minutes=later), where=OTHER)
    late = [LATE.strip() in str(one.content["text"]) for one in server.said(where, since=seen)]
    assert late == ([True] if is_answered else [])


async def test_where_the_bot_is_not_any_more_others_are_answered_all_the_same(
    server: SlackServer, heard: RememberedInMemory
) -> None:
    began = datetime.now(UTC)
    await lives(server, heard, began)
    server.do(server.world.remove, CHANNEL)
    server.say(OTHER, "!next")
    assert await lives(server, heard, began + timedelta(minutes=1), where=OTHER) == ["!next", "!events"]


async def test_a_cut_socket_loses_nothing(server: SlackServer, heard: RememberedInMemory) -> None:
    answers = RecordedAnswers(clock=DrivenClock(datetime.now(UTC)))
    async with connected(front_end_of(server, answers, heard=heard), server):
        await at_once(server.wait_for, lambda: heard.values)
        server.do(server.sockets.drop)
        server.say(CHANNEL, "!next")
        await at_once(server.wait_for, lambda: answers.asked)
        await at_once(server.ask, CHANNEL, "!events")
    assert [said[-1] for said in answers.asked] == ["!next", "!events"]
