"""Which changes are worth saying, and to whom: rooms, organisers, or nobody."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.events.rules.events import Change, ChangeKind, Event, EventStatus

FLOOD = 20  # a run that wants to post more than this posts nothing and asks an organiser


@dataclass(frozen=True, slots=True)
class Published:
    """What a notice of change shows of an event: a later poll overwrites the event itself."""

    title: str
    place: str
    address: str
    limit: int | None
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True)  # without slots: a post of its own extends it
class Difference:
    """What became of an event between two moments; `fields` names what differs (title, date, place, limit)."""

    kind: ChangeKind
    fields: tuple[str, ...]
    before: Published
    after: Published

    @property
    def must_be_said(self) -> bool:
        """Whether people must know of it even where the announcement shows it."""
        return must_be_said(self.kind, self.fields)


def published(event: Event) -> Published:
    """Return what is kept of an event as it is now."""
    return Published(event.title, event.place, event.address, event.limit, event.started_at, event.ended_at)


def is_worth_saying(change: Change, now: datetime) -> bool:
    """Whether a room should hear of the change: never about what has started, and no news of what was never said."""
    if change.event.has_started(now):
        return False
    match change.kind:
        case ChangeKind.NEW:
            return change.event.status is not EventStatus.CANCELLED
        case ChangeKind.VANISHED:
            return False  # organisers are told; they know whether it was deleted on purpose
        case ChangeKind.REVIVED:
            return change.before is not None and change.before.status is not EventStatus.VANISHED
        case ChangeKind.CHANGED:  # what is cancelled was said once, whatever becomes of its title then
            return change.event.status is not EventStatus.CANCELLED
        case _:
            return True


def must_be_said(change: ChangeKind, fields: Collection[str]) -> bool:
    """Whether people must know of a change even where the announcement shows it, or they may come in vain."""
    return change is not ChangeKind.CHANGED or not {"date", "place"}.isdisjoint(fields)


def is_flood(changes: Iterable[Change]) -> bool:
    """Whether so much at once is more likely a widened query or a fault than news."""
    return len(list(changes)) > FLOOD
