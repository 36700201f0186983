"""What is said of the materials of an event."""

from collections.abc import Sequence

from bot.core.messages import Button, Card, Field, Message, MessageKind
from bot.events.rules.events import Event
from bot.locales import Texts
from bot.reports.rules.materials import Material

MOST_LISTED, MOST_BUTTONS = 15, 10
_LONGEST_LABEL = 40


def materials_message(texts: Texts, event: Event, materials: Sequence[Material]) -> Message:
    """List the materials of an event, each with a link."""
    lead = texts.gettext("The materials of this event are online.")
    card = Card(event.title, event.url, listed(texts, materials), buttons=links(materials))
    return Message(MessageKind.REPORT, lead, (card,), event_id=event.id)


def materials_field(texts: Texts, materials: Sequence[Material]) -> tuple[Field, ...]:
    """Return the materials as one of the facts of a card, none if there are none."""
    return (Field(texts.gettext("Materials"), listed(texts, materials)),) if materials else ()


def listed(texts: Texts, materials: Sequence[Material]) -> str:
    """Return a line for each material: its title, and who presented it."""
    shown = materials[:MOST_LISTED]
    lines = [f"・{material.title}" + (f" ({material.speaker})" if material.speaker else "") for material in shown]
    if (more := len(materials) - MOST_LISTED) > 0:
        lines.append(texts.gettext("and {count} more on the event's page").format(count=more))
    return "\n".join(lines)


def links(materials: Sequence[Material]) -> tuple[Button, ...]:
    """Return a link to each material."""
    return tuple(Button(_label(material.title), url=material.url) for material in materials[:MOST_BUTTONS])


def _label(title: str) -> str:
    return title if len(title) <= _LONGEST_LABEL else f"{title[: _LONGEST_LABEL - 1]}…"
