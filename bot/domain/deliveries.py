"""A delivery: one message to one room, due at one moment, said once."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class DeliveryState(StrEnum):
    """planned -> claimed -> sent | skipped | failed; what was sent may be retracted."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"
    RETRACTED = "retracted"  # by an organiser: it stays away, whatever happens to what it spoke of


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is to be said where and when. (kind, subject, occasion, destination) is unique in the store.

    `kind` selects how the message is composed (`announcement`, `change`, `reminder`, `report`, `nag`, `question`,
    `notice`, `digest`, `materials`, `outage`), or what is done to one that was said (`edit`, `thread`, `retract`);
    `subject` is what it is about (`event:12`); `occasion` tells several about one subject apart; `destination` is a
    room's name. `facts` is what the composer needs beyond the store's present state, as JSON.
    After `useful_until` it is skipped, and recorded as skipped.
    """

    kind: str
    subject: str
    occasion: str
    destination: str
    due_at: datetime
    useful_until: datetime | None = None
    event_id: int | None = None
    facts: dict[str, Any] | None = None
    id: int | None = None
    state: DeliveryState = DeliveryState.PLANNED
    attempts: int = 0
    claimed_until: datetime | None = None
    first_tried_at: datetime | None = None
    sent_at: datetime | None = None
    external_id: str | None = None
    reason: str | None = None

    @property
    def key(self) -> str:
        """A stable name of 20 characters, for a platform's own duplicate check (Discord's nonce, Slack's metadata)."""
        parts = "\x1f".join((self.kind, self.subject, self.occasion, self.destination))
        return hashlib.blake2b(parts.encode(), digest_size=10).hexdigest()
