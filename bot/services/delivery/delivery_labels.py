"""A delivery in one line: of what kind it is, and what it is about."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.deliveries import Delivery
from bot.domain.events import Event
from bot.locales import Texts


def moment(texts: Texts, at: datetime) -> str:
    """Return day and time."""
    return f"{texts.date(at)} {texts.time(at)}"


def subject_label(texts: Texts, delivery: Delivery, events: Mapping[int, Event]) -> str:
    """Return what a delivery says about what, as people call it."""
    event = events.get(delivery.event_id or 0)
    kind = _kinds(texts).get(delivery.kind, delivery.kind)
    return f"{kind} {event.title[:60]}" if event is not None else kind.removesuffix(":")


def _kinds(texts: Texts) -> dict[str, str]:
    return {
        "announcement": texts.gettext("announcement:"),
        "change": texts.gettext("change:"),
        "seats": texts.gettext("seats:"),
        "reminder": texts.gettext("reminder:"),
        "report": texts.gettext("report:"),
        "materials": texts.gettext("materials:"),
        "nag": texts.gettext("report missing:"),
        "question": texts.gettext("question to organisers"),
        "notice": texts.gettext("note to organisers:"),
        "correction": texts.gettext("note to organisers:"),
        "permissions": texts.gettext("note to organisers:"),
        "outage": texts.gettext("note to organisers:"),
        "edit": texts.gettext("update of a message:"),
        "thread": texts.gettext("thread:"),
        "retract": texts.gettext("deletion of a message:"),
        "digest": texts.gettext("digest"),
    }
