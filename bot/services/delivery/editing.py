"""Which messages are to be edited, and when: those about events as they change, questions once they are answered."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from bot.domain.deliveries import Delivery
from bot.domain.follow_ups import EDIT, edit_at_once, edit_of, first_occasion, was_said
from bot.domain.questions import Question
from bot.locales import TOKYO
from bot.services.ports import DeliveryStore


async def edits_of_announcements(
    deliveries: DeliveryStore, event_ids: Collection[int], now: datetime, at_once: Collection[int] = ()
) -> list[Delivery]:
    """Return the edits of what was announced of these events, in every room; those `at_once` wait for no turn."""
    announced = await deliveries.about("announcement", _subjects(event_ids))
    return await _edits(deliveries, announced, now, at_once)


def seats_day(now: datetime) -> str:
    """Return the day, as people count it, on which one message tells of an event's seats: the rest are edits of it."""
    return f"{now.astimezone(TOKYO):%Y-%m-%d}"


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
    told = [one for one in await deliveries.about("seats", _subjects(event_ids)) if was_said(one)]
    last = {(one.subject, one.destination): one for one in sorted(told, key=lambda one: one.id or 0)}
    today, told_now = seats_day(now), {(one.subject, one.destination) for one in planned if one.kind == "seats"}
    stale = [
        one
        for place, one in last.items()
        if first_occasion(one) == today or (one.event_id in turned and place not in told_now)
    ]
    return await _edits(deliveries, stale, now, at_once)


def _subjects(event_ids: Collection[int]) -> set[str]:
    return {f"event:{event_id}" for event_id in event_ids}


async def _edits(
    deliveries: DeliveryStore, about_events: Sequence[Delivery], now: datetime, at_once: Collection[int]
) -> list[Delivery]:
    said = [one for one in about_events if was_said(one)]
    planned: defaultdict[tuple[str, str], list[Delivery]] = defaultdict(list)
    for edit in await deliveries.about(EDIT, {one.subject for one in said}):
        planned[edit.subject, edit.destination].append(edit)
    return [
        edit_at_once(one, now, f"{now:%Y%m%dT%H%M%S}")
        if one.event_id in at_once
        else edit_of(one, planned[one.subject, one.destination], now)
        for one in said
    ]


async def edits_of_question(deliveries: DeliveryStore, question: Question, now: datetime) -> list[Delivery]:
    """Return the edits that take the buttons of a question away, wherever it was asked."""
    asked = await deliveries.about("question", {f"{question.kind}:{question.subject}"})
    return [edit_at_once(one, now) for one in asked if was_said(one)]
