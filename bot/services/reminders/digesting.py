"""The digests, weekly or monthly: planned one ahead for each room that wants one, composed when they are due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.rooms import Room
from bot.domain.announcements import must_be_said
from bot.domain.deliveries import Delivery
from bot.domain.digests import STAYS_USEFUL, Rhythm, is_ahead, next_digest, parse_digest
from bot.domain.events import ChangeKind, Event, EventStatus
from bot.domain.follow_ups import first_occasion
from bot.domain.messages import Message
from bot.domain.reports import Report
from bot.domain.rooms import Rooms
from bot.locales import texts_for
from bot.services.delivery.delivering import Composer, NothingToSay
from bot.services.ports import Agenda, Clock, DeliveryStore, EventStore, ReportStore, Search
from bot.services.reminders.digest_messages import Digest, digest_message

MOST_LOOKED_AT = 200  # events of one room
LOOKS_BACK = timedelta(days=32)  # at most, where the last digest was long ago

_PARTS = {"title": ("title",), "date": ("started_at", "ended_at"), "place": ("place", "address"), "limit": ("limit",)}
_CHANGED_TO = {EventStatus.CANCELLED: ChangeKind.CANCELLED, EventStatus.POSTPONED: ChangeKind.POSTPONED}


@dataclass(frozen=True)
class Digesting:
    """Plans and composes digests."""

    agenda: Agenda
    deliveries: DeliveryStore
    events: EventStore
    reports: ReportStore
    rooms: Rooms
    clock: Clock
    zone: ZoneInfo

    def composers(self) -> dict[str, Composer]:
        """Return the composer of digests."""
        return {"digest": self.digest}

    async def plan(self) -> None:
        """Plan the next digest of every room that wants one; what is planned already stays as it is."""
        now = self.clock.now()
        if wanted := [self._next(room, now) for room in self.rooms.in_force if room.digest]:
            await self.agenda.plan(wanted)

    def _next(self, room: Room, now: datetime) -> Delivery:
        due = next_digest(room.digest, now, self.zone)
        facts = {"digest": room.digest}
        return Delivery(
            "digest", _subject(room), f"{due:%Y%m%dT%H%MZ}", room.name, due, due + STAYS_USEFUL, facts=facts
        )

    async def digest(self, delivery: Delivery, room: Room) -> Message | NothingToSay:
        """Compose a digest, unless there is nothing to say or the room has it at another time now."""
        if (delivery.facts or {}).get("digest") != room.digest:
            return NothingToSay("the room has its digest at another time now")
        now, rhythm = self.clock.now(), parse_digest(room.digest)
        since = await self._last_said(room, rhythm, now)
        events = await self.events.planned(Search(room.heard(now), certain=False), now, MOST_LOOKED_AT)
        coming = [event for event in events if is_ahead(event, now, self.zone, rhythm.days_ahead)]
        changes = await self._changes(events, since)
        changed = [event for event in events if event.id in changes and event not in coming]
        digest = Digest(coming, changed, changes, await self._new_reports(room, since, now), rhythm.is_monthly)
        if digest.is_empty:
            return NothingToSay("nothing is coming, nothing changed")
        return digest_message(texts_for(room.locale, self.zone), digest, now)

    async def _last_said(self, room: Room, rhythm: Rhythm, now: datetime) -> datetime:
        earlier = await self.deliveries.about("digest", [_subject(room)])
        # From when it was composed: what came in while it was sent is said next time.
        said = [one.first_tried_at for one in earlier if one.sent_at is not None and one.first_tried_at is not None]
        return max(max(said, default=now - rhythm.covers), now - LOOKS_BACK)

    async def _changes(self, events: Sequence[Event], since: datetime) -> dict[int, Mapping[str, Any]]:
        """Return the facts of what changed since by event, as far as people must know of it.

        They are those of the notices of change planned for any room: a digest may go to one that hears of no other.
        """
        planned = await self.deliveries.about("change", [f"event:{event.id}" for event in events])
        facts: dict[int | None, list[Mapping[str, Any]]] = {}
        for one in sorted(planned, key=_revision):
            if one.due_at > since:
                facts.setdefault(one.event_id, []).append(one.facts or {})
        summed = {event.id: _sum_up(event, facts[event.id]) for event in events if event.id in facts}
        return {
            event_id: change
            for event_id, change in summed.items()
            if must_be_said(ChangeKind(change["kind"]), change["fields"])
        }

    async def _new_reports(self, room: Room, since: datetime, now: datetime) -> list[tuple[Report, Event]]:
        if not room.reports:
            return []
        found = [one for one in await self.reports.reports() if _is_new(one, since)]
        ids = sorted({one.event_id for one in found if one.event_id is not None})
        events, shown_by = await self.events.known(ids), await self.events.shown_by(ids)
        pairs = [(one, events[one.event_id]) for one in found if one.event_id in events]
        return [(report, event) for report, event in pairs if not shown_by[event.id].isdisjoint(room.heard(now))]


def _subject(room: Room) -> str:
    return f"room:{room.name}"


def _revision(change: Delivery) -> int:
    return int(first_occasion(change).removeprefix("r"))


def _is_new(report: Report, since: datetime) -> bool:
    if report.event_id is None or report.is_old or report.first_seen_at is None:
        return False
    return report.first_seen_at > since


def _sum_up(event: Event, changes: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Make one change of several, oldest first: an event that moved away and back has not moved."""
    before, after = changes[0]["before"], changes[-1]["after"]
    kind = _CHANGED_TO.get(event.status, ChangeKind.REVIVED)
    happened = kind if kind.value in {change["kind"] for change in changes} else ChangeKind.CHANGED
    differ = [name for name, parts in _PARTS.items() if any(before.get(part) != after.get(part) for part in parts)]
    is_called_off = happened is ChangeKind.CANCELLED
    return {"kind": happened.value, "fields": [] if is_called_off else differ, "before": before, "after": after}
