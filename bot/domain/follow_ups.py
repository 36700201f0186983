"""What is done to a message that was said: it is edited when what it tells of changes, and a thread opens below it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bot.domain.deliveries import Delivery, DeliveryState

EDIT, THREAD, RETRACT = "edit", "thread", "retract"
AGAIN = "again@"  # in the occasion of what somebody had said once more
EDIT_EVERY = timedelta(minutes=3)
SETTLES_IN = timedelta(seconds=15)  # what changes once often changes again at once
_TOO_CLOSE = timedelta(seconds=5)  # an edit due so soon may be composed before this change is stored

DeliveryName = tuple[str, str, str, str]  # (kind, subject, occasion, destination)


def edit_of(said: Delivery, planned: Iterable[Delivery], now: datetime) -> Delivery:
    """Return the edit of a message after a change: soon, or in the next turn where this one has had its edit.

    Turns last `EDIT_EVERY`, and each message has its own, so that a thousand rooms are not edited at one moment.
    `planned` are the edits of this message, done ones included.
    """
    length = int(EDIT_EVERY.total_seconds())
    offset = int(said.key[:8], 16) % length
    turn = (int(now.timestamp()) - offset) // length
    soon = _follow_up(EDIT, said, str(turn), now + SETTLES_IN)
    had = next((one for one in planned if one.occasion == soon.occasion), None)
    if had is None or (had.state is DeliveryState.PLANNED and had.due_at - now > _TOO_CLOSE):
        return soon
    next_turn = datetime.fromtimestamp((turn + 1) * length + offset, UTC)
    return _follow_up(EDIT, said, str(turn + 1), next_turn)


def edit_at_once(said: Delivery, now: datetime, why: str = "decided") -> Delivery:
    """Return the edit that shows a decision, or what people must know: nobody should press a button that is spent."""
    return _follow_up(EDIT, said, why, now)


def thread_below(said: Delivery) -> Delivery:
    """Return the opening of a thread below a message; it has the same due time, and waits for the message."""
    return _follow_up(THREAD, said, "below", said.due_at)


def retraction_of(said: Delivery, now: datetime) -> Delivery:
    """Return what takes a message away again."""
    return _follow_up(RETRACT, said, "decided", now)


def again(said: Delivery, now: datetime) -> Delivery:
    """Return the same delivery, to be said once more now."""
    return Delivery(
        said.kind,
        said.subject,
        f"{said.occasion} {AGAIN}{now:%Y%m%dT%H%M%SZ}",
        said.destination,
        now,
        event_id=said.event_id,
        facts=said.facts,
    )


def first_occasion(delivery: Delivery) -> str:
    """Return the occasion without what tells a repetition apart."""
    return delivery.occasion.partition(f" {AGAIN}")[0]


def was_said(delivery: Delivery) -> bool:
    """Whether it was said, or is perhaps being said right now with what was known a moment ago."""
    was_tried = delivery.state is DeliveryState.PLANNED and delivery.attempts > 0
    return was_tried or delivery.state in (DeliveryState.SENT, DeliveryState.CLAIMED)


def _follow_up(kind: str, said: Delivery, occasion: str, due_at: datetime) -> Delivery:
    facts = {"kind": said.kind, "occasion": said.occasion}
    occasion = f"{said.kind} {said.occasion} {occasion}"
    return Delivery(kind, said.subject, occasion, said.destination, due_at, event_id=said.event_id, facts=facts)


def followed_by(delivery: Delivery) -> DeliveryName:
    """Return the name of the delivery that an edit or a thread belongs to."""
    facts = delivery.facts or {}
    return facts["kind"], delivery.subject, facts["occasion"], delivery.destination
