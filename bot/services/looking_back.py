"""Whether this store may be an older copy of what a bot knew: then what is said is looked for before it is said."""

import json
from datetime import datetime

import structlog

from bot.domain.gaps import DOUBTED_FOR, Gap, gap_before
from bot.services.ports import DeliveryStore, EventStore, Memory

log = structlog.get_logger()

_NAME = "gap"  # under which other processes on this store find it


async def find_gap(events: EventStore, deliveries: DeliveryStore, memory: Memory, now: datetime) -> Gap | None:
    """Return the gap before this start, or the one that another process found lately. To be called before any poll."""
    polled = [at for one in (await events.sources()).values() for at in (one.seen_at, one.failed_at)]
    traces = [at for at in (*polled, await deliveries.last_sent()) if at is not None]
    gap = gap_before(now, max(traces, default=None))
    if gap is None:
        return await _found_lately(memory, now)
    await memory.remember(_NAME, json.dumps([gap.start.isoformat(), gap.end.isoformat()]))
    log.info("looking back", since=gap.start.isoformat(), reason="the store has no trace since: off, or restored")
    return gap


async def _found_lately(memory: Memory, now: datetime) -> Gap | None:
    kept = await memory.recall(_NAME)
    if kept is None:
        return None
    gap = Gap(*map(datetime.fromisoformat, json.loads(kept)))
    return gap if now - gap.end <= DOUBTED_FOR else None
