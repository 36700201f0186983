"""`python -m benchmarks.kill_test --kills 200`: kill the busy bot again and again, and count what members saw.

The real process watches a connpass on loopback, where events keep appearing and changing, and posts to a Discord on
loopback that fails one time in ten, before or after it accepted the message. SIGKILL comes at random instants, half of
them just as a message arrives. In one half of the kills Discord remembers nonces for minutes, in the other not at all,
and components lose their ids, so that only the look into the channel's history keeps a message from coming twice. At
the end a last process may finish undisturbed; then every announcement, change and reminder must stand in every room
exactly once.

With `--processes 3 --postgres postgresql://…` three processes share one store, which is emptied first, and each kill
meets one of them at random; `--minutes 60` kills for an hour instead of a number of times.

One kill in four may come before the process is at work, the others find it there: on a busy machine a start takes a
minute, and a process that is always killed before says nothing at all. Reminders leave as much more time as it needs.
"""

import argparse
import asyncio
import math
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.busy_community import LEAD_TIMES, Organisers, seen_as
from benchmarks.mortal_bot import Bot
from tests.conftest import empty
from tests.support.connpass_server import ConnpassServer, an_event
from tests.support.discord_server import LONG_MEMORY, DiscordServer, Fault
from tests.support.discord_world import SHARD_OF

ROOMS = ("101", "102", "103")
LONGEST_LIFE, QUICK_LIFE, CUT_SHORT = 5.0, 2.0, 0.25  # seconds; the share of lives that may end during the start
STARTS_IN, STARTS_WITHIN, SETTLES_WITHIN = 3.0, 600.0, 300.0  # seconds: on a quiet machine, and on any
DUE_IN, DUE_SOON = (60, 75), (8, 11)  # seconds from an event's publication to its first reminder, on a quiet machine
# A claim lasts 30 s: this one was made in the last second of the process, which was killed at work on it.
JUST_CLAIMED = "SELECT count(*) FROM deliveries WHERE state = 'claimed' AND claimed_until > "
IN_29_SECONDS = {"sqlite": "datetime('now', '29 seconds')", "postgresql": "now() + interval '29 seconds'"}
OPEN = "('planned', 'claimed')"
EVENTS_A_MINUTE = 6
MOST_REFUSED = 100  # calls in ten minutes, of the 10,000 after which Discord bans a bot
SILENT = 9_999  # an event that was there before the bot: seen for the first time, and never announced

FAULTS = {
    Fault.ERROR_BEFORE: 0.02,
    Fault.ERROR_AFTER: 0.03,
    Fault.CUT_BEFORE: 0.02,
    Fault.CUT_AFTER: 0.03,
    Fault.SLOW_AFTER: 0.01,
    Fault.BUSY_BEFORE: 0.01,
}


@dataclass
class Outcome:
    """What was counted in the rooms; `amid` are the kills amid a delivery, `faulty` the failed posts."""

    expected: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    kills: int = 0
    amid: int = 0
    faulty: int = 0
    seconds: float = 0.0

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost and nothing came twice."""
        return not (self.lost or self.twice or self.unexpected)


def wait_until(happened: Callable[[], bool], within: float, what: str) -> None:
    """Wait for something. Raises TimeoutError."""
    end = time.monotonic() + within
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {within:.0f} s in vain until {what}")
        time.sleep(0.02)


@dataclass
class KillTest:
    """One run: `kills` kills, a Discord that remembers nonces for `memory` seconds, a fixed `seed` for every die.

    Several `processes` share the store at `postgres`, which is emptied, and each holds a shard; the rooms beyond the
    home server's lie in servers of the others.
    """

    kills: int
    events: int
    memory: float
    seed: int = 1
    rooms: tuple[str, ...] = ROOMS
    quick: bool = False  # all events are there before the first kill, and the claims of a dead process run out at once
    processes: int = 1
    postgres: str = ""
    minutes: float = 0.0  # where given, it kills for so long, however often that is
    pace: float = field(default=1.0, init=False)  # how many times slower than a quiet one the machine is just now

    def play(self, folder: Path, step: Callable[[], None] = lambda: None) -> Outcome:
        """Play it and count. Raises TimeoutError if the machine is too slow to play it at all."""
        began, dice = time.monotonic(), random.Random(self.seed)
        # Discord's client repeats after a 500 by itself: with a Discord that forgets at once, no bot could help that.
        faults = FAULTS | ({Fault.RETRIED_AFTER: 0.02} if self.memory else {})
        events = [an_event(SILENT, "前からあるイベント", datetime.now(UTC) + timedelta(days=30))]
        with (
            ConnpassServer(events) as connpass,
            DiscordServer(
                self._home,
                nonce_memory=self.memory,
                keeps_ids=bool(self.memory),
                fault_rates=faults,
                latency=0.1,
                seed=self.seed,
            ) as discord,
            ExitStack() as stack,
        ):
            bots = self._bots(folder, connpass, discord, stack)
            outcome = Outcome()
            organisers = Organisers(connpass, discord, dice, self.rooms, DUE_SOON if self.quick else DUE_IN)
            for bot in bots:
                bot.start()
            first_poll = "SELECT count(*) FROM events"
            wait_until(lambda: bots[0].count(first_poll) == 1, STARTS_WITHIN, "the first poll is stored")
            self._see_pace(bots[0], organisers)
            if self.quick:
                self._publish_everything(bots[0], organisers)
            for share in self._shares():
                bot = dice.choice(bots)
                self._live_and_die(bot, organisers, math.floor(self.events * share), dice)
                outcome.amid += bot.count(JUST_CLAIMED + IN_29_SECONDS[self._database]) > 0
                outcome.kills += 1
                if self.quick and not self.postgres:
                    bot.age_claims()
                bot.start()
                step()
            self._settle(bots[0], organisers)
            for bot in bots:
                bot.stop()
            count(organisers, discord, outcome)
        outcome.seconds = time.monotonic() - began
        return outcome

    def _shares(self) -> Iterator[float]:
        """Yield before each kill which share of the run is over with it."""
        if not self.minutes:
            yield from ((number + 1) / self.kills for number in range(self.kills))
            return
        began, over = time.monotonic(), 0.0
        while over < 1:
            over = min(1.0, (time.monotonic() - began) / 60 / self.minutes)
            yield over

    @property
    def _home(self) -> tuple[str, ...]:
        return self.rooms[: 1 - self.processes or None]

    @property
    def _database(self) -> str:
        return "postgresql" if self.postgres else "sqlite"

    def _bots(self, folder: Path, connpass: ConnpassServer, discord: DiscordServer, stack: ExitStack) -> list[Bot]:
        if self.postgres:
            asyncio.run(empty(self.postgres))
        for number, room in enumerate(self.rooms[len(self._home) :], 1):
            discord.do(discord.world.add_guild, str(number << SHARD_OF), (room,))
        bots = []
        for number in range(self.processes):
            (own := folder / str(number)).mkdir()
            bot = stack.enter_context(Bot(own, self.postgres, number, self.processes))
            bot.configure(connpass, discord, self.rooms, LEAD_TIMES)
            bots.append(bot)
        return bots

    def _live_and_die(self, bot: Bot, organisers: Organisers, events: int, dice: random.Random) -> None:
        """Let the process work for a while, then kill it: after some time, or just as some message arrives."""
        if dice.random() >= CUT_SHORT:
            self._wait_until_at_work(bot, organisers, events)
        seen, posts = organisers.discord.posts_seen, len(organisers.discord.posts_seen)
        end = time.monotonic() + dice.uniform(0.2, QUICK_LIFE if self.quick else LONGEST_LIFE)
        wanted = dice.choice((0, 1, 1, 2, 3, 6))
        while time.monotonic() < end and not (wanted and len(seen) >= posts + wanted):
            organisers.go_on(events)
            time.sleep(0.005)
        time.sleep(dice.uniform(0, 0.1))
        bot.kill()

    def _wait_until_at_work(self, bot: Bot, organisers: Organisers, events: int) -> None:
        connected = organisers.discord.gateway.connected
        if connected(bot.shard):
            return

        def is_at_work() -> bool:
            organisers.go_on(events)
            return connected(bot.shard)

        wait_until(is_at_work, STARTS_WITHIN, "the process is at work")
        self._see_pace(bot, organisers)

    def _see_pace(self, started: Bot, organisers: Organisers) -> None:
        """See from a start that is over how fast the machine is just now."""
        self.pace = max(1.0, (time.monotonic() - started.started) / STARTS_IN)
        if not self.quick:
            organisers.due_in = (round(DUE_IN[0] * self.pace), round(DUE_IN[1] * self.pace))

    def _publish_everything(self, bot: Bot, organisers: Organisers) -> None:
        while len(organisers.starts) < self.events:
            organisers.go_on(self.events)
        stored = "SELECT count(*) FROM events"
        wait_until(lambda: bot.count(stored) > self.events, STARTS_WITHIN, "every event is stored")

    def _settle(self, bot: Bot, organisers: Organisers) -> None:
        """Let the last process finish everything: what is published, what is due, what earlier ones left claimed.

        However long before its time a reminder was planned, it is waited for. A message that was lost never comes:
        then this waits its full time, and the count shows what is missing.
        """
        events = len(organisers.starts) if self.minutes else self.events
        posts = f"event_id <> {SILENT} AND kind <> 'edit'"
        still_open = f"SELECT count(*) FROM deliveries WHERE state IN {OPEN} AND {posts}"

        def is_published() -> bool:
            organisers.go_on(events)
            return organisers.is_over(events)

        def is_settled() -> bool:
            organisers.go_on(events)
            posted = {str(post["nonce"]) for post in organisers.discord.posted}
            return organisers.expected().keys() <= posted and bot.count(still_open) == 0

        with suppress(TimeoutError):
            wait_until(is_published, SETTLES_WITHIN * self.pace, "everything is published")
        due_in = max(0.0, (organisers.last_due() - datetime.now(UTC)).total_seconds())
        with suppress(TimeoutError):
            wait_until(is_settled, due_in + SETTLES_WITHIN * self.pace, "everything is delivered")


def count(organisers: Organisers, discord: DiscordServer, outcome: Outcome) -> None:
    """Compare what stands in the rooms with what should: by nonce, and once more by what a member sees."""
    expected = organisers.expected()
    posted = Counter(str(post["nonce"]) for post in discord.posted)
    outcome.expected = len(expected)
    outcome.lost = [f"{what} ({key})" for key, what in expected.items() if posted[key] == 0]
    outcome.twice = [f"{what} ({key})" for key, what in expected.items() if posted[key] > 1]
    seen, should = Counter(map(seen_as, discord.posted)), Counter(expected.values())
    differing = [what for what in seen.keys() | should.keys() if seen[what] != should[what]]
    outcome.unexpected = [f"{what}: {seen[what]} instead of {should[what]}" for what in differing]
    outcome.unexpected += discord.problems
    if discord.refusals.most > MOST_REFUSED:
        outcome.unexpected.append(f"{discord.refusals.most} calls were refused within ten minutes")
    outcome.faulty = sum(fault != "" for _, fault in discord.posts_seen)


def kill_in_halves(test: KillTest, step: Callable[[str], None] = lambda _: None) -> dict[str, Outcome]:
    """Play a test in halves: Discord remembers nonces for minutes, and not at all. `step` hears of each kill."""
    outcomes = {}
    for label, memory in (("remembered", LONG_MEMORY), ("forgotten", 0.0)):
        kills, minutes = max(1, test.kills // 2), test.minutes / 2
        events = max(3, round(EVENTS_A_MINUTE * minutes) if minutes else kills // 2)
        half = replace(test, kills=kills, minutes=minutes, events=events, memory=memory)
        with tempfile.TemporaryDirectory() as folder:
            outcomes[label] = half.play(Path(folder), partial(step, label))
    return outcomes


def measure(minutes: float, postgres: str) -> Table:
    """Kill three processes on this PostgreSQL, which is emptied, for so long. Returns the counts as a table."""
    shared = {"processes": len(ROOMS), "postgres": postgres, "minutes": minutes}
    return table_of(kill_in_halves(KillTest(0, 0, 0.0, int(time.time()), **shared)))  # type: ignore[arg-type]


def table_of(outcomes: dict[str, Outcome]) -> Table:
    """Sum up."""
    columns = ("nonces", "kills", "amid one", "failed", "expected", "lost", "twice", "odd", "minutes")
    table = Table(*columns, box=None)
    for name, one in outcomes.items():
        numbers = (
            one.kills,
            one.amid,
            one.faulty,
            one.expected,
            len(one.lost),
            len(one.twice),
            len(one.unexpected),
        )
        table.add_row(name, *map(str, numbers), f"{one.seconds / 60:.1f}")
    return table


def main() -> int:
    """Run both halves; 1 if anything was lost, came twice, or came though nobody planned it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=0.0, help="kill for so long instead of --kills times")
    parser.add_argument("--processes", type=int, default=1, choices=range(1, len(ROOMS) + 1))
    parser.add_argument("--postgres", default="", help="the address of a PostgreSQL that may be emptied")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="repeats the dice, not the machine's timing")
    asked = parser.parse_args()
    if asked.processes > 1 and not asked.postgres:
        parser.error("several processes share a PostgreSQL: name one that may be emptied with --postgres")
    console, shared = Console(), {"processes": asked.processes, "postgres": asked.postgres, "minutes": asked.minutes}
    console.print(f"seed {asked.seed}")
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("kills", total=None if asked.minutes else asked.kills)
        test = KillTest(asked.kills, 0, 0.0, asked.seed, **shared)
        outcomes = kill_in_halves(test, lambda label: progress.update(task, advance=1, description=f"nonces {label}"))
    console.print(table_of(outcomes))
    for one in outcomes.values():
        for what in (*one.lost, *one.twice, *one.unexpected):
            console.print(f"  wrong: {what}")
    return 0 if all(one.is_clean for one in outcomes.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
