"""A store as large as the bot is meant for: 500 groups with 100,000 events, of which 10,000 are still to come.

Every room follows every group, so that five rooms and two lead times make 100,000 reminders.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from bot.events.connpass.events import parse_event
from bot.events.ports.events import SourceState
from bot.store.engine import close_store, open_store
from bot.store.tables import events, sightings, sources
from tests.support.connpass_server import Answer, ConnpassServer, a_group, an_event

GROUPS, EVENTS_OF_EACH, TO_COME_OF_EACH = 500, 200, 21
ROOMS = ("101", "102", "103", "104", "105")
LEAD_TIMES = ("1d", "2h")
DUE_SOON = 600  # events, one a second: their reminder of two hours before comes up while somebody watches


@dataclass(frozen=True)
class Community:
    """Every group and event. The first of the `due_soon` events, one a second, is due at `due_from`."""

    due_from: datetime
    due_soon: int = DUE_SOON

    @property
    def groups(self) -> dict[str, str]:
        """The name of each source, and its group."""
        return {f"source-{number}": f"group-{number}" for number in range(GROUPS)}

    def events_of(self, group: str) -> Iterator[dict[str, Any]]:
        """Return the events of a group as the API gives them."""
        number = int(group.removeprefix("group-"))
        for turn in range(EVENTS_OF_EACH):
            title = f"もくもく会 #{turn} ({group})"
            event_id, held_by = 1 + number * EVENTS_OF_EACH + turn, a_group(group, 1 + number)
            yield an_event(event_id, title, self._start(number, turn), group=held_by, limit=None)

    def _start(self, number: int, turn: int) -> datetime:
        if turn >= TO_COME_OF_EACH:
            return self.due_from - timedelta(days=turn, minutes=number)
        place = turn * GROUPS + number
        if place < self.due_soon:
            return self.due_from + timedelta(hours=2, seconds=place)
        return self.due_from + timedelta(days=2, minutes=place)

    async def fill(self, url: str) -> None:
        """Put it all into a new store, as if every group had been polled a moment ago."""
        engine, now = await open_store(url), datetime.now(UTC)
        try:
            async with engine.begin() as connection:
                states = [
                    asdict(SourceState(name, f"subdomain={group}", now, now)) for name, group in self.groups.items()
                ]
                await connection.execute(insert(sources), states)
                for name, group in self.groups.items():
                    shown = [parse_event(entry) for entry in self.events_of(group)]
                    rows = [{**asdict(one), "ends_at": one.ends_at, "searched": one.searched} for one in shown]
                    await connection.execute(insert(events), rows)
                    seen = [{"source": name, "event_id": one.id, "missed": 0} for one in shown]
                    await connection.execute(insert(sightings), seen)
        finally:
            await close_store(engine)


class LargeConnpass(ConnpassServer):
    """Holds the events of one group at a time: of the one that is asked for."""

    def __init__(self, community: Community, **options: Any) -> None:
        super().__init__(**options)
        self._community = community

    def answer(self, path: str, params: dict[str, list[str]], headers: dict[str, str]) -> Answer | None:
        self._events = list(self._community.events_of(params["subdomain"][0])) if "subdomain" in params else []
        return super().answer(path, params, headers)
