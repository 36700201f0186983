"""A delivery: one post to one room, due at one moment, said once."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Generic, NamedTuple, TypeGuard, TypeVar

from bot.core.posts import Post, PostName
from bot.core.reasons import Reason

_TIME = "%Y%m%dT%H%M%SZ"
_REPEATED = re.compile(r"(?: again@\d{8}T\d{6}Z)*$")

P = TypeVar("P", bound=Post)
P_co = TypeVar("P_co", bound=Post, covariant=True)


class DeliveryState(StrEnum):
    """planned -> claimed -> sent | skipped | failed; what was sent may be retracted."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"
    RETRACTED = "retracted"  # by an organiser: it stays away, whatever happens to what it spoke of


class DeliveryName(NamedTuple):
    """What is unique in the store."""

    kind: str
    subject: str
    occasion: str
    destination: str

    @property
    def key(self) -> str:
        """A stable name of 20 characters, for a platform's own duplicate check (Discord's nonce, Slack's metadata)."""
        return hashlib.blake2b("\x1f".join(self).encode(), digest_size=10).hexdigest()


@dataclass(frozen=True)  # without slots, which no generic class can have that is called by an alias
class DeliveryOf(Generic[P_co]):
    """What is to be said where and when. `destination` is a room's name.

    After `useful_until` it is skipped, and recorded as skipped. `repeats` says when somebody had it said once more:
    each time is a delivery of its own.
    """

    post: P_co
    destination: str
    due_at: datetime
    useful_until: datetime | None = None
    repeats: tuple[datetime, ...] = ()
    id: int | None = None
    state: DeliveryState = DeliveryState.PLANNED
    attempts: int = 0
    claimed_until: datetime | None = None
    first_tried_at: datetime | None = None
    sent_at: datetime | None = None
    external_id: str | None = None
    reason: Reason | None = None

    @property
    def name(self) -> DeliveryName:
        """The name under which it stands in the store."""
        kind, subject, occasion = self.post.stored_as
        again = "".join(f" again@{at:{_TIME}}" for at in self.repeats)
        return DeliveryName(kind, subject, occasion + again, self.destination)

    @property
    def key(self) -> str:
        """The key of its name."""
        return self.name.key

    @property
    def event_id(self) -> int | None:
        """The event that it is about."""
        event_id: int | None = getattr(self.post, "event_id", None)
        return event_id


Delivery = DeliveryOf[Post]


def is_of(delivery: Delivery, kind: type[P]) -> TypeGuard[DeliveryOf[P]]:
    """Whether its post is of this kind."""
    return isinstance(delivery.post, kind)


def without_repeats(name: PostName) -> tuple[PostName, tuple[datetime, ...]]:
    """Return a post's name, of which a delivery's begins, and when it was said again."""
    occasion = _REPEATED.sub("", name.occasion)
    times = name.occasion[len(occasion) :].split(" again@")[1:]
    return name._replace(occasion=occasion), tuple(datetime.strptime(at, _TIME).replace(tzinfo=UTC) for at in times)
