"""What is done to a message that was said: it is edited when what it tells of changes, and a thread opens below it."""

from datetime import UTC, datetime, timedelta

from bot.domain.deliveries import Delivery

EDIT, THREAD = "edit", "thread"
EDIT_EVERY = timedelta(minutes=3)

DeliveryName = tuple[str, str, str, str]  # (kind, subject, occasion, destination)


def edit_of(said: Delivery, now: datetime) -> Delivery:
    """Return the edit of a message at the end of the running interval: many changes within it are one edit.

    Each message has intervals of its own, so that a thousand rooms are not edited at the same moment.
    """
    length = int(EDIT_EVERY.total_seconds())
    offset = int(said.key[:8], 16) % length
    turn = (int(now.timestamp()) - offset) // length + 1
    return _follow_up(EDIT, said, datetime.fromtimestamp(turn * length + offset, UTC))


def edit_at_once(said: Delivery, now: datetime) -> Delivery:
    """Return the edit that shows a decision: nobody should press a button that is spent."""
    return _follow_up(EDIT, said, now)


def thread_below(said: Delivery) -> Delivery:
    """Return the opening of a thread below a message; it has the same due time, and waits for the message."""
    return _follow_up(THREAD, said, said.due_at)


def _follow_up(kind: str, said: Delivery, due_at: datetime) -> Delivery:
    facts = {"kind": said.kind, "occasion": said.occasion}
    occasion = f"{said.kind}@{due_at:%Y%m%dT%H%M%SZ}"
    return Delivery(kind, said.subject, occasion, said.destination, due_at, event_id=said.event_id, facts=facts)


def followed_by(delivery: Delivery) -> DeliveryName:
    """Return the name of the delivery that an edit or a thread belongs to."""
    facts = delivery.facts or {}
    return facts["kind"], delivery.subject, facts["occasion"], delivery.destination
