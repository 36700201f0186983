"""`python -m benchmarks.bad_week`: a week in which much goes wrong, and what members and platforms saw of it.

The real services on a real SQLite, in simulated time, with a connpass on which new events come and seats move all week.
Rooms lose a permission, the bot is removed from a server and invited again, a channel is deleted, another one archived
and opened again, Discord is out for six hours, the clock of the host is a day ahead for three, and one call in twenty
fails, before or after it did its work. What should stand in the rooms is reckoned from what happened, not from the
store.
"""

import argparse
import asyncio
import logging
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.failing_world import (
    BEGIN,
    DAY,
    DISCORD,
    HOUR,
    MINUTE,
    SLACK,
    SOURCE,
    Connpass,
    Platform,
    Posted,
    Trouble,
    TrueTime,
    troubles,
)
from bot.app.ground import Ground
from bot.app.services import Services, build_services
from bot.app.stores import open_stores
from bot.config import Settings
from bot.core.messages import MessageKind
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.delivery.delivering import Delivering
from bot.delivery.ports.platforms import Sender
from tests.support.stores import lay_new_store

POLL_EVERY = timedelta(minutes=15)
LATE = 22 * MINUTE  # a room rests for twenty, and what is tried then may fail once or twice
RECOVERS_IN = 39 * MINUTE  # by then every message is up to date again; no seat moves meanwhile
TEN_MINUTES, MOST_REFUSED = 10 * MINUTE, 100  # calls


@dataclass
class Outcome:
    """What was counted. `surplus` are edits beyond the first after a recovery, `stale` messages without any."""

    calls: int = 0
    refused: int = 0
    refused_in_ten_minutes: int = 0
    expected: int = 0
    early: int = 0  # by the clock that was ahead
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    edits_after_recovery: int = 0
    outdated: int = 0  # messages that were to be edited then
    surplus: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    told: int = 0  # what organisers were told of troubles

    @property
    def wrong(self) -> list[str]:
        """What should not have happened, each with its name."""
        named = {name: getattr(self, name) for name in ("lost", "twice", "late", "surplus", "stale")}
        found = [f"{name}: {what}" for name, every in named.items() for what in every]
        too_many = f"{self.refused_in_ten_minutes} calls refused in ten minutes"
        return [*found, too_many] if self.refused_in_ten_minutes > MOST_REFUSED else found


@dataclass
class BadWeek:
    """One run of so many days."""

    days: float = 7.0
    seed: int = 1

    async def play(self, folder: Path, step: Callable[[datetime], None] = lambda _: None) -> Outcome:
        """Play it and count. `step` hears of each poll."""
        time = TrueTime()
        rooms = [
            Room(platform, channel, (SOURCE,), asks=channel == "16", organisers=("77",))
            for platform, channels in (("discord", DISCORD), ("slack", SLACK))
            for channel in channels
        ]
        dice, wrong = random.Random(self.seed), troubles(self.days)
        platforms = [Platform(name, time, wrong, dice) for name in ("discord", "slack", "local")]
        connpass = Connpass(time)
        settings = Settings(
            sources=[{"name": SOURCE, "group": "tfug-utsunomiya"}], reminders={"lead_times": ["1d", "1h"]}
        )
        await lay_new_store(file := folder / "bad_week.db")
        async with open_stores(f"sqlite:///{file}") as stores:
            around = Rooms(rooms, (SOURCE,))
            services = build_services(Ground(settings=settings, stores=stores, rooms=around, clock=time.clock))
            senders: list[Sender] = list(platforms)
            await self._live(time, connpass, services, services.delivering(senders), step)
        return count(connpass, rooms, platforms, wrong, time.now)

    async def _live(
        self,
        time: TrueTime,
        connpass: Connpass,
        services: Services,
        delivering: Delivering,
        step: Callable[[datetime], None],
    ) -> None:
        """Ring as the alarm clock does: for a poll, and for what is due earliest; nothing happens in between."""
        end, poll = BEGIN + self.days * DAY, BEGIN
        while time.now < end:
            off = self._off(time.now)
            if time.now >= poll:
                await services.watching.watch(connpass)
                await services.troubles.check()
                await services.reopen_closed_too_early()
                poll = time.now + POLL_EVERY
                step(time.now)
            await delivering.deliver_due()
            earliest = await delivering.earliest()
            ring = poll if earliest is None else min(poll, earliest - off)
            now = max(ring, time.now + timedelta(seconds=1))
            time.set(now, self._off(now))

    def _off(self, now: datetime) -> timedelta:
        begin = BEGIN + self.days * DAY * 5 / 7
        return DAY if begin <= now < begin + 3 * HOUR else timedelta()


def count(
    connpass: Connpass, rooms: Sequence[Room], platforms: Sequence[Platform], wrong: Sequence[Trouble], end: datetime
) -> Outcome:
    """Compare what stands in the rooms with what should."""
    refused = sorted(at for platform in platforms for at in platform.refused)
    posted = [message for platform in platforms for message in platform.posted]
    outcome = Outcome(
        calls=sum(platform.calls.total() for platform in platforms),
        refused=len(refused),
        refused_in_ten_minutes=max(
            (sum(at <= later < at + TEN_MINUTES for later in refused) for at in refused), default=0
        ),
        told=sum(message.message.kind is MessageKind.QUESTION for message in posted),
    )
    _count_posts(outcome, connpass, rooms, posted, wrong, end)
    for trouble in wrong:
        recovers = _writable_from(trouble.channel, trouble.end, wrong) == trouble.end
        if recovers and trouble.end + RECOVERS_IN < end:
            _count_edits(outcome, connpass, trouble, posted)
    return outcome


def _count_posts(
    outcome: Outcome,
    connpass: Connpass,
    rooms: Sequence[Room],
    posted: Sequence[Posted],
    wrong: Sequence[Trouble],
    end: datetime,
) -> None:
    stands = _posted_about(posted)
    for room in rooms:
        for number in connpass.numbers:
            title = connpass.event(number).title
            for kind, due, useless in _due(connpass, number):
                at = _writable_from(room.channel, due, wrong)
                if due < connpass.appears_at(number) + POLL_EVERY or at + LATE >= min(useless, end):
                    continue
                outcome.expected += 1
                seen, what = stands.get((room.channel, title, kind), []), f"{room.name} {title} {kind}"
                if not seen:
                    outcome.lost.append(what)
                    continue
                outcome.twice += [what] if len(seen) > 1 else []
                outcome.late += [f"{what}: {seen[0] - at}"] if seen[0] > at + LATE else []
                outcome.early += seen[0] < due - POLL_EVERY


def _due(connpass: Connpass, number: int) -> Iterator[tuple[str, datetime, datetime]]:
    """Yield what is to be said of an event: what it is, when it is due, and when it is of no use any more."""
    starts = connpass.event(number).started_at
    assert starts is not None
    yield "1d", starts - DAY, starts - DAY / 2
    yield "1h", starts - HOUR, starts - HOUR / 2
    if number > 2:
        yield "new", connpass.appears_at(number) + POLL_EVERY, starts


def _writable_from(channel: str, since: datetime, wrong: Sequence[Trouble]) -> datetime:
    """Return when a channel could be written to from a moment on."""
    for trouble in sorted(wrong, key=lambda trouble: trouble.begin):
        if trouble.channel == channel and trouble.begin <= since < trouble.end:
            since = trouble.end
    return since


def _posted_about(posted: Sequence[Posted]) -> Mapping[tuple[str, str, str], list[datetime]]:
    """Return when something was posted, by channel, title and what it was: `new`, or the days or hours before."""
    found: defaultdict[tuple[str, str, str], list[datetime]] = defaultdict(list)
    for message in posted:
        match message.message.kind:
            case MessageKind.ANNOUNCEMENT:
                found[message.channel, message.title, "new"].append(message.at)
            case MessageKind.REMINDER:
                found[message.channel, message.title, _lead(message)].append(message.at)
    return found


def _lead(message: Posted) -> str:
    starts = next(field.at for card in message.message.cards for field in card.fields if field.at is not None)
    return "1h" if starts - message.by_clock < HOUR + 5 * MINUTE else "1d"


def _count_edits(outcome: Outcome, connpass: Connpass, trouble: Trouble, posted: Sequence[Posted]) -> None:
    """Count the edits that follow when a room can be written to again: one for each message that is out of date."""
    titles = {connpass.event(number).title: number for number in connpass.numbers}
    for message in posted:
        number = titles.get(message.title, 0)
        is_announced = message.message.kind is MessageKind.ANNOUNCEMENT and message.at < trouble.begin
        if not is_announced or message.channel != trouble.channel:
            continue
        ends = connpass.event(number).ends_at
        is_over = ends is not None and ends <= trouble.end
        is_outdated = connpass.seats(number, trouble.begin) != connpass.seats(number, trouble.end)
        edits = sum(trouble.end <= at < trouble.end + RECOVERS_IN for at in message.edited_at)
        what = f"{message.channel} {message.title} after {trouble.end:%d %H:%M}"
        outcome.edits_after_recovery += edits
        outcome.outdated += is_outdated and not is_over
        if edits > is_outdated:
            outcome.surplus.append(f"{what}: {edits} edits")
        elif not edits and is_outdated and not is_over:
            outcome.stale.append(what)


def table_of(outcome: Outcome) -> Table:
    """Sum up."""
    table = Table("", "", box=None, show_header=False)
    for name, figure in (
        ("calls", outcome.calls),
        ("refused", outcome.refused),
        ("refused, most in ten minutes", outcome.refused_in_ten_minutes),
        ("posts expected", outcome.expected),
        ("lost", len(outcome.lost)),
        ("twice", len(outcome.twice)),
        (f"more than {LATE // MINUTE} minutes late", len(outcome.late)),
        ("early, by a clock that was ahead", outcome.early),
        ("messages out of date at a recovery", outcome.outdated),
        (f"edits in the {RECOVERS_IN // MINUTE} minutes after it", outcome.edits_after_recovery),
        ("edited more than once", len(outcome.surplus)),
        ("still out of date", len(outcome.stale)),
        ("told to organisers", outcome.told),
    ):
        table.add_row(name, str(figure))
    return table


def main() -> int:
    """Play a week; 1 if anything was lost, twice, late, edited twice or left out of date, or too much was refused."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=float, default=7.0)
    parser.add_argument("--seed", type=int, default=1)
    asked, console = parser.parse_args(), Console()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as folder, Progress(console=console, transient=True) as progress:
        task = progress.add_task("days", total=asked.days)
        played = BadWeek(asked.days, asked.seed).play(
            Path(folder), lambda now: progress.update(task, completed=(now - BEGIN) / DAY)
        )
        outcome = asyncio.run(played)
    console.print(table_of(outcome))
    for what in outcome.wrong:
        console.print(f"  {what}")
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
