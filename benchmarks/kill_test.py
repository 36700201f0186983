"""`python -m benchmarks.kill_test --kills 200`: kill the busy bot again and again, and count what members saw.

The real process watches a connpass on loopback, where events keep appearing and changing, and posts to a Discord on
loopback that fails one time in ten, before or after it accepted the message. SIGKILL comes at random instants, half of
them just as a message arrives. In one half of the kills Discord remembers nonces for minutes, in the other not at all,
so that only the look into the channel's history keeps a message from coming twice. At the end a last process may finish
undisturbed; then every announcement, change and reminder must stand in every room exactly once.
"""

import argparse
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot.domain.deliveries import Delivery
from bot.domain.durations import parse_duration, write_duration
from bot.platforms.discord_render import COLOURS
from tests.support.connpass_server import ConnpassServer, an_event
from tests.support.discord_server import LONG_MEMORY, DiscordServer, Fault

ROOMS = ("101", "102", "103")
LEAD_TIMES = ("2h", "1h59m55s", "1h59m50s")
EDITS = 2  # changes of each event
AT_ONCE = 12  # steps under way: below the flood brake, which would rightly ask instead of posting
LONGEST_LIFE, QUICK_LIFE, SETTLES_WITHIN = 5.0, 2.5, 300.0  # seconds
DUE_IN, DUE_SOON = (60, 75), (8, 11)  # seconds from an event's publication to its first reminder
SAID_OF_EACH = 1 + EDITS + len(LEAD_TIMES)
OPEN = "('planned', 'claimed')"
SILENT = 9_999  # an event that was there before the bot: seen for the first time, and never announced

FAULTS = {
    Fault.ERROR_BEFORE: 0.02,
    Fault.ERROR_AFTER: 0.03,
    Fault.CUT_BEFORE: 0.02,
    Fault.CUT_AFTER: 0.03,
    Fault.SLOW_AFTER: 0.01,
    Fault.BUSY_BEFORE: 0.01,
}

CONFIG = """
[storage]
url = "sqlite:///{store}"
[connpass]
api_key = "{key}"
base_url = "{connpass}"
poll_every = "5s"
[[sources]]
name = "utsunomiya"
group = "tfug-utsunomiya"
[reminders]
lead_times = {lead_times}
[discord]
token = "{token}"
api_url = "{api}"
gateway_url = "{gateway}"
[web]
port = 0
[recognition]
enabled = false
"""
ROOM = '[[rooms]]\nplatform = "discord"\nchannel = "{}"\nannounce = ["utsunomiya"]\n'


class Said(NamedTuple):
    """A message as members tell it from others, apart from its words."""

    kind: str
    event: int
    room: str


@dataclass
class Outcome:
    """What was counted in the rooms; `tied` are the kills that left a delivery claimed, `faulty` the failed posts."""

    expected: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    kills: int = 0
    tied: int = 0
    faulty: int = 0
    seconds: float = 0.0

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost and nothing came twice."""
        return not (self.lost or self.twice or self.unexpected)


@dataclass
class Organisers:
    """Publish events and change them, each step only after the one before was posted in every room."""

    connpass: ConnpassServer
    discord: DiscordServer
    dice: random.Random
    rooms: tuple[str, ...]
    due_in: tuple[int, int] = DUE_IN
    starts: dict[int, datetime] = field(default_factory=dict)
    edits: dict[int, int] = field(default_factory=dict)

    def go_on(self, events: int) -> None:
        """Take the steps that can be taken now, until so many events are published."""
        posted = {post["nonce"] for post in self.discord.posted}
        waiting = [event for event in self.starts if not self._is_posted(event, posted)]
        for event in [one for one in self.starts if one not in waiting and self.edits[one] < EDITS]:
            if len(waiting) < AT_ONCE:
                self._edit(event)
                waiting.append(event)
        if len(self.starts) < events and len(waiting) < AT_ONCE:
            self._publish(len(self.starts) + 1)

    def _is_posted(self, event: int, posted: set[str]) -> bool:
        edits = self.edits[event]
        kind, occasion = ("change", f"r{edits}") if edits else ("announcement", "new")
        return all(key_of(kind, event, occasion, room) in posted for room in self.rooms)

    def _publish(self, event: int) -> None:
        start = datetime.now(UTC).replace(microsecond=0) + parse_duration(LEAD_TIMES[0])
        self.starts[event], self.edits[event] = start + timedelta(seconds=self.dice.randint(*self.due_in)), 0
        self.connpass.add(an_event(event, f"もくもく会 #{event}", self.starts[event]))

    def _edit(self, event: int) -> None:
        self.edits[event] += 1
        self.connpass.edit(event, title=f"もくもく会 #{event}（第{self.edits[event]}案）")

    def expected(self) -> dict[str, Said]:
        """Return, by nonce, every message that must stand in a room once."""
        return {
            key_of(kind, event, occasion, room): Said(kind, event, room)
            for event, start in self.starts.items()
            for kind, occasion in occasions(start)
            for room in self.rooms
        }


def occasions(start: datetime) -> Iterator[tuple[str, str]]:
    """Return everything that is said of an event which starts at `start`."""
    yield "announcement", "new"
    yield from (("change", f"r{number}") for number in range(1, EDITS + 1))
    for lead_time in LEAD_TIMES:
        yield "reminder", f"{write_duration(parse_duration(lead_time))}@{start:%Y%m%dT%H%MZ}"


def key_of(kind: str, event: int, occasion: str, room: str) -> str:
    """Return the nonce of a message."""
    return Delivery(kind, f"event:{event}", occasion, f"discord:{room}", datetime.now(UTC)).key


@dataclass
class Bot:
    """The real process with its configuration and store in `folder`."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def store(self) -> Path:
        """The database."""
        return self.folder / "tsudoi.db"

    def start(self) -> None:
        """Start it; what it logs is kept."""
        command = [sys.executable, "-m", "bot", "run", "--config", str(self.folder / "config.toml")]
        with (self.folder / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def kill(self) -> None:
        """Let it end without a word."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ask it to end, and return its exit status."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(timeout=20)

    def count(self, query: str) -> int:
        """Look into the store; 0 as long as there is none."""
        if not self.store.exists():
            return 0
        connection = sqlite3.connect(self.store, timeout=20)
        try:
            return int(connection.execute(query).fetchone()[0])
        except sqlite3.OperationalError:  # not migrated yet
            return 0
        finally:
            connection.close()

    def age_claims(self) -> None:
        """Let the claims of a killed process run out at once, as if half a minute had passed."""
        connection = sqlite3.connect(self.store, timeout=20)
        with connection:
            connection.execute("UPDATE deliveries SET claimed_until = '2000-01-01' WHERE state = 'claimed'")
        connection.close()


def wait_until(happened: Callable[[], bool], within: float, what: str) -> None:
    """Wait for something. Raises TimeoutError."""
    end = time.monotonic() + within
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {within:.0f} s in vain until {what}")
        time.sleep(0.02)


@dataclass
class KillTest:
    """One run: `kills` kills, a Discord that remembers nonces for `memory` seconds, a fixed `seed` for every die."""

    kills: int
    events: int
    memory: float
    seed: int = 1
    rooms: tuple[str, ...] = ROOMS
    quick: bool = False  # all events are there before the first kill, and the claims of a dead process run out at once

    def play(self, folder: Path, step: Callable[[], None] = lambda: None) -> Outcome:
        """Play it and count. Raises TimeoutError if the machine is too slow to play it at all."""
        began, dice = time.monotonic(), random.Random(self.seed)
        # Discord's client repeats after a 500 by itself: with a Discord that forgets at once, no bot could help that.
        faults = FAULTS | ({Fault.RETRIED_AFTER: 0.02} if self.memory else {})
        events = [an_event(SILENT, "前からあるイベント", datetime.now(UTC) + timedelta(days=30))]
        with (
            ConnpassServer(events) as connpass,
            DiscordServer(
                self.rooms, nonce_memory=self.memory, fault_rates=faults, latency=0.1, seed=self.seed
            ) as discord,
        ):
            self._configure(folder, connpass, discord)
            bot, outcome = Bot(folder), Outcome()
            organisers = Organisers(connpass, discord, dice, self.rooms, DUE_SOON if self.quick else DUE_IN)
            bot.start()
            wait_until(lambda: bot.count("SELECT count(*) FROM events") == 1, 30, "the first poll is stored")
            if self.quick:
                self._publish_everything(bot, organisers)
            for number in range(self.kills):
                self._live_and_die(bot, organisers, self.events * (number + 1) // self.kills, dice)
                outcome.tied += bot.count("SELECT count(*) FROM deliveries WHERE state = 'claimed'") > 0
                outcome.kills += 1
                if self.quick:
                    bot.age_claims()
                bot.start()
                step()
            self._settle(bot, organisers)
            bot.stop()
            count(organisers, discord, outcome)
        outcome.seconds = time.monotonic() - began
        return outcome

    def _configure(self, folder: Path, connpass: ConnpassServer, discord: DiscordServer) -> None:
        config = CONFIG.format(
            store=folder / "tsudoi.db",
            key=connpass.api_key,
            connpass=connpass.base_url,
            lead_times=list(LEAD_TIMES),
            token=discord.token,
            api=discord.api_url,
            gateway=discord.gateway_url,
        )
        (folder / "config.toml").write_text(config + "".join(ROOM.format(room) for room in self.rooms))

    def _live_and_die(self, bot: Bot, organisers: Organisers, events: int, dice: random.Random) -> None:
        """Let the process work for a while, then kill it: after some time, or just as some message arrives."""
        seen, posts = organisers.discord.posts_seen, len(organisers.discord.posts_seen)
        end = time.monotonic() + dice.uniform(0.2, QUICK_LIFE if self.quick else LONGEST_LIFE)
        wanted = dice.choice((0, 1, 1, 2, 3, 6))
        while time.monotonic() < end and not (wanted and len(seen) >= posts + wanted):
            organisers.go_on(events)
            time.sleep(0.002)
        time.sleep(dice.uniform(0, 0.1))
        bot.kill()

    def _publish_everything(self, bot: Bot, organisers: Organisers) -> None:
        while len(organisers.starts) < self.events:
            organisers.go_on(self.events)
        wait_until(lambda: bot.count("SELECT count(*) FROM events") > self.events, 30, "every event is stored")

    def _settle(self, bot: Bot, organisers: Organisers) -> None:
        """Let the last process finish everything: what is published, what is due, what earlier ones left claimed.

        A message that was lost is never delivered: then this waits its full time, and the count shows what is missing.
        """

        def is_settled() -> bool:
            organisers.go_on(self.events)
            closed = f"SELECT count(*) FROM deliveries WHERE state NOT IN {OPEN} AND event_id <> {SILENT}"
            return bot.count(closed) >= len(organisers.expected()) == self.events * len(self.rooms) * SAID_OF_EACH

        with suppress(TimeoutError):
            wait_until(is_settled, SETTLES_WITHIN, "everything is delivered")


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
    outcome.faulty = sum(fault != "" for _, fault in discord.posts_seen)


def seen_as(post: dict[str, Any]) -> Said:
    """Return what a member sees: the colour tells the kind, the link the event."""
    embed = post["embeds"][0] if post["embeds"] else {}
    kind = next((kind for kind, colour in COLOURS.items() if colour == embed.get("color")), "?")
    event = re.search(r"/event/(\d+)/", embed.get("url") or "")
    return Said(str(kind), int(event[1]) if event else 0, post["channel_id"])


def table_of(outcomes: dict[str, Outcome]) -> Table:
    """Sum up."""
    columns = ("nonces", "kills", "mid-delivery", "failed posts", "expected", "lost", "twice", "unexpected", "minutes")
    table = Table(*columns, box=None)
    for name, one in outcomes.items():
        numbers = (
            one.kills,
            one.tied,
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
    parser.add_argument("--seed", type=int, default=int(time.time()), help="repeats the dice, not the machine's timing")
    asked = parser.parse_args()
    console, outcomes = Console(), {}
    console.print(f"seed {asked.seed}")
    with Progress(console=console, transient=True) as progress, tempfile.TemporaryDirectory() as name:
        for label, memory in (("remembered", LONG_MEMORY), ("forgotten", 0.0)):
            kills = max(1, asked.kills // 2)
            task = progress.add_task(f"nonces {label}", total=kills)
            (folder := Path(name) / label).mkdir()
            test = KillTest(kills, min(90, max(3, kills // 2)), memory, asked.seed)
            outcomes[label] = test.play(folder, lambda task=task: progress.advance(task))  # type: ignore[misc]
    console.print(table_of(outcomes))
    for one in outcomes.values():
        for what in (*one.lost, *one.twice, *one.unexpected):
            console.print(f"  wrong: {what}")
    return 0 if all(one.is_clean for one in outcomes.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
