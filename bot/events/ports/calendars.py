"""The calendars that platforms have of their own, and the store of what stands there."""

from collections.abc import Collection, Mapping
from typing import Protocol

from bot.events.rules.mirrored_events import CalendarEntry, MirroredEvent, MirrorStep


class EventMirror(Protocol):
    """A platform whose servers have a calendar of their own. A `space` is such a server."""

    @property
    def platform(self) -> str:
        """`discord`."""
        ...

    def space_of(self, channel: str) -> str | None:
        """Return the server of a channel; None while it is out of reach, or forbids us to write into its calendar."""
        ...

    def reaches(self, space: str) -> bool:
        """Whether this process can write into its calendar now."""
        ...

    async def ours(self, space: str) -> Mapping[str, str]:
        """Return the descriptions of our own open entries by their ids. Raises SendError, SendRefused, as all below."""
        ...

    async def create(self, space: str, entry: CalendarEntry) -> str:
        """Put an event into the calendar and return the entry's id."""
        ...

    async def carry_out(self, step: MirrorStep, entry_id: str, space: str, entry: CalendarEntry | None) -> bool:
        """Change an entry; False, and nothing is touched, if it is gone, closed by somebody, or not our own."""
        ...


class MirrorStore(Protocol):
    """What stands in such calendars."""

    async def spaces(self, platform: str) -> list[str]:
        """Return the spaces whose calendars show any entry of ours as to come or in progress."""
        ...

    async def mirrored(self, platform: str, space: str) -> list[MirroredEvent]: ...
    async def keep(self, mirrored: MirroredEvent) -> None: ...

    async def announced_in(self, rooms: Collection[str]) -> set[int]:
        """Return the events that are or shall be announced in any of these rooms."""
        ...
