"""What is done to a message that was said: it is edited when what it tells of changes, and a thread opens below it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot.core.posts import Post
from bot.core.texts import gettext
from bot.delivery.rules.deliveries import Delivery, DeliveryName, DeliveryOf, DeliveryState

EDIT_EVERY = timedelta(minutes=3)
SETTLES_IN = timedelta(seconds=15)  # what changes once often changes again at once
_SPREAD = 60  # seconds


@dataclass(frozen=True, slots=True)
class FollowUp(Post):
    """What belongs to the message of that `kind`, `subject` and `occasion` in the same room; `turn` is one word."""

    subject_form = "{subject}"
    occasion_form = "{kind} {occasion} {turn:s}"
    kept = ("kind", "occasion")

    subject: str
    kind: str
    occasion: str
    turn: str
    event_id: int | None = None

    def follows(self, destination: str) -> DeliveryName:
        """Return the name of the delivery that it belongs to."""
        return DeliveryName(self.kind, self.subject, self.occasion, destination)


@dataclass(frozen=True, slots=True)
class Edit(FollowUp):
    """The message is composed anew. There is one for each message, however often it changed."""

    tag = "edit"
    label = gettext("update of a message:")


@dataclass(frozen=True, slots=True)
class Thread(FollowUp):
    """A thread opens below the message."""

    tag = "thread"
    label = gettext("thread:")


@dataclass(frozen=True, slots=True)
class Retraction(FollowUp):
    """The message is taken away."""

    tag = "retract"
    label = gettext("deletion of a message:")


AnyFollowUp = Edit | Thread | Retraction
F = TypeVar("F", Edit, Thread, Retraction)
P = TypeVar("P", bound=Post)


def edit_of(said: Delivery, last: datetime | None, now: datetime) -> DeliveryOf[Edit]:
    """Return the edit of a message after a change: soon, or some minutes after the `last` one.

    These are a little less than `EDIT_EVERY`, each message by its own, so that a thousand rooms are not edited at once.
    """
    soon, apart = now + SETTLES_IN, EDIT_EVERY - timedelta(seconds=int(said.key[:8], 16) % _SPREAD)
    return _follow_up(Edit, said, "now", soon if last is None else max(soon, last + apart))


def edit_at_once(said: Delivery, now: datetime) -> DeliveryOf[Edit]:
    """Return the edit that shows a decision, or what people must know: nobody should press a button that is spent."""
    return _follow_up(Edit, said, "now", now)


def thread_below(said: Delivery) -> DeliveryOf[Thread]:
    """Return the opening of a thread below a message; it has the same due time, and waits for the message."""
    return _follow_up(Thread, said, "below", said.due_at)


def retraction_of(said: Delivery, now: datetime) -> DeliveryOf[Retraction]:
    """Return what takes a message away again."""
    return _follow_up(Retraction, said, "decided", now)


def again(said: DeliveryOf[P], now: datetime) -> DeliveryOf[P]:
    """Return the same delivery, to be said once more now."""
    return DeliveryOf(said.post, said.destination, now, repeats=(*said.repeats, now.replace(microsecond=0)))


def was_said(delivery: Delivery) -> bool:
    """Whether it was said, or is perhaps being said right now with what was known a moment ago."""
    was_tried = delivery.state is DeliveryState.PLANNED and delivery.attempts > 0
    return was_tried or delivery.state in (DeliveryState.SENT, DeliveryState.CLAIMED)


def _follow_up(what: type[F], said: Delivery, turn: str, due_at: datetime) -> DeliveryOf[F]:
    kind, subject, occasion, destination = said.name
    return DeliveryOf(what(subject, kind, occasion, turn, said.event_id), destination, due_at)
