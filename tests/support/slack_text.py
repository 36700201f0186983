"""mrkdwn as Slack reads it: what would ring, what would unfurl, what is broken, and what a member's typing becomes."""

import re
from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]

MARKUP = re.compile(r"<([^<>\n]+)>")
ADDRESS = re.compile(r"https?://[^\s<>|]+")
EVERYBODY = ("!here", "!channel", "!everyone")
KNOWN_MARK = re.compile(r"@[UW]\w+|#C\w+|!(here|channel|everyone|subteam\^S\w+)|(https?://|mailto:)[^|\s]+")
DATE = re.compile(r"!date\^-?\d+\^[^^|]*\{\w+\}[^^|]*(\^https?://[^|\s]+)?\|.+")
ENTITY = re.compile(r"&(amp|lt|gt);")


def typed(text: str, mentionable: dict[str, str]) -> str:
    """What a member types, as Slack keeps it: `& < >` escaped, addresses and `@name` in angle brackets."""
    kept = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    kept = ADDRESS.sub(lambda found: f"<{found[0]}>", kept)
    for name, person in mentionable.items():
        kept = re.sub(rf"@{re.escape(name)}(?!\w)", f"<@{person}>", kept)
    return kept


def texts_of(message: Json) -> list[str]:
    """Every mrkdwn text of a message; `text` counts beside blocks too, since the notification is made of it."""
    return [str(message.get("text") or ""), *_mrkdwn(message.get("blocks") or [])]


def _parts(part: object) -> Iterable[Json]:
    if isinstance(part, dict):
        yield part
        for value in part.values():
            yield from _parts(value)
    elif isinstance(part, list):
        for one in part:
            yield from _parts(one)


def _mrkdwn(blocks: list[Json]) -> Iterable[str]:
    return (str(one.get("text", "")) for one in _parts(blocks) if one.get("type") in ("mrkdwn", "markdown"))


def pings(message: Json, sent: Json | None = None) -> list[str]:
    """Whom a message rings, sent with these arguments: `!here`, `!channel`, `!everyone`, `@U…`, `!subteam^S…`."""
    texts = texts_of(message)
    marks = [mark.split("|")[0] for text in texts for mark in MARKUP.findall(text)]
    found = [mark for mark in marks if mark in EVERYBODY or mark.startswith(("@U", "@W", "!subteam^"))]
    if sent and (str(sent.get("link_names", "")).lower() in ("1", "true") or sent.get("parse") == "full"):
        found += ["!" + name for text in texts for name in re.findall(r"@(here|channel|everyone)\b", text)]
    for part in _parts(message.get("blocks") or []):
        if part.get("type") == "broadcast":
            found.append(f"!{part['range']}")
        elif part.get("type") == "user":
            found.append(f"@{part['user_id']}")
    return found


def links(message: Json) -> list[str]:
    """The addresses that a message shows as links, bare ones too."""
    found: list[str] = []
    for text in texts_of(message):
        found += [mark.split("|")[0] for mark in MARKUP.findall(text) if mark.startswith(("http://", "https://"))]
        found += ADDRESS.findall(MARKUP.sub(" ", text))
    return list(dict.fromkeys(found))


def unfurls(message: Json, sent: Json) -> list[str]:
    """The links that Slack would unfurl, given the arguments with which the message was sent."""
    asked = [sent.get(name) for name in ("unfurl_links", "unfurl_media")]
    off = [value is not None and str(value).lower() in ("false", "0") for value in asked]
    return [] if all(off) else links(message)


def broken_markup(message: Json) -> list[str]:
    """What a message has in its mrkdwn that is neither escaped nor markup that Slack knows."""
    found: list[str] = []
    for text in texts_of(message):
        marks = MARKUP.findall(text)
        found += [f"<{one}>" for one in marks if not (KNOWN_MARK.fullmatch(one.split("|")[0]) or DATE.fullmatch(one))]
        rest = ENTITY.sub("", re.sub(r"(?m)^>", "", MARKUP.sub("", text)))
        found += re.findall(r"[&<>].{0,10}", rest)
    return found


def visible(message: Json) -> list[str]:
    """Every text that a member reads, in order; of messages without blocks the text."""
    blocks = message.get("blocks") or []
    if not blocks or blocks[0]["type"] == "rich_text":
        return [_as_shown(str(message.get("text") or ""))]
    parts = (one for block in blocks for one in _parts(block))
    return [
        _as_shown(one["text"]) if one["type"] == "mrkdwn" else one["text"]
        for one in parts
        if one.get("type") in ("mrkdwn", "plain_text")
    ]


def _as_shown(text: str) -> str:
    shown = MARKUP.sub(lambda found: found[1].partition("|")[2] or found[1], text)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def buttons(message: Json) -> dict[str, str]:
    """What the buttons of a message, modal or home say, and their `action_id`."""
    found = (one for one in _parts(message.get("blocks") or []) if one.get("type") == "button")
    return {one["text"]["text"]: one["action_id"] for one in found}
