"""Event sources on connpass: what a group, an owner, a keyword or a prefecture shows through the API."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from bot.core.errors import ConfigurationError
from bot.core.problems.sources import EntryLeftOut, NotAGroup, NothingNamed
from bot.events.connpass.api import ConnpassApi, Entries
from bot.events.connpass.events import TOKYO, UnreadableEvent, parse_event
from bot.events.ports.sources import Listing
from bot.events.rules.events import Event
from bot.events.rules.sources import group_in

__all__ = ["ConnpassApi", "ConnpassSource", "UnreadableEvent", "group_of", "parse_event"]

THIS_MONTH_AND_FIVE = (0, 6)
MOST_LOOKED_UP = 100  # a page; what is more waits for the next poll


class ConnpassSource:
    """Fulfils `EventSource`. What is given is asked for together: a keyword of a group, an owner in a prefecture.

    A group or an owner shows everything it ever held, since reports are about past events. A keyword or a prefecture
    alone shows the Japanese months `window`, counted from this one, the end excluded.
    """

    def __init__(
        self,
        name: str,
        api: ConnpassApi,
        group: str | None = None,
        keyword: str | None = None,
        prefecture: str | None = None,
        owner: str | None = None,
        window: tuple[int, int] = THIS_MONTH_AND_FIVE,
    ) -> None:
        self.name = name
        self._api = api
        asked = {
            **(group_of(group) if group else {}),
            "keyword": (keyword or "").split(),
            "prefecture": (prefecture or "").split(),
            "owner_nickname": (owner or "").split(),
        }
        self._params = {key: values for key, values in asked.items() if values}
        if not self._params:  # connpass would answer with every event there is
            raise ConfigurationError(NothingNamed(name))
        self._window = None if group or owner else window

    @property
    def query(self) -> str:
        return urlencode(self._params, doseq=True)

    async def listing(self, now: datetime) -> Listing:
        params = self._params | (_months(now, self._window) if self._window else {})
        found = await self._api.entries(params)
        covers = _covers(now, self._window) if self._window else None
        return await asyncio.to_thread(_listing, found, covers)  # thousands of entries would hold up the event loop

    async def look_up(self, event_ids: Sequence[int]) -> Listing:
        wanted = [str(event_id) for event_id in event_ids[:MOST_LOOKED_UP]]
        found = _listing(await self._api.entries({"event_id": wanted}), None)
        return replace(found, complete=found.complete and len(wanted) == len(event_ids))


def _listing(found: Entries, covers: tuple[datetime, datetime] | None) -> Listing:
    events: list[Event] = []
    unreadable: list[UnreadableEvent] = []
    missing = [found.problem] if found.problem is not None else []
    for entry in found.entries:
        try:
            events.append(parse_event(entry))
        except UnreadableEvent as error:
            unreadable.append(error)
    return Listing(
        events=tuple(events),
        complete=not missing and all(error.event_id for error in unreadable),
        cut_off=bool(missing),
        covers=covers,
        problems=(*missing, *(EntryLeftOut(detail=str(error)) for error in unreadable)),
        unreadable=frozenset(error.event_id for error in unreadable if error.event_id),
    )


def group_of(written: str) -> dict[str, list[str]]:
    """Return the parameter for a group, or several with commas between them: subdomains, addresses, or numbers.

    Raises ConfigurationError.
    """
    groups = [_group(part.strip()) for part in written.split(",")]
    numbers = [group for group in groups if group.isdigit()]
    if not numbers:
        return {"subdomain": groups}
    if len(numbers) < len(groups):  # connpass would look for groups that have both
        raise ConfigurationError(NotAGroup(written))
    return {"group_id": numbers}


def _group(written: str) -> str:
    group = group_in(written)
    if group is None:
        raise ConfigurationError(NotAGroup(written))
    return group


def _months(now: datetime, window: tuple[int, int]) -> dict[str, list[str]]:
    starts = (_month(now, offset) for offset in range(*window))
    return {"ym": [f"{start:%Y%m}" for start in starts]}


def _covers(now: datetime, window: tuple[int, int]) -> tuple[datetime, datetime]:
    first, end = (_month(now, offset).astimezone(UTC) for offset in window)
    return first, end


def _month(now: datetime, offset: int) -> datetime:
    """Return the start of a month counted from the present one, as connpass counts: in Japan."""
    today = now.astimezone(TOKYO)
    years, month = divmod(today.month - 1 + offset, 12)
    return datetime(today.year + years, month + 1, 1, tzinfo=TOKYO)
