"""The world of `python -m benchmarks.bad_week`: platforms that refuse, a lively connpass, a clock that is off."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import discord
from slack_sdk.errors import SlackApiError

from bot.app.clock import DrivenClock
from bot.core.errors import SendError
from bot.core.messages import Message
from bot.core.problems.base import NoAnswer
from bot.events.ports.sources import Listing
from bot.events.rules.events import Event
from bot.platforms.discord import errors as discord_errors
from bot.platforms.slack import errors as slack_errors
from tests.support.events import an_event_named

BEGIN = datetime(2026, 5, 11, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SOURCE = "utsunomiya"
DISCORD, SLACK = ("11", "12", "13", "14", "15", "16"), ("C1", "C2")
FAULTS = 0.05
MOST_CALLS_A_MOMENT = 2_000  # more than this at one moment of simulated time is a loop without end
PUBLISHED_EVERY, LIVELY_FOR, LATER_EVERY = timedelta(hours=5, minutes=7), 24, 6  # seats move every hour, then every six


@dataclass(frozen=True)
class Trouble:
    """Why a channel cannot be written to between two moments; a code of Discord or Slack, "" where nobody answers."""

    channel: str
    code: int | str
    begin: datetime
    end: datetime


def troubles(days: float) -> list[Trouble]:
    """Return what goes wrong in so many days of the week, at times at which no seat moves."""

    def at(share: float) -> datetime:
        hours: float = round(days * share / 7 * 24)
        return BEGIN + hours * HOUR + 20 * MINUTE

    return [
        Trouble("11", 50013, at(1), at(2)),  # a permission is lost
        Trouble("12", 50001, at(2), at(2.5)),  # the bot is removed from the server, and invited again
        Trouble("13", 10003, at(3), at(99)),  # the channel is deleted
        Trouble("C1", "is_archived", at(1), at(3)),
        *(Trouble(channel, "", at(4), at(4) + 6 * HOUR) for channel in DISCORD),
    ]


@dataclass
class Posted:
    """A message that stands in a channel; `by_clock` is when the bot believed that it posted it."""

    channel: str
    key: str
    at: datetime
    by_clock: datetime
    message: Message
    edited_at: list[datetime] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The event that it is about, "" where it is about none."""
        return self.message.cards[0].title.split("】")[-1].strip() if self.message.cards else ""


class TrueTime:
    """The time of the world; the bot's clock may be off."""

    def __init__(self) -> None:
        self.now = BEGIN
        self.clock = DrivenClock(BEGIN)

    def set(self, now: datetime, off: timedelta) -> None:
        """Go on to a moment, at which the bot's clock is off by so much."""
        self.now = now
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
        self.posted.append(Posted(channel, key, self.time.now, self.time.clock.now(), message))
        if fails:
            raise SendError(NoAnswer(where=self.platform))
        return str(len(self.posted) - 1)

    async def find(self, channel: str, message: Message, key: str, since: datetime) -> str | None:
        self._answer(channel)
        there = (number for number, posted in enumerate(self.posted) if (posted.channel, posted.key) == (channel, key))
        return next(map(str, there), None)

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
    """New events come every few hours; seats move every hour on an event's first day, and every six from then on."""

    time: TrueTime
    name: str = SOURCE
    query: str = SOURCE

    def appears_at(self, number: int) -> datetime:
        """Return when an event is published; the first three were there before the bot."""
        return BEGIN + max(0, number - 2) * PUBLISHED_EVERY

    def seats(self, number: int, at: datetime) -> int:
        """Return how many seats are taken then. They move at full hours."""
        hours = _hours(at) - _hours(self.appears_at(number))
        return (min(hours, LIVELY_FOR) + max(0, hours - LIVELY_FOR) // LATER_EVERY) % 15

    def event(self, number: int) -> Event:
        """Return an event as it is shown now: one in three takes place within the week."""
        ahead = timedelta(days=2, hours=4, minutes=30) if number % 3 == 0 else timedelta(days=30)
        starts, seats = self.appears_at(number) + ahead, self.seats(number, self.time.now)
        return an_event_named(f"もくもく会 #{number}", 500 + number, started_at=starts, accepted=seats)

    @property
    def numbers(self) -> range:
        """The events that are published by now."""
        return range(3 + int((self.time.now - BEGIN) / PUBLISHED_EVERY))

    async def listing(self, now: datetime) -> Listing:
        return Listing(tuple(self.event(number) for number in self.numbers))

    async def look_up(self, event_ids: Sequence[int]) -> Listing:
        return Listing((), complete=False)


def _hours(at: datetime) -> int:
    return int((at - BEGIN) / HOUR)
