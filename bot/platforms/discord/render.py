"""A Message as Discord shows it: embeds and buttons, within every limit, with strangers' words made harmless."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any, NotRequired, TypedDict

import discord

from bot.core.messages import Bar, Button, Card, Field, Message, MessageKind
from bot.platforms.discord.forms import ask_for, choices_of, people_of
from bot.platforms.lengths import cut, is_web, width

CONTENT, TITLE, DESCRIPTION, FIELD_NAME, FIELD_VALUE, LABEL = 2000, 256, 4096, 256, 1024, 80
EMBEDS, EMBED_FIELDS, EMBEDS_IN_ALL, BUTTONS, BUTTON_URL, CUSTOM_ID, URL = 10, 25, 6000, 25, 512, 100, 2048
THREAD_NAME = 100
IN_A_ROW = 5  # buttons; a list takes the whole row
ALT_TEXT = 1024
_BLANK = "\u200b"  # Discord refuses an empty name or value
_BAR_LENGTH, _MOST_BARS = 16, 10
_INLINE = 24  # values up to this length may stand side by side

COLOURS = {
    MessageKind.ANSWER: 0x5865F2,
    MessageKind.ANNOUNCEMENT: 0x2E9E5B,
    MessageKind.CHANGE: 0xE08A00,
    MessageKind.REMINDER: 0x1F8FD6,
    MessageKind.REPORT: 0x8E5BD0,
    MessageKind.QUESTION: 0xD64545,
    MessageKind.DIGEST: 0x607D8B,
}
GREY = 0x95A5A6  # of what does not take place

_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]"
)  # controls; signs that turn the reading direction
_LINK = re.compile(r"https?://[^\s<>\[\]()*`|\\]+")
_SPECIAL = re.compile(r"[\\*_~`|\[<]|^(?=\s*(?:#{1,3}\s|-#\s|[-+]\s|>))", re.MULTILINE)
_INVITE = re.compile(r"(?<=cord|dapp)(?=\.gg/|\.com/invite/)", re.IGNORECASE)  # Discord unfolds one into a button
_SIGNATURE = re.compile(r"#~([0-9a-f]{20})$")
_MASS_MENTION = re.compile(r"@(?=everyone|here)")


def plain_line(text: str, limit: int) -> str:
    """Return a text for where Discord shows no formatting, such as a thread's name: one line, 1 to `limit` long."""
    return _cut(" ".join(_INVISIBLE.sub("", text).split()), limit) or _BLANK


class Rendered(TypedDict):
    """What discord.py's `send` and its edits take. `view` is there if there is something to press or to choose."""

    content: str | None
    embeds: list[discord.Embed]
    view: NotRequired[discord.ui.View]


class Post(Rendered):
    """The arguments of discord.py's `send`. `files` is there if the message has pictures or files."""

    files: NotRequired[list[discord.File]]


class RenderedEdit(TypedDict):
    """The arguments of discord.py's `edit_original_response`: nothing of what was there before stays."""

    content: str | None
    embeds: list[discord.Embed]
    view: discord.ui.View | None
    attachments: list[discord.File]


def render(message: Message, key: str = "") -> Post:
    """Return the message as arguments of `send`. Needs a running event loop if there is something to press.

    `key`, a delivery's key, is left behind the address of an embed and in the first button, so that `was_sent_as` finds
    the message again, whatever it says by then.
    """
    message = _numbered(message)
    rendered = Post(content=fit(message.lead, CONTENT) or None, embeds=_embeds(message))
    if not rendered["content"] and not rendered["embeds"]:
        rendered["content"] = _BLANK
    if key:
        _sign(rendered["embeds"], key)
    if items := _items(message):
        rendered["view"] = _view(items, key)
    if message.pictures or message.files:
        rendered["files"] = [
            *picture_files(message),
            *(discord.File(BytesIO(file.content), file.name) for file in message.files),
        ]
    return rendered


def render_plain(message: Message) -> Post:
    """Return the message as a text without embeds, for where the bot may show none."""
    cards = tuple(replace(card, buttons=()) for card in message.cards)
    said = replace(message, cards=cards, buttons=(), entries=(), choices=(), files=())
    rendered = render(message)
    rendered["content"], rendered["embeds"] = fit(said.text, CONTENT) or _BLANK, []
    return rendered


def render_edit(message: Message) -> RenderedEdit:
    """Return the message as what an earlier one is turned into."""
    new = render(message)
    return RenderedEdit(
        content=new["content"], embeds=new["embeds"], view=new.get("view"), attachments=new.get("files", [])
    )


def _numbered(message: Message) -> Message:
    """Tell the buttons of several cards apart: they all stand below the message. Each title is a link to its page."""
    if sum(bool(card.buttons) for card in message.cards) < 2:
        return message
    cards = tuple(
        replace(
            card,
            title=f"{number}. {card.title}" if card.title else "",
            buttons=tuple(
                replace(button, label=f"{number}. {button.label}") for button in card.buttons if button.url != card.url
            ),
        )
        for number, card in enumerate(message.cards, start=1)
    )
    return replace(message, cards=cards)


def picture_files(message: Message) -> list[discord.File]:
    """Return the pictures as files to upload, each with a description for those who cannot see it."""
    return [
        discord.File(BytesIO(picture.png), f"picture-{number}.png", description=_cut(picture.shows, ALT_TEXT))
        for number, picture in enumerate(message.pictures, start=1)
    ]


def escape(text: str) -> str:
    """Return plain text so that Discord shows it as it is: no formatting, mentions, masked links or controls."""
    text = _INVITE.sub("\u200b", _INVISIBLE.sub("", text))
    parts, end = [], 0
    for link in _LINK.finditer(text):  # a backslash inside would break it, and nothing in it is read as formatting
        parts += [_escape_words(text[end : link.start()]), link.group()]
        end = link.end()
    return "".join([*parts, _escape_words(text[end:])]).strip()


def _escape_words(text: str) -> str:
    return _MASS_MENTION.sub("@\u200b", _SPECIAL.sub(r"\\\g<0>", text))


def fit(text: str, limit: int) -> str:
    """Escape the text and cut it to the limit, never inside an escape."""
    return _cut(escape(text[: 2 * max(0, limit)]), limit)  # escaping what is cut off anyway would take time


def _cut(text: str, limit: int) -> str:
    return cut(text, limit, _without_half_escape)


def _without_half_escape(text: str) -> str:
    return text[:-1] if (len(text) - len(text.rstrip("\\"))) % 2 else text


def _embeds(message: Message) -> list[discord.Embed]:
    embeds: list[discord.Embed] = []
    left = EMBEDS_IN_ALL
    for card in message.cards[:EMBEDS]:
        embed = _embed(card, left)
        if embed is not None:
            if card.image and is_web(card.image, URL):
                embed.set_image(url=card.image)
            embed.colour = discord.Colour(GREY if message.is_off else COLOURS[message.kind])
            embeds.append(embed)
            left -= _width_of(embed)
    return embeds


def _embed(card: Card, left: int) -> discord.Embed | None:
    """Render one card into at most `left` characters; its body gives way first. None if nothing is left of it."""
    title = fit(card.title, min(TITLE, left))
    embed = discord.Embed(title=title or None, url=card.url if title and is_web(card.url, URL) else None)
    has_moment = any(field.at for field in card.fields)  # which counts down by itself
    for field in [field for field in card.fields if not (has_moment and field.counts_down)][:EMBED_FIELDS]:
        _add_field(embed, field, left)
    room = min(DESCRIPTION, left - _width_of(embed))
    extras = "\n".join([*_long_links(card.buttons), _bars(card.bars)]).strip()
    if width(extras) > room:
        extras = ""
    body = (_code if card.is_code else fit)(card.body, room - width(extras) - 1)
    embed.description = f"{body}\n{extras}".strip() or None
    return embed if _width_of(embed) else None


def _add_field(embed: discord.Embed, field: Field, left: int) -> None:
    """Add a field. A moment counts down, and whoever hovers over that sees it in their own time zone."""
    name = fit(field.name, FIELD_NAME) or _BLANK
    when = f"<t:{int(field.at.timestamp())}:R>" if field.at else ""
    who = f"<@{field.member}>" if field.member.isdecimal() else ""  # shown as a name; nobody is notified
    where = f"<#{field.channel}>" if field.channel.isdecimal() else ""
    value = who or where or f"{fit(field.value, FIELD_VALUE - len(when) - 1)}\n{when}".strip() or _BLANK
    if width(name) + width(value) <= left - _width_of(embed):
        embed.add_field(name=name, value=value, inline=field.at is None and width(value) <= _INLINE)


def _width_of(embed: discord.Embed) -> int:
    said = [embed.title, embed.description, *(part for field in embed.fields for part in (field.name, field.value))]
    return sum(width(part) for part in said if part)


def _code(code: str, limit: int) -> str:
    """Return a block in which nothing is formatted."""
    shown = _INVISIBLE.sub("", code).replace("```", "`\u200b``")
    return f"```\n{_cut(shown, limit - 8)}\n```" if shown.strip() else ""


def _bars(bars: Sequence[Bar]) -> str:
    """Draw the bars in a block of fixed width, where they line up."""
    if not bars:
        return ""
    lines = [
        f"{_cut(bar.label.replace('`', ' '), 20)} {'█' * filled}{'░' * (_BAR_LENGTH - filled)} {bar.percent:>6}"
        for bar in bars[:_MOST_BARS]
        for filled in [round(max(0.0, min(1.0, bar.share)) * _BAR_LENGTH)]
    ]
    return "\n".join(["```", *lines, "```"])


def _long_links(buttons: Iterable[Button]) -> list[str]:
    """Links that are too long for a button, such as a calendar's with a Japanese title, stand in the text."""
    long = [one for one in buttons if width(one.url) > BUTTON_URL and is_web(one.url, URL)]
    return [f"[{fit(one.label, LABEL)}]({one.url.replace('(', '%28').replace(')', '%29')})" for one in long]


def _usable(buttons: Sequence[Button]) -> list[Button]:
    """Return what Discord accepts as buttons: web addresses and ids, each id once."""
    usable = {one.url or one.id: one for one in buttons if one.label.strip() and _is_accepted(one)}
    return list(usable.values())


def _is_accepted(button: Button) -> bool:
    return is_web(button.url, BUTTON_URL) if button.url else 0 < width(button.id) <= CUSTOM_ID


def _items(message: Message) -> list[discord.ui.Item[Any]]:
    """Return all that can be chosen or pressed, in this order: lists, forms, buttons."""
    people = [message.people] if message.people is not None else []
    lists = [*(choices_of(choice) for choice in message.choices if choice.options), *map(people_of, people)]
    entries = [ask_for(entry) for entry in message.entries]
    buttons = _usable([*(one for card in message.cards for one in card.buttons), *message.buttons])
    room = BUTTONS - IN_A_ROW * len(lists) - len(entries)
    return [*lists, *entries, *map(_button, buttons[:room])]


def _button(button: Button) -> discord.ui.Button[Any]:
    style = discord.ButtonStyle.secondary if button.quiet else discord.ButtonStyle.primary
    return discord.ui.Button(
        label=_cut(button.label.strip(), LABEL),
        url=button.url or None,
        custom_id=None if button.url else button.id,
        style=discord.ButtonStyle.link if button.url else style,
    )


def _view(items: Sequence[discord.ui.Item[Any]], key: str) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    items[0].id = _mark(key)
    for item in items:
        view.add_item(item)
    view.stop()  # presses come as interactions, after a restart too: discord.py need not keep the view
    return view


def _mark(key: str) -> int:
    """Return a component's id, which Discord keeps and never shows: 28 bits of the key, or that there is none."""
    return 1 << 30 | int(key[:7], 16) if key else 1 << 29


def _sign(embeds: Iterable[discord.Embed], key: str) -> None:
    """Put a key behind the address of an embed, where a browser takes it for a place in the page."""
    for embed in embeds:
        if embed.url and "#" not in embed.url and width(embed.url) + len(f"#~{key}") <= URL:
            embed.url = f"{embed.url}#~{key}"
            return


def _signatures(embeds: Iterable[discord.Embed]) -> set[str]:
    found = [_SIGNATURE.search(embed.url or "") for embed in embeds]
    return {signature[1] for signature in found if signature}


def was_sent_as(sent: discord.Message, rendered: Rendered, key: str) -> bool:
    """Whether `sent` is this delivery: by nonce, address or mark; where it has none, because it says exactly the same.

    Nonces are forgotten, marks may be lost, and what is said changes with time: most messages have an address. A digest
    may have none, and made anew it says something else; it comes once a week, so that any is this one.
    """
    if str(sent.nonce) == key:
        return True
    if signatures := _signatures(sent.embeds):
        return key in signatures
    rows = [row for row in sent.components if isinstance(row, discord.ActionRow) and row.children]
    mark = rows[0].children[0].id if rows else None
    if mark:
        return mark == _mark(key)
    if _signatures(rendered["embeds"]):
        return False
    if _is_digest(rendered["embeds"]):
        return _is_digest(sent.embeds)
    return _gist(sent.content, sent.embeds) == _gist(rendered["content"], rendered["embeds"])


def _is_digest(embeds: Sequence[discord.Embed]) -> bool:
    return any(one.colour is not None and one.colour.value == COLOURS[MessageKind.DIGEST] for one in embeds)


def _gist(content: str | None, embeds: Sequence[discord.Embed]) -> list[str]:
    """Return all that is said; Discord trims texts, so space does not count."""
    said: list[str | None] = [content]
    for embed in embeds:
        said += [embed.title, embed.url, embed.description, *(f"{one.name} {one.value}" for one in embed.fields)]
    return [" ".join((text or "").split()) for text in said]
