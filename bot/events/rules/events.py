"""An event as its organisers published it, and what changed between two sightings of it."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.folding import fold

ASSUMED_LENGTH = timedelta(hours=2)  # connpass allows events without an end
GONE_AFTER = 2  # complete listings without an event, until it counts as deleted

# Organisers write 【中止】 or 【延期】 into the title before cancelling locks the page. A talk about 中止判断 is no
# cancellation, and （雨天中止） or （荒天の場合は中止） only names a condition.
_IF = ("雨天", "荒天", "雨天時", "荒天時", "雨天は", "荒天は", "時は", "場合", "場合は", "場合には")
_SAID = (
    "".join(f"(?<!{condition})" for condition in _IF)
    + r"{word}(?:のお知らせ|となりました|になりました|しました|します|決定)?"
)
_OPEN, _CLOSE = r"[【\[［(（<＜〈《「『〔]", r"[】\]］)）>＞〉》」』〕]"
_IN_BRACKETS = rf"{_OPEN}[^】\]］)）>＞〉》」』〕]*{_SAID}\s*(?:[:：!！→、,][^】\]］)）]*)?{_CLOSE}"
_IN_FRONT = rf"^\s*(?:開催)?{_SAID}(?=[\s:：!！、。]|$)"
_MARK = f"{_IN_BRACKETS}|{_IN_FRONT}"
_CANCELLED = re.compile(_MARK.replace("{word}", "中止"))
_POSTPONED = re.compile(_MARK.replace("{word}", "延期"))


class EventStatus(StrEnum):
    """Whether an event takes place, in the words of schema.org's EventStatusType."""

    SCHEDULED = "scheduled"
    POSTPONED = "postponed"  # its date no longer holds and no new one is known
    CANCELLED = "cancelled"
    VANISHED = "vanished"  # the page was deleted


@dataclass(frozen=True, slots=True)
class Event:
    """One connpass event. Times are aware and in UTC; None means "not decided" or, for numbers, "not known"."""

    id: int
    title: str
    url: str
    started_at: datetime | None
    ended_at: datetime | None
    place: str = ""
    address: str = ""
    accepted: int | None = None
    waiting: int | None = None
    limit: int | None = None
    status: EventStatus = EventStatus.SCHEDULED
    group: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    postponed_from: datetime | None = None  # the date that was given up when 延期 was first seen
    revision: int = 0  # raised by one with every change worth knowing
    image_url: str = ""

    @property
    def ends_at(self) -> datetime | None:
        """The end, or two hours after the start where none is given (`end_is_assumed`)."""
        if self.ended_at is None and self.started_at is not None:
            return self.started_at + ASSUMED_LENGTH
        return self.ended_at

    @property
    def end_is_assumed(self) -> bool:
        """Whether `ends_at` is our guess."""
        return self.ended_at is None and self.started_at is not None

    @property
    def is_full(self) -> bool:
        """Whether no seat is left, as far as the totals tell (connpass has several kinds of ticket)."""
        return self.limit is not None and self.accepted is not None and self.accepted >= self.limit

    @property
    def takes_place(self) -> bool:
        """Whether people should still come on the date given."""
        return self.status is EventStatus.SCHEDULED

    @property
    def location(self) -> str:
        """The place with its address, said once where both are the same; "" where neither is known."""
        return " ".join(dict.fromkeys(part for part in (self.place, self.address) if part))

    @property
    def searched(self) -> str:
        """What a keyword is looked for in, folded."""
        return fold(" ".join((self.title, self.place, self.address, self.group)))

    def has_started(self, now: datetime) -> bool:
        """Whether the start lies behind; an undated event has not started."""
        return self.started_at is not None and self.started_at <= now

    def is_over(self, now: datetime) -> bool:
        """Whether the end lies behind; an undated event is never over."""
        return self.ends_at is not None and self.ends_at <= now


def marked_status(title: str, open_status: str = "") -> EventStatus:
    """Read the status from connpass's `open_status` and from what organisers write into the title."""
    if open_status == "cancelled" or _CANCELLED.search(title):
        return EventStatus.CANCELLED
    return EventStatus.POSTPONED if _POSTPONED.search(title) else EventStatus.SCHEDULED


class ChangeKind(StrEnum):
    """What happened to an event between two sightings."""

    NEW = "new"
    CHANGED = "changed"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    REVIVED = "revived"
    VANISHED = "vanished"


@dataclass(frozen=True, slots=True)
class Change:
    """`event` as it is now; `before` is None for a new one; `fields` names what differs (title, date, place, limit)."""

    kind: ChangeKind
    event: Event
    before: Event | None = None
    fields: tuple[str, ...] = ()


def sight(before: Event | None, seen: Event) -> Event:
    """Return what to remember of `seen`, given what was remembered: its revision, and whether a new date was found.

    An event stays postponed while it shows the date it had when 延期 was first seen; a new date makes it scheduled
    again, although organisers often leave the mark in the title.
    """
    postponed_from = before.postponed_from if before else None
    status = seen.status
    if status is EventStatus.POSTPONED:
        postponed_from = postponed_from or (before or seen).started_at
        if seen.started_at is not None and seen.started_at != postponed_from:
            status = EventStatus.SCHEDULED
    elif status is EventStatus.SCHEDULED:
        postponed_from = None
    remembered = replace(seen, status=status, postponed_from=postponed_from, revision=before.revision if before else 0)
    if before is not None and compare(before, remembered) is not None:
        remembered = replace(remembered, revision=before.revision + 1)
    return remembered


def compare(before: Event | None, after: Event) -> Change | None:
    """Say what changed; None if nothing that people care about did (seats taken and descriptions move all the time)."""
    if before is None:
        return Change(ChangeKind.NEW, after)
    fields = _differing_fields(before, after)
    if before.status != after.status:
        return Change(_status_change(before.status, after.status, fields), after, before, fields)
    return Change(ChangeKind.CHANGED, after, before, fields) if fields else None


def looks_different(before: Event, after: Event) -> bool:
    """Whether somebody who reads about the event reads something else now; seats count, which are no news."""
    return _as_read(before) != _as_read(after)


def _as_read(event: Event) -> Event:
    return replace(event, updated_at=None, published_at=None, postponed_from=None, revision=0)


def _differing_fields(before: Event, after: Event) -> tuple[str, ...]:
    pairs = {
        "title": (before.title, after.title),
        "date": ((before.started_at, before.ended_at), (after.started_at, after.ended_at)),
        "place": ((before.place, before.address), (after.place, after.address)),
        "limit": (before.limit, after.limit),
    }
    return tuple(name for name, (was, is_now) in pairs.items() if was != is_now)


def _status_change(before: EventStatus, after: EventStatus, fields: Collection[str]) -> ChangeKind:
    match after:
        case EventStatus.CANCELLED:
            return ChangeKind.CANCELLED
        case EventStatus.POSTPONED:
            return ChangeKind.POSTPONED
        case EventStatus.VANISHED:
            return ChangeKind.VANISHED
        case EventStatus.SCHEDULED:
            # A new date after 延期 is a change of date, and so is one of a page that was gone, of which only
            # organisers heard; back from 中止, or from nothing as it was, is news of its own.
            has_moved = before is EventStatus.VANISHED and "date" in fields
            return ChangeKind.CHANGED if before is EventStatus.POSTPONED or has_moved else ChangeKind.REVIVED
