"""Messages as Discord and Slack show them: the JSON that the bot sent, as a page that looks like theirs.

Only what the pictures of the documents need is drawn; what is not in the JSON is not on the page.
"""

import html
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_timedelta

Json = Mapping[str, Any]
TOKYO = ZoneInfo("Asia/Tokyo")
MEMBER = "はな"

DISCORD_MARKS = re.compile(
    r"```\n?(?P<code>.*?)```|\[(?P<label>(?:\\.|[^\]\\])+)\]\((?P<url>[^)]+)\)|<t:(?P<at>\d+):R>"
    r"|\*\*(?P<bold>.+?)\*\*|\\(?P<plain>.)|(?P<other>.)",
    re.DOTALL,
)
SLACK_MARKS = re.compile(
    r"```\n?(?P<code>.*?)```|<(?P<url>https?:[^|>]+)\|(?P<label>[^>]*)>"
    r"|\*(?P<bold>[^*\n]+)\*|(?P<other>&(?:amp|lt|gt);|.)",
    re.DOTALL,
)

STYLE = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")


def page(platform: str, articles: str) -> str:
    """The whole page."""
    return (
        f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style><body class="{platform}"><main>{articles}</main>'
    )


def article(name: str, avatar: str, tag: str, at: datetime, content: str, reply: str = "") -> str:
    """One message with who said it, and when; `reply`: to what."""
    badge = f'<span class="tag">{tag}</span>' if tag else ""
    head = f'<div><span class="name">{name}</span>{badge}<span class="time">{at.astimezone(TOKYO):%H:%M}</span></div>'
    above = f'<div class="reply">↰ {html.escape(reply)}</div>' if reply else ""
    return f'<article>{above}<div class="avatar">{avatar}</div>{head}<div>{content}</div></article>'


# --- Discord -------------------------------------------------------------------------------------------------------


def discord_content(message: Json) -> str:
    """What stands in a message of Discord's API."""
    parts = [f"<div>{discord_text(message['content'])}</div>"] if message["content"].strip("\u200b") else []
    parts += [_embed(embed) for embed in message["embeds"]]
    pictures = (one for one in message["attachments"] if str(one.get("content_type", "image/")).startswith("image/"))
    parts += [f'<img class="picture" src="{one["url"]}" alt="">' for one in pictures]
    rows = [row["components"] for row in message["components"] if row["type"] == 1]
    return "".join([*parts, *(_buttons([(one["label"], one["style"] == 1) for one in row]) for row in rows)])


def _embed(embed: Json) -> str:
    title = discord_text(embed.get("title") or "")
    linked = f'<a href="{embed["url"]}">{title}</a>' if embed.get("url") else title
    fields = "".join(
        f"<div{'' if one.get('inline') else ' class=wide'}><dt>{discord_text(one['name'])}</dt>"
        f"<dd>{discord_text(one['value'])}</dd></div>"
        for one in embed.get("fields", [])
    )
    said = discord_text(embed.get("description") or "")
    colour = f"#{embed.get('color') or 0:06x}"
    inside = f'<div class="title">{linked}</div>{said}<dl>{fields}</dl>'
    return f'<div class="embed" style="border-color: {colour}">{inside}</div>'


def discord_text(text: str) -> str:
    """Discord's Markdown, as far as the bot writes it."""
    return _marked(text, DISCORD_MARKS, discord_text)


# --- Slack ---------------------------------------------------------------------------------------------------------


def slack_content(message: Json) -> str:
    """What stands in a message of Slack's API."""
    return "".join(map(_block, message["blocks"]))


def _block(block: Json) -> str:
    match block["type"]:
        case "header":
            return f'<section class="title">{_slack_words(block["text"])}</section>'
        case "section" if "fields" in block:
            fields = (_slack_words(one).partition("<br>") for one in block["fields"])
            return f"<dl>{''.join(f'<div><dt>{name}</dt><dd>{value}</dd></div>' for name, _, value in fields)}</dl>"
        case "section":
            return f"<section>{_slack_words(block['text'])}</section>"
        case "actions":
            elements = [one for one in block["elements"] if one["type"] == "button"]
            return _buttons([(one["text"]["text"], one.get("style") == "primary") for one in elements])
        case "divider":
            return "<hr>"
        case other:
            raise ValueError(f"no picture of a {other} was needed before")


def _slack_words(text: Json) -> str:
    return html.escape(text["text"]) if text["type"] == "plain_text" else slack_text(text["text"])


def slack_text(text: str) -> str:
    """Slack's mrkdwn, as far as the bot writes it; &, < and > stand in it as entities."""
    return _marked(text, SLACK_MARKS, slack_text)


# --- both ----------------------------------------------------------------------------------------------------------


def _marked(text: str, marks: re.Pattern[str], inner: Callable[[str], str]) -> str:
    return "".join(_shown(found.groupdict(), inner) for found in marks.finditer(text))


def _shown(mark: Mapping[str, str | None], inner: Callable[[str], str]) -> str:
    if mark["code"] is not None:
        return f"<pre>{html.escape(mark['code'].rstrip())}</pre>"
    if mark.get("at") is not None:
        return f'<span class="stamp">{from_now(int(mark["at"] or 0))}</span>'
    if mark["url"] is not None:
        return f'<a href="{mark["url"]}">{inner(mark["label"] or "")}</a>'
    if mark["bold"] is not None:
        return f"<b>{inner(mark['bold'])}</b>"
    return html.escape(html.unescape(mark.get("plain") or mark["other"] or "")).replace("\n", "<br>")


def from_now(seconds: int) -> str:
    """How far away a moment is, as readers in Japan are shown it."""
    away = datetime.fromtimestamp(seconds, UTC) - datetime.now(UTC)
    return format_timedelta(away, locale="ja", add_direction=True).replace(" ", "")


def _buttons(labels: list[tuple[str, bool]]) -> str:
    shown = (f'<span class="{"primary" if primary else ""}">{html.escape(label)}</span>' for label, primary in labels)
    return f'<div class="buttons">{"".join(shown)}</div>'
