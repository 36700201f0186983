"""What is kept back from a room: organisers paused it or a source, or took the announcement of an event away."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.clock import Clock
from bot.core.posts import Audience
from bot.core.room import EVERYTHING, Room
from bot.core.skips import NothingToSay
from bot.delivery.ports.schedule import DeliveryStore
from bot.delivery.question_post import QuestionPost
from bot.delivery.rules.deliveries import Delivery, DeliveryState
from bot.events.event_posts import AnnouncementPost
from bot.events.event_questions import FloodQuestion
from bot.events.ports.events import EventStore


@dataclass(frozen=True)
class Silencing:
    """Judges deliveries to rooms. What asks organisers is never kept back, but for a flood of a source that is."""

    events: EventStore
    deliveries: DeliveryStore
    clock: Clock

    async def reason(self, delivery: Delivery, room: Room) -> NothingToSay | None:
        """Return why this is kept back now; None if it is not."""
        now = self.clock.now()
        paused = [name for name in room.follows if room.pause_of(name, now)]
        if _is_flood_of(paused, delivery):
            return NothingToSay.SOURCE_PAUSED
        if delivery.post.audience is not Audience.MEMBERS:
            return None
        if room.pause_of(EVERYTHING, now):
            return NothingToSay.ROOM_PAUSED
        if delivery.event_id is None:
            return None
        if paused and await self._is_known_only_from(delivery.event_id, room, paused):
            return NothingToSay.SOURCE_PAUSED
        if not delivery.post.stands_for_its_event and await self._was_taken_away(delivery.event_id, room):
            return NothingToSay.ANNOUNCEMENT_RETRACTED
        return None

    async def _is_known_only_from(self, event_id: int, room: Room, paused: Iterable[str]) -> bool:
        shown_by = (await self.events.shown_by([event_id]))[event_id] & set(room.follows)
        return bool(shown_by) and shown_by <= set(paused)

    async def _was_taken_away(self, event_id: int, room: Room) -> bool:
        """Whether the last announcement of the event in this room was retracted."""
        announced = await self.deliveries.about(AnnouncementPost, {AnnouncementPost.about(event_id=event_id)})
        here = [delivery for delivery in announced if delivery.destination == room.name]
        last = max(here, key=lambda delivery: delivery.id or 0, default=None)
        return last is not None and last.state is DeliveryState.RETRACTED


def _is_flood_of(sources: Iterable[str], delivery: Delivery) -> bool:
    match delivery.post:
        case QuestionPost(FloodQuestion.tag, subject):
            return any(subject.startswith(f"{name}@") for name in sources)
        case _:
            return False
