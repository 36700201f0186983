"""What was heard is told from what is new, in any process, for as long as a platform repeats itself."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.heard import StoredHeard
from bot.store.lifetimes import HEARD
from tests.support.events import NOW


async def test_what_was_heard_before_is_not_new_even_after_a_restart(engine: AsyncEngine) -> None:
    assert await StoredHeard(engine).is_new("message C1 1.2", NOW)
    restarted = StoredHeard(engine)
    assert not await restarted.is_new("message C1 1.2", NOW + timedelta(hours=1))
    assert await restarted.is_new("message C1 1.3", NOW)


async def test_what_no_platform_repeats_any_more_is_forgotten(engine: AsyncEngine) -> None:
    await StoredHeard(engine).is_new("old", NOW)
    await StoredHeard(engine).is_new("newer", NOW + HEARD + timedelta(minutes=1))
    assert await StoredHeard(engine).is_new("old", NOW + HEARD + timedelta(minutes=2))
