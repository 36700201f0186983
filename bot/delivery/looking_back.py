"""Whether this store may be an older copy of what a bot knew: then what is said is looked for before it is said."""

import json
from datetime import datetime

import structlog

from bot.core.memory import Memory
from bot.delivery.ports.schedule import DeliveryStore
from bot.delivery.rules.gaps import Gap, gap_before
from bot.events.ports.events import EventStore

log = structlog.get_logger()

_NAME = "gap"  # under which other processes on this store find it


async def find_gap(events: EventStore, deliveries: DeliveryStore, memory: Memory, now: datetime) -> Gap | None:
    """Return the gap before this start, or the one that another process found lately. To be called before any poll."""
    polled = [at for source in (await events.sources()).values() for at in (source.seen_at, source.failed_at)]
    traces = [at for at in (*polled, await deliveries.last_sent()) if at is not None]
    earlier = await _found_before(memory)
    gap = gap_before(now, max(traces, default=None), earlier)
    if gap is not None and gap.is_quiet and gap != earlier:
        await memory.remember(_NAME, json.dumps([gap.start.isoformat(), gap.end.isoformat()]))
        log.info("looking back", since=gap.start.isoformat(), reason="the store has no trace since: off, or restored")
    return gap


async def _found_before(memory: Memory) -> Gap | None:
    kept = await memory.recall(_NAME)
    return None if kept is None else Gap(*map(datetime.fromisoformat, json.loads(kept)))
