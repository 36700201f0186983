"""Who manages the workspace, and which channels it has, as far as the bot needs to know."""

from typing import Any, cast

import pytest

from bot.core.askers import Channels
from bot.core.errors import SendError
from bot.core.problems.base import Said
from bot.core.room import MANAGERS, Room
from bot.core.rooms import Rooms
from bot.platforms.slack.members import Identity, SlackMembers
from bot.platforms.slack.web import SlackWeb

OURSELVES = Identity("T1", "U0BOT", "B1", "Utsunomiya")


class FixedWeb:
    """Answers methods from a table, and counts what it was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[str] = []

    async def call(self, method: str, place: str, **arguments: Any) -> Any:
        self.asked.append(method)
        answer = self.answers[method.replace(".", "_")]
        if isinstance(answer, Exception):
            raise answer
        return answer.pop(0) if isinstance(answer, list) else answer


def members(web: FixedWeb) -> SlackMembers:
    return SlackMembers(cast(SlackWeb, web), Rooms([Room("slack", "C9", ("u",))], ["u"]), OURSELVES)


@pytest.mark.parametrize(
    ("user", "manages"),
    [
        ({"is_admin": True, "team_id": "T1"}, True),
        ({"is_owner": True}, True),
        ({"is_admin": True, "team_id": "T2"}, False),
        ({"team_id": "T1"}, False),
    ],
    ids=["admin", "owner", "another workspace's admin", "member"],
)
async def test_owners_and_admins_of_this_workspace_manage_it(user: dict[str, Any], manages: bool) -> None:
    web = FixedWeb(users_info={"user": user})
    known = members(web)
    for _ in range(3):
        assert await known.roles_of("U1") == ((MANAGERS,) if manages else ())
    assert web.asked == ["users.info"]


async def test_who_cannot_be_looked_up_manages_nothing_and_is_looked_up_again() -> None:
    web = FixedWeb(users_info=SendError(Said("busy")))
    known = members(web)
    assert await known.roles_of("U1") == await known.roles_of("U1") == ()
    assert web.asked == ["users.info"] * 2


@pytest.mark.parametrize(("locale", "language"), [("ja-JP", "ja"), ("en-US", "en"), ("de-DE", ""), (None, "")])
async def test_the_language_of_a_member_is_that_of_their_slack_if_it_is_one_of_ours(
    locale: str | None, language: str
) -> None:
    web = FixedWeb(users_info={"user": {"locale": locale}})
    known = members(web)
    await known.roles_of("U1")
    assert await known.language_of("U1") == language
    assert web.asked == ["users.info"]


async def test_every_channel_of_the_bot_is_named_and_where_it_is_not_is_said() -> None:
    pages = [
        {"channels": [{"id": "C1", "name": "events"}], "response_metadata": {"next_cursor": "more"}},
        {"channels": [{"id": "C2", "name": "general"}]},
    ]
    known = members(FixedWeb(users_conversations=pages))
    assert (known.tenant_of("").id, known.tenant_of("").channels) == ("T1", frozenset({"C9"}))
    assert known.tenant_of("T1").channels == frozenset({"C9"})
    assert (known.tenant_of("T2").id, known.tenant_of("T2").channels) == ("T2", frozenset())
    assert await known.channels("C1") == Channels({"C1": "events", "C9": "C9", "C2": "general"})
    missing = (await members(FixedWeb(users_conversations={"channels": []})).channels("C7")).missing
    assert "/invite @Tsudoi" in missing[0]
