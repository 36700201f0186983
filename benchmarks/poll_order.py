"""Polls of more sources than one interval has calls for: their order, their pace, and how old the oldest knowledge is.

The real polls, alarm clock, client and store, with time ten times as fast: the second between two calls, the
interval of the polls, and the second that the connpass on loopback insists on. Calls that come too soon are refused.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from rich.table import Table

from bot.app.clients import CONNPASS_SPACING, Clients
from bot.app.clock import SystemClock
from bot.app.ground import Ground
from bot.app.polls import Polls
from bot.app.rooms import rooms_of
from bot.app.scheduler import AlarmClock
from bot.app.services import build_services
from bot.app.stores import open_stores
from bot.config import Settings
from bot.events.connpass.source import ConnpassApi
from bot.network.http import HttpClient
from bot.sandbox.page_parser import PageParser
from tests.support.connpass_server import Answer, Call, ConnpassServer, a_group, an_event

FASTER = 10  # times the real pace
SOURCES, EVENTS_OF_EACH = 500, 5
POLL_EVERY = timedelta(minutes=5)  # all of them take longer
ROUNDS, PLAYED_WITHIN = 2.5, 300.0


class ManyGroups(ConnpassServer):
    """Holds the events of one group at a time: of the one that is asked for."""

    def answer(self, path: str, params: dict[str, list[str]], headers: dict[str, str]) -> Answer | None:
        self._events = [*events_of(params["subdomain"][0])]
        return super().answer(path, params, headers)


def events_of(group: str) -> Iterator[dict[str, object]]:
    """Return the past events of a group."""
    number = int(group.removeprefix("group-"))
    last = datetime(2026, 1, 1, 19, tzinfo=UTC)
    for one in range(EVENTS_OF_EACH):
        started_at = last - timedelta(days=one)
        yield an_event(number * 1000 + one, f"もくもく会 #{one}", started_at, group=a_group(group, number))


@dataclass
class Order:
    """What connpass saw. Seconds are those of the real pace."""

    polls: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))  # when each source was asked
    shortest: float = float("inf")  # between two calls
    refused: int = 0
    seconds: float = 0.0

    def rows(self) -> Iterator[tuple[str, str]]:
        """What to print."""
        often = [len(times) for times in self.polls.values()]
        gaps = [later - earlier for times in self.polls.values() for earlier, later in pairwise(times)]
        calls = sum(often)
        yield "calls to connpass, and refused as too early", f"{calls:,}, {self.refused}"
        yield "shortest time between two calls", f"{self.shortest:.2f} s"
        yield "sources polled, of which least and most often", f"{len(often)}, {min(often)} and {max(often)} times"
        yield (
            "oldest knowledge of a source, and median",
            f"{max(gaps) / 60:.1f} and {sorted(gaps)[len(gaps) // 2] / 60:.1f} min",
        )
        yield "played, at the real pace", f"{self.seconds / 60:.0f} min"


def seen_by(calls: list[Call], faster: float) -> Order:
    """Read the order from the calls."""
    order = Order()
    for earlier, later in pairwise(calls):
        order.shortest = min(order.shortest, (later.at - earlier.at) * faster)
    for call in calls:
        order.refused += call.status == 429
        if call.params.get("start") == ["1"]:
            order.polls[call.params["subdomain"][0]].append(call.at * faster)
    order.seconds = (calls[-1].at - calls[0].at) * faster
    return order


async def play(folder: Path, connpass: ConnpassServer, sources: int, every: timedelta, faster: float) -> Order:
    """Poll until every source should have been asked ROUNDS times."""
    groups = [{"name": f"source-{number}", "group": f"group-{number}"} for number in range(1, sources + 1)]
    settings = Settings.model_validate({"sources": groups, "connpass": {"api_key": connpass.api_key}})
    async with open_stores(f"sqlite:///{folder / 'polls.db'}") as stores:
        with HttpClient("connpass", CONNPASS_SPACING / faster) as http, closing(PageParser()) as parser:
            api = ConnpassApi(connpass.base_url, connpass.api_key, http)
            rooms, clock = rooms_of(settings), SystemClock()
            services = build_services(Ground(settings=settings, stores=stores, rooms=rooms, clock=clock))
            alarm = AlarmClock(services.delivering([]))
            clients = Clients(settings, api, http, parser, None)
            await Polls(services, clients, alarm, every / faster, every, stores.leadership("polls")).start()
            await asyncio.to_thread(connpass.wait_for_calls, int(ROUNDS * sources), PLAYED_WITHIN)
            order = seen_by(list(connpass.calls), faster)
            await alarm.stop()
    return order


def measure(folder: Path) -> Table:
    """Poll for some rounds, and return the figures as a table."""
    with ManyGroups(rate=timedelta(seconds=1) / FASTER) as connpass:
        order = asyncio.run(play(folder, connpass, SOURCES, POLL_EVERY, FASTER))
    shown = Table(f"{SOURCES} sources, polled every {POLL_EVERY.seconds // 60} minutes", "", box=None)
    for name, value in order.rows():
        shown.add_row(name, value)
    return shown
