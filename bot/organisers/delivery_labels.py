"""A delivery in one line: what it says, and about what."""

from collections.abc import Mapping

from bot.delivery.rules.deliveries import Delivery
from bot.events.rules.events import Event
from bot.locales import Texts


def subject_label(texts: Texts, delivery: Delivery, events: Mapping[int, Event]) -> str:
    """Return what a delivery says about what, as people call it."""
    event = events.get(delivery.event_id or 0)
    label = texts.gettext(delivery.post.label)
    return f"{label} {event.title[:60]}" if event is not None else label.removesuffix(":")
