"""mrkdwn as Slack reads it: what would ring, what would unfurl, and what becomes of what a member types."""

import re
from collections.abc import Iterable
from typing import Any

MARKUP = re.compile(r"<([^<>]+)>")
ADDRESS = re.compile(r"https?://[^\s<>|]+")
EVERYBODY = ("!here", "!channel", "!everyone")


def typed(text: str, mentionable: dict[str, str]) -> str:
    """What a member types, as Slack keeps it: `& < >` escaped, addresses and `@name` in angle brackets."""
    kept = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    kept = ADDRESS.sub(lambda found: f"<{found[0]}>", kept)
    for name, person in mentionable.items():
        kept = re.sub(rf"@{re.escape(name)}(?!\w)", f"<@{person}>", kept)
    return kept


def texts_of(message: dict[str, Any]) -> list[str]:
    """Every mrkdwn text of a message; `text` counts beside blocks too, since the notification is made of it."""
    return [str(message.get("text") or ""), *_mrkdwn(message.get("blocks") or [])]


def _mrkdwn(part: object) -> Iterable[str]:
    if isinstance(part, dict):
        if part.get("type") == "mrkdwn":
            yield str(part.get("text", ""))
        for value in part.values():
            yield from _mrkdwn(value)
    elif isinstance(part, list):
        for one in part:
            yield from _mrkdwn(one)


def pings(message: dict[str, Any]) -> list[str]:
    """Whom a message rings: `!here`, `!channel`, `!everyone`, `@U…`, `!subteam^S…`, in their order."""
    marks = [mark.split("|")[0] for text in texts_of(message) for mark in MARKUP.findall(text)]
    return [mark for mark in marks if mark in EVERYBODY or mark.startswith(("@U", "@W", "!subteam^"))]


def links(message: dict[str, Any]) -> list[str]:
    """The addresses that a message shows as links, bare ones too."""
    found: list[str] = []
    for text in texts_of(message):
        found += [mark.split("|")[0] for mark in MARKUP.findall(text) if mark.startswith(("http://", "https://"))]
        found += ADDRESS.findall(MARKUP.sub(" ", text))
    return list(dict.fromkeys(found))


def unfurls(message: dict[str, Any], sent: dict[str, Any]) -> list[str]:
    """The links that Slack would unfurl, given the arguments with which the message was sent."""
    asked = {name: sent.get(name) for name in ("unfurl_links", "unfurl_media")}
    off = [value is not None and str(value).lower() in ("false", "0") for value in asked.values()]
    return [] if all(off) else links(message)
