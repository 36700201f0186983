"""A Message as Slack shows it: Block Kit within every limit, with strangers' words made harmless."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypedDict

from bot.core.messages import Bar, Button, Card, Field, Message
from bot.platforms.lengths import is_web, width
from bot.platforms.slack.forms import ACTION_ID, BUTTON, Json, ask_for, choice_block, people_block, text_of
from bot.platforms.slack.text import BLANK, code, escape, fit, link, plain, plain_line

BLOCKS, BLOCKS_OF_VIEW, TEXT, FIELDS, FIELD, HEADER, ALT_TEXT, URL = 50, 100, 3000, 10, 2000, 150, 2000, 3000
FALLBACK = 3000  # characters of what a notification and a screen reader are given
IN_A_ROW = 5  # buttons; Slack takes 25, which nobody finds their way in
# The texts of one message may have some 13,200 characters in all, each block counting as another 125: Slack says
# msg_blocks_too_long beyond it. It is not documented; see slackapi/bolt-js#2509.
WEIGHT, WEIGHT_OF_BLOCK = 13_000, 125
_BAR_LENGTH, _MOST_BARS = 16, 10
DELIVERY, ANSWER = "tsudoi_delivery", "tsudoi_answer"  # the types of the metadata that names what was said


class Rendered(TypedDict):
    """What `chat.postMessage`, `chat.update`, `chat.postEphemeral` and response URLs take."""

    text: str
    blocks: list[Json]


def render(message: Message, most: int = BLOCKS) -> Rendered:
    """Return the message as text for notifications and as at most `most` blocks."""
    blocks = _within(_said(message), _to_do(message), most)
    return Rendered(text=fit(_in_words(message), FALLBACK) or BLANK, blocks=blocks or [_section(BLANK)])


def _in_words(message: Message) -> str:
    """Return what is said, for a notification: nothing can be pressed there."""
    cards = tuple(replace(card, buttons=()) for card in message.cards)
    said = replace(message, cards=cards, buttons=(), entries=(), choices=(), files=())
    return said.text or message.text


def named(key: str, kind: str = DELIVERY) -> Json:
    """Return the metadata by which a delivery or an answer is found again; nobody sees it."""
    return {"event_type": kind, "event_payload": {"key": key}}


def is_named(sent: Json, key: str) -> bool:
    """Whether a message of the history carries this key."""
    metadata = sent.get("metadata") or {}
    return metadata.get("event_type") in (DELIVERY, ANSWER) and (metadata.get("event_payload") or {}).get("key") == key


def without_pictures(blocks: Sequence[Json]) -> list[Json]:
    """Return the blocks without pictures from elsewhere, which Slack fetches, and refuses if that fails."""
    return [block for block in blocks if block["type"] != "image"]


def _within(said: Iterable[Json], to_do: list[Json], most: int) -> list[Json]:
    """Return what is said as far as there is room beside what can be done, which comes last."""
    to_do = to_do[:most]
    kept: list[Json] = []
    for block in said:
        if len(kept) + len(to_do) == most or _weight([*kept, block, *to_do]) > WEIGHT:
            break
        kept.append(block)
    return [*kept, *to_do]


def _weight(part: object) -> int:
    if isinstance(part, dict):
        text = part.get("text")
        own = width(text) if isinstance(text, str) else 0
        return own + sum(_weight(value) for value in part.values() if isinstance(value, dict | list))
    if isinstance(part, list):
        return sum(_weight(one) + (WEIGHT_OF_BLOCK if isinstance(one, dict) and _is_block(one) else 0) for one in part)
    return 0


def _is_block(part: Json) -> bool:
    return part.get("type") in ("section", "header", "divider", "image", "actions")


def _said(message: Message) -> Iterator[Json]:
    if lead := plain(message.lead, TEXT):
        yield _section(lead)
    for number, card in enumerate(message.cards):
        if number:
            yield {"type": "divider"}
        yield from _card(card, f"card{number}")


def _card(card: Card, name: str) -> Iterator[Json]:
    if card.title.strip():
        yield _title(card)
    if card.is_code and (block := code(card.body, TEXT - 8)):
        yield {"type": "section", "text": _mrkdwn(block)}
    elif body := plain(card.body, TEXT):
        yield _section(body)
    if card.bars:
        yield {"type": "section", "text": _mrkdwn(_bars(card.bars))}
    fields = [_mrkdwn(_field(one)) for one in card.fields]
    for start in range(0, len(fields), FIELDS):
        yield {"type": "section", "fields": fields[start : start + FIELDS]}
    if is_web(card.image, URL):
        yield {"type": "image", "image_url": card.image, "alt_text": plain_line(card.title, ALT_TEXT)}
    yield from _actions(_pressed(card.buttons), name)


def _title(card: Card) -> Json:
    if is_web(card.url, URL):
        return {"type": "section", "text": _mrkdwn(f"*{link(card.url, card.title, TEXT - 2)}*")}
    if width(title := plain_line(card.title, TEXT)) <= HEADER:
        return {"type": "header", "text": text_of(title, HEADER)}
    return _section(title)


def _section(text: str) -> Json:
    return {"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}}


def _mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text, "verbatim": True}  # Slack adds no links of its own


def _field(field: Field) -> str:
    """Return a labelled value. A person stands there by name: Slack would call them, whatever we say."""
    name = fit(field.name, FIELD // 4).replace("\n", " ") or BLANK
    return f"*{name}*\n{fit(field.value, FIELD - width(name) - 3)}".strip()


def _bars(bars: Sequence[Bar]) -> str:
    """Draw the bars in a block of fixed width, where they line up."""
    lines = [
        f"{fit(bar.label, 40)} {'█' * filled}{'░' * (_BAR_LENGTH - filled) + ' ' * (7 - len(bar.percent))}"
        f"{escape(bar.percent)}"
        for bar in bars[:_MOST_BARS]
        for filled in [round(max(0.0, min(1.0, bar.share)) * _BAR_LENGTH)]
    ]
    return "\n".join(["```", *lines, "```"])


def _to_do(message: Message) -> list[Json]:
    """Return all that can be chosen or pressed about the whole, in this order: lists, forms, buttons."""
    lists = [choice_block(choice) for choice in message.choices]
    people = [people_block(message.people)] if message.people is not None else []
    pressed = [*(ask_for(entry) for entry in message.entries), *_pressed(message.buttons)]
    return [*(one for one in lists if one is not None), *people, *_actions(pressed, "whole")]


def _pressed(buttons: Iterable[Button]) -> list[Json]:
    """Return what Slack accepts as buttons: web addresses and ids, each once."""
    usable = {one.url or one.id: one for one in buttons if one.label.strip() and _is_accepted(one)}
    return [_button(one) for one in usable.values()]


def _is_accepted(button: Button) -> bool:
    return is_web(button.url, URL) if button.url else 0 < len(button.id) <= ACTION_ID


def _button(button: Button) -> Json:
    shown: Json = {"type": "button", "text": text_of(button.label, BUTTON)}
    if button.url:
        return {**shown, "url": button.url}
    return {**shown, "action_id": button.id, "value": button.id}


def _actions(elements: Sequence[Any], name: str) -> list[Json]:
    """Return the rows of buttons; links are told apart by their number."""
    told_apart = [
        one if "action_id" in one else {**one, "action_id": f"open:{name}:{number}"}
        for number, one in enumerate(elements)
    ]
    return [
        {"type": "actions", "elements": told_apart[start : start + IN_A_ROW]}
        for start in range(0, len(told_apart), IN_A_ROW)
    ]
