"""The app's manifest is made from the code's own lists, and Slack would take it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.answering.commands import COMMANDS
from bot.platforms.slack import manifest as slack_manifest
from bot.platforms.slack.manifest import EVENTS, SCOPES, command_named, manifest, slash_name, written
from tests.support.slack_facts import SCOPE_OF_EVENT, AppConfig
from tests.support.slack_manifests import refused_manifest
from tests.support.slack_methods import METHODS
from tests.support.slack_server import SlackServer  # noqa: F401  # importing it registers every method

ROOT = Path(__file__).parents[3]
SLACKS_OWN = set(
    "active archive apps away call collapse dm dnd expand feed feedback invite join keys kick leave me msg mute "
    "open part prefs remind remove rename s search shortcuts shrug star status topic unarchive who".split()
)
OF_EVERY_KIND = {"conversations.history", "conversations.replies", "users.conversations"}  # its scopes depend on where


def methods_called() -> Iterator[str]:
    """Every method of the Web API that stands in the code of the platform."""
    for path in (ROOT / "bot/platforms/slack").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in METHODS:
                yield node.value


def test_the_file_in_the_documentation_is_what_the_code_says() -> None:
    file = ROOT / "docs/slack-manifest.json"
    assert file.read_text(encoding="utf-8") == written(), "run: tsudoi slack-manifest > docs/slack-manifest.json"


def test_the_scopes_are_exactly_those_that_methods_and_events_take() -> None:
    called = set(methods_called())
    by_methods = {METHODS[method][0] for method in called} - {""}
    by_events = {SCOPE_OF_EVENT[event] for event in EVENTS if event in SCOPE_OF_EVENT}
    by_place = {f"{kind}:{what}" for kind in ("channels", "groups") for what in ("history", "read")} | {"im:history"}
    assert called >= OF_EVERY_KIND
    assert by_methods | by_events | by_place | {"commands"} == set(SCOPES)


def test_every_command_is_there_under_a_name_that_slack_allows() -> None:
    commands = manifest()["features"]["slash_commands"]
    assert [one["command"] for one in commands] == [slash_name(one) for one in COMMANDS]
    for one in commands:
        assert re.fullmatch(r"/[a-z0-9_-]{1,31}", one["command"])
        assert one["command"].removeprefix("/") not in SLACKS_OWN
        assert 0 < len(one["description"]) <= 2000
        assert "{" not in one["description"]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.name)
def test_a_slash_command_is_understood_under_its_own_name_and_with_ours_before_it(command: object) -> None:
    name = command.name  # type: ignore[attr-defined]
    assert {command_named(f"/{name}"), command_named(f"/tsudoi-{name}")} == {name}


def test_the_manifest_keeps_to_slacks_lengths() -> None:
    display, shortcut = manifest()["display_information"], manifest()["features"]["shortcuts"][0]
    assert (len(display["name"]) <= 35, len(display["description"]) <= 140) == (True, True)
    assert (len(shortcut["name"]) <= 24, len(shortcut["description"]) <= 150) == (True, True)


def test_a_workspace_may_speak_english() -> None:
    assert refused_manifest(manifest("en")) == []
    assert not re.search("[ぁ-ん]", written("en"))
    assert manifest("en")["features"]["shortcuts"][0]["name"] == "Read hiragana"


def test_a_server_reads_the_manifest() -> None:
    app = AppConfig.of_manifest(manifest())
    assert app.home_tab
    assert app.messages_tab
    assert app.shortcuts == [slack_manifest.READ_SHORTCUT]
