"""An app's manifest as Slack checks it when the app is made."""

import re
from collections.abc import Iterator
from typing import Any

from tests.support.slack_facts import SCOPE_OF_EVENT

Json = dict[str, Any]

RESERVED = (  # Slack's own commands
    "/active /apps /archive /away /call /collapse /dm /expand /feed /help /invite /join /kick /leave /me /msg /mute "
    "/open /prefs /remind /remove /rename /search /shortcuts /shrug /star /status /topic /who"
).split()
MOST_COMMANDS, MOST_SHORTCUTS = 50, 10


def refused_manifest(manifest: Json) -> list[str]:
    """Return a sentence for everything in a manifest that Slack would refuse."""
    return [*_names(manifest), *_commands(manifest), *_shortcuts(manifest), *_scopes(manifest)]


def _names(manifest: Json) -> Iterator[str]:
    about = manifest.get("display_information", {})
    yield from _length("the app's name", about.get("name"), 35)
    if "description" in about:
        yield from _length("the description", about["description"], 140)
    if "background_color" in about and not re.fullmatch(r"#([0-9a-fA-F]{3}){1,2}", about["background_color"]):
        yield "the background colour is no colour"
    if "bot_user" in manifest["features"]:
        yield from _length("the bot's name", manifest["features"]["bot_user"].get("display_name"), 80)


def _commands(manifest: Json) -> Iterator[str]:
    commands = manifest["features"].get("slash_commands", [])
    names = [one.get("command", "") for one in commands]
    if len(commands) > MOST_COMMANDS:
        yield f"{len(commands)} commands"
    yield from (f"{one} is there twice" for one in set(names) if names.count(one) > 1)
    yield from (f"{one} is Slack's own" for one in names if one in RESERVED)
    for one in commands:
        if not re.fullmatch(r"/[^\sA-Z/]{1,31}", one.get("command", "")):
            yield f"{one.get('command')} is no command's name"
        yield from _length(f"the description of {one.get('command')}", one.get("description"), 2000)
        if "usage_hint" in one:
            yield from _length(f"the hint of {one.get('command')}", one["usage_hint"], 1000)


def _shortcuts(manifest: Json) -> Iterator[str]:
    shortcuts = manifest["features"].get("shortcuts", [])
    if len(shortcuts) > MOST_SHORTCUTS:
        yield f"{len(shortcuts)} shortcuts"
    for one in shortcuts:
        if one.get("type") not in ("message", "global"):
            yield f"{one.get('name')} is neither of a message nor global"
        for name, most in (("name", 24), ("callback_id", 255), ("description", 150)):
            yield from _length(f"a shortcut's {name}", one.get(name), most)


def _scopes(manifest: Json) -> Iterator[str]:
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    settings, features = manifest.get("settings", {}), manifest["features"]
    for event in settings.get("event_subscriptions", {}).get("bot_events", []):
        needed = SCOPE_OF_EVENT.get(event)
        if needed and needed not in scopes:
            yield f"{event} needs {needed}"
    if (features.get("slash_commands") or features.get("shortcuts")) and "commands" not in scopes:
        yield "commands and shortcuts need commands"
    if not (settings.get("socket_mode_enabled") and settings.get("interactivity", {}).get("is_enabled")):
        yield "Socket Mode or interactivity is off"
    if not features.get("bot_user"):
        yield "bot scopes need a bot user"


def _length(what: str, text: object, most: int) -> Iterator[str]:
    if not isinstance(text, str) or not 0 < len(text) <= most:
        yield f"{what} has none or more than {most} characters"
