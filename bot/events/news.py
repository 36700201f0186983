"""What rooms hear of a change: an announcement, a change below it, or one summary of many."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.delivery.ports.schedule import DeliveryStore
from bot.delivery.rules.deliveries import Delivery, DeliveryState
from bot.delivery.rules.follow_ups import again, thread_below
from bot.events.event_posts import AnnouncementPost, ChangePost, SummaryPost
from bot.events.rules.announcements import published
from bot.events.rules.events import Change, ChangeKind

_UNHEARD = (DeliveryState.SKIPPED, DeliveryState.FAILED)

Told = tuple[Change, Room]  # which room hears of which change


@dataclass(frozen=True)
class Heard:
    """What rooms heard of some events: by event and room, and the announcements that were left out there."""

    there: Collection[tuple[int | None, str]]
    left_out: Mapping[tuple[int | None, str], Delivery]

    def as_news(self, change: Change, room: Room) -> Change:
        """Return a change as it is for a room: what was called off before it was told of is new once it is held."""
        is_new = change.kind is ChangeKind.REVIVED and (change.event.id, room.name) not in self.there
        return Change(ChangeKind.NEW, change.event) if is_new else change

    def once_more(self, planned: Delivery, now: datetime) -> Delivery:
        """Return an announcement under a name of its own where one was left out before: the same would be known."""
        earlier = self.left_out.get((planned.event_id, planned.destination))
        if earlier is None or not isinstance(planned.post, AnnouncementPost):
            return planned
        return replace(again(earlier, now), useful_until=planned.useful_until)


async def heard_of(deliveries: DeliveryStore, event_ids: Sequence[int]) -> Heard:
    """Return what rooms heard of these events, or are to hear."""
    subjects = {AnnouncementPost.about(event_id=event_id) for event_id in event_ids}
    announced = await deliveries.about(AnnouncementPost, subjects)
    posts = [*announced, *await deliveries.about(ChangePost, subjects)]
    there = {(post.event_id, post.destination) for post in posts if post.state not in _UNHEARD}
    skipped = [post for post in announced if post.state is DeliveryState.SKIPPED]
    return Heard(there, {(post.event_id, post.destination): post for post in skipped})


def hearing(rooms: Rooms, sources: set[str], now: datetime) -> list[Room]:
    """Return the rooms that want news of these sources, and have not paused all of them."""
    following = rooms.following(sources)
    return [room for room in following if room.announces and not sources.isdisjoint(room.heard(now))]


def deliveries_of(change: Change, room: Room, now: datetime) -> list[Delivery]:
    """Return what one room hears of one change."""
    event = change.event
    if change.before is None:
        said = Delivery(AnnouncementPost(event.id), room.name, now, event.started_at)
        return [said, thread_below(said)] if room.threads else [said]
    before, after = published(change.before), published(event)
    post = ChangePost(change.kind, change.fields, before, after, event.id, event.revision)
    return [Delivery(post, room.name, now, event.started_at)]


def summaries(source: str, now: datetime, urgent: Sequence[Told]) -> list[Delivery]:
    """Return one message for each room that tells all of this."""
    by_room: defaultdict[str, list[Change]] = defaultdict(list)
    for change, room in urgent:
        by_room[room.name].append(change)
    return [
        Delivery(
            SummaryPost(source, now, tuple(change.event.id for change in changes)),
            room,
            now,
            max((change.event.started_at for change in changes if change.event.started_at), default=None),
        )
        for room, changes in by_room.items()
    ]
