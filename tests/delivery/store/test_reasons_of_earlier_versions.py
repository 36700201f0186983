"""Stores of earlier versions hold sentences where codes are today: they are shown as they stand, and none is lost."""

from datetime import timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.problems.base import NoAnswer, Said
from bot.core.problems.platforms import ChannelGone
from bot.delivery.rules.deliveries import Delivery
from bot.delivery.store.agenda import StoredAgenda
from bot.delivery.store.deliveries import Deliveries
from bot.events.event_posts import ReminderPost
from bot.events.ports.events import SourceState
from bot.events.store.events import Events
from bot.store.tables import deliveries, sources
from tests.support.events import NOW

REFUSED = "Discord answered 404 (Unknown Channel, code 10003) for channel 5; what to do: check rooms.channel"
REMINDER = Delivery(ReminderPost(1, timedelta(days=1), NOW), "discord:5", NOW + timedelta(days=1))


async def test_a_failure_is_shown_with_its_sentence(engine: AsyncEngine) -> None:
    await StoredAgenda(engine).plan([REMINDER])
    async with engine.begin() as connection:
        await connection.execute(update(deliveries).values(state="failed", reason=REFUSED))
    (failed,) = await StoredAgenda(engine).failed_in(["discord:5"], NOW, 5)
    assert failed.reason == Said(REFUSED)


async def test_a_reminder_that_was_dropped_comes_back_with_its_event(engine: AsyncEngine) -> None:
    await StoredAgenda(engine).plan([REMINDER])
    async with engine.begin() as connection:
        await connection.execute(update(deliveries).values(state="skipped", reason="moved"))
    await Events(engine).rearm({1: [REMINDER]}, NOW)
    assert await Deliveries(engine).earliest() == REMINDER.due_at


async def test_a_poll_that_failed_is_shown_with_its_sentence(engine: AsyncEngine) -> None:
    sentence = "connpass answered 503 (no reason given); it is asked again later"
    async with engine.begin() as connection:
        await connection.execute(insert(sources).values(name="tfug", query="group=tfug", error=sentence))
    assert (await Events(engine).sources())["tfug"].error == Said(sentence)


async def test_what_is_kept_today_is_a_code_with_its_arguments(engine: AsyncEngine) -> None:
    await StoredAgenda(engine).plan([REMINDER])
    (due,) = await Deliveries(engine).due(REMINDER.due_at)
    await Deliveries(engine).fail(due, ChannelGone(where="channel 5", detail="code 10003"))
    down = SourceState("tfug", "group=tfug", error=NoAnswer(where="connpass"))
    await Events(engine).note(down)
    async with engine.connect() as connection:
        kept = [*(await connection.execute(select(deliveries.c.reason))).scalars()]
        kept += (await connection.execute(select(sources.c.error))).scalars()
    assert kept == [
        '{"code": "channel.gone", "where": "channel 5", "detail": "code 10003"}',
        '{"code": "no-answer", "where": "connpass", "detail": ""}',
    ]
    assert (await Events(engine).sources())["tfug"] == down
