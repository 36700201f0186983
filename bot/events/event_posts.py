"""What is said about events by itself: announced, changed, reminded of, gone."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.core.messages import Message
from bot.core.posts import Audience
from bot.core.skips import NothingToSay
from bot.core.texts import gettext
from bot.delivery.posting import EventPost, Here, SpokenPost
from bot.delivery.rules.deliveries import Delivery, DeliveryState
from bot.events import event_messages
from bot.events.rules.announcements import Difference
from bot.events.rules.events import EventStatus
from bot.events.rules.seats import FILLING, SeatNews
from bot.events.seat_messages import seats_message


@dataclass(frozen=True, slots=True)
class AnnouncementPost(EventPost):
    """A new event, and from then on how things stand with it."""

    tag = "announcement"
    label = gettext("announcement:")
    occasion_form = "new"
    says_how_it_is = True
    stands_for_its_event = True

    async def compose(self, here: Here) -> Message | NothingToSay:
        """Announce the event, unless it was called off before it could be announced."""
        event = await here.event(self.event_id)
        if event.status in (EventStatus.CANCELLED, EventStatus.VANISHED) and not here.is_said:
            return NothingToSay.EVENT_CANCELLED
        report = await here.known.reports.report_of(event.id)
        image = event.image_url if here.room.images else ""
        return event_messages.announcement(here.texts, event, here.now, report, image)


@dataclass(frozen=True, slots=True)
class ChangePost(EventPost, Difference):
    """An event's revision, and what it changed."""

    tag = "change"
    label = gettext("change:")
    occasion_form = "r{revision}"
    says_how_it_is = True

    revision: int

    async def compose(self, here: Here) -> Message | NothingToSay:
        """Say what changed, below the announcement; there is no need where editing that one tells enough."""
        event, announced = await here.event(self.event_id), await _announced(self.event_id, here)
        if announced is not None and not self.must_be_said:
            return NothingToSay.ALREADY_SHOWN
        notice = event_messages.change_notice(here.texts, event, self, here.now)
        return replace(notice, replies_to=announced.external_id if announced else None)


@dataclass(frozen=True, slots=True)
class SummaryPost(SpokenPost):
    """So much changed at once of what was announced, and people must know it, that it is told in one message."""

    tag = "summary"
    label = gettext("summary of changes")
    subject_form = "source:{source}"
    occasion_form = "{at:%Y%m%dT%H%M%SZ}"
    kept = ("at", "events")

    source: str
    at: datetime
    events: tuple[int, ...]

    async def compose(self, here: Here) -> Message | NothingToSay:
        """Say how it stands with each of the events that have not started."""
        known = await here.known.events.known(self.events)
        coming = [known[event_id] for event_id in self.events if not known[event_id].has_started(here.now)]
        return event_messages.summary(here.texts, coming) if coming else NothingToSay.TOO_LATE


@dataclass(frozen=True, slots=True)
class SeatsPost(EventPost):
    """How it stands with the seats: said once a day and room, and kept up to date."""

    tag = "seats"
    label = gettext("seats:")
    occasion_form = "{day}"

    day: date
    news: SeatNews

    async def compose(self, here: Here) -> Message | NothingToSay:
        """Say how it stands with the seats, unless they changed back meanwhile."""
        event = await here.event(self.event_id)
        if not here.is_said:
            if not event.takes_place:
                return NothingToSay.EVENT_CALLED_OFF
            if event.is_full is (self.news in (SeatNews.FREE_AGAIN, *FILLING)):
                return NothingToSay.CHANGED_AGAIN
        said = seats_message(here.texts, event, self.news, here.now)
        announced = await _announced(event.id, here)
        return replace(said, replies_to=announced.external_id if announced else None)


@dataclass(frozen=True, slots=True)
class ReminderPost(EventPost):
    """A reminder to a room."""

    tag = "reminder"
    label = gettext("reminder:")
    occasion_form = "{lead_time:duration}@{starts_at:%Y%m%dT%H%MZ}"
    kept = ("lead_time", "starts_at")
    is_news = False

    lead_time: timedelta
    starts_at: datetime

    async def compose(self, here: Here) -> Message | NothingToSay:
        """Remind of an event that still takes place when this reminder was planned for."""
        event = await here.event(self.event_id)
        if not event.takes_place or event.started_at != self.starts_at:
            return NothingToSay.EVENT_CHANGED
        if (await here.known.events.shown_by([event.id]))[event.id].isdisjoint(here.room.follows):
            return NothingToSay.EVENT_UNFOLLOWED
        return event_messages.reminder(here.texts, event, self.lead_time, here.now)


@dataclass(frozen=True, slots=True)
class VanishedPost(EventPost):
    """An event's page is gone: told to one organiser, where no room is theirs; they decide on `/tsudoi questions`."""

    tag = "notice"
    label = gettext("note to organisers:")
    occasion_form = "vanished-r{revision}"
    audience = Audience.ORGANISERS

    revision: int

    async def compose(self, here: Here) -> Message | NothingToSay:
        """Tell organisers, unless it is back."""
        event = await here.event(self.event_id)
        if event.status is not EventStatus.VANISHED:
            return NothingToSay.EVENT_BACK
        return event_messages.vanished_notice(here.texts, event, here.now)


async def _announced(event_id: int, here: Here) -> Delivery | None:
    """Return the announcement that stands in the room, or will in a moment: the last one, where it was posted again."""
    announced = await here.known.deliveries.about(AnnouncementPost, {AnnouncementPost.about(event_id=event_id)})
    away = (DeliveryState.SKIPPED, DeliveryState.FAILED, DeliveryState.RETRACTED)
    there = [posted for posted in announced if posted.destination == here.room.name and posted.state not in away]
    return max(there, key=lambda delivery: delivery.id or 0, default=None)
