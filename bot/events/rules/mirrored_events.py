"""Events in the calendar that a platform has of its own: what stands there, and what is to be done about it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from bot.events.rules.events import Event

MOST_MIRRORED = 90  # Discord takes 100 a server: members keep some for events of their own


class MirrorState(StrEnum):
    """scheduled -> active -> ended, or cancelled on the way. `removed`: somebody deleted it there, and meant it."""

    SCHEDULED = "scheduled"
    ACTIVE = "active"
    ENDED = "ended"
    CANCELLED = "cancelled"
    REMOVED = "removed"


class MirrorStep(StrEnum):
    """What is to be done about one event."""

    CREATE = "create"
    CHANGE = "change"
    START = "start"
    END = "end"
    CANCEL = "cancel"
    WITHDRAW = "withdraw"  # it takes place, but nobody here follows it any more


@dataclass(frozen=True)
class CalendarEntry:
    """An event as a calendar shows it; texts are plain and of any length. `url` tells whose entry it is."""

    event_id: int
    name: str
    url: str
    place: str
    description: str
    starts_at: datetime
    ends_at: datetime

    @cached_property
    def digest(self) -> str:
        """Tells whether an entry differs from what is shown."""
        said = (self.name, self.url, self.place, self.description, self.starts_at.isoformat(), self.ends_at.isoformat())
        return hashlib.blake2b("\x1f".join(said).encode(), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class MirroredEvent:
    """What stands in the calendar of one space (a server) under `external_id`."""

    platform: str
    space: str
    event_id: int
    external_id: str
    state: MirrorState
    digest: str

    @property
    def is_open(self) -> bool:
        """Whether the calendar still shows it as to come or in progress."""
        return self.state in (MirrorState.SCHEDULED, MirrorState.ACTIVE)


def steps_of(
    wanted: Mapping[int, CalendarEntry], kept: Iterable[MirroredEvent], events: Mapping[int, Event], now: datetime
) -> list[tuple[MirrorStep, int]]:
    """Return what makes the calendar show exactly the wanted events, room for new ones being made first.

    `wanted` are events that are not over, of which one that began is not created any more; `events` what is known of
    those that are kept and not wanted.
    """
    known = {copy.event_id: copy for copy in kept}
    steps = [
        (step, copy.event_id)
        for copy in known.values()
        if copy.is_open and (step := _step(copy, wanted.get(copy.event_id), events.get(copy.event_id), now))
    ]
    new = [entry for entry in wanted.values() if entry.starts_at > now and _may_create(known.get(entry.event_id))]
    nearest_first = sorted(new, key=lambda entry: (entry.starts_at, entry.event_id))
    return [*steps, *((MirrorStep.CREATE, entry.event_id) for entry in nearest_first)]


def _may_create(known: MirroredEvent | None) -> bool:
    return known is None or known.state in (MirrorState.ENDED, MirrorState.CANCELLED)


def _step(copy: MirroredEvent, entry: CalendarEntry | None, event: Event | None, now: datetime) -> MirrorStep | None:
    is_active = copy.state is MirrorState.ACTIVE
    if entry is None:
        return _farewell(event, now)
    if is_active and entry.starts_at > now:
        return MirrorStep.END  # it moved after it had begun: it is created anew with the next look
    if not is_active and entry.starts_at <= now:
        return MirrorStep.START
    return MirrorStep.CHANGE if entry.digest != copy.digest else None


def _farewell(event: Event | None, now: datetime) -> MirrorStep:
    if event is not None and not event.takes_place:
        return MirrorStep.CANCEL
    return MirrorStep.END if event is not None and event.is_over(now) else MirrorStep.WITHDRAW


STATE_AFTER = {
    MirrorStep.CREATE: MirrorState.SCHEDULED,
    MirrorStep.START: MirrorState.ACTIVE,
    MirrorStep.END: MirrorState.ENDED,
    MirrorStep.CANCEL: MirrorState.CANCELLED,
    MirrorStep.WITHDRAW: MirrorState.CANCELLED,
}
