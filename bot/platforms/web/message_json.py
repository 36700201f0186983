"""A message of the room as JSON: what the page renders and what others read."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bot.core.messages import Button, Card, Message, plain
from bot.platforms.web.room_messages import RoomMessage


def message_json(said: RoomMessage) -> dict[str, Any]:
    """Return a message as plain data.

    `text` has everything it says and `buttons` every button, so that a simple reader needs nothing else; `lead` and
    `cards` are the same in its parts, for a reader that draws it. What is chosen of `choices` or written for `entries`
    goes back as the `values` of an action with its id. `pictures` are the `images`, each with what it shows in words.
    `below` is the message in which something was pressed, where this is what came of it.
    """
    message = said.message
    return {
        "id": said.id,
        "author": said.author,
        "bot": said.bot,
        "at": said.at.isoformat(),
        "kind": message.kind.value,
        "text": message.text,
        "event_id": message.event_id,
        "buttons": _buttons(every_button(message)),
        "images": [picture.url for picture in said.pictures],
        "pictures": [asdict(picture) for picture in said.pictures],
        "lead": message.lead,
        "cards": [_card(card) for card in message.cards],
        "report_url": message.report_url,
        "replies_to": message.replies_to,
        "choices": plain(message.choices),
        "entries": plain(message.entries),
        "revision": said.revision,
        "below": said.below,
        "is_off": message.is_off,
    }


def controls(message: Message) -> set[str]:
    """Return the ids of everything that can be done with a message."""
    buttons = {button.id for button in every_button(message) if button.id}
    return buttons | {choice.id for choice in message.choices} | {entry.id for entry in message.entries}


def every_button(message: Message) -> tuple[Button, ...]:
    """Return the buttons of the whole and of each card."""
    return (*message.buttons, *(button for card in message.cards for button in card.buttons))


def _card(card: Card) -> dict[str, Any]:
    return {
        "title": card.title,
        "url": card.url,
        "body": card.body,
        "is_code": card.is_code,
        "fields": [
            {"name": field.name, "value": field.value, "at": field.at.isoformat() if field.at else None}
            for field in card.fields
        ],
        "bars": [{"label": bar.label, "share": bar.share} for bar in card.bars],
        "buttons": _buttons(card.buttons),
    }


def _buttons(buttons: Sequence[Button]) -> list[dict[str, Any]]:
    return [plain(button) for button in buttons]
