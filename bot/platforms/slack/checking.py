"""Whether Slack would work as configured: both tokens, the scopes, and the bot's place in every room."""

from collections.abc import AsyncIterator, Sequence

from slack_sdk.errors import SlackApiError

from bot.config import SlackSettings
from bot.core.errors import SendError
from bot.core.problems.base import ENGLISH, NoAnswer
from bot.core.problems.platforms import ChannelArchived, ChannelHidden, WrongToken
from bot.core.room import Room
from bot.platforms.slack.errors import APP_TOKEN, BOT_TOKEN, TOKENS_BEGIN, problem_of
from bot.platforms.slack.manifest import SCOPES
from bot.platforms.slack.web import SlackWeb

Found = tuple[str, bool, str]  # the part, whether it works, and a sentence
MOST_ROOMS = 50


async def check_slack(settings: SlackSettings, rooms: Sequence[Room]) -> list[Found]:
    """Ask Slack about everything that the rooms need, without connecting."""
    mistaken = _mistaken(settings)
    if mistaken:
        return [("slack", False, sentence) for sentence in mistaken]
    web = SlackWeb(settings)
    async with web.open():
        return [one async for one in _look(web, settings, rooms)]


def _mistaken(settings: SlackSettings) -> list[str]:
    """Tell tokens of the wrong kind apart, before Slack is asked."""
    given = {
        BOT_TOKEN: settings.bot_token.get_secret_value(),
        APP_TOKEN: settings.app_token.get_secret_value(),
    }
    return [
        str(WrongToken(name, TOKENS_BEGIN[name], detail=f"it begins with {token[:5]}"))
        if token
        else f"{name} is empty: Slack needs both tokens"
        for name, token in given.items()
        if not token.startswith(TOKENS_BEGIN[name])
    ]


async def _look(web: SlackWeb, settings: SlackSettings, rooms: Sequence[Room]) -> AsyncIterator[Found]:
    try:
        said = await web.client.auth_test()
    except SlackApiError as error:
        yield "slack", False, str(problem_of("the bot's token", error))
        return
    except OSError as error:
        yield "slack", False, str(NoAnswer(where="Slack", detail=f"{type(error).__name__}: {error}"))
        return
    yield "slack", True, f"is {said['user']} in {said.get('team', said['team_id'])}"
    yield _scopes(str(said.headers.get("X-OAuth-Scopes", said.headers.get("x-oauth-scopes", ""))))
    yield await _socket(web, settings)
    for room in rooms[:MOST_ROOMS]:
        yield await _room(web, room)
    if len(rooms) > MOST_ROOMS:
        yield "slack rooms", True, f"{len(rooms) - MOST_ROOMS} more rooms were not looked at"


def missing_scopes(granted: str) -> tuple[str, ...]:
    """Return what the manifest asks for and Slack's answer does not grant; none where the answer names no scopes."""
    return tuple(sorted(set(SCOPES) - {one.strip() for one in granted.split(",")})) if granted else ()


def _scopes(granted: str) -> Found:
    missing = missing_scopes(granted)
    if not missing:
        return "slack scopes", True, "are all there" if granted else "were not named by Slack"
    why = "; ".join(f"{scope} ({SCOPES[scope]})" for scope in missing)
    return "slack scopes", False, f"missing: {why}. Add them under OAuth & Permissions, and install the app again"


async def _socket(web: SlackWeb, settings: SlackSettings) -> Found:
    try:
        await web.ask("apps.connections.open", app_token=settings.app_token.get_secret_value())
    except SlackApiError as error:
        return "slack socket", False, str(problem_of("a socket", error, APP_TOKEN))
    except SendError as error:
        return "slack socket", False, error.problem.reported(ENGLISH, asked_now=True)
    return "slack socket", True, "can be opened"


async def _room(web: SlackWeb, room: Room) -> Found:
    try:
        channel = (await web.call("conversations.info", f"channel {room.channel}", channel=room.channel))["channel"]
    except SendError as error:
        return room.name, False, error.problem.reported(ENGLISH, asked_now=True)
    name = f"is #{channel.get('name', room.channel)}"
    if channel.get("is_archived"):
        return room.name, False, f"{name}: {ChannelArchived()}"
    if not channel.get("is_member", True):
        return room.name, False, f"{name}: {ChannelHidden()}"
    return room.name, True, name
