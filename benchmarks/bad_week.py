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
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import structlog
from rich.console import Console
from rich.table import Table
from slack_sdk.errors import SlackApiError

from bot.app.clock import DrivenClock
from bot.app.ground import Ground
from bot.app.services import Services, build_services
from bot.app.stores import open_stores
from bot.config import Settings
from bot.core.errors import SendError
from bot.core.messages import Message, MessageKind
from bot.core.problems.base import NoAnswer
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.delivery.delivering import Delivering
from bot.delivery.ports.platforms import Sender
from bot.events.ports.sources import Listing
from bot.events.rules.events import Event
from bot.platforms.discord import errors as discord_errors
from bot.platforms.slack import errors as slack_errors
from tests.support.events import an_event_named
from tests.support.stores import lay_new_store

BEGIN = datetime(2026, 5, 11, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POLL_EVERY, LATE = timedelta(minutes=15), timedelta(minutes=20)
LEAD_TIMES = (DAY, HOUR)
SOURCE = "utsunomiya"
DISCORD, SLACK = ("11", "12", "13", "14", "15", "16"), ("C1", "C2")
FAULTS = 0.05
MOST_CALLS_A_MOMENT = 2_000  # more than this at one moment of simulated time is a loop without end


@dataclass(frozen=True)
class Trouble:
    """Why a channel cannot be written to between two moments; a code of Discord or Slack, "" where nobody answers."""

    channel: str
    code: int | str
    begin: datetime
    end: datetime


def troubles(days: float) -> list[Trouble]:
    """Return what goes wrong in so many days of the week."""

    def at(share: float) -> datetime:
        return BEGIN + timedelta(days=days) * share / 7

    return [
        Trouble("11", 50013, at(1), at(2)),  # a permission is lost
        Trouble("12", 50001, at(2), at(2.5)),  # the bot is removed from the server, and invited again
        Trouble("13", 10003, at(3), at(99)),  # the channel is deleted
        Trouble("C1", "is_archived", at(1), at(3)),
        *(Trouble(channel, "", at(4), at(4) + 6 * HOUR) for channel in DISCORD),
    ]


@dataclass
class Posted:
    """A message that stands in a channel."""

    channel: str
    key: str
    at: datetime
    message: Message
    edited_at: list[datetime] = field(default_factory=list)


class TrueTime:
    """The time of the world; the bot's clock may be off."""

    def __init__(self) -> None:
        self.now = BEGIN
        self.clock = DrivenClock(BEGIN)
        self.off = timedelta()

    def set(self, now: datetime, off: timedelta) -> None:
        """Go on to a moment, at which the bot's clock is off by so much."""
        self.now, self.off = now, off
        self.clock.set(now + off)


@dataclass
class Platform:
    """Keeps what it accepted, and refuses as the real one does."""

    platform: str
    time: TrueTime
    troubles: Sequence[Trouble]
    dice: random.Random
    posted: list[Posted] = field(default_factory=list)
    refused: list[datetime] = field(default_factory=list)
    calls: Counter[datetime] = field(default_factory=Counter)

    async def send(self, channel: str, message: Message, key: str) -> str:
        self._answer(channel)
        fails, after = self.dice.random() < FAULTS, self.dice.random() < 0.5
        if fails and not after:
            raise SendError(NoAnswer(where=self.platform))
        self.posted.append(Posted(channel, key, self.time.now, message))
        if fails:
            raise SendError(NoAnswer(where=self.platform))
        return str(len(self.posted) - 1)

    async def find(self, channel: str, message: Message, key: str, since: datetime) -> str | None:
        self._answer(channel)
        found = (number for number, one in enumerate(self.posted) if (one.channel, one.key) == (channel, key))
        return next(map(str, found), None)

    async def edit(self, channel: str, external_id: str, message: Message, key: str) -> bool:
        self._answer(channel)
        if self.dice.random() < FAULTS:
            raise SendError(NoAnswer(where=self.platform))
        posted = self.posted[int(external_id)]
        posted.message = message
        posted.edited_at.append(self.time.now)
        return True

    async def delete(self, channel: str, external_id: str) -> bool:
        self._answer(channel)
        return True

    def _answer(self, channel: str) -> None:
        self.calls[self.time.now] += 1
        if self.calls[self.time.now] > MOST_CALLS_A_MOMENT:
            raise RuntimeError("the bot calls without end")
        for trouble in self.troubles:
            if trouble.channel == channel and trouble.begin <= self.time.now < trouble.end:
                if trouble.code:
                    self.refused.append(self.time.now)
                raise self._said(trouble)

    def _said(self, trouble: Trouble) -> SendError:
        place = f"channel {trouble.channel}"
        match trouble.code:
            case "":
                return SendError(NoAnswer(where=self.platform))
            case int(code):
                status = 404 if code == 10003 else 403
                answer: Any = SimpleNamespace(status=status, reason="Forbidden")
                return discord_errors.explained(place, discord.HTTPException(answer, {"code": code, "message": "no"}))
            case str(code):
                answer = SimpleNamespace(status_code=200, data={"ok": False, "error": code}, headers={})
                return slack_errors.explained(place, SlackApiError("no", answer))  # type: ignore[no-untyped-call]


@dataclass
class Connpass:
    """New events come every few hours, and somebody takes or gives back a seat every hour."""

    time: TrueTime
    days: float
    name: str = SOURCE
    query: str = SOURCE

    def appears_at(self, number: int) -> datetime:
        """Return when an event is published; the first three were there before the bot."""
        return BEGIN + max(0, number - 2) * timedelta(hours=5, minutes=7)

    def event(self, number: int) -> Event:
        """Return an event as it is shown now: one in three takes place within the week."""
        ahead = timedelta(days=2, hours=4, minutes=30) if number % 3 == 0 else timedelta(days=30)
        seats = int((self.time.now - BEGIN) / HOUR) % 15
        starts = self.appears_at(number) + ahead
        return an_event_named(f"もくもく会 #{number}", 500 + number, started_at=starts, accepted=seats)

    @property
    def numbers(self) -> range:
        """The events that are published by now."""
        return range(3 + int((self.time.now - BEGIN) / timedelta(hours=5, minutes=7)))

    async def listing(self, now: datetime) -> Listing:
        return Listing(tuple(self.event(number) for number in self.numbers))

    async def look_up(self, event_ids: Sequence[int]) -> Listing:
        return Listing((), complete=False)


@dataclass
class Outcome:
    """What was counted."""

    refused: int = 0
    refused_in_ten_minutes: int = 0
    expected: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    edits_after_recovery: int = 0
    messages_then: int = 0
    told: int = 0  # what organisers were told of troubles
    calls: int = 0


@dataclass
class BadWeek:
    """One run of so many days."""

    days: float = 7.0
    seed: int = 1

    async def play(self, folder: Path) -> Outcome:
        """Play it and count."""
        time = TrueTime()
        rooms = [
            Room(platform, channel, (SOURCE,), asks=channel == "16", organisers=("77",))
            for platform, channels in (("discord", DISCORD), ("slack", SLACK))
            for channel in channels
        ]
        dice, wrong = random.Random(self.seed), troubles(self.days)
        platforms = [Platform(name, time, wrong, dice) for name in ("discord", "slack", "local")]
        connpass = Connpass(time, self.days)
        settings = Settings(
            sources=[{"name": SOURCE, "group": "tfug-utsunomiya"}], reminders={"lead_times": ["1d", "1h"]}
        )
        await lay_new_store(file := folder / "bad_week.db")
        async with open_stores(f"sqlite:///{file}") as stores:
            around = Rooms(rooms, (SOURCE,))
            services = build_services(Ground(settings=settings, stores=stores, rooms=around, clock=time.clock))
            senders: list[Sender] = list(platforms)
            await self._live(time, connpass, services, services.delivering(senders))
        return count(connpass, rooms, platforms, wrong, time.now)

    async def _live(self, time: TrueTime, connpass: Connpass, services: Services, delivering: Delivering) -> None:
        """Ring as the alarm clock does: for a poll, and for what is due earliest."""
        end, poll = BEGIN + timedelta(days=self.days), BEGIN
        while time.now < end:
            off = self._off(time.now)
            if time.now >= poll:
                await services.watching.watch(connpass)
                await services.troubles.check()
                await services.reopen_closed_too_early()
                poll = time.now + POLL_EVERY
            await delivering.deliver_due()
            earliest = await delivering.earliest()
            ring = poll if earliest is None else min(poll, earliest - off)
            now = max(ring, time.now + timedelta(seconds=1))
            time.set(now, self._off(now))

    def _off(self, now: datetime) -> timedelta:
        begin = BEGIN + timedelta(days=self.days) * 5 / 7
        return DAY if begin <= now < begin + 3 * HOUR else timedelta()


def writable_from(channel: str, since: datetime, wrong: Sequence[Trouble]) -> datetime:
    """Return when a channel could be written to from a moment on."""
    for trouble in sorted(wrong, key=lambda one: one.begin):
        if trouble.channel == channel and trouble.begin <= since < trouble.end:
            since = trouble.end
    return since


def count(
    connpass: Connpass, rooms: Sequence[Room], platforms: Sequence[Platform], wrong: Sequence[Trouble], end: datetime
) -> Outcome:
    """Compare what stands in the rooms with what should."""
    outcome = Outcome()
    refused = sorted(at for platform in platforms for at in platform.refused)
    outcome.refused = len(refused)
    outcome.refused_in_ten_minutes = max(
        (sum(at <= later < at + timedelta(minutes=10) for later in refused) for at in refused), default=0
    )
    outcome.calls = sum(platform.calls.total() for platform in platforms)
    posted = [one for platform in platforms for one in platform.posted]
    stands = posted_about(posted)
    for room in rooms:
        for number in connpass.numbers:
            event = connpass.event(number)
            for kind, due, useless in _due(connpass, event, number, end):
                at = writable_from(room.channel, due, wrong)
                if at >= min(useless, end - HOUR):
                    continue
                outcome.expected += 1
                seen, what = stands[room.channel, event.title, kind], f"{room.name} {event.title} {kind}"
                if not seen:
                    outcome.lost.append(what)
                elif len(seen) > 1:
                    outcome.twice.append(what)
                if seen and seen[0] > at + LATE:
                    outcome.late.append(f"{what}: {seen[0] - at}")
    for trouble in wrong:
        there = [one for one in posted if one.channel == trouble.channel and one.at < trouble.begin]
        edits = [at for one in there for at in one.edited_at if trouble.end <= at < trouble.end + timedelta(minutes=14)]
        outcome.edits_after_recovery += len(edits)
        outcome.messages_then += len({one.key for one in there if any(at in edits for at in one.edited_at)})
    outcome.told = sum(one.message.kind is MessageKind.QUESTION for one in posted)
    return outcome


def posted_about(posted: Sequence[Posted]) -> Mapping[tuple[str, str, str], list[datetime]]:
    """Return when something was posted, by channel, title and what it was: `new`, or the days or hours before."""
    found: defaultdict[tuple[str, str, str], list[datetime]] = defaultdict(list)
    for one in posted:
        title = one.message.cards[0].title.split("】")[-1].strip() if one.message.cards else ""
        match one.message.kind:
            case MessageKind.ANNOUNCEMENT:
                found[one.channel, title, "new"].append(one.at)
            case MessageKind.REMINDER:
                found[one.channel, title, _lead(one)].append(one.at)
    return found


def _lead(one: Posted) -> str:
    starts = next(field.at for card in one.message.cards for field in card.fields if field.at is not None)
    return "1h" if starts - one.at < timedelta(hours=1, minutes=5) else "1d"


def _due(connpass: Connpass, event: Event, number: int, end: datetime) -> list[tuple[str, datetime, datetime]]:
    """Return what is to be said of an event: what it is, when it is due, and when it is of no use any more."""
    starts, appears = event.started_at, connpass.appears_at(number)
    assert starts is not None
    said = [("1d", starts - DAY, starts - 6 * HOUR), ("1h", starts - HOUR, starts - timedelta(minutes=10))]
    if number > 2:
        said.append(("new", appears + POLL_EVERY, starts))
    return [(what, due, useless) for what, due, useless in said if appears + POLL_EVERY <= due < end - HOUR]


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
        ("late", len(outcome.late)),
        ("edits in the 14 minutes after a recovery", outcome.edits_after_recovery),
        ("of so many messages", outcome.messages_then),
        ("told to organisers", outcome.told),
    ):
        table.add_row(name, str(figure))
    return table


def main() -> int:
    """Play a week; 1 if anything was lost or came twice, or too many calls were refused."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=float, default=7.0)
    parser.add_argument("--seed", type=int, default=1)
    asked, console = parser.parse_args(), Console()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as folder:
        outcome = asyncio.run(BadWeek(asked.days, asked.seed).play(Path(folder)))
    console.print(table_of(outcome))
    for what in (*outcome.lost, *outcome.twice, *outcome.late):
        console.print(f"  wrong: {what}")
    return 1 if outcome.lost or outcome.twice or outcome.refused_in_ten_minutes > 100 else 0


if __name__ == "__main__":
    sys.exit(main())
