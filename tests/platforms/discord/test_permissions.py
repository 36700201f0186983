"""One list of permissions: what the code uses, what the invite asks for, and what is missed in a room."""

import ast
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import discord

from bot.core.room import Room
from bot.locales import texts_for
from bot.platforms.discord.permissions import ALL, invite_link, missing_in, names_of, needed_in

ROOT = Path(__file__).parents[3]
# What is called in discord.py, and what Discord wants for it in a channel.
CALLS = {
    "send": "send_messages",
    "embeds": "embed_links",
    "history": "read_message_history",
    "file": "attach_files",
    "files": "attach_files",
    "attachments": "attach_files",
    "add_reaction": "add_reactions",
    "clear_reactions": "manage_messages",
    "pin": "manage_messages",
    "purge": "manage_messages",
    "delete_messages": "manage_messages",
    "create_scheduled_event": "create_events",
    "create_thread": "create_public_threads",
    "add_roles": "manage_roles",
    "kick": "kick_members",
    "ban": "ban_members",
    "create_invite": "create_instant_invite",
    "create_webhook": "manage_webhooks",
    "create_text_channel": "manage_channels",
}
# Needed by what no single call shows: seeing a room at all, replying in a thread. Who may create events may change and
# end their own.
BESIDE = {"view_channel", "send_messages_in_threads"}


def names_used() -> set[str]:
    """Every attribute called and every keyword given in what speaks to Discord."""
    names: set[str] = set()
    for path in [*(ROOT / "bot" / "platforms").glob("discord/*.py"), *(ROOT / "cogs").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                names |= {keyword.arg for keyword in node.keywords if keyword.arg}
                if isinstance(node.func, ast.Attribute):
                    names.add(node.func.attr)
    return names


def test_the_list_has_exactly_what_the_code_uses() -> None:
    used = {CALLS[name] for name in names_used() & CALLS.keys()}
    assert used | BESIDE == set(ALL)


def test_the_invite_asks_for_exactly_these_permissions_and_scopes() -> None:
    query = parse_qs(urlsplit(invite_link(42)).query)
    asked = discord.Permissions(int(query["permissions"][0]))
    older_names = {"read_messages": "view_channel"}
    assert {older_names.get(name, name) for name, wanted in asked if wanted} == set(ALL)
    assert query["client_id"] == ["42"]
    assert query["scope"] == ["bot applications.commands"]


def test_a_room_needs_only_what_is_switched_on_there() -> None:
    plain = Room("discord", "1", scheduled_events=False)
    assert "create_events" not in needed_in(plain)
    assert "manage_events" not in ALL
    assert set(needed_in(Room("discord", "1", threads=True))) == set(ALL)
    granted = discord.Permissions(view_channel=True, send_messages=True, read_message_history=True)
    assert missing_in(plain, granted) == ("embed_links", "attach_files")


def test_permissions_are_named_as_discord_names_them_in_japanese() -> None:
    assert names_of(texts_for("ja"), ALL[:2]) == ("チャンネルを見る", "メッセージを送信")
    assert len(names_of(texts_for("en"), ALL)) == len(ALL)
