"""The app's manifest, made from what the code listens to and calls: `tsudoi slack-manifest` prints it."""

import json
import re
from typing import Any

from bot.answering.answering import Answering
from bot.answering.commands import COMMANDS, HELP, REMIND, TSUDOI
from bot.core.commands import Command
from bot.locales import Texts, texts_for

NAME = "Tsudoi"
# /remind is Slack's own, and no app may have it; /help is too general to be anybody's in a shared workspace.
RENAMED = {REMIND.name: "tsudoi-remind", HELP.name: "tsudoi-help"}
_PREFIX = "tsudoi-"  # a workspace in which another app has /next may call ours /tsudoi-next
READ_SHORTCUT = "read_hiragana"

# Each scope with the reason why it is there.
SCOPES = {
    "app_mentions:read": "hears @Tsudoi next",
    "channels:history": "hears !next and pictures in public channels, and finds what it posted before a crash",
    "channels:read": "knows the names of the channels it is in",
    "chat:write": "answers, announces and reminds",
    "commands": "has slash commands and an entry in the menu of messages",
    "files:read": "reads the pictures that members upload",
    "files:write": "shows why a character was read as it was",
    "groups:history": "the same in private channels to which it was invited",
    "groups:read": "the same in private channels to which it was invited",
    "im:history": "hears members in direct messages",
    "im:write": "sends members the reminders that they asked for",
    "users:read": "knows who manages the workspace, and may set it up",
}
EVENTS = (
    "app_home_opened", "app_mention", "app_uninstalled", "file_shared", "message.channels", "message.groups",
    "message.im", "tokens_revoked",
)  # fmt: skip
_COLOUR = "#2e9e5b"


def slash_name(command: Command[Answering]) -> str:
    """Return how a command is given in Slack: `/next`."""
    return f"/{RENAMED.get(command.name, command.name)}"


def command_named(slash: str) -> str:
    """Return the name of the command that a slash command gives, whichever of its names the workspace chose."""
    return slash.removeprefix("/").removeprefix(_PREFIX)


def slash_notes(texts: Texts) -> str:
    """Say what is different about commands in Slack."""
    names = " ".join(slash_name(one) for one in COMMANDS if one is not TSUDOI)
    said = texts.gettext("Also available here as {names} (/remind is Slack's own), or by mention: @Tsudoi next")
    return said.format(names=names)


def manifest(locale: str = "ja") -> dict[str, Any]:
    """Return the manifest as Slack takes it, described in the language of the workspace."""
    texts = texts_for(locale)
    described = texts.gettext("Announces connpass events, reminds of them, and reads handwritten hiragana")
    menu = texts.gettext("Read hiragana")
    return {
        "display_information": {"name": NAME, "description": described, "background_color": _COLOUR},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": NAME, "always_online": True},
            "shortcuts": [{"name": menu, "type": "message", "callback_id": READ_SHORTCUT, "description": menu}],
            "slash_commands": [_slash_command(one, texts) for one in COMMANDS],
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": sorted(EVENTS)},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": True,
            "token_rotation_enabled": False,
        },
    }


def _slash_command(command: Command[Answering], texts: Texts) -> dict[str, Any]:
    described = re.sub(r"\{sign\}(\w+)", _shown, command.help(texts))
    given = {"command": slash_name(command), "description": described, "should_escape": False}
    return {**given, "usage_hint": command.usage} if command.usage else given


def _shown(found: re.Match[str]) -> str:
    """Return a command that a text names as it is given in Slack."""
    return next((slash_name(one) for one in COMMANDS if one.name == found[1]), f"/{found[1]}")


def written(locale: str = "ja") -> str:
    """Return the manifest as JSON, which Slack takes as it is."""
    return json.dumps(manifest(locale), ensure_ascii=False, indent=2) + "\n"
