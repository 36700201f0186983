"""What is read elsewhere of events, and of what was shown at them."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.problems.base import Problem
from bot.events.rules.events import Event
from bot.reports.rules.materials import Material

# Charges a tenant, by its name such as `discord:9`, with the time that connpass takes in the block.
Charged = Callable[[str], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True)
class Listing:
    """What a source shows at one moment.

    `complete` says that every event in `covers` was seen, so that one missing is really missing. `covers` bounds the
    starts that the query asked for; None is no bound. `cut_off`: the rest did not come, so that what is missing here is
    no news at the next poll. `problems` has one for each entry that could not be read; `unreadable` the ids of
    those, which are there though we could not read them. `unwanted` are the ids of events that the source's words leave
    out: they are there, but no news, and only what was wanted before is still followed.
    """

    events: tuple[Event, ...]
    complete: bool = True
    cut_off: bool = False
    covers: tuple[datetime, datetime] | None = None
    problems: tuple[Problem, ...] = ()
    unreadable: frozenset[int] = frozenset()
    unwanted: frozenset[int] = frozenset()

    @property
    def wanted(self) -> tuple[Event, ...]:
        """The events that the source's words mean."""
        return tuple(event for event in self.events if event.id not in self.unwanted)


class EventSource(Protocol):
    """A group, keyword, prefecture or owner on connpass."""

    @property
    def name(self) -> str:
        """The name that rooms follow."""
        ...

    @property
    def query(self) -> str:
        """What is asked for. A source whose query changed is seen for the first time again, silently."""
        ...

    async def listing(self, now: datetime) -> Listing:
        """Fetch what the source shows now. Raises SourceRefused or SourceUnavailable."""
        ...

    async def look_up(self, event_ids: Sequence[int]) -> Listing:
        """Fetch these events wherever their dates lie; complete only if one missing is really gone. Raises as above."""
        ...


class EventDetails(Protocol):
    """What connpass tells of one event alone. Everything raises SourceRefused or SourceUnavailable."""

    async def description(self, event_id: int) -> Sequence[str]:
        """Fetch what its page says: lines without markup, the cells of a row apart by tabs."""
        ...

    async def materials(self, event_id: int) -> Sequence[Material]:
        """Fetch what was shown there and put online, as far as anybody may safely open it."""
        ...
