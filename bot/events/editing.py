"""Which messages about events are to be edited as these change, and when."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from bot.delivery.ports.schedule import DeliveryStore
from bot.delivery.posting import EventPost
from bot.delivery.rules.deliveries import Delivery
from bot.delivery.rules.follow_ups import Edit, edit_at_once, edit_of, was_said
from bot.events.event_posts import AnnouncementPost, SeatsPost
from bot.locales import TOKYO


async def edits_of_announcements(
    deliveries: DeliveryStore, event_ids: Collection[int], now: datetime, at_once: Collection[int] = ()
) -> list[Delivery]:
    """Return the edits of what was announced of these events, in every room; those `at_once` wait for no turn."""
    announced = await deliveries.about(AnnouncementPost, _subjects(event_ids))
    return await _edits(deliveries, announced, now, at_once)


def seats_day(now: datetime) -> date:
    """Return the day, as people count it, on which one message tells of an event's seats: the rest are edits of it."""
    return now.astimezone(TOKYO).date()


async def edits_of_seats(
    deliveries: DeliveryStore,
    event_ids: Collection[int],
    now: datetime,
    at_once: Collection[int] = (),
    turned: Collection[int] = (),
    planned: Sequence[Delivery] = (),
) -> list[Delivery]:
    """Return the edits of what was last said of these events' seats; those `at_once` wait for no turn.

    Today's message is kept up to date. An earlier one has its day and stays as it was, until it would mislead about a
    `turned` event of which no message is `planned` there now.
    """
    told = [message for message in await deliveries.about(SeatsPost, _subjects(event_ids)) if was_said(message)]
    told.sort(key=lambda message: message.id or 0)
    last = {(message.event_id, message.destination): message for message in told}
    today = seats_day(now)
    told_now = {(message.event_id, message.destination) for message in planned if isinstance(message.post, SeatsPost)}
    stale = [
        message
        for place, message in last.items()
        if message.post.day == today or (message.event_id in turned and place not in told_now)
    ]
    return await _edits(deliveries, stale, now, at_once)


def _subjects(event_ids: Collection[int]) -> set[str]:
    return {EventPost.about(event_id=event_id) for event_id in event_ids}


async def _edits(
    deliveries: DeliveryStore, about_events: Sequence[Delivery], now: datetime, at_once: Collection[int]
) -> list[Delivery]:
    said = [message for message in about_events if was_said(message)]
    edits = await deliveries.about(Edit, {message.name.subject for message in said})
    last = {edit.post.follows(edit.destination): edit.sent_at for edit in edits}
    return [
        edit_at_once(message, now) if message.event_id in at_once else edit_of(message, last.get(message.name), now)
        for message in said
    ]
