"""`python -m benchmarks.many_servers`: one event is told to 2,500 servers of four rooms, within Discord's limits.

The real process, its SQLite, and a Discord on loopback that enforces 50 requests a second for the bot and five messages
in five seconds for a channel. Meanwhile members ask `!next`.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.mortal_bot import Bot
from tests.support.connpass_server import ConnpassServer, an_event
from tests.support.discord_server import DiscordServer, Rates
from tests.support.discord_world import SHARD_OF

SERVERS, ROOMS = 2500, 4
STARTS_WITHIN, ASK_EVERY = 180.0, 5.0  # seconds
POLL_EVERY = "30s"  # often enough to begin soon
ASKED_IN = "1"  # the home server's room, which is told nothing


@dataclass
class Burst:
    """What one announcement to every room took; times in seconds, memory in MiB."""

    planned: int = 0
    sent: int = 0
    twice: int = 0
    refused: int = 0
    busiest_second: int = 0
    longest_delay: float = 0.0
    memory: float = 0.0
    answers: list[float] = field(default_factory=list)

    def rows(self) -> Iterator[tuple[str, str]]:
        """What to print."""
        yield "deliveries planned", f"{self.planned:,}"
        yield "sent", f"{self.sent:,}"
        yield "sent twice", f"{self.twice:,}"
        yield "refused with 429", f"{self.refused:,}"
        yield "requests in the busiest second (50 allowed)", f"{self.busiest_second}"
        yield "longest delay", f"{self.longest_delay:.0f} s"
        if self.answers:
            typical, worst = statistics.median(self.answers) * 1000, max(self.answers) * 1000
            yield "`!next` meanwhile, median and worst", f"{typical:.0f} and {worst:.0f} ms"
        yield "resident memory, at most", f"{self.memory:.0f} MiB"


@contextmanager
def a_large_discord(servers: int) -> Iterator[tuple[DiscordServer, list[str]]]:
    """Open a Discord with so many servers, the home server among them; yields it and the rooms of the others."""
    with DiscordServer((ASKED_IN,), rates=Rates()) as discord:
        rooms: list[str] = []
        for number in range(1, servers + 1):
            channels = tuple(str(100_000 + number * 10 + index) for index in range(ROOMS))
            discord.do(discord.world.add_guild, str(number << SHARD_OF), channels)
            rooms += channels
        yield discord, rooms


def play(servers: int, folder: Path, progress: Progress) -> Burst:
    """Publish an event, watch until every room was told, and count. Raises TimeoutError."""
    before = an_event(9_999, "前からあるイベント", datetime.now(UTC) + timedelta(days=30))
    with (
        ConnpassServer([before]) as connpass,
        a_large_discord(servers - 1) as (discord, rooms),
        Bot(folder) as bot,
    ):
        bot.configure(connpass, discord, rooms, ("1d",), poll_every=POLL_EVERY)
        bot.start()
        discord.wait_for(lambda: bot.count("SELECT count(*) FROM events"), STARTS_WITHIN)
        discord.ask(ASKED_IN, "!next", within=STARTS_WITHIN)
        connpass.add(an_event(1, "もくもく会", datetime.now(UTC) + timedelta(days=20)))
        burst = watch(bot, discord, len(rooms), progress)
        bot.stop()
    return burst


def watch(bot: Bot, discord: DiscordServer, rooms: int, progress: Progress) -> Burst:
    """Watch the burst until every room was told."""
    assert bot.process is not None
    process, burst, task = psutil.Process(bot.process.pid), Burst(), progress.add_task("told", total=rooms)
    asked, end = time.monotonic(), time.monotonic() + STARTS_WITHIN + rooms / 10
    while (told := len(_announcements(discord))) < rooms:
        if time.monotonic() > end:
            raise TimeoutError(f"only {told} of {rooms} rooms were told")
        if time.monotonic() - asked > ASK_EVERY:
            asked = time.monotonic()
            discord.ask(ASKED_IN, "!next", within=STARTS_WITHIN)
            burst.answers.append(time.monotonic() - asked)
        burst.memory = max(burst.memory, process.memory_info().rss / 2**20)
        progress.update(task, completed=told)
        time.sleep(0.05)
    return _counted(bot, discord, burst)


def _announcements(discord: DiscordServer) -> list[dict[str, object]]:
    return [one for one in list(discord.posted) if one["channel_id"] != ASKED_IN]


def _counted(bot: Bot, discord: DiscordServer, burst: Burst) -> Burst:
    assert discord.rates is not None
    told = _announcements(discord)
    burst.planned = bot.count("SELECT count(*) FROM deliveries WHERE kind = 'announcement'")
    burst.sent = len({one["channel_id"] for one in told})
    burst.twice = len(told) - burst.sent
    burst.refused, burst.busiest_second = discord.rates.refused, discord.rates.busiest
    times = [datetime.fromisoformat(str(one["timestamp"])) for one in told]
    burst.longest_delay = (max(times) - min(times)).total_seconds()
    return burst


def table(burst: Burst, servers: int) -> Table:
    """Show the figures."""
    shown = Table(f"one event told to {servers:,} servers with {ROOMS} rooms each", "", box=None)
    for name, value in burst.rows():
        shown.add_row(name, value)
    return shown


def measure(servers: int, folder: Path) -> Table:
    """Play it and return its figures as a table."""
    with Progress(console=Console(stderr=True), transient=True) as progress:
        return table(play(servers, folder, progress), servers)


def main() -> None:
    """Play it and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--servers", type=int, default=SERVERS)
    servers = parser.parse_args().servers
    with tempfile.TemporaryDirectory() as folder:
        Console().print(measure(servers, Path(folder)))


if __name__ == "__main__":
    main()
