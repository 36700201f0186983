"""A room's digest, weekly or monthly: what is coming, what changed, which reports are new."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.messages import Message
from bot.core.skips import NothingToSay
from bot.core.texts import gettext
from bot.delivery.posting import Here, SpokenPost
from bot.events.event_posts import ChangePost
from bot.events.ports.events import ANY, Search
from bot.events.rules.announcements import Difference
from bot.events.rules.events import ChangeKind, Event, EventStatus
from bot.reminders.digest_messages import Digest, digest_message
from bot.reminders.rules.digests import Rhythm, is_ahead, parse_digest
from bot.reports.rules.reports import Report

MOST_LOOKED_AT = 200  # events of one room
LOOKS_BACK = timedelta(days=32)  # at most, where the last digest was long ago

_PARTS = {"title": ("title",), "date": ("started_at", "ended_at"), "place": ("place", "address"), "limit": ("limit",)}
_CHANGED_TO = {EventStatus.CANCELLED: ChangeKind.CANCELLED, EventStatus.POSTPONED: ChangeKind.POSTPONED}


@dataclass(frozen=True, slots=True)
class DigestPost(SpokenPost):
    """The digest of a room that has it then; `digest` is how the room wants it: `mon 09:00`."""

    tag = "digest"
    label = gettext("digest")
    subject_form = "room:{room}"
    occasion_form = "{due_at:%Y%m%dT%H%MZ}"
    is_news = False

    room: str
    due_at: datetime
    digest: str

    async def compose(self, here: Here) -> Message | NothingToSay:
        """Compose it, unless there is nothing to say or the room has it at another time now."""
        if self.digest != here.room.digest:
            return NothingToSay.DIGEST_MOVED
        now, rhythm = here.now, parse_digest(self.digest)
        since = await self._last_said(here, rhythm)
        search = Search(here.room.heard(now), statuses=ANY)
        events = await here.known.events.planned(search, now, MOST_LOOKED_AT)
        coming = [event for event in events if is_ahead(event, now, here.known.zone, rhythm.days_ahead)]
        changes = await _changes(here, events, since)
        changed = [event for event in events if event.id in changes and event not in coming]
        digest = Digest(coming, changed, changes, await _new_reports(here, since), rhythm.is_monthly)
        if digest.is_empty:
            return NothingToSay.NO_NEWS
        return digest_message(here.texts, digest, now)

    async def _last_said(self, here: Here, rhythm: Rhythm) -> datetime:
        earlier = await here.known.deliveries.about(DigestPost, {self.stored_as.subject})
        # From when it was composed: what came in while it was sent is said next time.
        tried = (digest.first_tried_at for digest in earlier if digest.sent_at is not None)
        said = [tried_at for tried_at in tried if tried_at is not None]
        return max(max(said, default=here.now - rhythm.covers), here.now - LOOKS_BACK)


async def _changes(here: Here, events: Sequence[Event], since: datetime) -> dict[int, Difference]:
    """Return what changed since by event, as far as people must know of it.

    It stands in the notices of change planned for any room: a digest may go to one that hears of no other.
    """
    subjects = {ChangePost.about(event_id=event.id) for event in events}
    notices = await here.known.deliveries.about(ChangePost, subjects)
    told = sorted((notice.post for notice in notices if notice.due_at > since), key=lambda change: change.revision)
    by_event = {event.id: [change for change in told if change.event_id == event.id] for event in events}
    summed = {event.id: _sum_up(event, by_event[event.id]) for event in events if by_event[event.id]}
    return {event_id: change for event_id, change in summed.items() if change.must_be_said}


async def _new_reports(here: Here, since: datetime) -> list[tuple[Report, Event]]:
    if not here.room.reports:
        return []
    found = [report for report in await here.known.reports.reports() if _is_new(report, since)]
    ids = sorted({report.event_id for report in found if report.event_id is not None})
    events, shown_by = await here.known.events.known(ids), await here.known.events.shown_by(ids)
    pairs = [(report, events[report.event_id]) for report in found if report.event_id in events]
    heard = here.room.heard(here.now)
    return [(report, event) for report, event in pairs if not shown_by[event.id].isdisjoint(heard)]


def _is_new(report: Report, since: datetime) -> bool:
    if report.event_id is None or report.is_old or report.first_seen_at is None:
        return False
    return report.first_seen_at > since


def _sum_up(event: Event, changes: Sequence[Difference]) -> Difference:
    """Make one change of several, oldest first: an event that moved away and back has not moved."""
    before, after = changes[0].before, changes[-1].after
    kind = _CHANGED_TO.get(event.status, ChangeKind.REVIVED)
    happened = kind if kind in {change.kind for change in changes} else ChangeKind.CHANGED
    differ = [
        name for name, parts in _PARTS.items() if any(getattr(before, part) != getattr(after, part) for part in parts)
    ]
    return Difference(happened, () if happened is ChangeKind.CANCELLED else tuple(differ), before, after)
