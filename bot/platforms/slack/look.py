"""What Slack's two tokens open: who the bot is there, what it may do, and the channels in which it might speak."""

from dataclasses import dataclass

from slack_sdk.errors import SlackApiError

from bot.config import SlackSettings
from bot.core.errors import FrontEndError, FrontEndRefused, SendError
from bot.core.messages import Message
from bot.core.problems.base import NoAnswer
from bot.platforms.slack.checking import missing_scopes
from bot.platforms.slack.errors import APP_TOKEN, BOT_TOKEN, code_of, is_bad_token, problem_of
from bot.platforms.slack.posts import QUIET
from bot.platforms.slack.render import render
from bot.platforms.slack.web import SlackWeb

MOST_CHANNELS = 100


@dataclass(frozen=True, slots=True)
class SlackChannel:
    """A channel in which the bot is."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class SlackLook:
    """`missing_scopes` are those of the manifest that the installed app lacks."""

    bot: str
    workspace: str
    missing_scopes: tuple[str, ...]
    channels: tuple[SlackChannel, ...]


async def look_at_slack(settings: SlackSettings) -> SlackLook:
    """Ask who the bot is and where, and open no socket. An empty app token is not asked about.

    Raises FrontEndRefused where Slack takes no such token, whose setting the sentence names; FrontEndError where it
    cannot be asked.
    """
    web = SlackWeb(settings)
    async with web.open():
        look = await _look(web)
        if app_token := settings.app_token.get_secret_value():
            await _ask_for_socket(web, app_token)
        return look


async def say_in_slack(settings: SlackSettings, channel: str, message: Message) -> None:
    """Post a message in a channel without opening a socket. Raises FrontEndError."""
    web = SlackWeb(settings)
    try:
        async with web.open():
            await web.call("chat.postMessage", f"channel {channel}", channel=channel, **render(message), **QUIET)
    except SendError as error:
        raise FrontEndError(error.problem) from None
    except OSError as error:
        raise FrontEndError(NoAnswer(where="Slack", detail=type(error).__name__)) from None


async def _look(web: SlackWeb) -> SlackLook:
    try:
        said = await web.client.auth_test()
        missing = missing_scopes(str(said.headers.get("X-OAuth-Scopes", said.headers.get("x-oauth-scopes", ""))))
        channels = () if {"channels:read", "groups:read"} & set(missing) else await _channels(web)
    except SlackApiError as error:
        raise _refused(error, BOT_TOKEN) from None
    except (SendError, OSError) as error:
        raise FrontEndError(NoAnswer(where="Slack", detail=type(error).__name__)) from None
    return SlackLook(str(said["user"]), str(said.get("team", said["team_id"])), missing, channels)


async def _channels(web: SlackWeb) -> tuple[SlackChannel, ...]:
    kinds = "public_channel,private_channel"
    listed = await web.ask("users.conversations", types=kinds, exclude_archived=True, limit=MOST_CHANNELS)
    return tuple(SlackChannel(str(one["id"]), str(one.get("name", one["id"]))) for one in listed["channels"])


async def _ask_for_socket(web: SlackWeb, app_token: str) -> None:
    try:
        await web.ask("apps.connections.open", app_token=app_token)
    except SlackApiError as error:
        raise _refused(error, APP_TOKEN) from None
    except SendError as error:
        raise FrontEndError(error.problem) from None


def _refused(error: SlackApiError, setting: str) -> FrontEndError:
    refused = is_bad_token(error) or code_of(error) == "missing_scope"
    return (FrontEndRefused if refused else FrontEndError)(problem_of(setting, error, setting))
