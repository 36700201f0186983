"""Whether Slack would work as configured: both tokens, the scopes, and the bot's place in every room."""

from collections.abc import AsyncIterator, Sequence

from slack_sdk.errors import SlackApiError

from bot.config import SlackSettings
from bot.core.errors import SendError
from bot.core.problems.base import NoAnswer
from bot.core.problems.platforms import ChannelArchived, ChannelHidden, WrongToken
from bot.core.room import Room
from bot.locales import Texts
from bot.platforms.slack.errors import APP_TOKEN, BOT_TOKEN, TOKENS_BEGIN, problem_of
from bot.platforms.slack.manifest import SCOPES
from bot.platforms.slack.web import SlackWeb

Found = tuple[str, bool, str]  # the part, whether it works, and a sentence
MOST_ROOMS = 50


async def check_slack(settings: SlackSettings, rooms: Sequence[Room], texts: Texts) -> list[Found]:
    """Ask Slack about everything that the rooms need, without connecting."""
    mistaken = _mistaken(settings, texts)
    if mistaken:
        return [("slack", False, sentence) for sentence in mistaken]
    web = SlackWeb(settings)
    async with web.open():
        return [one async for one in _look(web, settings, rooms, texts)]


def _mistaken(settings: SlackSettings, texts: Texts) -> list[str]:
    """Tell tokens of the wrong kind apart, before Slack is asked."""
    given = {
        BOT_TOKEN: settings.bot_token.get_secret_value(),
        APP_TOKEN: settings.app_token.get_secret_value(),
    }
    begins = texts.gettext("it begins with {begin}")
    return [
        WrongToken(name, TOKENS_BEGIN[name], detail=begins.format(begin=token[:5])).reported(texts)
        if token
        else texts.gettext("{setting} is empty: Slack needs both tokens").format(setting=name)
        for name, token in given.items()
        if not token.startswith(TOKENS_BEGIN[name])
    ]


async def _look(web: SlackWeb, settings: SlackSettings, rooms: Sequence[Room], texts: Texts) -> AsyncIterator[Found]:
    try:
        said = await web.client.auth_test()
    except SlackApiError as error:
        yield "slack", False, problem_of(BOT_TOKEN, error).reported(texts)
        return
    except OSError as error:
        yield "slack", False, NoAnswer(where="Slack", detail=f"{type(error).__name__}: {error}").reported(texts)
        return
    who = texts.gettext("is {name} in {workspace}")
    yield "slack", True, who.format(name=said["user"], workspace=said.get("team", said["team_id"]))
    yield _scopes(str(said.headers.get("X-OAuth-Scopes", said.headers.get("x-oauth-scopes", ""))), texts)
    yield await _socket(web, settings, texts)
    for room in rooms[:MOST_ROOMS]:
        yield await _room(web, room, texts)
    if len(rooms) > MOST_ROOMS:
        more = texts.gettext("{count} more rooms were not looked at").format(count=len(rooms) - MOST_ROOMS)
        yield "slack rooms", True, more


def missing_scopes(granted: str) -> tuple[str, ...]:
    """Return what the manifest asks for and Slack's answer does not grant; none where the answer names no scopes."""
    return tuple(sorted(set(SCOPES) - {one.strip() for one in granted.split(",")})) if granted else ()


def _scopes(granted: str, texts: Texts) -> Found:
    missing = missing_scopes(granted)
    if not missing:
        said = texts.gettext("are all there") if granted else texts.gettext("were not named by Slack")
        return "slack scopes", True, said
    lacks = texts.gettext("missing: {scopes}. Add them under OAuth & Permissions, and install the app again")
    why = "; ".join(f"{scope} ({texts.gettext(SCOPES[scope])})" for scope in missing)
    return "slack scopes", False, lacks.format(scopes=why)


async def _socket(web: SlackWeb, settings: SlackSettings, texts: Texts) -> Found:
    try:
        await web.ask("apps.connections.open", app_token=settings.app_token.get_secret_value())
    except SlackApiError as error:
        return "slack socket", False, problem_of("Slack", error, APP_TOKEN).reported(texts)
    except SendError as error:
        return "slack socket", False, error.problem.reported(texts, asked_now=True)
    return "slack socket", True, texts.gettext("can be opened")


async def _room(web: SlackWeb, room: Room, texts: Texts) -> Found:
    try:
        channel = (await web.call("conversations.info", f"channel {room.channel}", channel=room.channel))["channel"]
    except SendError as error:
        return room.name, False, error.problem.reported(texts, asked_now=True)
    name = texts.gettext("is {name}").format(name=f"#{channel.get('name', room.channel)}")
    if channel.get("is_archived"):
        return room.name, False, f"{name}: {ChannelArchived().told(texts)}"
    if not channel.get("is_member", True):
        return room.name, False, f"{name}: {ChannelHidden().told(texts)}"
    return room.name, True, name
