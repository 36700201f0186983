"""What the methods of the loopback Slack share: their register, their scopes, their arguments, their pages."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.slack_facts import APP, BOT, BOT_USER, DOMAIN, TEAM, Json, SlackError
from tests.support.slack_members import Members
from tests.support.slack_world import SlackWorld


@dataclass
class Api:
    """What the methods work on."""

    world: SlackWorld
    members: Members


Arguments = Mapping[str, Any]
Method = Callable[[Api, Arguments], Json]
METHODS: dict[str, tuple[str, Method]] = {}  # by name: the scope it takes, if any, and the method


def method(name: str, scope: str = "") -> Callable[[Method], Method]:
    """Register a method."""

    def keep(answer: Method) -> Method:
        METHODS[name] = (scope, answer)
        return answer

    return keep


def take_scope(world: SlackWorld, scope: str) -> None:
    """Refuse with `missing_scope` unless the token has the scope."""
    if scope and scope not in world.app.scopes:
        raise SlackError("missing_scope", needed=scope, provided=",".join(world.app.scopes))


def text_of(arguments: Arguments, name: str) -> str:
    """A required argument."""
    if arguments.get(name) in (None, ""):
        raise SlackError(
            "invalid_arguments", response_metadata={"messages": [f"[ERROR] missing required field: {name}"]}
        )
    return str(arguments[name])


def is_on(arguments: Arguments, name: str) -> bool:
    """A switch, as it may be written in a form."""
    return str(arguments.get(name, "")).lower() in ("1", "true")


def paged(items: list[Any], arguments: Arguments, most: int, usual: int = 100) -> tuple[list[Any], str]:
    """The page that was asked for, and the cursor of the next one (empty at the end)."""
    try:
        start = int(base64.b64decode(str(arguments.get("cursor") or "") or b"MA==").decode().removeprefix("next:"))
        limit = int(arguments.get("limit") or usual)
    except ValueError:
        raise SlackError("invalid_cursor") from None
    if not limit > 0:
        raise SlackError("invalid_limit")
    end = start + min(limit, most)
    return items[start:end], base64.b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""


@method("api.test")
def _test(api: Api, arguments: Arguments) -> Json:
    return {"args": dict(arguments)}


@method("auth.test")
def _who(api: Api, arguments: Arguments) -> Json:
    app = {"team": "Utsunomiya", "user": "tsudoi", "team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT}
    return {"url": f"https://{DOMAIN}.slack.com/", **app, "is_enterprise_install": False}


@method("team.info", "team:read")
def _team(api: Api, arguments: Arguments) -> Json:
    return {"team": {"id": TEAM, "name": "Utsunomiya", "domain": DOMAIN, "icon": {}}}


@method("bots.info", "users:read")
def _bot(api: Api, arguments: Arguments) -> Json:
    if arguments.get("bot", BOT) != BOT:
        raise SlackError("bot_not_found")
    return {"bot": {"id": BOT, "deleted": False, "name": "tsudoi", "app_id": APP, "user_id": BOT_USER, "icons": {}}}
