"""What a clock did that was ahead, undone once it is set right."""

from datetime import datetime, timedelta

from sqlalchemy import and_, case, literal, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.posts import KINDS, Audience
from bot.core.reasons import to_text
from bot.core.skips import NothingToSay
from bot.delivery.rules.deliveries import DeliveryState
from bot.store.tables import deliveries

LONGEST_USE = timedelta(days=400)
NO_CLAIM_LASTS = timedelta(minutes=5)  # so long
SOON = timedelta(minutes=15)  # news are due when they are planned: an edit waits for three minutes, another try for ten


async def undo_what_came_too_early(connection: AsyncConnection, now: datetime) -> None:
    """Plan again what was closed as too late, and let nothing wait for a time that the clock had."""
    due_at, tried_at, state = deliveries.c.due_at, deliveries.c.first_tried_at, deliveries.c.state
    # At its first try it was of use by the clock that was ahead; a later one may have been put off beyond that.
    in_time = case((tried_at < due_at, tried_at), else_=due_at)
    is_closed = and_(
        state == DeliveryState.SKIPPED,
        due_at > now - LONGEST_USE,
        deliveries.c.reason == to_text(NothingToSay.TOO_LATE),
        deliveries.c.useful_until > now,
    )
    waits, is_news = and_(state == DeliveryState.PLANNED, due_at > now), deliveries.c.kind.in_(_news())
    is_late_news = and_(waits, is_news, or_(tried_at > now, due_at > now + SOON))
    has_its_time = and_(waits, ~is_news, tried_at > now)
    is_held = and_(state == DeliveryState.CLAIMED, deliveries.c.claimed_until > now + NO_CLAIM_LASTS)
    # Whether it was sent is looked for when it is taken again; if it was not, it is sent there and then.
    taken_again = case((and_(~is_news, in_time > now), in_time), else_=literal(now, due_at.type))
    for which, values in (
        (is_closed, {"state": DeliveryState.PLANNED, "reason": None, "due_at": in_time}),
        (is_late_news, {"due_at": now}),
        (has_its_time, {"due_at": in_time}),
        (is_held, {"claimed_until": taken_again}),
    ):
        await connection.execute(update(deliveries).where(which).values(values))


def _news() -> list[str]:
    """Return the kinds that are due as soon as they are planned: not a member's, who may have quiet hours."""
    return [tag for tag, kind in KINDS.items() if kind.is_news and kind.audience is not Audience.MEMBER]
