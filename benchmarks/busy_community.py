"""A community in a busy minute: events appear and change, and what must stand in its rooms is known in advance."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from bot.core.durations import parse_duration, write_duration
from bot.delivery.rules.deliveries import DeliveryName
from bot.platforms.discord.render import COLOURS
from tests.support.connpass_server import ConnpassServer, an_event
from tests.support.discord_server import DiscordServer

LEAD_TIMES = ("2h", "1h59m55s", "1h59m50s")
EDITS = 2  # changes of each event
AT_ONCE = 12  # steps under way: below the flood brake, which would rightly ask instead of posting


class Said(NamedTuple):
    """A message as members tell it from others, apart from its words."""

    kind: str
    event: int
    room: str


@dataclass
class Organisers:
    """Publish events and change them, each step only after the one before was posted in every room."""

    connpass: ConnpassServer
    discord: DiscordServer
    dice: random.Random
    rooms: tuple[str, ...]
    due_in: tuple[int, int]  # seconds from the publication of an event to its first reminder
    starts: dict[int, datetime] = field(default_factory=dict)
    edits: dict[int, int] = field(default_factory=dict)
    announced: dict[int, datetime] = field(default_factory=dict)  # when the announcement was seen in every room

    def go_on(self, events: int) -> None:
        """Take the steps that can be taken now, until so many events are published."""
        posted = {post["nonce"] for post in self.discord.posted}
        waiting = [event for event in self.starts if not self._is_posted(event, posted)]
        for event in [event for event in self.starts if event not in waiting]:
            self.announced.setdefault(event, datetime.now(UTC))
            if self.edits[event] < EDITS and len(waiting) < AT_ONCE:
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
        self.connpass.edit(event, place=f"第{self.edits[event]}会議室")

    def is_over(self, events: int) -> bool:
        """Return whether so many events are published, and every change of theirs stands in every room."""
        posted = {post["nonce"] for post in self.discord.posted}
        return len(self.starts) >= events and all(
            self.edits[event] == EDITS and self._is_posted(event, posted) for event in self.starts
        )

    def last_due(self) -> datetime:
        """Return when the last reminder of what is published is due."""
        return max(self.starts.values()) - parse_duration(LEAD_TIMES[-1])

    def expected(self) -> dict[str, Said]:
        """Return, by nonce, every message that must stand in a room once.

        On a machine that is suddenly slow a reminder may be due before its event is announced: it is expected where
        it came.
        """
        posted = {post["nonce"] for post in self.discord.posted}
        return {
            key: Said(kind, event, room)
            for event, start in self.starts.items()
            for kind, occasion, due_at in occasions(start)
            for room in self.rooms
            if (key := key_of(kind, event, occasion, room)) in posted or not self._is_too_late(event, due_at)
        }

    def _is_too_late(self, event: int, due_at: datetime | None) -> bool:
        announced = self.announced.get(event)
        return due_at is not None and announced is not None and due_at < announced


def occasions(start: datetime) -> Iterator[tuple[str, str, datetime | None]]:
    """Return everything that is said of an event which starts at `start`, and when, if at a certain time."""
    yield "announcement", "new", None
    yield from (("change", f"r{number}", None) for number in range(1, EDITS + 1))
    for lead_time in map(parse_duration, LEAD_TIMES):
        yield "reminder", f"{write_duration(lead_time)}@{start:%Y%m%dT%H%MZ}", start - lead_time


def key_of(kind: str, event: int, occasion: str, room: str) -> str:
    """Return the nonce of a message."""
    return DeliveryName(kind, f"event:{event}", occasion, f"discord:{room}").key


def seen_as(post: dict[str, Any]) -> Said:
    """Return what a member sees: the colour tells the kind, the link the event."""
    embed = post["embeds"][0] if post["embeds"] else {}
    kind = next((kind for kind, colour in COLOURS.items() if colour == embed.get("color")), "?")
    event = re.search(r"/event/(\d+)/", embed.get("url") or "")
    return Said(str(kind), int(event[1]) if event else 0, post["channel_id"])
