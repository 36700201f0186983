"""`make scale`: 500 sources, 100,000 events and 100,000 pending reminders in one store.

The real process, with a Discord and a connpass on loopback: how late a due reminder leaves, how often connpass is
called, how old what is known of a source gets, how much memory is held, and how fast that grows once every source was
polled: for this, watch longer with `--seconds 1500`. Then the polls alone, with time ten times as fast: see
`poll_order`. The store is an SQLite; where TSUDOI_TEST_POSTGRES names a PostgreSQL that may be emptied, it is moved
there and back, and the same is measured there.
"""

import argparse
import asyncio
import logging
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import linear_regression

import numpy as np
import psutil
import structlog
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from benchmarks import moving_store, poll_order
from benchmarks.kill_test import wait_until
from benchmarks.large_store import DUE_SOON, LEAD_TIMES, ROOMS, Community, LargeConnpass
from benchmarks.mortal_bot import Bot
from bot.store.engine import close_store, open_engine
from bot.store.tables import deliveries, sources
from tests.conftest import empty
from tests.support.connpass_server import Call
from tests.support.discord_server import DiscordServer

SECONDS = 60.0  # in which the process is watched
LOOK, SHOWN = 2.0, 6  # seconds between two looks at its memory, and how many stretches of time are shown
WARM_AFTER = 600.0  # seconds: all sources were polled once
FILLED_WITHIN, STARTS_WITHIN = timedelta(seconds=45), 300.0  # the first reminders come due after the store is filled
CALM = "SELECT count(*) FROM deliveries WHERE state = 'claimed' OR (state = 'planned' AND due_at < {now})"
NOW = {"sqlite": "datetime('now', '-1 seconds')", "postgresql": "now() - interval '1 second'"}
PENDING = "SELECT count(*) FROM deliveries WHERE state = 'planned'"


@dataclass
class Watched:
    """What the running process did. Seconds, MiB."""

    events: int = 0
    pending: int = 0
    filled: float = 0.0
    ready: float = 0.0
    late: list[float] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)  # seconds and MiB, what is shared counted in part
    stalest: float = 0.0  # at the end, the oldest knowledge of any source

    def rows(self) -> Iterator[tuple[str, str]]:
        """What to print."""
        yield "events, and pending reminders", f"{self.events:,}, {self.pending:,}"
        yield "filling the store", f"{self.filled:.0f} s"
        yield "start until all are planned and polls begin", f"{self.ready:.0f} s"
        late = np.percentile(self.late, (50, 99, 100))
        yield "reminders that came due", f"{len(self.late)}"
        yield "sent after its moment: median, p99, worst", "{:.2f}, {:.2f}, {:.2f} s".format(*late)
        spacing = min(later.at - earlier.at for earlier, later in pairwise(self.calls))
        refused = sum(call.status != 200 for call in self.calls)
        yield "calls to connpass, refused, closest two", f"{len(self.calls)}, {refused}, {spacing:.2f} s"
        order = poll_order.seen_by(self.calls, 1)
        if gaps := [later - earlier for times in order.polls.values() for earlier, later in pairwise(times)]:
            yield "a source asked again after: median, longest", f"{np.median(gaps):.0f}, {max(gaps):.0f} s"
        yield "oldest knowledge of a source at the end", f"{self.stalest:.0f} s"
        held = [mib for _, mib in self.memory]
        stretches = [np.median(part) for part in np.array_split(held, SHOWN)]
        yield f"memory held, {SHOWN} medians in turn", ", ".join(f"{one:.1f}" for one in stretches) + " MiB"
        yield "at its peak", f"{max(held):.1f} MiB"
        yield f"grows after the first {WARM_AFTER / 60:.0f} minutes by", self._growth()

    def _growth(self) -> str:
        warm = [(at, mib) for at, mib in self.memory if at >= WARM_AFTER]
        if self.memory[-1][0] < 2 * WARM_AFTER:
            return f"not watched for {2 * WARM_AFTER / 60:.0f} minutes: --seconds 1500"
        slope = linear_regression(*zip(*warm, strict=True)).slope
        return f"{slope * 3600:+.1f} MiB an hour"


def watch(folder: Path, postgres: str, seconds: float) -> Watched:
    """Fill the store, start the process, and watch it for so long. Raises TimeoutError if it does not come so far."""
    due_from = datetime.now(UTC).replace(microsecond=0) + FILLED_WITHIN
    community = Community(due_from, max(DUE_SOON, int(seconds + STARTS_WITHIN)))
    watched, began = Watched(), time.monotonic()
    with LargeConnpass(community) as connpass, DiscordServer(ROOMS) as discord, Bot(folder, postgres) as bot:
        asyncio.run(community.fill(bot.url))
        watched.filled = time.monotonic() - began
        bot.configure(connpass, discord, ROOMS, LEAD_TIMES, poll_every="15m", sources=community.groups)
        bot.start()
        connpass.wait_for_calls(1, STARTS_WITHIN)
        watched.ready = time.monotonic() - began - watched.filled
        calm = CALM.format(now=NOW["postgresql" if postgres else "sqlite"])
        with suppress(TimeoutError):  # a machine that cannot keep up shall be seen in the figures
            wait_until(lambda: bot.count(calm) == 0, STARTS_WITHIN, "what came due during the start was said")
        watched.events, watched.pending = bot.count("SELECT count(*) FROM events"), bot.count(PENDING)
        assert bot.process is not None
        since = datetime.now(UTC)
        watched.memory = list(memory_of(psutil.Process(bot.process.pid), seconds))
        watched.late = asyncio.run(lateness(bot.url, since, datetime.now(UTC) - timedelta(seconds=5)))
        watched.stalest = asyncio.run(stalest(bot.url))
        watched.calls = list(connpass.calls)
        bot.stop()
    return watched


def memory_of(process: psutil.Process, seconds: float) -> Iterator[tuple[float, float]]:
    """Look at a process for so long; yields the seconds until then, and the MiB that it holds."""
    began = time.monotonic()
    while (at := time.monotonic() - began) < seconds:
        yield at, process.memory_full_info().pss / 2**20
        time.sleep(LOOK)


async def stalest(url: str) -> float:
    """Return how many seconds ago the source was polled that waits longest."""
    engine = open_engine(url)
    async with engine.connect() as connection:
        oldest = (await connection.execute(select(func.min(sources.c.seen_at, type_=sources.c.seen_at.type)))).scalar()
    await close_store(engine)
    assert oldest is not None
    return float((datetime.now(UTC) - oldest).total_seconds())


async def lateness(url: str, since: datetime, until: datetime) -> list[float]:
    """Return how many seconds after its moment each reminder of this time was sent; infinite if it was not."""
    engine = open_engine(url)
    asked = deliveries.c.kind == "reminder", deliveries.c.due_at >= since, deliveries.c.due_at < until
    async with engine.connect() as connection:
        rows = (await connection.execute(select(deliveries.c.due_at, deliveries.c.sent_at).where(*asked))).all()
    await close_store(engine)
    return [(row.sent_at - row.due_at).total_seconds() if row.sent_at else float("inf") for row in rows]


def table(watched: Watched, database: str) -> Table:
    """Show the figures."""
    shown = Table(f"500 sources on {database}", "", box=None)
    for name, value in watched.rows():
        shown.add_row(name, value)
    return shown


def measure(seconds: float) -> Iterator[Table]:
    """Yield each table as soon as it is measured."""
    postgres = os.environ.get("TSUDOI_TEST_POSTGRES", "")
    with tempfile.TemporaryDirectory() as folder:
        yield table(watch(Path(folder), "", seconds), "SQLite")
        if postgres:
            yield moving_store.measure(Path(folder) / "tsudoi.db", postgres)
    if postgres:
        asyncio.run(empty(postgres))
        with tempfile.TemporaryDirectory() as folder:
            yield table(watch(Path(folder), postgres, seconds), "PostgreSQL")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as folder:
        yield poll_order.measure(Path(folder))


def main() -> None:
    """Measure all and print tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for which the process is watched")
    for shown in measure(parser.parse_args().seconds):
        Console().print(shown)


if __name__ == "__main__":
    main()
