"""What a member sees in Slack where something goes wrong on the way to them.

The table of docs/decisions/answers-under-fault.md tells the same.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest

from tests.support.slack_answers import PassingTime, at_once
from tests.support.slack_facts import ALICE, CHANNEL, Sight
from tests.support.slack_server import Fault, Trouble
from tests.support.slack_stage import OTHER, PNG, Stage, button, posted, slack_stage

ONCE = "the answer, once"
TWICE = "the answer, twice: what one member alone sees cannot be looked for"
LATER = "the answer, once, when Slack takes it again"
APOLOGY = "an apology, and the button again"
NOT_ATTACHED = "the answer, which says that the attachment could not be sent"

BEFORE = (Fault.ERROR_BEFORE, Fault.UNAVAILABLE_BEFORE, Fault.CUT_BEFORE)
AFTER = (Fault.ERROR_AFTER, Fault.UNAVAILABLE_AFTER, Fault.CUT_AFTER)
BUSY = Fault.BUSY_BEFORE


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with slack_stage(PassingTime()) as stage:
        yield stage


async def typed(stage: Stage) -> None:
    await at_once(stage.server.say, CHANNEL, "!next")


async def typed_privately(stage: Stage) -> None:
    await at_once(stage.server.say, CHANNEL, "!remind 4")


async def slash(stage: Stage) -> None:
    await at_once(stage.server.slash, CHANNEL, "/next")


async def slash_privately(stage: Stage) -> None:
    await at_once(stage.server.slash, CHANNEL, "/tsudoi-remind", "4")


async def export(stage: Stage) -> None:
    await at_once(stage.server.slash, CHANNEL, "/export")


async def bell(stage: Stage) -> None:
    await at_once(stage.server.press, await posted(stage, "remind:5"), "remind:5")


async def picture(stage: Stage) -> None:
    stage.server.world.file_polls = 1
    await at_once(stage.server.say, CHANNEL, "これ", files=[("a.png", PNG)])


async def home(stage: Stage) -> None:
    await at_once(stage.server.do, stage.server.members.open_home, ALICE)


async def form(stage: Stage) -> None:
    question = await posted(stage, "ask:remind:5")
    for block in question["blocks"]:
        block["elements"][0]["value"] = '{"question": "?", "example": ""}'
    await at_once(stage.server.press, question, "ask:remind:5")


async def why(stage: Stage) -> None:
    reading = stage.server.said(CHANNEL)[0].content
    await at_once(stage.server.press, reading, button(reading, "why:"))


@dataclass(frozen=True)
class Case:
    """What a member does, what goes wrong with which request, and what they see."""

    does: str
    act: Callable[[Stage], Awaitable[None]]
    method: str
    faults: tuple[Fault, ...]
    sees: str
    times: int = 1


CASES = (
    Case("types `!next`", typed, "chat.postMessage", (*BEFORE, *AFTER), ONCE),
    Case("types `!next`", typed, "chat.postMessage", (BUSY,), LATER),
    Case("types `!remind 4`", typed_privately, "chat.postEphemeral", BEFORE, ONCE),
    Case("types `!remind 4`", typed_privately, "chat.postEphemeral", AFTER, TWICE),
    Case("types `!remind 4`", typed_privately, "chat.postEphemeral", (BUSY,), LATER),
    Case("gives `/next`", slash, "response_url", (*BEFORE, *AFTER), ONCE),
    Case("gives `/next`", slash, "response_url", (BUSY,), LATER),
    Case("gives `/tsudoi-remind 4`", slash_privately, "response_url", BEFORE, ONCE),
    Case("gives `/tsudoi-remind 4`", slash_privately, "response_url", AFTER, TWICE),
    Case("presses 🔔", bell, "response_url", BEFORE, ONCE),
    Case("presses 🔔", bell, "response_url", AFTER, TWICE),
    Case("presses 🔔", bell, "response_url", (BUSY,), LATER),
    Case("presses 🔔", bell, "users.info", (*BEFORE, *AFTER, BUSY), ONCE),
    Case("shows a picture", picture, "files.info", (*BEFORE, *AFTER), ONCE),
    Case("shows a picture", picture, "download", (*BEFORE, Fault.CUT_AFTER), ONCE),
    Case("shows a picture", picture, "chat.postMessage", (*BEFORE, *AFTER), ONCE),
    Case("presses なぜ？", why, "conversations.replies", (*BEFORE, *AFTER), ONCE),
    Case("presses なぜ？", why, "files.getUploadURLExternal", (*BEFORE, *AFTER), ONCE),
    Case("presses なぜ？", why, "upload", (*BEFORE, *AFTER), ONCE),
    Case("presses なぜ？", why, "files.completeUploadExternal", (*BEFORE, *AFTER), ONCE),
    Case("presses なぜ？", why, "files.completeUploadExternal", (BUSY,), LATER),
    Case("presses なぜ？", why, "upload", (Fault.UNAVAILABLE_BEFORE,), APOLOGY, times=9),
    Case("gives `/export`", export, "upload", (*BEFORE, *AFTER), ONCE),
    Case("gives `/export`", export, "upload", (Fault.UNAVAILABLE_BEFORE,), NOT_ATTACHED, times=9),
    Case("opens a form", form, "views.open", (*BEFORE, *AFTER), ONCE),
    Case("opens the app's home", home, "views.publish", (*BEFORE, Fault.ERROR_AFTER), ONCE),
)
EACH = [pytest.param(case, fault, id=f"{case.does}, {case.method}: {fault}") for case in CASES for fault in case.faults]


@pytest.mark.parametrize(("case", "fault"), EACH)
async def test_what_a_member_sees_where_something_goes_wrong(stage: Stage, case: Case, fault: Fault) -> None:
    if case.act is why:
        await stage.ask("これ", files=[("a.png", PNG)])
    since = len(stage.server.world.sights)
    stage.server.troubles.append(Trouble(case.method, fault, case.times, retry_after=60))
    await case.act(stage)
    await at_once(stage.server.wait_for, lambda: answers(stage, since))
    await stage.ask("!events", channel=OTHER)  # whatever else was to come has come by then
    seen = answers(stage, since)
    assert len(seen) == (2 if case.sees is TWICE else 1)
    said = "".join(str(one.content) for one in seen)
    assert ("うまくいきませんでした" in said) == (case.sees is APOLOGY)
    assert ("添付を送信できませんでした" in said) == (case.sees is NOT_ATTACHED)
    assert ("添付はダイレクトメッセージでお送りしました" in said) == (case.act is export and case.sees is ONCE)
    if case.sees is APOLOGY:
        assert button(stage.server.shown(CHANNEL, thread_ts=seen[0].content["thread_ts"])[1], "why:")


def answers(stage: Stage, since: int) -> list[Sight]:
    """What the bot answered, without what was taken away from an older message."""
    said = [one for one in stage.server.said(CHANNEL, since=since) if one.content["text"] != "質問です"]
    views = stage.server.seen(kind="view", since=since)
    homes = stage.server.seen(kind="home", since=since)[-1:]  # the last one is all that is there
    return [*said, *views, *homes]


async def test_a_busy_channel_keeps_no_other_waiting(stage: Stage) -> None:
    busy = Trouble("chat.postMessage", Fault.BUSY_BEFORE, times=1000, retry_after=600, channel=OTHER)
    stage.server.troubles.append(busy)
    await at_once(stage.server.say, OTHER, "!next")
    for _ in range(3):
        assert (await stage.ask("!next"))["text"].startswith("次回のイベント")
